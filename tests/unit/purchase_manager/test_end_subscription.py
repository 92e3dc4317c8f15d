import pytest

from tests.support.offers import CAP
from tests.support.shop import EXPIRED, events, now, only_event, travel
from tests.support.system import refused


@pytest.fixture
def pass_id(shop, buyer, monthly):
    return shop.buy(buyer, monthly.line)


@pytest.mark.parametrize("state", ["active", "cancelled", "past due", "paused"])
def test_it_is_over_at_once_when_the_holder_ends_it(shop, manager, buyer, pass_id, monthly, state):
    if state == "cancelled":
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    elif state == "paused":
        manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    elif state == "past due":
        travel(days=31)
    manager.endSubscription(pass_id, monthly.product, sender=buyer)
    event = only_event(manager, "SubscriptionStateChanged")
    assert (event.productPassId, event.productId) == (pass_id, monthly.product)
    assert event.state == manager.stateOf(pass_id, monthly.product)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.revoked, item.autoRenew, item.paused) == (EXPIRED, True, False, False)
    assert not shop.system.lens.hasAccess(pass_id, monthly.product)
    assert shop.system.lens.valueLeft(pass_id, monthly.product) == 0


def test_nothing_happens_when_it_is_over(manager, buyer, pass_id, monthly):
    travel(days=33)
    word = manager.stateOf(pass_id, monthly.product)
    manager.endSubscription(pass_id, monthly.product, sender=buyer)
    assert manager.get_logs() == []
    assert manager.stateOf(pass_id, monthly.product) == word


def test_refund_keeps_its_bound_when_it_was_paused_and_ended(shop, manager, buyer, pass_id, monthly):
    travel(days=10)
    bound = shop.system.lens.refundable(pass_id, monthly.product)
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=100)
    manager.endSubscription(pass_id, monthly.product, sender=buyer)
    assert shop.system.lens.refundable(pass_id, monthly.product) == bound == monthly.price


def test_no_money_moves_when_it_is_ended(shop, manager, buyer, token, pass_id, monthly):
    before = token.balanceOf(buyer), shop.balance()
    manager.endSubscription(pass_id, monthly.product, sender=buyer)
    assert events(manager, "PaidOut") == []
    assert (token.balanceOf(buyer), shop.balance()) == before


@pytest.mark.parametrize("days", [10, 31])
def test_last_bill_stays_due_when_usage_is_ended(shop, manager, buyer, keeper, metered, days):
    pass_id = shop.buy(buyer, metered.line)
    end = shop.state(pass_id, metered.product).end
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    travel(days=days)
    manager.endSubscription(pass_id, metered.product, sender=buyer)
    item = shop.state(pass_id, metered.product)
    assert (item.status, item.cancelled, item.revoked, item.autoRenew) == (EXPIRED, True, False, False)
    assert item.end == min(end, now())
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
    assert only_event(manager, "UsageBilled").amount == 200


@pytest.mark.parametrize("person", ["merchant", "supporter", "airdropper", "friend", "stranger"])
def test_refused_when_it_is_not_the_holder(manager, everybody, pass_id, monthly, person):
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        manager.endSubscription(pass_id, monthly.product, sender=everybody[person])


def test_refused_when_it_does_not_exist_or_is_no_subscription(shop, manager, buyer, pass_id, license_offer):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.endSubscription(10**9, 1, sender=buyer)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        manager.endSubscription(pass_id, 10**9, sender=buyer)
    shop.buy_more(pass_id, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.endSubscription(pass_id, license_offer.product, sender=buyer)
