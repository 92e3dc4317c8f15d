"""`cancelSubscription` and `cancelSubscriptionBatch`."""

import boa
import pytest

from tests.support.offers import MONTH_PRICE
from tests.support.shop import ACTIVE, CANCELLED, CYCLES, EXPIRED, MONTHLY, PAUSED, now, only_event, travel
from tests.support.system import refused

MONTH = CYCLES[MONTHLY]


@pytest.fixture
def pass_id(shop, buyer, monthly):
    return shop.buy(buyer, monthly.line)


@pytest.fixture(params=["single", "batch"])
def cancel(request, manager, buyer, monthly):
    """Both functions do the same for one subscription."""

    def call(pass_id, on=True, by=buyer, product=monthly.product):
        if request.param == "single":
            manager.cancelSubscription(pass_id, product, on, sender=by)
        else:
            manager.cancelSubscriptionBatch(pass_id, [product], [on], sender=by)

    return call


# --- cancelling ---


@pytest.mark.parametrize("person", ["buyer", "supporter", "merchant"])
def test_access_runs_to_the_end_when_cancelled(shop, everybody, pass_id, monthly, cancel, person):
    end = now() + MONTH
    travel(days=10)
    cancel(pass_id, by=everybody[person])
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled, item.end) == (CANCELLED, True, end)
    assert shop.system.lens.hasAccess(pass_id, monthly.product)
    travel(days=20)
    assert shop.state(pass_id, monthly.product).status == EXPIRED


def test_event_has_the_new_word_when_cancelled(manager, pass_id, monthly, cancel):
    before = manager.stateOf(pass_id, monthly.product)
    cancel(pass_id)
    event = only_event(manager, "SubscriptionStateChanged")
    assert (event.productPassId, event.productId, event.state) == (pass_id, monthly.product, before | 1 << 247)
    assert manager.stateOf(pass_id, monthly.product) == event.state


def test_nothing_happens_when_cancelled_twice(manager, pass_id, cancel):
    cancel(pass_id)
    cancel(pass_id)
    assert manager.get_logs() == []


def test_it_is_over_at_once_when_cancelled_past_due(shop, pass_id, monthly, cancel):
    travel(days=31)
    cancel(pass_id)
    assert shop.state(pass_id, monthly.product).status == EXPIRED


def test_it_stays_paused_when_cancelled(shop, manager, buyer, pass_id, monthly, cancel):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    cancel(pass_id)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled) == (PAUSED, True)


def test_bit_is_set_when_cancelled_after_expiry(shop, pass_id, monthly, cancel):
    travel(days=100)
    cancel(pass_id)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled) == (EXPIRED, True)


def test_cancelled_when_purchases_are_paused(shop, system, manager, pass_id, monthly, cancel):
    manager.pausePurchases(sender=system.owner)
    cancel(pass_id)
    assert shop.state(pass_id, monthly.product).cancelled


@pytest.mark.parametrize("person", ["stranger", "friend", "everything_else", "airdropper", "refunder"])
def test_refused_when_neither_holder_nor_support(shop, manager, everybody, pass_id, cancel, person):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, everybody[person], 32):
        cancel(pass_id, by=everybody[person])


def test_refused_when_support_of_another_organization(shop, rival, manager, pass_id, cancel):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, rival.merchant, 32):
        cancel(pass_id, by=rival.merchant)


def test_refused_when_it_does_not_exist_or_is_no_subscription(shop, manager, supporter, pass_id, license_offer, cancel):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        cancel(10**9)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        cancel(pass_id, product=10**9)
    shop.buy_more(pass_id, license_offer.line)
    for caller in (shop.holder(pass_id), supporter):
        for on in (True, False):
            if on or caller != supporter:
                with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
                    cancel(pass_id, on, product=license_offer.product, by=caller)


# --- undoing it ---


def test_undo_is_free_when_the_period_runs(shop, manager, buyer, token, pass_id, monthly, cancel):
    before, word = token.balanceOf(buyer), manager.stateOf(pass_id, monthly.product)
    cancel(pass_id)
    cancel(pass_id, False)
    assert only_event(manager, "SubscriptionStateChanged").state == word == manager.stateOf(pass_id, monthly.product)
    assert (token.balanceOf(buyer), shop.state(pass_id, monthly.product).status) == (before, ACTIVE)


def test_undo_clears_the_bit_when_paused(shop, manager, buyer, pass_id, monthly, cancel):
    cancel(pass_id)
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    cancel(pass_id, False)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled) == (PAUSED, False)


@pytest.mark.parametrize("days", [30, 400])
def test_undo_is_a_restart_with_its_charge_when_expired(shop, manager, buyer, token, pass_id, monthly, cancel, days):
    cancel(pass_id)
    travel(days=days)
    before = token.balanceOf(buyer)
    cancel(pass_id, False)
    event = only_event(manager, "SubscriptionRenewed")
    assert (event.payer, event.amountPaid, event.periodStart, event.periodEnd) == (
        buyer,
        MONTH_PRICE,
        now(),
        now() + MONTH,
    )
    assert before - token.balanceOf(buyer) == MONTH_PRICE
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled, item.autoRenew, item.start) == (ACTIVE, False, True, now())


def test_undo_is_refused_when_a_restart_would_be(shop, manager, pass_id, cancel):
    cancel(pass_id)
    travel(days=30)
    shop.rules(closed=True)
    with refused(manager, "SaleClosed(uint256)", shop.org):
        cancel(pass_id, False)


@pytest.mark.parametrize("days", [0, 31, 60])
def test_undo_is_refused_when_it_is_not_cancelled(manager, pass_id, monthly, cancel, days):
    travel(days=days)
    with refused(manager, "NotCancelled(uint256,uint256)", pass_id, monthly.product):
        cancel(pass_id, False)


@pytest.mark.parametrize("person", ["supporter", "merchant", "stranger", "airdropper"])
@pytest.mark.parametrize("days", [0, 60])
def test_undo_is_refused_when_it_is_not_the_holder(manager, everybody, pass_id, cancel, person, days):
    cancel(pass_id)
    travel(days=days)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        cancel(pass_id, False, by=everybody[person])


# --- native coin ---


@pytest.fixture
def coin_pass(shop, manager, stranger, coin_monthly):
    """Cancelled."""
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    manager.cancelSubscription(pass_id, coin_monthly.product, True, sender=stranger)
    return pass_id


def test_rest_returns_when_the_restart_is_in_coins(shop, manager, stranger, coin_pass, coin_monthly):
    travel(days=40)
    before = boa.env.get_balance(stranger)
    manager.cancelSubscription(coin_pass, coin_monthly.product, False, sender=stranger, value=10**18)
    assert before - boa.env.get_balance(stranger) == MONTH_PRICE
    assert shop.state(coin_pass, coin_monthly.product).status == ACTIVE
    assert boa.env.get_balance(manager.address) == 0


def test_all_coins_return_when_the_undo_is_still_free(manager, stranger, coin_pass, coin_monthly):
    before = boa.env.get_balance(stranger)
    manager.cancelSubscription(coin_pass, coin_monthly.product, False, sender=stranger, value=MONTH_PRICE)
    assert boa.env.get_balance(stranger) == before


def test_refused_when_too_few_coins_are_sent(manager, stranger, coin_pass, coin_monthly):
    travel(days=40)
    with refused(manager, "ValueTooLow(uint256,uint256)", MONTH_PRICE - 1, MONTH_PRICE):
        manager.cancelSubscription(coin_pass, coin_monthly.product, False, sender=stranger, value=MONTH_PRICE - 1)


def test_refused_when_a_batch_would_need_coins(manager, stranger, coin_pass, coin_monthly):
    travel(days=40)
    with refused(manager, "NativeCoinNotAccepted(uint256,uint256)", coin_pass, coin_monthly.product):
        manager.cancelSubscriptionBatch(coin_pass, [coin_monthly.product], [False], sender=stranger)


def test_batch_undoes_for_free_when_the_period_in_coins_runs(shop, manager, stranger, coin_pass, coin_monthly):
    manager.cancelSubscriptionBatch(coin_pass, [coin_monthly.product], [False], sender=stranger)
    assert shop.state(coin_pass, coin_monthly.product).status == ACTIVE


@pytest.mark.parametrize("which", ["cancel token", "cancel coin", "undo token", "restart token"])
def test_refused_when_coins_are_sent_and_none_can_be_due(
    shop, manager, buyer, stranger, pass_id, monthly, coin_pass, coin_monthly, which
):
    target, offer, by = (coin_pass, coin_monthly, stranger) if which == "cancel coin" else (pass_id, monthly, buyer)
    if which.startswith(("undo", "restart")):
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=40 if which.startswith("restart") else 0)
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        manager.cancelSubscription(target, offer.product, which.startswith("cancel"), sender=by, value=1)


# --- several at once ---


def test_each_has_its_own_way_when_in_a_batch(shop, manager, buyer, monthly, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 1))
    products = [monthly.product, seats.product]
    manager.cancelSubscription(pass_id, seats.product, True, sender=buyer)
    manager.cancelSubscriptionBatch(pass_id, products, [True, False], sender=buyer)
    assert [shop.state(pass_id, product).status for product in products] == [CANCELLED, ACTIVE]


def test_nothing_is_cancelled_when_one_cannot_be(shop, manager, buyer, monthly, license_offer):
    pass_id = shop.buy(buyer, monthly.line, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.cancelSubscriptionBatch(pass_id, [monthly.product, license_offer.product], [True, True], sender=buyer)
    assert shop.state(pass_id, monthly.product).status == ACTIVE


def test_refused_when_the_lists_are_empty_or_differ(manager, buyer, pass_id, monthly):
    with refused(manager, "EmptyList()"):
        manager.cancelSubscriptionBatch(pass_id, [], [], sender=buyer)
    with refused(manager, "LengthMismatch()"):
        manager.cancelSubscriptionBatch(pass_id, [monthly.product], [True, True], sender=buyer)
