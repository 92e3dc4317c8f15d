import boa
import pytest

from tests.support.bad_tokens import OnCoin
from tests.support.offers import DAY_PRICE, MONTH_PRICE
from tests.support.renewing import FULL, MONTH, add_coupon, pass_id, renew
from tests.support.shop import ACTIVE, EXPIRED, PAST_DUE, now, only_event, travel
from tests.support.system import DAY, NATIVE, partial, refused

__all__ = ["pass_id", "renew"]


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
