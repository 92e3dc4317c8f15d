# pragma version ~=0.4.3
"""
@title pricing
@license Apache-2.0
@notice Price and time arithmetic that needs no storage. Mirrored by the reference model of the tests.
@dev Pure. Amounts in the token's smallest unit, rates in 10^-8, basis points of 10,000, seconds.
     List costs stay below 2^149 (16 tiers, 2^48 units, 2^96 a unit), so every product below fits.
"""
from . import packing

# Charge styles and frequencies; the numbers are part of the ABI.
ONE_TIME: constant(uint256) = 0
FLAT: constant(uint256) = 1
TIERED_VOLUME: constant(uint256) = 2
TIERED_GRADUATED: constant(uint256) = 3
USAGE_VOLUME: constant(uint256) = 4
USAGE_GRADUATED: constant(uint256) = 5

BPS: constant(uint256) = 10_000
MAX_AHEAD: constant(uint256) = 3_650 * 86_400  # no period ends later than this from now


@internal
@pure
def _cycle(frequency: uint256) -> uint256:
    """
    @notice Seconds of one period: 0 once, 1 day, 2 week, 3 month of 30 days, 4 quarter of 90, 5 year of 365.
    """
    if frequency == 3:
        return 30 * packing.DAY
    if frequency == 1:
        return packing.DAY
    if frequency == 2:
        return 7 * packing.DAY
    if frequency == 4:
        return 90 * packing.DAY
    if frequency == 5:
        return 365 * packing.DAY
    return 0


@internal
@pure
def _after(cost: uint256, bps: uint256) -> uint256:
    """
    @notice `cost` less `bps`, rounded in the merchant's favor: the coupon first, the discounts on the rest.
    """
    return cost - cost * bps // BPS


@internal
@pure
def _rate(paid: uint256, list_cost: uint256) -> uint256:
    """
    @notice Share of the list cost that was paid, unit 10^-8, rounded down; 0 for what costs nothing.
    """
    if list_cost == 0:
        return 0
    return paid * packing.RATE_ONE // list_cost


@internal
@pure
def _value(list_cost: uint256, rate: uint256, time: uint256, cycle: uint256) -> uint256:
    """
    @notice What `time` seconds are worth that were bought at `rate` of `list_cost` a cycle.
    """
    return list_cost * rate * time // (cycle * packing.RATE_ONE)


@internal
@pure
def _blend(left: uint256, old_rate: uint256, cycle: uint256, new_rate: uint256) -> uint256:
    """
    @notice One rate for the time left and a cycle bought early.
    """
    return (left * old_rate + cycle * new_rate) // (left + cycle)
