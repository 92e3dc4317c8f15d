# pragma version ~=0.4.3
"""
@title packing
@license Apache-2.0
@notice The storage words on the paths that cost buyers gas, and the only place where bits are shifted.
@dev Pure. Vyper gives every struct member a slot of its own, so the hot records are packed by hand.
     Every field is checked when it enters a word: an overflow would change its neighbor.
"""

# ------------------------------------------------------------------------------------------------
# Item: what one pass holds of one product. PurchaseManager.items[productPassId][productId]
#
#   bits      width  field
#   0-39      40     pricing id, 0 = no item
#   40-79     40     next product id on this pass, 0 = last
#   80-111    32     quantity (tiered styles), else 0
#   112-151   40     start, unix seconds; while paused: seconds used
#   152-191   40     end, unix seconds, 0 for one-time; while paused: seconds left
#   192-218   27     rate really paid, unit 10^-8 of the list cost
#   219-232   14     coupon, basis points
#   233-240   8      coupon renewals left, 255 = for ever
#   241-245   5      grace in days, never longer than one cycle
#   246-255   1 each auto-renew, cancelled, paused, revoked, one-time, usage, native, transferable,
#                    pausable, billed (usage: the period that ended has been paid)
# ------------------------------------------------------------------------------------------------

MASK_1: constant(uint256) = 1
MASK_5: constant(uint256) = 2**5 - 1
MASK_8: constant(uint256) = 2**8 - 1
MASK_14: constant(uint256) = 2**14 - 1
MASK_27: constant(uint256) = 2**27 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1
MASK_48: constant(uint256) = 2**48 - 1
MASK_64: constant(uint256) = 2**64 - 1
MASK_96: constant(uint256) = 2**96 - 1
MASK_160: constant(uint256) = 2**160 - 1

# Flags as masks (to set them) and as bit numbers: `(word >> packing.PAUSED_BIT) & 1` tests in 6 bytes of code
# what `word & packing.PAUSED` tests in 34.
AUTO_RENEW_BIT: constant(uint256) = 246
CANCELLED_BIT: constant(uint256) = 247
PAUSED_BIT: constant(uint256) = 248
REVOKED_BIT: constant(uint256) = 249
ONE_TIME_BIT: constant(uint256) = 250
USAGE_BIT: constant(uint256) = 251
NATIVE_BIT: constant(uint256) = 252
TRANSFERABLE_BIT: constant(uint256) = 253
PAUSABLE_BIT: constant(uint256) = 254
BILLED_BIT: constant(uint256) = 255

AUTO_RENEW: constant(uint256) = 1 << 246
CANCELLED: constant(uint256) = 1 << 247
PAUSED: constant(uint256) = 1 << 248
REVOKED: constant(uint256) = 1 << 249
ONE_TIME: constant(uint256) = 1 << 250
USAGE: constant(uint256) = 1 << 251
NATIVE: constant(uint256) = 1 << 252
TRANSFERABLE: constant(uint256) = 1 << 253
PAUSABLE: constant(uint256) = 1 << 254
BILLED: constant(uint256) = 1 << 255

COUPON_FOR_EVER: constant(uint256) = 255
RATE_ONE: constant(uint256) = 10**8
DAY: constant(uint256) = 86_400

# Statuses of an item; the numbers are part of the ABI.
STATUS_ACTIVE: constant(uint256) = 0
STATUS_CANCELLED: constant(uint256) = 1
STATUS_PAST_DUE: constant(uint256) = 2
STATUS_PAUSED: constant(uint256) = 3
STATUS_EXPIRED: constant(uint256) = 4


@internal
@pure
def _item_pricing(word: uint256) -> uint256:
    return word & MASK_40


@internal
@pure
def _item_next(word: uint256) -> uint256:
    return (word >> 40) & MASK_40


@internal
@pure
def _item_quantity(word: uint256) -> uint256:
    return (word >> 80) & MASK_32


@internal
@pure
def _item_start(word: uint256) -> uint256:
    return (word >> 112) & MASK_40


@internal
@pure
def _item_end(word: uint256) -> uint256:
    return (word >> 152) & MASK_40


@internal
@pure
def _item_rate(word: uint256) -> uint256:
    return (word >> 192) & MASK_27


@internal
@pure
def _item_coupon_bps(word: uint256) -> uint256:
    return (word >> 219) & MASK_14


@internal
@pure
def _item_coupon_left(word: uint256) -> uint256:
    return (word >> 233) & MASK_8


@internal
@pure
def _item_grace_days(word: uint256) -> uint256:
    return (word >> 241) & MASK_5


@internal
@pure
def _item_grace_end(word: uint256) -> uint256:
    """
    @notice The first second at which the time to pay is over.
    """
    return ((word >> 152) & MASK_40) + ((word >> 241) & MASK_5) * DAY


@internal
@pure
def _item_with_pricing(word: uint256, pricing_id: uint256, quantity: uint256) -> uint256:
    assert pricing_id <= MASK_40 and quantity <= MASK_32  # invariant: checked where they enter
    return (word & ~(MASK_40 | (MASK_32 << 80))) | pricing_id | (quantity << 80)


@internal
@pure
def _item_with_next(word: uint256, product_id: uint256) -> uint256:
    assert product_id <= MASK_40  # invariant: product ids count up from 1
    return (word & ~(MASK_40 << 40)) | (product_id << 40)


@internal
@pure
def _item_with_times(word: uint256, start: uint256, end: uint256) -> uint256:
    assert start <= MASK_40 and end <= MASK_40  # invariant: periods end within ten years
    return (word & ~((MASK_40 << 112) | (MASK_40 << 152))) | (start << 112) | (end << 152)


@internal
@pure
def _item_with_rate(word: uint256, rate: uint256) -> uint256:
    assert rate <= RATE_ONE  # invariant: nobody pays more than the list cost
    return (word & ~(MASK_27 << 192)) | (rate << 192)


@internal
@pure
def _item_with_coupon(word: uint256, bps: uint256, renewals_left: uint256) -> uint256:
    assert bps <= 10_000 and renewals_left <= MASK_8  # invariant: checked at creation
    return (word & ~((MASK_14 << 219) | (MASK_8 << 233))) | (bps << 219) | (renewals_left << 233)


@internal
@pure
def _item_with_grace(word: uint256, grace_days: uint256) -> uint256:
    assert grace_days <= 30  # invariant: checked when the org sets it
    return (word & ~(MASK_5 << 241)) | (grace_days << 241)


@internal
@pure
def _item_status(word: uint256, now: uint256) -> uint256:
    """
    @notice Status of an item at `now`; intervals are half-open.
    """
    if (word >> PAUSED_BIT) & 1 != 0:
        return STATUS_PAUSED
    if (word >> REVOKED_BIT) & 1 != 0:
        return STATUS_EXPIRED
    if (word >> ONE_TIME_BIT) & 1 != 0:
        return STATUS_ACTIVE
    if now < (word >> 152) & MASK_40:
        return STATUS_CANCELLED if (word >> CANCELLED_BIT) & 1 != 0 else STATUS_ACTIVE
    if (word >> CANCELLED_BIT) & 1 == 0 and now < self._item_grace_end(word):
        return STATUS_PAST_DUE
    return STATUS_EXPIRED


@internal
@pure
def _item_movable(word: uint256, now: uint256) -> bool:
    """
    @notice May this item change hands with its pass at `now`?
    @dev A usage bill can come until the end of grace; nobody shall buy somebody else's bill.
    """
    if (word >> REVOKED_BIT) & 1 != 0:
        return True
    if (word >> TRANSFERABLE_BIT) & 1 == 0:
        return False
    if ((word >> ONE_TIME_BIT) | (word >> PAUSED_BIT)) & 1 != 0:
        return True
    if (word >> USAGE_BIT) & 1 != 0:
        return now >= self._item_grace_end(word)
    return self._item_status(word, now) == STATUS_EXPIRED


@internal
@pure
def _item_revoked(word: uint256, now: uint256) -> uint256:
    """
    @notice The item ended for good. A paused one gets real dates back, so that PAUSED no longer applies
            and the length of its period, which bounds a refund, stays.
    """
    ended: uint256 = word
    if (word >> PAUSED_BIT) & 1 != 0:
        ended = self._item_with_times(
            word & ~PAUSED, now - self._item_start(word), now + self._item_end(word)
        )
    return (ended | REVOKED) & ~AUTO_RENEW


# ------------------------------------------------------------------------------------------------
# Usage of one item (usage styles only). PurchaseManager.usages[productPassId][productId]
#   0-95 cap the present holder set | 96-191 last bill | 192-239 mark: units billed so far
# ------------------------------------------------------------------------------------------------


@internal
@pure
def _usage_cap(word: uint256) -> uint256:
    return word & MASK_96


@internal
@pure
def _usage_bill(word: uint256) -> uint256:
    return (word >> 96) & MASK_96


@internal
@pure
def _usage_mark(word: uint256) -> uint256:
    return (word >> 192) & MASK_48


@internal
@pure
def _pack_usage(cap: uint256, bill: uint256, mark: uint256) -> uint256:
    assert cap <= MASK_96 and bill <= MASK_96 and mark <= MASK_48  # invariant: bill <= cap < 2^96
    return cap | (bill << 96) | (mark << 192)


# ------------------------------------------------------------------------------------------------
# Pass. ProductPass: 0-159 owner | 160-191 org | 192-231 first product | 232-245 discount, basis
#       points | 246-253 number of products
# ------------------------------------------------------------------------------------------------


@internal
@pure
def _pass_owner(word: uint256) -> address:
    return convert(word & MASK_160, address)


@internal
@pure
def _pass_org(word: uint256) -> uint256:
    return (word >> 160) & MASK_32


@internal
@pure
def _pass_first(word: uint256) -> uint256:
    return (word >> 192) & MASK_40


@internal
@pure
def _pass_discount_bps(word: uint256) -> uint256:
    return (word >> 232) & MASK_14


@internal
@pure
def _pass_count(word: uint256) -> uint256:
    return (word >> 246) & MASK_8


@internal
@pure
def _pack_pass(
    owner: address, org_id: uint256, first: uint256, discount_bps: uint256, count: uint256
) -> uint256:
    assert org_id <= MASK_32 and first <= MASK_40 and discount_bps <= 10_000 and count <= 64  # invariant
    return (
        convert(owner, uint256)
        | (org_id << 160)
        | (first << 192)
        | (discount_bps << 232)
        | (count << 246)
    )


@internal
@pure
def _pass_with_owner(word: uint256, owner: address) -> uint256:
    return (word & ~MASK_160) | convert(owner, uint256)


@internal
@pure
def _pass_with_discount(word: uint256, discount_bps: uint256) -> uint256:
    assert discount_bps <= 10_000  # invariant: the sum is cut there
    return (word & ~(MASK_14 << 232)) | (discount_bps << 232)


# ------------------------------------------------------------------------------------------------
# Organization. OrganizationNFT: 0-159 holder | 160-223 epoch, how often it changed hands
# ------------------------------------------------------------------------------------------------


@internal
@pure
def _org_epoch(word: uint256) -> uint256:
    return (word >> 160) & MASK_64


@internal
@pure
def _org_next_epoch(word: uint256) -> uint256:
    return word + (1 << 160)
