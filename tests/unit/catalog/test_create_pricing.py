import itertools

import pytest

from tests.support.shop import (
    FLAT,
    GRADUATED_TIERS,
    MONTHLY,
    ONE_TIME,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE_GRADUATED,
    USAGE_VOLUME,
    VOLUME_TIERS,
    only_event,
    tiers_of,
)
from tests.support.system import NATIVE, refused

STYLES = [ONE_TIME, FLAT, TIERED_VOLUME, TIERED_GRADUATED, USAGE_VOLUME, USAGE_GRADUATED]
UNTIERED = [ONE_TIME, FLAT]
VOLUME = [TIERED_VOLUME, USAGE_VOLUME]
GRADUATED = [TIERED_GRADUATED, USAGE_GRADUATED]
WITH_TIERS = [*VOLUME, *GRADUATED]
USAGE_STYLES = [USAGE_VOLUME, USAGE_GRADUATED]
MAX_PRICE = 2**96 - 1
MAX_BOUND = 2**48 - 1
HUGE = 2**256 - 1

INVALID_TIERS = "InvalidTiers(uint256)"
NUMBER_TOO_LARGE = "NumberTooLarge(uint256,uint256)"


@pytest.fixture
def terms(shop, meter):
    """Terms that are right but for what the test says."""

    def build(style, frequency=None, **changes):
        changes.setdefault("meter", meter if style in USAGE_STYLES else 0)
        return shop.terms(style, frequency, **changes)

    return build


def pricing_of(system, pricing):
    """As PassLens unpacks it: org, active, retired, terms."""
    found = system.lens.pricingOf(pricing)
    return (found.orgId, found.active, found.retired, tuple(found.terms))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("restricted", [False, True])
def test_keeps_the_terms_when_a_pricing_is_created(catalog, system, shop, terms, style, restricted):
    wanted = terms(style, price=12 if style in UNTIERED else 0, restricted=restricted)
    pricing = shop.create(wanted)
    event = only_event(catalog, "PricingCreated")
    assert (event.orgId, event.pricingId, tuple(event.terms)) == (shop.org, pricing, wanted)
    found = pricing_of(system, pricing)
    with_lower_bounds = wanted  # only upper bounds are stored; the lens works the lower ones out
    assert found == (shop.org, True, False, with_lower_bounds)


def test_counts_ids_from_one_when_several_organizations_create(shop, rival):
    assert [shop.pricing(), rival.pricing(), shop.pricing()] == [1, 2, 3]


@pytest.mark.parametrize("style", STYLES)
def test_r03_takes_the_native_coin_when_the_style_is_any(catalog, shop, terms, style):
    pricing = shop.create(terms(style, token=NATIVE))
    assert catalog.pricingWords(pricing, 1) % 2**160 == 0


@pytest.mark.parametrize("style", [6, 7, 8, 255, HUGE])
def test_refuses_when_the_style_does_not_exist(catalog, shop, terms, style):
    with refused(catalog, "InvalidChargeStyle(uint256)", style):
        shop.create(terms(style, MONTHLY))


@pytest.mark.parametrize("style", STYLES[1:])
@pytest.mark.parametrize("frequency", [1, 2, 3, 4, 5])
def test_r03_takes_every_frequency_when_the_style_recurs(system, shop, terms, style, frequency):
    pricing = shop.create(terms(style, frequency))
    assert system.lens.pricingOf(pricing).terms.frequency == frequency


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("frequency", [0, 1, 2, 3, 4, 5, 6, 7, 8, 2**32, HUGE])
def test_r03_refuses_when_the_frequency_does_not_fit_the_style(catalog, shop, terms, style, frequency):
    fits = frequency == 0 if style == ONE_TIME else 1 <= frequency <= 5
    if fits:
        shop.create(terms(style, frequency))
        return
    with refused(catalog, "InvalidFrequency(uint256,uint256)", style, frequency):
        shop.create(terms(style, frequency))


@pytest.mark.parametrize("style", STYLES)
def test_refuses_when_the_token_has_no_code(catalog, shop, terms, style, stranger):
    with refused(catalog, "TokenHasNoCode(address)", stranger):
        shop.create(terms(style, token=stranger))


@pytest.mark.parametrize("style", UNTIERED)
@pytest.mark.parametrize("price", [0, 1, MAX_PRICE])
def test_keeps_the_flat_price_when_it_fits(catalog, system, shop, terms, style, price):
    pricing = shop.create(terms(style, price=price))
    assert catalog.pricingWords(pricing, 1) == int(system.token.address, 16) | price << 160


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("price", [MAX_PRICE + 1, HUGE])
def test_refuses_when_the_flat_price_does_not_fit(catalog, shop, terms, style, price):
    with refused(catalog, NUMBER_TOO_LARGE, price, MAX_PRICE):
        shop.create(terms(style, price=price))


@pytest.mark.parametrize("style", WITH_TIERS)
@pytest.mark.parametrize("price", [1, MAX_PRICE])
def test_refuses_when_a_style_with_tiers_has_a_flat_price(catalog, shop, terms, style, price):
    with refused(catalog, "InvalidFlatPrice(uint256)", price):
        shop.create(terms(style, price=price))


# Meters


@pytest.mark.parametrize("style", STYLES[:4])
@pytest.mark.parametrize("unknown", [0, 5])
def test_refuses_when_a_style_without_usage_has_a_meter(catalog, shop, terms, meter, style, unknown):
    with refused(catalog, "UnexpectedMeter(uint256)", meter + unknown):
        shop.create(terms(style, meter=meter + unknown))


@pytest.mark.parametrize("style", USAGE_STYLES)
@pytest.mark.parametrize("missing", [0, 99, 2**40, HUGE])
def test_refuses_when_there_is_no_such_meter(catalog, shop, terms, style, missing):
    with refused(catalog, "NoSuchMeter(uint256)", missing):
        shop.create(terms(style, meter=missing))


@pytest.mark.parametrize("style", USAGE_STYLES)
def test_w20_refuses_when_the_meter_is_of_another_organization(catalog, shop, rival, terms, style):
    theirs = rival.meter()
    with refused(catalog, "NoSuchMeter(uint256)", theirs):
        shop.create(terms(style, meter=theirs))


# Tiers: peer-known rules, and two of their quirks that are not wanted


@pytest.mark.parametrize("style", UNTIERED)
@pytest.mark.parametrize("tiers", [VOLUME_TIERS, GRADUATED_TIERS, [(1, 0, 1, 1)], [(0, 0, 0, 0)]])
def test_r03_refuses_tiers_when_the_style_has_none(catalog, shop, terms, style, tiers):
    with refused(catalog, INVALID_TIERS, 0):
        shop.create(terms(style, tiers=tiers))


@pytest.mark.parametrize("style", WITH_TIERS)
def test_r03_refuses_when_there_is_no_tier(catalog, shop, terms, style):
    with refused(catalog, INVALID_TIERS, 0):
        shop.create(terms(style, tiers=[]))


def tiers_between(style, bounds):
    """Tiers with these upper bounds and a last one without."""
    lowers = [0 if style in GRADUATED else 1, *(bound + 1 for bound in bounds)]
    return [(lower, upper, 10, 1) for lower, upper in zip(lowers, [*bounds, 0], strict=True)]


@pytest.mark.parametrize("style", WITH_TIERS)
@pytest.mark.parametrize(
    "bounds", [[], [1], [9], [1, 2, 3], [9, 99], [MAX_BOUND], [1, MAX_BOUND], list(range(1, 16))], ids=str
)
def test_r03_takes_tiers_when_they_follow_each_other(catalog, system, shop, terms, style, bounds):
    wanted = tiers_between(style, bounds)
    pricing = shop.create(terms(style, tiers=wanted))
    assert only_event(catalog, "PricingCreated").terms.tiers == wanted
    assert system.lens.pricingOf(pricing).terms.tiers == wanted
    words = [catalog.tierWords(pricing, i) for i in range(16)]
    assert words == [upper | 1 << 48 | 10 << 144 for upper in [*bounds, 0]] + [0] * (15 - len(bounds))


def wrong_tiers():
    """(style, tiers, index of the first wrong one)"""
    for style in WITH_TIERS:
        first = 0 if style in GRADUATED else 1
        yield style, [(1 - first, 9, 1, 0), (10, 0, 1, 0)], 0  # begins where the other kind does
        yield style, [(2, 9, 1, 0), (10, 0, 1, 0)], 0
        yield style, [(HUGE, 0, 1, 0)], 0
        yield style, [(first, 9, 1, 0)], 0  # ends
        yield style, [(first, 9, 1, 0), (10, 99, 1, 0)], 1
        yield style, [(first, 9, 1, 0), (10, HUGE, 1, 0)], 1
        yield style, [(first, 0, 1, 0), (1, 0, 1, 0)], 0  # endless before the last
        yield style, [(first, 9, 1, 0), (10, 0, 1, 0), (11, 0, 1, 0)], 1
        yield style, [(first, 9, 1, 0), (9, 0, 1, 0)], 1  # overlap
        yield style, [(first, 9, 1, 0), (11, 0, 1, 0)], 1  # gap
        yield style, [(first, 9, 1, 0), (10, 9, 1, 0), (10, 0, 1, 0)], 1  # upper below lower
        yield style, [(first, 9, 1, 0), (10, 99, 1, 0), (5, 0, 1, 0)], 2


@pytest.mark.parametrize(("style", "tiers", "index"), wrong_tiers(), ids=itertools.count())
def test_r03_refuses_when_tiers_do_not_follow_each_other(catalog, shop, terms, style, tiers, index):
    with refused(catalog, INVALID_TIERS, index):
        shop.create(terms(style, tiers=tiers))


@pytest.mark.parametrize("style", GRADUATED)
def test_w35_refuses_when_the_first_graduated_tier_has_no_unit(catalog, shop, terms, style):
    with refused(catalog, INVALID_TIERS, 0):
        shop.create(terms(style, tiers=[(0, 0, 1, 0), (1, 0, 1, 0)]))


@pytest.mark.parametrize("style", WITH_TIERS)
@pytest.mark.parametrize("bound", [MAX_BOUND + 1, 2**255, HUGE])
def test_refuses_when_an_upper_bound_does_not_fit(catalog, shop, terms, style, bound):
    first = tiers_of(style)[0][0]
    with refused(catalog, NUMBER_TOO_LARGE, bound, MAX_BOUND):
        shop.create(terms(style, tiers=[(first, bound, 1, 1), ((bound + 1) % 2**256, 0, 1, 1)]))


@pytest.mark.parametrize("style", WITH_TIERS)
def test_keeps_prices_apart_when_they_are_as_large_as_allowed(catalog, system, shop, terms, style):
    first = tiers_of(style)[0][0]
    tiers = [(first, MAX_BOUND, MAX_PRICE, 0), (MAX_BOUND + 1, 0, 0, MAX_PRICE)]
    pricing = shop.create(terms(style, tiers=tiers))
    assert catalog.tierWords(pricing, 0) == MAX_BOUND | MAX_PRICE << 144
    assert catalog.tierWords(pricing, 1) == MAX_PRICE << 48
    assert system.lens.pricingOf(pricing).terms.tiers == tiers


@pytest.mark.parametrize("style", WITH_TIERS)
@pytest.mark.parametrize(
    ("unit", "flat"), [(MAX_PRICE + 1, 0), (0, MAX_PRICE + 1), (HUGE, 1), (1, HUGE), (HUGE, MAX_PRICE + 1)]
)
@pytest.mark.parametrize("in_last", [False, True])
def test_refuses_when_a_price_of_a_tier_does_not_fit(catalog, shop, terms, style, unit, flat, in_last):
    first = tiers_of(style)[0][0]
    fine, wrong = (1, 1), (unit, flat)
    pair = (fine, wrong) if in_last else (wrong, fine)
    with refused(catalog, NUMBER_TOO_LARGE, max(unit, flat), MAX_PRICE):
        shop.create(terms(style, tiers=[(first, 9, *pair[0]), (10, 0, *pair[1])]))


def test_keeps_nothing_when_a_pricing_is_refused(catalog, shop, terms):
    with refused(catalog, INVALID_TIERS, 2):
        shop.create(terms(TIERED_VOLUME, tiers=[(1, 9, 1, 1), (10, 99, 1, 1), (5, 0, 1, 1)]))
    assert catalog.pricingWords(1, 0) == 0
    assert shop.pricing() == 1
