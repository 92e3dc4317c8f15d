import pytest

from tests.support.offers import MONTH_PRICE
from tests.support.shop import only_event, travel
from tests.support.system import refused


@pytest.fixture
def gift(shop, buyer, friend, monthly):
    """Held by `friend`, auto-renew off."""
    return shop.buy(buyer, monthly.line, to=friend)


@pytest.mark.parametrize("on", [True, False])
def test_consent_is_as_said_when_the_holder_says_it(shop, manager, friend, gift, monthly, on):
    manager.setAutoRenew(gift, monthly.product, on, sender=friend)
    event = only_event(manager, "SubscriptionStateChanged")
    assert (event.productPassId, event.productId) == (gift, monthly.product)
    assert event.state == manager.stateOf(gift, monthly.product)
    assert shop.state(gift, monthly.product).autoRenew == on


def test_stranger_can_renew_when_the_holder_agreed(shop, manager, friend, keeper, token, gift, monthly):
    manager.setAutoRenew(gift, monthly.product, True, sender=friend)
    travel(days=31)
    before = token.balanceOf(friend)
    manager.renewSubscription(gift, monthly.product, False, sender=keeper)
    assert before - token.balanceOf(friend) == MONTH_PRICE


@pytest.mark.parametrize("state", ["cancelled", "past due", "paused", "expired"])
@pytest.mark.parametrize("on", [True, False])
def test_set_in_every_state_when_the_holder_calls(shop, manager, friend, gift, monthly, state, on):
    if state == "cancelled":
        manager.cancelSubscription(gift, monthly.product, True, sender=friend)
    elif state == "paused":
        manager.pauseSubscription(gift, monthly.product, True, sender=friend)
    else:
        travel(days=31 if state == "past due" else 60)
    manager.setAutoRenew(gift, monthly.product, on, sender=friend)
    assert shop.state(gift, monthly.product).autoRenew == on


def test_stranger_cannot_renew_when_consent_came_after_grace(manager, friend, keeper, gift, monthly):
    travel(days=60)
    manager.setAutoRenew(gift, monthly.product, True, sender=friend)
    with refused(manager, "PastGrace(uint256,uint256)", gift, monthly.product):
        manager.renewSubscription(gift, monthly.product, False, sender=keeper)


def test_refused_to_turn_on_when_the_holder_is_not_on_the_pricings_list(shop, manager, friend, gift, monthly):
    shop.flags(monthly.pricing, restricted=True)
    with refused(manager, "PricingRestricted(uint256,address)", monthly.pricing, friend):
        manager.setAutoRenew(gift, monthly.product, True, sender=friend)
    manager.setAutoRenew(gift, monthly.product, False, sender=friend)
    shop.let_hold(monthly.pricing, friend)
    manager.setAutoRenew(gift, monthly.product, True, sender=friend)


@pytest.mark.parametrize("person", ["merchant", "airdropper", "supporter", "everything_else", "buyer", "keeper"])
@pytest.mark.parametrize("on", [True, False])
def test_refused_when_it_is_not_the_holder(manager, everybody, gift, monthly, person, on):
    with refused(manager, "NotPassHolder(uint256,address)", gift, everybody[person]):
        manager.setAutoRenew(gift, monthly.product, on, sender=everybody[person])


def test_refused_when_it_does_not_exist_or_is_no_subscription(shop, manager, friend, gift, license_offer):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.setAutoRenew(10**9, 1, True, sender=friend)
    with refused(manager, "NoSuchItem(uint256,uint256)", gift, 10**9):
        manager.setAutoRenew(gift, 10**9, True, sender=friend)
    shop.buy_more(gift, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", gift, license_offer.product):
        manager.setAutoRenew(gift, license_offer.product, True, sender=friend)
