import boa
import pytest

from tests.support.bad_tokens import OnCoin
from tests.support.offers import DAY_PRICE, MONTH_PRICE, make_offer
from tests.support.shop import ACTIVE, CYCLES, EXPIRED, FLAT, MONTHLY, PAST_DUE, YEARLY, events, now, only_event, travel
from tests.support.system import DAY, NATIVE, partial, refused

MONTH = CYCLES[MONTHLY]
FULL = 10**8


@pytest.fixture
def pass_id(shop, buyer, monthly):
    """A monthly subscription that was just bought."""
    return shop.buy(buyer, monthly.line)


@pytest.fixture
def renew(manager, pass_id, monthly):
    def call(by, airdrop=False, **options):
        manager.renewSubscription(pass_id, monthly.product, airdrop, sender=by, **options)

    return call


def add_coupon(shop, bps, renewals):
    promotions = shop.system.promotions
    terms = (bps, 0, 0, renewals, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "CODE"), terms, [], sender=shop.merchant)


# --- by anybody ---


@pytest.mark.parametrize("late", [0, 1, 3 * DAY - 1])
def test_new_period_starts_where_the_old_one_ended_when_past_due(
    shop, buyer, keeper, token, pass_id, monthly, renew, late
):
    end = now() + MONTH
    before = token.balanceOf(buyer)
    travel(days=30, seconds=late)
    assert shop.state(pass_id, monthly.product).status == PAST_DUE
    renew(keeper)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.start, item.end, item.rate, item.autoRenew) == (ACTIVE, end, end + MONTH, FULL, True)
    assert before - token.balanceOf(buyer) == MONTH_PRICE


def test_events_tell_all_when_renewed(shop, manager, buyer, keeper, token, pass_id, monthly, renew):
    end = now() + MONTH
    travel(days=31)
    renew(keeper)
    event = only_event(manager, "SubscriptionRenewed")
    paid, state = only_event(manager, "PaymentReceived"), only_event(manager, "SubscriptionStateChanged")
    assert (event.orgId, event.productPassId, event.productId) == (shop.org, pass_id, monthly.product)
    assert (event.payer, event.token, event.amountPaid) == (buyer, token.address, MONTH_PRICE)
    assert (event.periodStart, event.periodEnd) == (end, end + MONTH)
    assert (paid.orgId, paid.payer, paid.amount, paid.fee) == (shop.org, buyer, MONTH_PRICE, 0)
    assert (state.productPassId, state.productId) == (pass_id, monthly.product)
    assert state.state == manager.stateOf(pass_id, monthly.product)


@pytest.mark.parametrize("early", [1, DAY, MONTH])
def test_refused_when_not_due(manager, keeper, pass_id, monthly, renew, early):
    travel(seconds=MONTH - early)
    with refused(manager, "NotDue(uint256,uint256)", pass_id, monthly.product):
        renew(keeper)


@pytest.mark.parametrize("late", [3 * DAY, MONTH, 10 * 365 * DAY])
def test_refused_when_the_time_to_pay_is_over(manager, keeper, pass_id, monthly, renew, late):
    travel(seconds=MONTH + late)
    with refused(manager, "PastGrace(uint256,uint256)", pass_id, monthly.product):
        renew(keeper)


@pytest.mark.parametrize("days", [10, 31, 60])
def test_refused_when_cancelled(manager, buyer, keeper, pass_id, monthly, renew, days):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=days)
    with refused(manager, "SubscriptionCancelled(uint256,uint256)", pass_id, monthly.product):
        renew(keeper)


@pytest.mark.parametrize("person", ["keeper", "buyer", "airdropper"])
def test_refused_when_paused(manager, everybody, buyer, pass_id, monthly, renew, person):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=40)
    caller = everybody[person]
    with refused(manager, "SubscriptionPaused(uint256,uint256)", pass_id, monthly.product):
        renew(caller, person == "airdropper")


def test_refused_when_auto_renew_is_off(manager, buyer, keeper, pass_id, monthly, renew):
    manager.setAutoRenew(pass_id, monthly.product, False, sender=buyer)
    travel(days=31)
    with refused(manager, "NoConsent(uint256,uint256)", pass_id, monthly.product):
        renew(keeper)


def test_refused_when_it_was_a_gift(shop, manager, buyer, friend, keeper, monthly):
    gift = shop.buy(buyer, monthly.line, to=friend)
    travel(days=31)
    with refused(manager, "NoConsent(uint256,uint256)", gift, monthly.product):
        manager.renewSubscription(gift, monthly.product, False, sender=keeper)


@pytest.mark.parametrize("person", ["keeper", "buyer", "airdropper"])
def test_refused_when_the_pricing_is_retired(shop, manager, everybody, pass_id, monthly, renew, person):
    shop.flags(monthly.pricing, retired=True)
    travel(days=31)
    with refused(manager, "PricingRetired(uint256)", monthly.pricing):
        renew(everybody[person], person == "airdropper")


def test_renewed_when_the_pricing_is_no_longer_retired(shop, keeper, pass_id, monthly, renew):
    shop.flags(monthly.pricing, retired=True)
    travel(days=31)
    shop.flags(monthly.pricing)
    renew(keeper)
    assert shop.state(pass_id, monthly.product).status == ACTIVE


def test_renewed_when_sales_are_over_and_the_holder_is_on_no_list(shop, system, manager, keeper, monthly, renew):
    shop.rules(closed=True, allow_list=True)
    shop.flags(monthly.pricing, active=False, restricted=True)
    shop.product(product=monthly.product, active=False)
    shop.link(monthly.product, monthly.pricing, linked=False)
    manager.pausePurchases(sender=system.owner)
    travel(days=31)
    renew(keeper)


def test_refused_when_the_holder_cannot_pay(manager, system, token, buyer, keeper, friend, renew):
    travel(days=31)
    token.approve(system.escrow.address, MONTH_PRICE - 1, sender=buyer)
    with refused(manager, "InsufficientAllowance(uint256,uint256)", MONTH_PRICE - 1, MONTH_PRICE):
        renew(keeper)
    token.approve(system.escrow.address, MONTH_PRICE, sender=buyer)
    token.transfer(friend, token.balanceOf(buyer), sender=buyer)
    with refused(manager, "InsufficientBalance(uint256,uint256)", 0, MONTH_PRICE):
        renew(keeper)


def test_each_period_is_paid_once_when_renewed_again_and_again(shop, buyer, keeper, token, daily, manager):
    """Grace is at most a cycle, so a renewed period never lies in the past."""
    pass_id = shop.buy(buyer, daily.line)
    before = token.balanceOf(buyer)
    travel(seconds=2 * DAY - 1)
    manager.renewSubscription(pass_id, daily.product, False, sender=keeper)
    with refused(manager, "NotDue(uint256,uint256)", pass_id, daily.product):
        manager.renewSubscription(pass_id, daily.product, False, sender=keeper)
    assert before - token.balanceOf(buyer) == DAY_PRICE
    assert shop.state(pass_id, daily.product).end > now()


def test_fee_is_taken_from_the_merchants_part_when_one_acts(shop, system, manager, token, stranger, keeper, renew):
    manager.announceFee(250, stranger, sender=system.owner)
    travel(days=31)
    renew(keeper)
    paid = only_event(manager, "PaymentReceived")
    assert (paid.amount, paid.fee) == (MONTH_PRICE, MONTH_PRICE * 250 // 10_000)
    assert system.escrow.orgBalance(0, token.address) == paid.fee


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


# --- by the organization ---


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


# --- coupons ---


def test_coupon_counts_down_when_renewed(shop, manager, buyer, keeper, monthly):
    add_coupon(shop, 2_500, 2)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    paid = []
    for _ in range(3):
        travel(days=30)
        manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
        paid.append(only_event(manager, "SubscriptionRenewed").amountPaid)
    assert paid == [MONTH_PRICE * 3 // 4, MONTH_PRICE * 3 // 4, MONTH_PRICE]
    assert shop.state(pass_id, monthly.product).couponBps == 0


def test_coupon_stays_when_it_is_for_ever(shop, manager, buyer, keeper, monthly):
    add_coupon(shop, 2_500, 255)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    for _ in range(3):
        travel(days=30)
        manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
    assert shop.state(pass_id, monthly.product).couponRenewalsLeft == 255


# --- native coin ---


@pytest.fixture
def coin_pass(shop, stranger, coin_monthly):
    """A monthly subscription in coins, a day past due."""
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    travel(days=31)
    return pass_id


@pytest.mark.parametrize("extra", [0, 1, 10**18])
def test_caller_pays_and_the_rest_returns_when_in_coins(
    shop, manager, stranger, keeper, coin_pass, coin_monthly, extra
):
    before, holders = boa.env.get_balance(keeper), boa.env.get_balance(stranger)
    value = MONTH_PRICE + extra
    manager.renewSubscription(coin_pass, coin_monthly.product, False, sender=keeper, value=value)
    assert before - boa.env.get_balance(keeper) == MONTH_PRICE
    assert boa.env.get_balance(stranger) == holders
    event = only_event(manager, "SubscriptionRenewed")
    assert (event.payer, event.token, event.amountPaid) == (keeper, NATIVE, MONTH_PRICE)
    assert boa.env.get_balance(manager.address) == 0


@pytest.mark.parametrize("value", [0, 1, MONTH_PRICE - 1])
def test_refused_when_too_few_coins_are_sent(manager, keeper, coin_pass, coin_monthly, value):
    with refused(manager, "ValueTooLow(uint256,uint256)", value, MONTH_PRICE):
        manager.renewSubscription(coin_pass, coin_monthly.product, False, sender=keeper, value=value)


def test_refused_when_coins_are_sent_for_tokens(manager, keeper, buyer, airdropper, renew):
    travel(days=31)
    for caller, airdrop in ((keeper, False), (buyer, False), (airdropper, True)):
        with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
            renew(caller, airdrop, value=1)


def test_all_coins_return_when_the_renewal_is_free(manager, airdropper, coin_pass, coin_monthly):
    before = boa.env.get_balance(airdropper)
    manager.renewSubscription(coin_pass, coin_monthly.product, True, sender=airdropper, value=1)
    assert boa.env.get_balance(airdropper) == before


def test_no_stranger_can_pay_when_auto_renew_is_off(manager, stranger, keeper, coin_pass, coin_monthly):
    manager.setAutoRenew(coin_pass, coin_monthly.product, False, sender=stranger)
    with refused(manager, "NoConsent(uint256,uint256)", coin_pass, coin_monthly.product):
        manager.renewSubscription(coin_pass, coin_monthly.product, False, sender=keeper, value=MONTH_PRICE)


@pytest.mark.parametrize("habit", [OnCoin.REFUSES, OnCoin.BURNS_ALL_GAS])
def test_refused_when_the_caller_does_not_take_the_rest(manager, coin_pass, coin_monthly, habit):
    wallet = partial("mocks/MockReceiver").deploy()
    wallet.behave(habit)
    boa.env.set_balance(wallet.address, 10**18)
    call = (coin_pass, coin_monthly.product, False)
    with refused(manager, "PaymentFailed(address)", NATIVE):
        manager.renewSubscription(*call, sender=wallet.address, value=MONTH_PRICE + 1, gas=5_000_000)
    manager.renewSubscription(*call, sender=wallet.address, value=MONTH_PRICE)


# --- what cannot be renewed ---


def test_refused_when_it_is_no_subscription(shop, manager, buyer, license_offer):
    pass_id = shop.buy(buyer, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.renewSubscription(pass_id, license_offer.product, False, sender=buyer)


@pytest.mark.parametrize("unknown", [0, 10**9, 2**256 - 1])
def test_refused_when_pass_or_item_do_not_exist(manager, buyer, pass_id, monthly, unknown):
    with refused(manager, "NoSuchPass(uint256)", unknown):
        manager.renewSubscription(unknown, monthly.product, False, sender=buyer)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, unknown):
        manager.renewSubscription(pass_id, unknown, False, sender=buyer)


def test_new_holder_pays_for_himself_when_the_pass_moved(
    shop, manager, product_pass, buyer, friend, token, pass_id, monthly, renew
):
    travel(days=40)
    assert shop.state(pass_id, monthly.product).status == EXPIRED
    product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    before = token.balanceOf(buyer)
    with refused(manager, "PastGrace(uint256,uint256)", pass_id, monthly.product):
        renew(buyer)
    renew(friend)
    assert token.balanceOf(buyer) == before
    assert only_event(manager, "SubscriptionRenewed").payer == friend
