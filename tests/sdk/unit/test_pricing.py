"""The contracts' price arithmetic: the vectors of tests/unit/catalog/test_costs.py, and counting unit by unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passmanager.abi.structs import PricingTerms, Tier
from passmanager.core import pricing
from passmanager.units import NATIVE

VOLUME = (pricing.TIERED_VOLUME, pricing.USAGE_VOLUME)
GRADUATED = (pricing.TIERED_GRADUATED, pricing.USAGE_GRADUATED)
STYLES = VOLUME + GRADUATED
# Upper bounds, and (unit price, flat price) of each tier; the last has no bound.
SHAPES = {
    "one tier": ([], [(7, 3)]),
    "three tiers": ([9, 99], [(100, 7), (80, 0), (50, 3)]),
    "tiers of one unit": ([1, 2, 3], [(9, 1), (8, 2), (7, 3), (6, 4)]),
    "dearer with more": ([5], [(1, 0), (10, 0)]),
    "flat prices only": ([4, 8], [(0, 10), (0, 0), (0, 5)]),
    "sixteen tiers": (list(range(2, 32, 2)), [(20 - i, i) for i in range(16)]),
}


def terms(style, shape=None, *, flat=0):
    tiers = []
    if shape is not None:
        bounds, prices = shape
        lowers = [1 if style in VOLUME else 0, *(bound + 1 for bound in bounds)]
        tiers = [Tier.from_abi((low, up, *price)) for low, up, price in zip(lowers, [*bounds, 0], prices, strict=True)]
    return PricingTerms(
        charge_style=style, frequency=0 if style == pricing.ONE_TIME else 3, token=NATIVE, flat_price=flat,
        meter_id=0, restricted=False, tiers=tuple(tiers),
    )  # fmt: skip


def by_counting(found, units):
    """Every single unit looked up in the list of tiers."""
    tier_at = [next(t for t in found.tiers if t.upper == 0 or unit <= t.upper) for unit in range(1, units + 1)]
    if not tier_at:
        return 0
    if found.charge_style in VOLUME:
        return units * tier_at[-1].unit_price + tier_at[-1].flat_price
    return sum(t.unit_price for t in tier_at) + sum(t.flat_price for t in found.tiers if t in tier_at)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_list_cost_is_what_counting_says_when_units_are_around_the_bounds(style, shape):
    found = terms(style, SHAPES[shape])
    for units in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 29, 30, 31, 32, 98, 99, 100, 101, 250):
        assert pricing.list_cost(found, units) == by_counting(found, units), units


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (pricing.TIERED_VOLUME, {9: 907, 10: 800, 99: 7_920, 100: 5_003}),
        (pricing.TIERED_GRADUATED, {9: 907, 10: 987, 99: 8_107, 100: 8_160}),
    ],
)
def test_list_cost_is_the_contracts_worked_example_when_units_are_at_its_bounds(style, expected):
    found = terms(style, SHAPES["three tiers"])
    assert {units: pricing.list_cost(found, units) for units in expected} == expected


@pytest.mark.parametrize("style", [pricing.ONE_TIME, pricing.FLAT])
def test_list_cost_is_the_flat_price_when_there_are_no_tiers(style):
    assert pricing.list_cost(terms(style, flat=1_000), 0) == pricing.list_cost(terms(style, flat=1_000), 7) == 1_000


@pytest.mark.parametrize("style", [pricing.USAGE_VOLUME, pricing.USAGE_GRADUATED])
def test_purchase_costs_nothing_when_usage_is_billed_later(style):
    assert pricing.purchase_cost(terms(style, SHAPES["one tier"]), 5) == 0


def test_discount_is_rounded_in_the_merchants_favor_when_it_is_no_whole_unit():
    assert pricing.after(999, 3_333) == 999 - 332


@given(st.sampled_from(STYLES), st.sampled_from(sorted(SHAPES)), st.integers(0, 2**96 - 1), st.integers(0, 2**40))
def test_terms_survive_when_they_are_kept_as_json(style, shape, flat, meter):
    bounds, prices = SHAPES[shape]
    found = terms(style, (bounds, [(unit * flat, most) for unit, most in prices]), flat=flat)
    assert pricing.terms_from_json(pricing.terms_to_json(found)) == found
