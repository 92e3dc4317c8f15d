"""Holders change their plan: what it costs, and what is refused."""

import pytest

from tests.support.changing_plan import FULL, LEFT, MONTH, change, pass_id
from tests.support.offers import MONTH_PRICE, PRO_PRICE, YEAR_PRICE, make_offer
from tests.support.shop import (
    CANCELLED,
    CYCLES,
    EXPIRED,
    FLAT,
    MONTHLY,
    ONE_TIME,
    PAST_DUE,
    PAUSED,
    TIERED_VOLUME,
    YEARLY,
    now,
    only_event,
    travel,
)
from tests.support.system import DAY, NATIVE, refused

__all__ = ["change", "pass_id"]


# --- by the holder ---


def test_difference_is_charged_when_the_plan_costs_more(shop, buyer, token, pass_id, monthly, pro, change):
    before, row = token.balanceOf(buyer), shop.balance()
    change(pro, buyer)
    assert before - token.balanceOf(buyer) == shop.balance() - row == PRO_PRICE - LEFT
    item = shop.state(pass_id, monthly.product)
    assert (item.pricingId, item.start, item.end, item.rate) == (pro, now(), now() + MONTH, FULL)
    assert item.autoRenew


def test_events_tell_all_when_changed(shop, manager, buyer, token, pass_id, monthly, pro, change):
    change(pro, buyer)
    names = ("SubscriptionChanged", "SubscriptionStateChanged", "PaymentReceived")
    event, state, payment = (only_event(manager, name) for name in names)
    assert (event.orgId, event.productPassId, event.productId) == (shop.org, pass_id, monthly.product)
    assert (event.pricingId, event.quantity, event.token) == (pro, 0, token.address)
    assert (event.amountPaid, event.valueLeft) == (PRO_PRICE - LEFT, LEFT)
    assert (state.productPassId, state.productId) == (pass_id, monthly.product)
    assert state.state == manager.stateOf(pass_id, monthly.product)
    assert (payment.payer, payment.amount) == (buyer, PRO_PRICE - LEFT)


def test_whole_price_counts_when_changed_in_the_block_of_the_purchase(shop, manager, buyer, monthly, pro):
    pass_id = shop.buy(buyer, monthly.line)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, False), sender=buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == PRO_PRICE - MONTH_PRICE


def test_surplus_becomes_time_when_the_plan_costs_less(shop, manager, buyer, token, monthly, pro):
    pass_id = shop.buy(buyer, (monthly.product, pro))
    travel(days=10)
    before = token.balanceOf(buyer)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, monthly.pricing, False), sender=buyer)
    assert token.balanceOf(buyer) == before
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end, item.rate) == (now(), now() + 5 * LEFT, FULL)
    assert only_event(manager, "SubscriptionChanged").valueLeft == 5 * LEFT


def test_time_left_goes_on_when_the_cycle_is_shorter(shop, buyer, pass_id, monthly, weekly, change):
    change(weekly, buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.end, item.rate) == (now() + LEFT, FULL)


def test_difference_is_charged_when_the_cycle_is_longer(shop, manager, buyer, pass_id, monthly, yearly, change):
    change(yearly, buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == YEAR_PRICE - LEFT
    assert shop.state(pass_id, monthly.product).end == now() + CYCLES[YEARLY]


def test_free_time_is_worth_nothing_when_it_was_airdropped(shop, manager, merchant, buyer, monthly, pro):
    pass_id = shop.buy(merchant, monthly.line, to=buyer, airdrop=True)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, False), sender=buyer)
    event = only_event(manager, "SubscriptionChanged")
    assert (event.valueLeft, event.amountPaid) == (0, PRO_PRICE)


def test_free_plan_can_be_taken_when_nothing_is_left(shop, manager, merchant, buyer, monthly, free):
    pass_id = shop.buy(merchant, monthly.line, to=buyer, airdrop=True)
    travel(days=10)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, free, False), sender=buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.pricingId, item.end, item.rate) == (free, now() + MONTH, 0)


def test_refused_when_the_surplus_would_buy_endless_time(manager, buyer, free, change):
    with refused(manager, "SurplusTooLong(uint256,uint256)", LEFT, 0):
        change(free, buyer)


def test_refused_when_the_surplus_would_buy_more_than_ten_years(shop, manager, buyer, pass_id, monthly, change):
    cheap = shop.offer(monthly.product, FLAT, YEARLY, price=LEFT // 10)
    dear = shop.offer(monthly.product, FLAT, YEARLY, price=LEFT // 10 - 1)
    with refused(manager, "SurplusTooLong(uint256,uint256)", LEFT, LEFT // 10 - 1):
        change(dear, buyer)
    change(cheap, buyer)
    assert shop.state(pass_id, monthly.product).end == now() + 3_650 * DAY


def test_discounts_of_the_pass_count_when_changed(shop, manager, merchant, buyer, pass_id, monthly, pro, change):
    discount = shop.system.promotions.createDiscount(shop.org, "Loyal", 2_000, 0, 2, sender=merchant)
    shop.system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    change(pro, buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == PRO_PRICE * 8 // 10 - LEFT
    assert shop.state(pass_id, monthly.product).rate == 80_000_000


def test_coupon_is_over_when_the_pricing_changes(shop, manager, merchant, buyer, monthly, pro):
    promotions = shop.system.promotions
    terms = (5_000, 0, 0, 255, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "HALF"), terms, [], sender=merchant)
    pass_id = shop.buy(buyer, monthly.line, coupon="HALF")
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, False), sender=buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == PRO_PRICE - MONTH_PRICE // 2
    item = shop.state(pass_id, monthly.product)
    assert (item.couponBps, item.couponRenewalsLeft) == (0, 0)


def test_grace_is_that_of_today_when_changed(shop, buyer, pass_id, monthly, pro, change):
    shop.rules(pausing=True, grace_days=9)
    change(pro, buyer)
    assert shop.state(pass_id, monthly.product).graceDays == 9


def test_auto_renew_stays_off_when_the_holder_changes(shop, manager, buyer, pass_id, monthly, pro, change):
    manager.setAutoRenew(pass_id, monthly.product, False, sender=buyer)
    change(pro, buyer)
    assert not shop.state(pass_id, monthly.product).autoRenew


def test_units_start_with_one_and_drop_to_none_when_flat_and_tiered_mix(
    shop, manager, buyer, pass_id, monthly, per_seat, change
):
    change(per_seat, buyer)
    assert shop.state(pass_id, monthly.product).quantity == 1
    manager.changeTieredSubscriptionUnitQuantity(pass_id, monthly.product, 4, False, sender=buyer)
    other = shop.offer(monthly.product, TIERED_VOLUME, MONTHLY, tiers=[(1, 0, MONTH_PRICE, 0)])
    change(other, buyer)
    assert shop.state(pass_id, monthly.product).quantity == 4
    change(monthly.pricing, buyer)
    assert shop.state(pass_id, monthly.product).quantity == 0


def test_changed_when_sales_are_closed_or_paused(shop, system, manager, buyer, pass_id, monthly, pro, change):
    shop.rules(closed=True, allow_list=True, max_passes=1)
    shop.flags(monthly.pricing, active=False, retired=True, restricted=True)
    manager.pausePurchases(sender=system.owner)
    change(pro, buyer)
    assert shop.state(pass_id, monthly.product).pricingId == pro


def test_next_renewal_is_at_the_new_price_when_changed(shop, manager, buyer, keeper, pass_id, monthly, pro, change):
    change(pro, buyer)
    travel(days=30)
    manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
    assert only_event(manager, "SubscriptionRenewed").amountPaid == PRO_PRICE


def test_nothing_is_lost_when_changed_there_and_back(manager, buyer, pass_id, monthly, pro, change):
    change(pro, buyer)
    change(monthly.pricing, buyer)
    assert only_event(manager, "SubscriptionChanged").valueLeft == PRO_PRICE
    change(pro, buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == 0


# --- refusals of the holder ---


def test_refused_when_the_organization_does_not_let_holders_change(shop, manager, buyer, pro, change):
    shop.rules(plan_change_off=True)
    with refused(manager, "PlanChangeOff(uint256)", shop.org):
        change(pro, buyer)


def test_refused_when_it_is_the_same_pricing(manager, buyer, pass_id, monthly, change):
    with refused(manager, "NothingToChange(uint256,uint256)", pass_id, monthly.product):
        change(monthly.pricing, buyer)


@pytest.mark.parametrize("unknown", [0, 10**9, 2**256 - 1])
def test_refused_when_there_is_no_such_pricing(manager, buyer, change, unknown):
    with refused(manager, "NoSuchPricing(uint256)", unknown):
        change(unknown, buyer)


def test_refused_when_the_pricing_is_of_another_organization(rival, manager, buyer, change):
    offer = make_offer(rival, FLAT, MONTHLY, price=1)
    with refused(manager, "NoSuchPricing(uint256)", offer.pricing):
        change(offer.pricing, buyer)


def test_refused_when_the_kinds_do_not_mix(shop, manager, token, buyer, monthly, metered, coin_monthly, change):
    once = shop.offer(monthly.product, ONE_TIME, price=1)
    with refused(manager, "NotRecurring(uint256)", once):
        change(once, buyer)
    with refused(manager, "DifferentToken(address,address)", token.address, NATIVE):
        change(coin_monthly.pricing, buyer)
    with refused(manager, "UsageMismatch(uint256)", metered.pricing):
        change(metered.pricing, buyer)


def test_refused_when_the_new_pricing_is_not_on_sale(shop, manager, buyer, monthly, pro, change):
    shop.flags(pro, active=False)
    with refused(manager, "PricingInactive(uint256)", pro):
        change(pro, buyer)
    shop.flags(pro, retired=True)
    with refused(manager, "PricingRetired(uint256)", pro):
        change(pro, buyer)
    shop.flags(pro, restricted=True)
    with refused(manager, "PricingRestricted(uint256,address)", pro, buyer):
        change(pro, buyer)
    shop.flags(pro)
    shop.product(product=monthly.product, active=False)
    with refused(manager, "ProductInactive(uint256)", monthly.product):
        change(pro, buyer)


def test_refused_when_the_new_pricing_is_not_linked(shop, manager, buyer, monthly, pro, change):
    shop.link(monthly.product, pro, linked=False)
    with refused(manager, "PricingNotLinked(uint256,uint256)", monthly.product, pro):
        change(pro, buyer)


@pytest.mark.parametrize("airdrop", [False, True])
@pytest.mark.parametrize("status", [CANCELLED, PAST_DUE, PAUSED, EXPIRED])
def test_refused_when_it_is_not_active(manager, buyer, merchant, pass_id, monthly, pro, change, status, airdrop):
    if status == CANCELLED:
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    elif status == PAUSED:
        manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    else:
        travel(days=21 if status == PAST_DUE else 40)
    with refused(manager, "NotActive(uint256,uint256,uint256)", pass_id, monthly.product, status):
        change(pro, merchant if airdrop else buyer, airdrop)


def test_refused_when_pass_item_or_organization_are_wrong(
    shop, rival, manager, buyer, pass_id, monthly, license_offer, pro
):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.changeSubscriptionPricing((shop.org, 10**9, monthly.product, pro, False), sender=buyer)
    with refused(manager, "PassOfAnotherOrganization(uint256,uint256)", pass_id, rival.org):
        manager.changeSubscriptionPricing((rival.org, pass_id, monthly.product, pro, False), sender=buyer)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        manager.changeSubscriptionPricing((shop.org, pass_id, 10**9, pro, False), sender=buyer)
    shop.buy_more(pass_id, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.changeSubscriptionPricing((shop.org, pass_id, license_offer.product, pro, False), sender=buyer)


@pytest.mark.parametrize("person", ["friend", "stranger", "merchant", "airdropper"])
def test_refused_when_it_is_not_the_holder(manager, everybody, pass_id, pro, change, person):
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        change(pro, everybody[person])


def test_refused_when_the_holder_cannot_pay(manager, system, token, buyer, pro, change):
    token.approve(system.escrow.address, 5, sender=buyer)
    with refused(manager, "InsufficientAllowance(uint256,uint256)", 5, PRO_PRICE - LEFT):
        change(pro, buyer)
