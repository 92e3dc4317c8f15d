import pytest

from tests.support.shop import only_event, travel
from tests.support.system import refused


@pytest.fixture
def pass_id(shop, buyer, metered):
    """20 units recorded, which cost 200."""
    pass_id = shop.buy(buyer, metered.line)
    shop.record(metered.meter, pass_id, 20)
    return pass_id


def test_cap_is_zero_when_just_bought(shop, pass_id, metered):
    assert shop.system.lens.usageOf(pass_id, metered.product) == (20, 200, 0)


@pytest.mark.parametrize("cap", [200, 201, 2**96 - 1])
def test_cap_is_kept_when_the_holder_sets_it(manager, buyer, pass_id, metered, cap):
    manager.setUsageCap(pass_id, metered.product, cap, sender=buyer)
    event = only_event(manager, "UsageCapSet")
    assert (event.productPassId, event.productId, event.holder, event.cap) == (pass_id, metered.product, buyer, cap)
    assert manager.usageStateOf(pass_id, metered.product) == cap


def test_bill_and_mark_stay_when_the_cap_changes(manager, buyer, keeper, pass_id, metered):
    manager.setUsageCap(pass_id, metered.product, 500, sender=buyer)
    travel(days=30)
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
    manager.setUsageCap(pass_id, metered.product, 0, sender=buyer)
    assert manager.usageStateOf(pass_id, metered.product) == 200 << 96 | 20 << 192


@pytest.mark.parametrize("cap", [0, 199])
def test_refused_when_it_is_below_what_is_recorded(manager, buyer, pass_id, metered, cap):
    with refused(manager, "UsageCapTooLow(uint256,uint256)", cap, 200):
        manager.setUsageCap(pass_id, metered.product, cap, sender=buyer)


def test_discounts_count_when_compared_with_what_is_recorded(shop, manager, merchant, buyer, pass_id, metered):
    discount = shop.system.promotions.createDiscount(shop.org, "Loyal", 5_000, 0, 2, sender=merchant)
    shop.system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    manager.setUsageCap(pass_id, metered.product, 100, sender=buyer)
    with refused(manager, "UsageCapTooLow(uint256,uint256)", 99, 100):
        manager.setUsageCap(pass_id, metered.product, 99, sender=buyer)


@pytest.mark.parametrize("cap", [2**96, 2**256 - 1])
def test_refused_when_it_is_too_large(manager, buyer, pass_id, metered, cap):
    with refused(manager, "NumberTooLarge(uint256,uint256)", cap, 2**96 - 1):
        manager.setUsageCap(pass_id, metered.product, cap, sender=buyer)


@pytest.mark.parametrize("person", ["merchant", "everything_else", "supporter", "friend"])
def test_refused_when_it_is_not_the_holder(manager, everybody, pass_id, metered, person):
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        manager.setUsageCap(pass_id, metered.product, 10**6, sender=everybody[person])


def test_refused_when_it_is_not_billed_by_usage(shop, manager, buyer, pass_id, monthly, license_offer):
    shop.buy_more(pass_id, monthly.line, license_offer.line)
    with refused(manager, "NotUsageBased(uint256,uint256)", pass_id, monthly.product):
        manager.setUsageCap(pass_id, monthly.product, 1, sender=buyer)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.setUsageCap(pass_id, license_offer.product, 1, sender=buyer)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        manager.setUsageCap(pass_id, 10**9, 1, sender=buyer)
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.setUsageCap(10**9, monthly.product, 1, sender=buyer)
