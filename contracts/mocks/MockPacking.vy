# pragma version 0.4.3
"""
@title MockPacking
@license Apache-2.0
@notice The storage words of modules/packing.vy, one function a word, for property tests.
"""
from ..modules import packing


@external
@pure
def packItem(
    pricingId: uint256,
    next: uint256,
    quantity: uint256,
    start: uint256,
    end: uint256,
    rate: uint256,
    couponBps: uint256,
    couponLeft: uint256,
    graceDays: uint256,
    flags: uint256,
) -> uint256:
    """
    @notice An item built up field by field; `flags` are bits 246 to 255, counted from 0.
    """
    word: uint256 = packing._item_with_pricing(flags << 246, pricingId, quantity)
    word = packing._item_with_next(word, next)
    word = packing._item_with_times(word, start, end)
    word = packing._item_with_rate(word, rate)
    word = packing._item_with_coupon(word, couponBps, couponLeft)
    return packing._item_with_grace(word, graceDays)


@external
@pure
def unpackItem(word: uint256) -> uint256[9]:
    """
    @notice The numbers of an item, in the order of its word.
    """
    return [
        packing._item_pricing(word),
        packing._item_next(word),
        packing._item_quantity(word),
        packing._item_start(word),
        packing._item_end(word),
        packing._item_rate(word),
        packing._item_coupon_bps(word),
        packing._item_coupon_left(word),
        packing._item_grace_days(word),
    ]


@external
@pure
def flags() -> uint256[10]:
    """
    @notice The flags from the lowest bit on.
    """
    return [
        packing.AUTO_RENEW,
        packing.CANCELLED,
        packing.PAUSED,
        packing.REVOKED,
        packing.ONE_TIME,
        packing.USAGE,
        packing.NATIVE,
        packing.TRANSFERABLE,
        packing.PAUSABLE,
        packing.BILLED,
    ]


@external
@pure
def itemState(word: uint256, now: uint256) -> (uint256, bool, uint256):
    """
    @notice Status, may it move, end of grace.
    """
    return packing._item_status(word, now), packing._item_movable(word, now), packing._item_grace_end(word)


@external
@pure
def revokedItem(word: uint256, now: uint256) -> uint256:
    """
    @notice The item after it was ended for good.
    """
    return packing._item_revoked(word, now)


@external
@pure
def packUsage(cap: uint256, bill: uint256, mark: uint256) -> uint256:
    """
    @notice A usage word.
    """
    return packing._pack_usage(cap, bill, mark)


@external
@pure
def unpackUsage(word: uint256) -> uint256[3]:
    """
    @notice Cap, last bill, mark.
    """
    return [packing._usage_cap(word), packing._usage_bill(word), packing._usage_mark(word)]


@external
@pure
def packPass(owner: address, orgId: uint256, first: uint256, discountBps: uint256, count: uint256) -> uint256:
    """
    @notice A pass word.
    """
    return packing._pack_pass(owner, orgId, first, discountBps, count)


@external
@pure
def unpackPass(word: uint256) -> (address, uint256, uint256, uint256, uint256):
    """
    @notice Owner, org, first product, discount, number of products.
    """
    return (
        packing._pass_owner(word),
        packing._pass_org(word),
        packing._pass_first(word),
        packing._pass_discount_bps(word),
        packing._pass_count(word),
    )


@external
@pure
def passWithOwner(word: uint256, owner: address) -> uint256:
    """
    @notice The pass in other hands.
    """
    return packing._pass_with_owner(word, owner)


@external
@pure
def passWithDiscount(word: uint256, discountBps: uint256) -> uint256:
    """
    @notice The pass with another sum of discounts.
    """
    return packing._pass_with_discount(word, discountBps)
