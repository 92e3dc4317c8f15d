# pragma version ~=0.4.3
"""
@title promotion_words
@license Apache-2.0
@notice The storage words of coupons and discounts; the only place where their bits are shifted.
@dev Pure, in the manner of packing.vy: fields are checked by the caller when they enter, the asserts here
     cannot fail. Flags are tested with `word & promotion_words.FLAG != 0`.
"""
from ..interfaces import IPromotions
from . import packing

# ------------------------------------------------------------------------------------------------
# Coupon. Promotions._coupons[orgId][codeHash]; 0 = none
#
#   bits      width  field
#   0-31      32     coupon id (>= 1)
#   32-45     14     basis points, 1 to 10,000
#   46-85     40     expiry, unix seconds, 0 = never
#   86-117    32     most redemptions, 0 = no limit
#   118-149   32     redemptions
#   150-157   8      renewals, 255 = for ever
#   158-162   1 each once per wallet, first pass only, restricted, limited to products, active
# ------------------------------------------------------------------------------------------------

ONCE_PER_WALLET: constant(uint256) = 1 << 158
FIRST_PASS_ONLY: constant(uint256) = 1 << 159
RESTRICTED: constant(uint256) = 1 << 160
LIMITED: constant(uint256) = 1 << 161
COUPON_ACTIVE: constant(uint256) = 1 << 162

REDEMPTION: constant(uint256) = 1 << 118

# A wallet of a coupon. Promotions._coupon_wallets[couponId][wallet]
LISTED: constant(uint256) = 1
REDEEMED: constant(uint256) = 2


@internal
@pure
def _pack_coupon(coupon_id: uint256, terms: IPromotions.CouponTerms, limited: bool) -> uint256:
    assert coupon_id <= packing.MASK_32 and terms.bps <= 10_000 and terms.renewals <= packing.MASK_8  # invariant
    word: uint256 = coupon_id | (terms.bps << 32) | (terms.renewals << 150)
    if terms.oncePerWallet:
        word |= ONCE_PER_WALLET
    if terms.firstPassOnly:
        word |= FIRST_PASS_ONLY
    if terms.restricted:
        word |= RESTRICTED
    if limited:
        word |= LIMITED
    return self._coupon_with(word, terms.active, terms.expiry, terms.maxRedemptions)


@internal
@pure
def _coupon_with(word: uint256, active: bool, expiry: uint256, max_redemptions: uint256) -> uint256:
    """
    @notice The coupon with all that may change after its creation.
    """
    assert expiry <= packing.MASK_40 and max_redemptions <= packing.MASK_32  # invariant: checked on entry
    kept: uint256 = word & ~((packing.MASK_40 << 46) | (packing.MASK_32 << 86) | COUPON_ACTIVE)
    return kept | (expiry << 46) | (max_redemptions << 86) | (COUPON_ACTIVE if active else 0)


@internal
@pure
def _coupon_redeemed(word: uint256) -> uint256:
    """
    @notice The coupon redeemed once more.
    """
    assert self._coupon_redemptions(word) != packing.MASK_32  # invariant: 4 billion carts
    return unsafe_add(word, REDEMPTION)


@internal
@pure
def _coupon_id(word: uint256) -> uint256:
    return word & packing.MASK_32


@internal
@pure
def _coupon_bps(word: uint256) -> uint256:
    return (word >> 32) & packing.MASK_14


@internal
@pure
def _coupon_expiry(word: uint256) -> uint256:
    return (word >> 46) & packing.MASK_40


@internal
@pure
def _coupon_max(word: uint256) -> uint256:
    return (word >> 86) & packing.MASK_32


@internal
@pure
def _coupon_redemptions(word: uint256) -> uint256:
    return (word >> 118) & packing.MASK_32


@internal
@pure
def _coupon_renewals(word: uint256) -> uint256:
    return (word >> 150) & packing.MASK_8


@internal
@pure
def _unpack_coupon(word: uint256, org_id: uint256) -> IPromotions.Coupon:
    return IPromotions.Coupon(
        couponId=self._coupon_id(word),
        orgId=org_id,
        redeemed=self._coupon_redemptions(word),
        limited=word & LIMITED != 0,
        terms=IPromotions.CouponTerms(
            bps=self._coupon_bps(word),
            expiry=self._coupon_expiry(word),
            maxRedemptions=self._coupon_max(word),
            renewals=self._coupon_renewals(word),
            oncePerWallet=word & ONCE_PER_WALLET != 0,
            firstPassOnly=word & FIRST_PASS_ONLY != 0,
            restricted=word & RESTRICTED != 0,
            active=word & COUPON_ACTIVE != 0,
        ),
    )


# ------------------------------------------------------------------------------------------------
# Discount. Promotions._discounts[discountId]; 0 = none
#
#   bits      width  field
#   0-31      32     organization id (>= 1)
#   32-45     14     basis points, 1 to 10,000
#   46-77     32     mints
#   78-109    32     most mints, 0 = no limit
#   110-111   2      mode: 0 listed wallets, 1 everybody, 2 the organization
#   112       1      active
#   113-120   8      index among the organization's discounts, 0 to 239
# ------------------------------------------------------------------------------------------------

DISCOUNT_ACTIVE: constant(uint256) = 1 << 112

MODE_LISTED: constant(uint256) = 0
MODE_OPEN: constant(uint256) = 1
MODE_ORG: constant(uint256) = 2

MINT: constant(uint256) = 1 << 46

# What a pass has. Promotions._marks[productPassId]: bit i = the organization's discount with index i
MAX_DISCOUNTS: constant(uint256) = 240
HAS_OPEN: constant(uint256) = 1 << 255  # one of them is open to everybody


@internal
@pure
def _pack_discount(
    org_id: uint256, bps: uint256, max_mints: uint256, mode: uint256, index: uint256
) -> uint256:
    assert org_id <= packing.MASK_32 and bps <= 10_000 and mode <= MODE_ORG and index < MAX_DISCOUNTS  # invariant
    word: uint256 = org_id | (bps << 32) | (mode << 110) | (index << 113)
    return self._discount_with(word, True, max_mints)


@internal
@pure
def _discount_with(word: uint256, active: bool, max_mints: uint256) -> uint256:
    """
    @notice The discount with all that may change after its creation.
    """
    assert max_mints <= packing.MASK_32  # invariant: checked on entry
    kept: uint256 = word & ~((packing.MASK_32 << 78) | DISCOUNT_ACTIVE)
    return kept | (max_mints << 78) | (DISCOUNT_ACTIVE if active else 0)


@internal
@pure
def _discount_minted(word: uint256) -> uint256:
    """
    @notice The discount minted once more.
    """
    assert self._discount_mints(word) != packing.MASK_32  # invariant: 4 billion passes
    return unsafe_add(word, MINT)


@internal
@pure
def _discount_org(word: uint256) -> uint256:
    return word & packing.MASK_32


@internal
@pure
def _discount_bps(word: uint256) -> uint256:
    return (word >> 32) & packing.MASK_14


@internal
@pure
def _discount_mints(word: uint256) -> uint256:
    return (word >> 46) & packing.MASK_32


@internal
@pure
def _discount_max(word: uint256) -> uint256:
    return (word >> 78) & packing.MASK_32


@internal
@pure
def _discount_mode(word: uint256) -> uint256:
    return (word >> 110) & 3


@internal
@pure
def _discount_mark(word: uint256) -> uint256:
    """
    @notice The bit of this discount in the marks of a pass.
    """
    return 1 << ((word >> 113) & packing.MASK_8)


@internal
@pure
def _discount_marks(word: uint256) -> uint256:
    """
    @notice What minting this discount sets in the marks of a pass.
    """
    mark: uint256 = self._discount_mark(word)
    return mark | HAS_OPEN if self._discount_mode(word) == MODE_OPEN else mark


@internal
@pure
def _unpack_discount(word: uint256, name: String[32]) -> IPromotions.Discount:
    return IPromotions.Discount(
        orgId=self._discount_org(word),
        name=name,
        bps=self._discount_bps(word),
        minted=self._discount_mints(word),
        maxMints=self._discount_max(word),
        mode=self._discount_mode(word),
        active=word & DISCOUNT_ACTIVE != 0,
    )
