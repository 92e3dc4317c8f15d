"""Plans that are billed by usage, and plans that are paid with native coins."""

import boa
import pytest

from tests.support.changing_plan import LEFT, change, pass_id
from tests.support.offers import CAP, MONTH_PRICE, PRO_PRICE
from tests.support.shop import events, now, only_event, travel
from tests.support.system import DAY, NATIVE, refused

__all__ = ["change", "pass_id"]


# --- usage plans ---


@pytest.fixture
def used(shop, manager, buyer, metered):
    """20 units in ten days: a bill of 200."""
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    travel(days=10)
    return pass_id


def test_usage_is_billed_first_when_the_holder_changes(shop, manager, buyer, metered, used, other_metered):
    manager.changeSubscriptionPricing((shop.org, used, metered.product, other_metered, False), sender=buyer)
    bill, event = only_event(manager, "UsageBilled"), only_event(manager, "SubscriptionChanged")
    assert (bill.units, bill.amount, bill.upTo) == (20, 200, 20)
    assert (event.amountPaid, event.valueLeft, event.pricingId) == (200, 0, other_metered)
    assert manager.usageStateOf(used, metered.product) == CAP | 200 << 96 | 20 << 192
    item = shop.state(used, metered.product)
    assert (item.start, item.end, item.autoRenew) == (now(), now() + DAY, True)


def test_refused_when_the_bill_of_a_change_is_above_the_cap(shop, manager, buyer, metered, other_metered):
    pass_id = shop.buy(buyer, metered.line)
    shop.record(metered.meter, pass_id, 1)
    with refused(manager, "UsageCapExceeded(uint256,uint256)", 10, 0):
        manager.changeSubscriptionPricing((shop.org, pass_id, metered.product, other_metered, False), sender=buyer)


def test_usage_is_forgiven_and_the_cap_ends_when_the_organization_changes(
    shop, manager, airdropper, metered, used, other_metered
):
    end = shop.state(used, metered.product).end
    manager.changeSubscriptionPricing((shop.org, used, metered.product, other_metered, True), sender=airdropper)
    assert only_event(manager, "SubscriptionChanged").amountPaid == 0
    assert manager.usageStateOf(used, metered.product) == 20 << 192
    item = shop.state(used, metered.product)
    assert (item.end, item.autoRenew) == (end, False)


def test_lost_cap_is_told_when_the_organization_changes_a_usage_plan(
    shop, manager, airdropper, buyer, metered, used, other_metered
):
    manager.changeSubscriptionPricing((shop.org, used, metered.product, other_metered, True), sender=airdropper)
    event = only_event(manager, "UsageCapSet")
    assert (event.productPassId, event.productId, event.holder, event.cap) == (used, metered.product, buyer, 0)


# --- native coin ---


@pytest.fixture
def change_coins(shop, manager, stranger, coin_monthly):
    """Ten days of a month that was paid in coins are over."""
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    travel(days=10)

    def call(pricing, value, by=stranger, airdrop=False):
        params = (shop.org, pass_id, coin_monthly.product, pricing, airdrop)
        manager.changeSubscriptionPricing(params, sender=by, value=value)

    return call


@pytest.mark.parametrize("extra", [0, 1, 10**18])
def test_rest_returns_when_changed_in_coins(shop, manager, stranger, coin_pro, change_coins, extra):
    before, row = boa.env.get_balance(stranger), shop.balance(NATIVE)
    change_coins(coin_pro, PRO_PRICE - LEFT + extra)
    paid = PRO_PRICE - LEFT
    assert (before - boa.env.get_balance(stranger), shop.balance(NATIVE) - row) == (paid, paid)
    assert boa.env.get_balance(manager.address) == 0


def test_refused_when_too_few_coins_are_sent(manager, coin_pro, change_coins):
    with refused(manager, "ValueTooLow(uint256,uint256)", PRO_PRICE - LEFT - 1, PRO_PRICE - LEFT):
        change_coins(coin_pro, PRO_PRICE - LEFT - 1)


def test_all_coins_return_when_the_organization_changes(merchant, coin_pro, change_coins):
    before = boa.env.get_balance(merchant)
    change_coins(coin_pro, 5, by=merchant, airdrop=True)
    assert boa.env.get_balance(merchant) == before


def test_refused_when_coins_are_sent_for_tokens(manager, buyer, airdropper, pro, change):
    for caller, airdrop in ((buyer, False), (airdropper, True)):
        with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
            change(pro, caller, airdrop, value=1)


def test_no_payment_is_announced_when_nothing_is_due(manager, airdropper, pro, change):
    change(pro, airdropper, airdrop=True)
    assert events(manager, "PaymentReceived") == []
