# pragma version 0.4.3
"""
@title MockPricing
@license Apache-2.0
@notice The arithmetic of modules/pricing.vy, for property tests.
"""
from ..modules import pricing


@external
@pure
def cycle(frequency: uint256) -> uint256:
    """
    @notice Seconds of one period.
    """
    return pricing._cycle(frequency)


@external
@pure
def after(cost: uint256, bps: uint256) -> uint256:
    """
    @notice Cost less basis points.
    """
    return pricing._after(cost, bps)


@external
@pure
def rate(paid: uint256, listCost: uint256) -> uint256:
    """
    @notice Share of the list cost that was paid.
    """
    return pricing._rate(paid, listCost)


@external
@pure
def worth(listCost: uint256, paidRate: uint256, time: uint256, cycleSeconds: uint256) -> uint256:
    """
    @notice What time bought at this rate is worth.
    """
    return pricing._value(listCost, paidRate, time, cycleSeconds)


@external
@pure
def blend(left: uint256, oldRate: uint256, cycleSeconds: uint256, newRate: uint256) -> uint256:
    """
    @notice One rate for two stretches of time.
    """
    return pricing._blend(left, oldRate, cycleSeconds, newRate)
