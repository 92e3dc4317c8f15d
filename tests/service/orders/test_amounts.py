"""Sums of orders: whatever is spread adds up, and no line gets more than it costs."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passmanager.abi.structs import PricingTerms, Tier
from passmanager.core import pricing
from passmanager.service.orders.amounts import cart_lines, spread, value36
from passmanager.units import NATIVE

COSTS = st.lists(st.integers(0, 2**149), min_size=1, max_size=24)


def flat(price, style=pricing.ONE_TIME):
    return PricingTerms(
        charge_style=style, frequency=0, token=NATIVE, flat_price=price, meter_id=0, restricted=False, tiers=()
    )


@given(COSTS, st.data())
def test_discount_adds_up_and_exceeds_no_line_when_it_is_spread(costs, data):
    discount = data.draw(st.integers(0, sum(costs)))
    parts = spread(discount, costs)
    assert sum(parts) == discount
    assert all(0 <= part <= cost for part, cost in zip(parts, costs, strict=True))


def test_unit_goes_to_the_largest_remainder_when_parts_are_no_whole_units():
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(10, [5, 3, 1]) == [6, 3, 1]  # 5.56, 3.33, 1.11


def test_spreading_is_refused_when_nothing_costs_anything():
    with pytest.raises(ValueError, match="cost nothing"):
        spread(1, [0, 0])


@given(st.lists(st.integers(0, 2**96), min_size=1, max_size=24), st.data())
def test_lines_are_the_list_prices_when_they_add_up_to_the_subtotal(prices, data):
    paid = data.draw(st.integers(0, sum(prices)))
    lines, exact = cart_lines([flat(price) for price in prices], [0] * len(prices), sum(prices), paid)
    assert exact
    assert [line.subtotal for line in lines] == prices
    assert sum(line.total for line in lines) == paid
    assert all(line.quantity == 1 and line.subtotal - line.discount == line.total for line in lines)


@given(st.lists(st.integers(0, 2**96), min_size=1, max_size=24), st.integers(0, 2**100))
def test_sums_are_those_of_the_event_when_terms_disagree_with_it(prices, subtotal):
    assume(sum(prices) != subtotal)
    lines, exact = cart_lines([flat(price) for price in prices], [0] * len(prices), subtotal, subtotal // 2)
    assert not exact
    assert (sum(line.subtotal for line in lines), sum(line.total for line in lines)) == (subtotal, subtotal // 2)


def test_sums_are_those_of_the_event_when_a_pricing_is_not_known():
    lines, exact = cart_lines([flat(100), None], [0, 3], 250, 200)
    assert not exact
    assert [line.subtotal for line in lines] == [250, 0]


def test_units_keep_their_price_when_the_pricing_has_tiers():
    tiers = (Tier.from_abi((1, 9, 5, 0)), Tier.from_abi((10, 0, 4, 0)))
    seats = PricingTerms(
        charge_style=pricing.TIERED_VOLUME, frequency=3, token=NATIVE, flat_price=0, meter_id=0, restricted=False,
        tiers=tiers,
    )  # fmt: skip
    (line,), exact = cart_lines([seats], [10], 40, 40)
    assert exact
    assert (line.quantity, line.price, line.subtotal) == (10, 4, 40)


def test_values_compare_when_currencies_have_other_decimals():
    assert value36(15, 1) == value36(1_500_000, 6) == 15 * 10**35
