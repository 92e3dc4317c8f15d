"""What would come of a renewal by a stranger; the same numbers as `renewSubscriptions`."""

import pytest

from tests.support.offers import CAP
from tests.support.shop import DAY, now, travel
from tests.support.system import NATIVE

CYCLE = 30 * DAY
NOBODY = NATIVE

RENEWED, NOT_DUE, IS_CANCELLED, IS_PAUSED, NO_CONSENT, PAST_GRACE, RETIRED, CAP_EXCEEDED, ALLOWANCE, BALANCE = range(10)
NO_SUBSCRIPTION = 12


@pytest.fixture
def reason(lens, manager, keeper, subscription, monthly):
    """The reason, which the batch gives as its outcome too."""

    def call() -> int:
        told = lens.isRenewable(subscription, monthly.product)[0]
        assert manager.renewSubscriptions([subscription], [monthly.product], sender=keeper) == [told]
        return told

    return call


def test_subscription_that_is_due_renews_at_its_price(lens, buyer, subscription, monthly, reason):
    end = now() + CYCLE
    travel(days=30)

    told = lens.isRenewable(subscription, monthly.product)
    assert told == (RENEWED, end, end + 3 * DAY, monthly.price, buyer)
    assert reason() == RENEWED


def test_subscription_that_runs_is_not_due(reason):
    assert reason() == NOT_DUE


def test_reason_is_cancelled(manager, buyer, subscription, monthly, reason):
    manager.cancelSubscription(subscription, monthly.product, True, sender=buyer)

    assert reason() == IS_CANCELLED


def test_paused_subscription_has_no_dates(lens, manager, buyer, subscription, monthly, reason):
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)

    assert lens.isRenewable(subscription, monthly.product) == (IS_PAUSED, 0, 0, 0, buyer)
    assert reason() == IS_PAUSED


def test_reason_is_no_consent(manager, buyer, subscription, monthly, reason):
    manager.setAutoRenew(subscription, monthly.product, False, sender=buyer)
    travel(days=30)

    assert reason() == NO_CONSENT


def test_reason_is_past_grace(reason):
    travel(days=33)

    assert reason() == PAST_GRACE


def test_reason_is_a_retired_pricing(shop, monthly, reason):
    shop.flags(monthly.pricing, retired=True)
    travel(days=30)

    assert reason() == RETIRED


def test_reason_is_a_small_allowance(system, token, buyer, monthly, reason):
    token.approve(system.escrow.address, monthly.price - 1, sender=buyer)
    travel(days=30)

    assert reason() == ALLOWANCE


def test_reason_is_a_small_balance(token, buyer, stranger, monthly, reason):
    token.transfer(stranger, token.balanceOf(buyer) - monthly.price + 1, sender=buyer)
    travel(days=30)

    assert reason() == BALANCE


def test_reason_is_the_cap(lens, shop, manager, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    shop.record(metered.meter, pass_id, 1)
    travel(days=30)

    assert lens.isRenewable(pass_id, metered.product)[0] == CAP_EXCEEDED
    assert manager.renewSubscriptions([pass_id], [metered.product], sender=keeper) == [CAP_EXCEEDED]


def test_usage_is_billed_within_the_cap(lens, shop, manager, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 7)
    travel(days=30)

    told = lens.isRenewable(pass_id, metered.product)
    assert (told[0], told[3], told[4]) == (RENEWED, 70, buyer)


def test_whoever_calls_pays_in_the_native_coin(lens, shop, buyer, coin_monthly):
    pass_id = shop.buy(buyer, coin_monthly.line, value=coin_monthly.price)
    travel(days=30)

    told = lens.isRenewable(pass_id, coin_monthly.product)
    assert (told[0], told[3], told[4]) == (RENEWED, coin_monthly.price, NOBODY)


def test_free_renewal_needs_no_money(lens, shop, system, buyer, monthly, free, token):
    pass_id = shop.buy(buyer, (monthly.product, free))
    token.approve(system.escrow.address, 0, sender=buyer)
    travel(days=30)

    assert lens.isRenewable(pass_id, monthly.product)[0] == RENEWED


def test_what_is_no_subscription_never_renews(lens, shop, buyer, license_offer, subscription):
    pass_id = shop.buy(buyer, license_offer.line)

    assert lens.isRenewable(pass_id, license_offer.product) == (NO_SUBSCRIPTION, 0, 0, 0, buyer)
    assert lens.isRenewable(subscription, license_offer.product)[0] == NO_SUBSCRIPTION
    assert lens.isRenewable(999, license_offer.product) == (NO_SUBSCRIPTION, 0, 0, 0, NOBODY)


def test_burned_pass_never_renews(lens, product_pass, buyer, subscription, monthly):
    product_pass.burn(subscription, sender=buyer)
    travel(days=30)

    assert lens.isRenewable(subscription, monthly.product) == (NO_SUBSCRIPTION, 0, 0, 0, NOBODY)
