"""What is on sale, unpacked from the words of Catalog."""

import pytest

from tests.support.shop import (
    FLAT,
    GRADUATED_TIERS,
    MONTHLY,
    ONE_TIME,
    TIERED_GRADUATED,
    USAGE_GRADUATED,
    USAGE_VOLUME,
    VOLUME_TIERS,
    WEEKLY,
    travel,
)
from tests.support.system import NATIVE, refused


def test_product_is_read_back(lens, shop, buyer):
    product = shop.product("Course", transferable=False, max_supply=5)
    shop.buy(buyer, (product, shop.offer(product, price=1)))

    read = lens.productOf(product)
    assert (read.orgId, read.name, read.active, read.transferable) == (shop.org, "Course", True, False)
    assert (read.maxSupply, read.sold) == (5, 1)


@pytest.mark.parametrize("style", range(6))
@pytest.mark.parametrize("restricted", [True, False])
def test_pricing_is_read_back(lens, shop, style, restricted):
    price = 77 if style in (ONE_TIME, FLAT) else 0
    meter = shop.meter() if style >= USAGE_VOLUME else 0
    terms = shop.terms(style, price=price, meter=meter, restricted=restricted)
    pricing = shop.create(terms)

    read = lens.pricingOf(pricing)
    assert (read.orgId, read.active, read.retired) == (shop.org, True, False)
    assert (*read.terms[:6], [tuple(tier) for tier in read.terms.tiers]) == terms


def test_pricing_in_the_native_coin_is_read_back(lens, shop):
    read = lens.pricingOf(shop.pricing(FLAT, WEEKLY, price=2**96 - 1, token=NATIVE)).terms

    assert (read.token, read.flatPrice, read.frequency) == (NATIVE, 2**96 - 1, WEEKLY)


def test_flags_of_a_pricing_are_read_back(lens, shop):
    pricing = shop.pricing(FLAT, MONTHLY, price=1)
    shop.flags(pricing, active=False, retired=True, restricted=True)

    read = lens.pricingOf(pricing)
    assert (read.active, read.retired, read.terms.restricted) == (False, True, True)


@pytest.mark.parametrize(("style", "tiers"), [(TIERED_GRADUATED, GRADUATED_TIERS), (USAGE_VOLUME, VOLUME_TIERS)])
def test_lower_bounds_of_tiers_are_worked_out(lens, shop, style, tiers):
    assert [tuple(tier) for tier in lens.pricingOf(shop.pricing(style)).terms.tiers] == tiers


def test_sale_rules_are_read_back(lens, shop):
    rules = shop.rules(closed=True, allow_list=True, gifting_off=True, pausing=True, plan_change_off=True)
    assert tuple(lens.saleRulesOf(shop.org)) == (*rules[:5], 3, *rules[6:])
    rules = shop.rules(grace_days=30, max_passes=65_535, count_passes=True)
    assert tuple(lens.saleRulesOf(shop.org)) == rules


def test_unknown_product_and_pricing_are_refused(lens):
    with refused(lens, "NoSuchProduct(uint256)", 999):
        lens.productOf(999)
    with refused(lens, "NoSuchPricing(uint256)", 999):
        lens.pricingOf(999)


def test_highest_mark_is_that_of_the_product_billed_last(lens, shop, manager, buyer, metered):
    other = shop.product()
    pricing = shop.offer(other, USAGE_GRADUATED, WEEKLY, tiers=[(0, 0, 1, 0)], meter=metered.meter)
    pass_id = shop.buy(buyer, metered.line, (other, pricing))
    for product in (metered.product, other):
        manager.setUsageCap(pass_id, product, 1_000, sender=buyer)
    assert lens.highestMark(metered.meter, pass_id) == 0

    shop.record(metered.meter, pass_id, 7)
    travel(days=7)
    manager.renewSubscription(pass_id, other, False, sender=buyer)
    shop.record(metered.meter, pass_id, 2)

    assert lens.highestMark(metered.meter, pass_id) == 7
    assert lens.highestMark(shop.meter(), pass_id) == 0
    assert lens.highestMark(metered.meter, 999) == 0
