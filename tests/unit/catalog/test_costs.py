"""Tier formulas (R3) against counting unit by unit, at every bound; through `sell` and `usageBill`."""

import pytest

from tests.support.shop import (
    GRADUATED_TIERS,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE_GRADUATED,
    USAGE_VOLUME,
    VOLUME_TIERS,
)
from tests.unit.catalog.inputs import Usage, cart, held, subscription

VOLUME = [TIERED_VOLUME, USAGE_VOLUME]
STYLES = [TIERED_VOLUME, TIERED_GRADUATED, USAGE_VOLUME, USAGE_GRADUATED]
MAX_PRICE = 2**96 - 1
# Upper bounds and (unit price, flat price) of each tier; the last has no bound.
SHAPES = {
    "one tier": ([], [(7, 3)]),
    "three tiers": ([9, 99], [(100, 7), (80, 0), (50, 3)]),
    "tiers of one unit": ([1, 2, 3], [(9, 1), (8, 2), (7, 3), (6, 4)]),
    "dearer with more": ([5], [(1, 0), (10, 0)]),
    "flat prices only": ([4, 8], [(0, 10), (0, 0), (0, 5)]),
    "free at first": ([10], [(0, 0), (3, 1)]),
    "sixteen tiers": (list(range(2, 32, 2)), [(20 - i, i) for i in range(16)]),
}
AROUND_BOUNDS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 29, 30, 31, 32, 98, 99, 100, 101, 250]


def tier_list(style, shape):
    bounds, prices = SHAPES[shape]
    lowers = [1 if style in VOLUME else 0, *(bound + 1 for bound in bounds)]
    return [(low, up, *price) for low, up, price in zip(lowers, [*bounds, 0], prices, strict=True)]


def by_counting(style, tiers, units):
    """Every single unit looked up in the list of tiers."""
    tier_at = [next(i for i, t in enumerate(tiers) if t[1] == 0 or unit <= t[1]) for unit in range(1, units + 1)]
    if not tier_at:
        return 0
    if style in VOLUME:
        _, _, unit_price, flat = tiers[tier_at[-1]]
        return sum(unit_price for _ in tier_at) + flat
    return sum(tiers[i][2] for i in tier_at) + sum(tiers[i][3] for i in set(tier_at))


@pytest.fixture
def cost_of(catalog, shop, product, meter, buyer, pass_id):
    """What Catalog says units cost in these tiers: a quote of a cart, or the bill of a reading, which only grows."""

    def quote(pricing, units):
        return catalog.sell(cart(shop, (product, pricing, units), caller=buyer)).total

    def bill(pricing, units):
        missing = units - catalog.usageTotal(meter, pass_id)
        shop.record(meter, pass_id, missing)
        item = held(shop, subscription(pricing, usage=True), usage=Usage(), pass_id=pass_id)
        billed, amount = catalog.usageBill(item)
        assert billed == units
        return amount

    def offer(style, tiers):
        seats = style in (TIERED_VOLUME, TIERED_GRADUATED)
        pricing = shop.offer(product, style, tiers=tiers, meter=0 if seats else meter)
        return lambda units: (quote if seats else bill)(pricing, units)

    return offer


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_costs_what_counting_says_when_units_are_around_the_bounds(cost_of, style, shape):
    tiers = tier_list(style, shape)
    cost = cost_of(style, tiers)
    for units in AROUND_BOUNDS:
        assert cost(units) == by_counting(style, tiers, units), units


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (TIERED_VOLUME, {9: 907, 10: 800, 99: 7_920, 100: 5_003}),
        (TIERED_GRADUATED, {9: 907, 10: 987, 99: 8_107, 100: 8_160}),
    ],
)
def test_costs_the_worked_example_when_the_units_are_at_its_bounds(cost_of, style, expected):
    cost = cost_of(style, VOLUME_TIERS if style == TIERED_VOLUME else GRADUATED_TIERS)
    assert {units: cost(units) for units in expected} == expected


@pytest.mark.parametrize("style", [USAGE_VOLUME, USAGE_GRADUATED])
@pytest.mark.parametrize("shape", SHAPES)
def test_w35_costs_nothing_when_nothing_was_used(cost_of, style, shape):
    assert cost_of(style, tier_list(style, shape))(0) == 0


@pytest.mark.parametrize("style", STYLES)
def test_costs_without_overflow_when_everything_is_as_large_as_allowed(cost_of, style):
    most = 2**32 - 1 if style in (TIERED_VOLUME, TIERED_GRADUATED) else 2**48 - 1
    first = 1 if style in VOLUME else 0
    bounds = [*range(1, 16)]
    lowers = [first, *(bound + 1 for bound in bounds)]
    tiers = [(low, up, MAX_PRICE, MAX_PRICE) for low, up in zip(lowers, [*bounds, 0], strict=True)]
    flats = 1 if style in VOLUME else 16
    assert cost_of(style, tiers)(most) == (most + flats) * MAX_PRICE
