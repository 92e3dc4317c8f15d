"""Usage subscriptions: the period that ended is billed once, within the holder's cap (R11, R12)."""

import boa
import pytest

from tests.support.offers import CAP, make_offer
from tests.support.shop import (
    ACTIVE,
    CYCLES,
    EXPIRED,
    MONTHLY,
    PAST_DUE,
    USAGE_GRADUATED,
    events,
    now,
    only_event,
    travel,
)
from tests.support.system import DAY, NATIVE, refused

MONTH = CYCLES[MONTHLY]
UNITS, BILL = 20, 200


@pytest.fixture
def pass_id(shop, manager, buyer, metered):
    """20 units recorded, which cost 200; the cap is 10,000."""
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, UNITS)
    return pass_id


@pytest.fixture
def renew(manager, pass_id, metered):
    def call(by, airdrop=False, **options):
        manager.renewSubscription(pass_id, metered.product, airdrop, sender=by, **options)

    return call


@pytest.mark.parametrize("person", ["keeper", "buyer"])
@pytest.mark.parametrize("late", [0, 3 * DAY - 1])
def test_period_is_billed_and_the_next_one_starts_when_due(
    shop, manager, everybody, buyer, token, pass_id, metered, renew, person, late
):
    end, before = now() + MONTH, token.balanceOf(buyer)
    travel(days=30, seconds=late)
    renew(everybody[person])
    bill, period = only_event(manager, "UsageBilled"), only_event(manager, "SubscriptionRenewed")
    assert (bill.productPassId, bill.productId, bill.units, bill.amount, bill.upTo) == (
        pass_id,
        metered.product,
        UNITS,
        BILL,
        UNITS,
    )
    assert (period.payer, period.amountPaid, period.periodStart, period.periodEnd) == (buyer, BILL, end, end + MONTH)
    assert before - token.balanceOf(buyer) == BILL
    assert manager.usageStateOf(pass_id, metered.product) == CAP | BILL << 96 | UNITS << 192
    item = shop.state(pass_id, metered.product)
    assert (item.status, item.rate, item.billed, item.autoRenew) == (ACTIVE, 0, False, True)


def test_next_bill_is_the_difference_when_readings_grow(shop, manager, keeper, pass_id, metered, renew):
    travel(days=30)
    renew(keeper)
    shop.record(metered.meter, pass_id, 3)
    travel(days=30)
    renew(keeper)
    assert only_event(manager, "UsageBilled").amount == 30


def test_late_reading_belongs_to_the_period_that_ended_when_it_comes_before_the_bill(
    shop, manager, keeper, pass_id, metered, renew
):
    travel(days=31)
    shop.record(metered.meter, pass_id, 10)
    renew(keeper)
    assert only_event(manager, "UsageBilled").units == UNITS + 10


def test_nothing_is_collected_when_nothing_was_used(shop, manager, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    travel(days=30)
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
    logs = {type(log).__name__ for log in manager.get_logs()}
    assert logs == {"SubscriptionStateChanged", "MetadataUpdate", "SubscriptionRenewed"}


@pytest.mark.parametrize("person", ["keeper", "buyer", "airdropper"])
def test_refused_when_the_period_runs(manager, everybody, pass_id, metered, renew, person):
    with refused(manager, "NotDue(uint256,uint256)", pass_id, metered.product):
        renew(everybody[person], person == "airdropper")


@pytest.mark.parametrize("person", ["keeper", "buyer"])
@pytest.mark.parametrize("cap", [0, BILL - 1])
def test_refused_when_the_bill_is_above_the_cap(shop, manager, everybody, buyer, keeper, metered, person, cap):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, cap, sender=buyer)
    shop.record(metered.meter, pass_id, UNITS)
    travel(days=30)
    with refused(manager, "UsageCapExceeded(uint256,uint256)", BILL, cap):
        manager.renewSubscription(pass_id, metered.product, False, sender=everybody[person])
    manager.setUsageCap(pass_id, metered.product, BILL, sender=buyer)
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)


@pytest.mark.parametrize("person", ["keeper", "stranger", "airdropper"])
@pytest.mark.parametrize("ending", ["cancelled", "no auto-renew"])
def test_last_bill_is_paid_once_and_no_period_starts_when_it_is_over(
    shop, manager, everybody, buyer, token, pass_id, metered, renew, person, ending
):
    if ending == "cancelled":
        manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    else:
        manager.setAutoRenew(pass_id, metered.product, False, sender=buyer)
    end, before = now() + MONTH, token.balanceOf(buyer)
    travel(days=30)
    renew(everybody[person])
    assert only_event(manager, "UsageBilled").amount == BILL
    assert events(manager, "SubscriptionRenewed") == []
    item = shop.state(pass_id, metered.product)
    assert (item.billed, item.end) == (True, end)
    assert item.status == (EXPIRED if ending == "cancelled" else PAST_DUE)
    error = "SubscriptionCancelled" if ending == "cancelled" else "NoConsent"
    shop.record(metered.meter, pass_id, 1_000)
    with refused(manager, f"{error}(uint256,uint256)", pass_id, metered.product):
        renew(everybody[person])
    assert before - token.balanceOf(buyer) == BILL


def test_bill_never_comes_when_grace_is_over(shop, manager, buyer, keeper, token, pass_id, metered, renew):
    before = token.balanceOf(buyer)
    travel(days=33)
    with refused(manager, "PastGrace(uint256,uint256)", pass_id, metered.product):
        renew(keeper)
    renew(buyer)
    bill = only_event(manager, "UsageBilled")
    assert (bill.units, bill.amount, bill.upTo) == (0, 0, UNITS)
    assert token.balanceOf(buyer) == before
    item = shop.state(pass_id, metered.product)
    assert (item.status, item.start, item.autoRenew) == (ACTIVE, now(), True)


def test_restart_bills_first_when_cancelled_and_within_grace(shop, manager, buyer, token, pass_id, metered, renew):
    manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    before = token.balanceOf(buyer)
    travel(days=32)
    renew(buyer)
    assert before - token.balanceOf(buyer) == BILL
    item = shop.state(pass_id, metered.product)
    assert (item.status, item.start, item.cancelled, item.billed) == (ACTIVE, now(), False, False)
    assert only_event(manager, "UsageBilled").amount == BILL


def test_undo_bills_first_when_cancelled_and_within_grace(shop, manager, buyer, token, pass_id, metered):
    manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    before = token.balanceOf(buyer)
    travel(days=32)
    manager.cancelSubscription(pass_id, metered.product, False, sender=buyer)
    assert before - token.balanceOf(buyer) == BILL
    assert shop.state(pass_id, metered.product).start == now()


def test_usage_is_forgiven_when_the_organization_renews(
    shop, manager, buyer, airdropper, token, pass_id, metered, renew
):
    before = token.balanceOf(buyer)
    travel(days=30)
    renew(airdropper, True)
    bill = only_event(manager, "UsageBilled")
    assert (bill.units, bill.amount, bill.upTo) == (0, 0, UNITS)
    assert token.balanceOf(buyer) == before
    assert not shop.state(pass_id, metered.product).autoRenew
    assert manager.usageStateOf(pass_id, metered.product) == CAP | UNITS << 192


def test_last_bill_is_paid_and_no_period_starts_when_the_pricing_is_retired(
    shop, manager, keeper, metered, pass_id, renew
):
    shop.flags(metered.pricing, retired=True)
    travel(days=30)
    renew(keeper)
    assert only_event(manager, "UsageBilled").amount == BILL
    assert events(manager, "SubscriptionRenewed") == []
    with refused(manager, "PricingRetired(uint256)", metered.pricing):
        renew(keeper)


def test_last_bill_can_come_when_the_holder_ended_it(shop, manager, buyer, keeper, pass_id, metered, renew):
    travel(days=10)
    manager.endSubscription(pass_id, metered.product, sender=buyer)
    item = shop.state(pass_id, metered.product)
    assert (item.status, item.end, item.cancelled, item.revoked) == (EXPIRED, now(), True, False)
    renew(keeper)
    assert only_event(manager, "UsageBilled").amount == BILL


def test_coupon_of_one_charge_is_for_the_first_bill_when_usage_is_bought(
    shop, manager, merchant, buyer, keeper, metered
):
    promotions = shop.system.promotions
    terms = (2_500, 0, 0, 0, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "CODE"), terms, [], sender=merchant)
    pass_id = shop.buy(buyer, metered.line, coupon="CODE")
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    bills = []
    for _ in range(2):
        shop.record(metered.meter, pass_id, UNITS)
        travel(days=30)
        manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
        bills.append(only_event(manager, "UsageBilled").amount)
    assert bills == [BILL * 3 // 4, BILL]


def test_discounts_count_when_billed(shop, manager, merchant, keeper, pass_id, metered, renew):
    discount = shop.system.promotions.createDiscount(shop.org, "Loyal", 1_000, 0, 2, sender=merchant)
    shop.system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    travel(days=30)
    renew(keeper)
    assert only_event(manager, "UsageBilled").amount == BILL * 9 // 10


def test_tiers_add_up_when_usage_is_graduated(shop, manager, buyer, keeper):
    meter = shop.meter()
    offer = make_offer(shop, USAGE_GRADUATED, MONTHLY, tiers=[(0, 10, 10, 1), (11, 0, 5, 2)], meter=meter)
    pass_id = shop.buy(buyer, offer.line)
    manager.setUsageCap(pass_id, offer.product, CAP, sender=buyer)
    shop.record(meter, pass_id, UNITS)
    travel(days=30)
    manager.renewSubscription(pass_id, offer.product, False, sender=keeper)
    assert only_event(manager, "UsageBilled").amount == 10 * 10 + 1 + 10 * 5 + 2


# --- native coin ---


@pytest.fixture
def coin_pass(shop, manager, stranger, coin_metered):
    pass_id = shop.buy(stranger, coin_metered.line)
    manager.setUsageCap(pass_id, coin_metered.product, CAP, sender=stranger)
    shop.record(coin_metered.meter, pass_id, UNITS)
    travel(days=30)
    return pass_id


def test_caller_pays_and_the_rest_returns_when_the_bill_is_in_coins(manager, keeper, coin_pass, coin_metered):
    before = boa.env.get_balance(keeper)
    manager.renewSubscription(coin_pass, coin_metered.product, False, sender=keeper, value=10**18)
    assert before - boa.env.get_balance(keeper) == BILL
    assert only_event(manager, "SubscriptionRenewed").token == NATIVE


def test_refused_when_too_few_coins_are_sent_for_the_bill(manager, keeper, coin_pass, coin_metered):
    with refused(manager, "ValueTooLow(uint256,uint256)", BILL - 1, BILL):
        manager.renewSubscription(coin_pass, coin_metered.product, False, sender=keeper, value=BILL - 1)
