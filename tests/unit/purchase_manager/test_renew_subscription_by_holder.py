import pytest

from tests.support.offers import MONTH_PRICE, make_offer
from tests.support.renewing import FULL, MONTH, add_coupon, pass_id, renew
from tests.support.shop import ACTIVE, FLAT, YEARLY, now, only_event, travel
from tests.support.system import DAY, refused

__all__ = ["pass_id", "renew"]


# --- by the holder, early ---


def test_cycle_is_added_at_one_rate_when_renewed_early(shop, manager, buyer, token, pass_id, monthly, renew):
    end, before = now() + MONTH, token.balanceOf(buyer)
    travel(days=10)
    renew(buyer)
    event = only_event(manager, "SubscriptionRenewed")
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end, item.rate, item.autoRenew) == (now(), end + MONTH, FULL, True)
    assert (event.periodStart, event.periodEnd, event.amountPaid) == (end, end + MONTH, MONTH_PRICE)
    assert before - token.balanceOf(buyer) == MONTH_PRICE


def test_rates_are_blended_when_renewed_early_after_a_coupon(shop, buyer, manager, monthly):
    add_coupon(shop, 2_500, 0)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    travel(days=10)
    manager.renewSubscription(pass_id, monthly.product, False, sender=buyer)
    assert shop.state(pass_id, monthly.product).rate == (20 * 75_000_000 + 30 * FULL) // 50


def test_auto_renew_stays_off_when_renewed_early(shop, manager, buyer, pass_id, monthly, renew):
    manager.setAutoRenew(pass_id, monthly.product, False, sender=buyer)
    renew(buyer)
    assert not shop.state(pass_id, monthly.product).autoRenew


def test_gift_stays_without_consent_when_its_holder_renews_early(shop, manager, buyer, friend, monthly):
    gift = shop.buy(buyer, monthly.line, to=friend)
    manager.renewSubscription(gift, monthly.product, False, sender=friend)
    assert not shop.state(gift, monthly.product).autoRenew
    assert only_event(manager, "SubscriptionRenewed").payer == friend


def test_refused_when_paid_more_than_ten_years_ahead(shop, manager, buyer):
    offer = make_offer(shop, FLAT, YEARLY, price=1_000)
    pass_id = shop.buy(buyer, offer.line)
    for _ in range(9):
        manager.renewSubscription(pass_id, offer.product, False, sender=buyer)
    end = now() + 3_650 * DAY
    assert shop.state(pass_id, offer.product).end == end
    with refused(manager, "TooFarAhead(uint256,uint256)", end + 365 * DAY, end):
        manager.renewSubscription(pass_id, offer.product, False, sender=buyer)


def test_refused_when_the_holder_cancelled(manager, buyer, pass_id, monthly, renew):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    with refused(manager, "SubscriptionCancelled(uint256,uint256)", pass_id, monthly.product):
        renew(buyer)


@pytest.mark.parametrize("days", [10, 31, 60])
def test_refused_when_the_holder_is_not_on_the_pricings_list(shop, manager, buyer, monthly, renew, days):
    shop.flags(monthly.pricing, restricted=True)
    travel(days=days)
    with refused(manager, "PricingRestricted(uint256,address)", monthly.pricing, buyer):
        renew(buyer)
    shop.let_hold(monthly.pricing, buyer)
    renew(buyer)


def test_early_renewal_works_when_sales_are_over(shop, system, manager, buyer, monthly, renew):
    shop.rules(closed=True, allow_list=True)
    shop.flags(monthly.pricing, active=False)
    shop.link(monthly.product, monthly.pricing, linked=False)
    manager.pausePurchases(sender=system.owner)
    renew(buyer)


@pytest.mark.parametrize("auto_renew", [True, False])
def test_holder_renews_when_past_due_whatever_auto_renew(shop, manager, buyer, pass_id, monthly, renew, auto_renew):
    end = now() + MONTH
    manager.setAutoRenew(pass_id, monthly.product, auto_renew, sender=buyer)
    travel(days=31)
    renew(buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end, item.autoRenew) == (end, end + MONTH, auto_renew)


# --- by the holder, a restart ---


@pytest.mark.parametrize("days", [33, 400])
def test_period_starts_now_with_consent_when_restarted(shop, manager, buyer, pass_id, monthly, renew, days):
    manager.setAutoRenew(pass_id, monthly.product, False, sender=buyer)
    travel(days=days)
    renew(buyer)
    event = only_event(manager, "SubscriptionRenewed")
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.start, item.end, item.autoRenew) == (ACTIVE, now(), now() + MONTH, True)
    assert (event.periodStart, event.periodEnd, event.amountPaid) == (now(), now() + MONTH, MONTH_PRICE)


def test_cancelled_one_is_restarted_when_it_has_expired(shop, manager, buyer, pass_id, monthly, renew):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=30)
    renew(buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled, item.autoRenew, item.start) == (ACTIVE, False, True, now())


def test_revoked_one_is_restarted_when_the_holder_pays(shop, manager, buyer, pass_id, monthly, renew):
    manager.endSubscription(pass_id, monthly.product, sender=buyer)
    renew(buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.revoked, item.end) == (ACTIVE, False, now() + MONTH)


def test_coupon_is_over_and_discounts_stay_when_restarted(shop, manager, merchant, buyer, monthly):
    add_coupon(shop, 5_000, 255)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    discount = shop.system.promotions.createDiscount(shop.org, "Loyal", 1_000, 0, 2, sender=merchant)
    shop.system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    travel(days=33)
    manager.renewSubscription(pass_id, monthly.product, False, sender=buyer)
    assert only_event(manager, "SubscriptionRenewed").amountPaid == MONTH_PRICE * 9 // 10
    item = shop.state(pass_id, monthly.product)
    assert (item.couponBps, item.couponRenewalsLeft, item.rate) == (0, 0, 90_000_000)


RESTART_REFUSALS = {
    "closed": "SaleClosed(uint256)",
    "allow_list": "NotOnAllowList(uint256,address)",
    "unlinked": "PricingNotLinked(uint256,uint256)",
    "product": "ProductInactive(uint256)",
    "pricing": "PricingInactive(uint256)",
}


@pytest.mark.parametrize("change", RESTART_REFUSALS)
def test_restart_is_refused_when_a_purchase_would_be(shop, manager, buyer, monthly, renew, change):
    travel(days=40)
    if change in ("closed", "allow_list"):
        shop.rules(**{change: True})
    elif change == "unlinked":
        shop.link(monthly.product, monthly.pricing, linked=False)
    elif change == "product":
        shop.product(product=monthly.product, active=False)
    else:
        shop.flags(monthly.pricing, active=False)
    with refused(manager, RESTART_REFUSALS[change]):
        renew(buyer)


def test_restart_works_when_purchases_are_paused_and_supply_is_used_up(shop, system, manager, buyer, monthly, renew):
    sold = shop.system.lens.productOf(monthly.product).sold
    shop.product(product=monthly.product, max_supply=sold)
    shop.rules(max_passes=1)
    manager.pausePurchases(sender=system.owner)
    travel(days=40)
    renew(buyer)
    assert shop.system.lens.productOf(monthly.product).sold == sold
