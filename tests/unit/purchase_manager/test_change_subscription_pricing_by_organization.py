"""The organization changes a plan: it only adds."""

import pytest

from tests.support.changing_plan import FULL, LEFT, MONTH, change, pass_id
from tests.support.offers import MONTH_PRICE, PRO_PRICE
from tests.support.shop import CYCLES, FLAT, now, only_event
from tests.support.system import refused

__all__ = ["change", "pass_id"]


def test_value_is_kept_and_consent_ends_when_the_organization_gives_more(
    shop, manager, buyer, airdropper, pass_id, monthly, pro, change
):
    before = shop.system.token.balanceOf(buyer)
    change(pro, airdropper, airdrop=True)
    event = only_event(manager, "SubscriptionChanged")
    item = shop.state(pass_id, monthly.product)
    assert (event.amountPaid, event.valueLeft) == (0, LEFT)
    assert (item.pricingId, item.start, item.end) == (pro, now(), now() + MONTH)
    assert (item.rate, item.autoRenew) == (LEFT * FULL // PRO_PRICE, False)
    assert shop.system.token.balanceOf(buyer) == before
    assert LEFT - 1 <= shop.system.lens.valueLeft(pass_id, monthly.product) <= LEFT


def test_time_left_is_kept_when_it_is_longer_than_the_new_cycle(
    shop, buyer, airdropper, pass_id, monthly, weekly, change
):
    dear = shop.offer(monthly.product, FLAT, 2, price=10 * MONTH_PRICE)
    change(dear, airdropper, airdrop=True)
    item = shop.state(pass_id, monthly.product)
    assert item.end == now() + LEFT
    assert item.rate == LEFT * CYCLES[2] * FULL // (10 * MONTH_PRICE * LEFT)


def test_surplus_becomes_time_when_the_organization_gives_a_cheaper_plan(
    shop, manager, buyer, airdropper, monthly, pro
):
    pass_id = shop.buy(buyer, (monthly.product, pro))
    params = (shop.org, pass_id, monthly.product, monthly.pricing, True)
    manager.changeSubscriptionPricing(params, sender=airdropper)
    item = shop.state(pass_id, monthly.product)
    assert (item.end, item.rate, item.autoRenew) == (now() + 5 * MONTH, FULL, False)


def test_refused_when_the_end_would_come_earlier(shop, manager, buyer, airdropper, monthly, pro, yearly):
    pass_id = shop.buy(buyer, (monthly.product, yearly))
    with refused(manager, "ChangeWouldTakeAway(uint256,uint256)", pass_id, monthly.product):
        manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, True), sender=airdropper)


def test_refused_when_the_units_would_fall(shop, manager, buyer, airdropper, monthly, per_seat, pro):
    pass_id = shop.buy(buyer, (monthly.product, per_seat, 3))
    with refused(manager, "ChangeWouldTakeAway(uint256,uint256)", pass_id, monthly.product):
        manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, True), sender=airdropper)


def test_refused_when_the_organization_gives_a_free_plan_for_value(manager, airdropper, free, change):
    with refused(manager, "SurplusTooLong(uint256,uint256)", LEFT, 0):
        change(free, airdropper, airdrop=True)


def test_sale_rules_do_not_matter_when_the_organization_changes(shop, airdropper, pass_id, monthly, pro, change):
    shop.rules(plan_change_off=True, closed=True)
    shop.flags(pro, active=False, restricted=True)
    shop.product(product=monthly.product, active=False)
    change(pro, airdropper, airdrop=True)
    assert shop.state(pass_id, monthly.product).pricingId == pro


def test_links_and_retirement_matter_when_the_organization_changes(shop, manager, airdropper, monthly, pro, change):
    shop.flags(pro, retired=True)
    with refused(manager, "PricingRetired(uint256)", pro):
        change(pro, airdropper, airdrop=True)
    shop.flags(pro)
    shop.link(monthly.product, pro, linked=False)
    with refused(manager, "PricingNotLinked(uint256,uint256)", monthly.product, pro):
        change(pro, airdropper, airdrop=True)


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else"])
def test_refused_when_airdropped_without_the_role(shop, manager, everybody, pro, change, person):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, everybody[person], 4):
        change(pro, everybody[person], airdrop=True)
