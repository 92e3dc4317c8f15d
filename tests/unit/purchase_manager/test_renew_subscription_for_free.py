import pytest

from tests.support.renewing import FULL, MONTH, add_coupon, pass_id, renew
from tests.support.shop import ACTIVE, events, now, only_event, travel
from tests.support.system import refused

__all__ = ["pass_id", "renew"]


def test_cycle_is_free_and_consent_stays_when_airdropped_early(
    shop, manager, buyer, airdropper, token, monthly, pass_id, renew
):
    end, before = now() + MONTH, token.balanceOf(buyer)
    travel(days=10)
    renew(airdropper, True)
    event = only_event(manager, "SubscriptionRenewed")
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end, item.rate, item.autoRenew) == (now(), end + MONTH, 20 * FULL // 50, True)
    assert (event.payer, event.amountPaid, event.periodStart) == (airdropper, 0, end)
    assert (token.balanceOf(buyer), events(manager, "PaymentReceived")) == (before, [])


def test_free_period_ends_consent_when_airdropped_past_due(shop, airdropper, pass_id, monthly, renew):
    end = now() + MONTH
    travel(days=31)
    renew(airdropper, True)
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end, item.rate, item.autoRenew) == (end, end + MONTH, 0, False)


def test_free_period_starts_now_without_consent_when_airdropped_after_expiry(shop, airdropper, pass_id, monthly, renew):
    travel(days=100)
    renew(airdropper, True)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.start, item.rate, item.autoRenew) == (ACTIVE, now(), 0, False)


@pytest.mark.parametrize("days", [10, 31, 100])
def test_free_renewal_is_refused_when_cancelled(manager, buyer, airdropper, pass_id, monthly, renew, days):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=days)
    with refused(manager, "SubscriptionCancelled(uint256,uint256)", pass_id, monthly.product):
        renew(airdropper, True)


def test_free_renewal_uses_no_coupon_when_airdropped(shop, manager, buyer, airdropper, monthly):
    add_coupon(shop, 5_000, 2)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    manager.renewSubscription(pass_id, monthly.product, True, sender=airdropper)
    assert shop.state(pass_id, monthly.product).couponRenewalsLeft == 2


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else", "refunder"])
def test_refused_when_airdropped_without_the_role(shop, manager, everybody, renew, person):
    caller = everybody[person]
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, caller, 4):
        renew(caller, True)
