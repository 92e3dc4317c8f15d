"""What PassLens says of one product on a pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.model.items import LAYOUT, Item
from tests.support.offers import CAP
from tests.support.shop import ACTIVE, CANCELLED, DAY, EXPIRED, PAST_DUE, PAUSED, now, travel
from tests.support.system import refused

READERS = ["getSubscription", "statusOf", "usageOf", "refundable", "valueLeft"]
CYCLE = 30 * DAY

items = st.builds(
    Item, **{name: st.booleans() if width == 1 else st.integers(0, 2**width - 1) for name, width in LAYOUT}
)


@given(items)
@settings(max_examples=100, deadline=None)
def test_state_is_decoded_field_by_field(lens, item):
    decoded = lens.decodeState(item.pack())

    for field, value in {
        "pricingId": item.pricing_id,
        "nextProductId": item.next,
        "quantity": item.quantity,
        "rate": item.rate,
        "couponBps": item.coupon_bps,
        "couponRenewalsLeft": item.coupon_left,
        "graceDays": item.grace_days,
        "autoRenew": item.auto_renew,
        "cancelled": item.cancelled,
        "paused": item.paused,
        "revoked": item.revoked,
        "oneTime": item.one_time,
        "usage": item.usage,
        "native": item.native,
        "transferable": item.transferable,
        "pausable": item.pausable,
        "billed": item.billed,
        "status": item.status(now()),
        "start": 0 if item.paused else item.start,
        "end": 0 if item.paused else item.end,
        "secondsUsed": item.start if item.paused else 0,
        "orgId": 0,
    }.items():
        assert getattr(decoded, field) == value, field


def test_subscription_tells_its_organization_and_the_seconds_left(lens, shop, subscription, monthly):
    travel(seconds=100)

    read = lens.getSubscription(subscription, monthly.product)
    assert (read.orgId, read.pricingId, read.autoRenew) == (shop.org, monthly.pricing, True)
    assert (read.start, read.end, read.secondsLeft) == (now() - 100, now() - 100 + CYCLE, CYCLE - 100)
    assert lens.decodeState(shop.word(subscription, monthly.product)).end == read.end


def test_paused_subscription_tells_seconds_used_and_left(lens, manager, buyer, subscription, monthly):
    travel(seconds=100)
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)
    travel(days=400)

    read = lens.getSubscription(subscription, monthly.product)
    assert (read.start, read.end, read.secondsUsed, read.secondsLeft) == (0, 0, 100, CYCLE - 100)


@pytest.mark.parametrize("days", [30, 33])
def test_subscription_that_ended_has_no_seconds_left(lens, subscription, monthly, days):
    travel(days=days)

    assert lens.getSubscription(subscription, monthly.product).secondsLeft == 0


def test_one_time_product_has_no_end(lens, shop, buyer, license_offer):
    pass_id = shop.buy(buyer, license_offer.line)

    read = lens.getSubscription(pass_id, license_offer.product)
    assert (read.oneTime, read.end, read.secondsLeft, read.status) == (True, 0, 0, ACTIVE)


def test_r13_status_and_access_at_each_border(lens, manager, buyer, subscription, monthly):
    def told():
        status = lens.statusOf(subscription, monthly.product)
        return status, lens.hasAccess(subscription, monthly.product)

    assert told() == (ACTIVE, True)
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)
    assert told() == (PAUSED, False)
    manager.pauseSubscription(subscription, monthly.product, False, sender=buyer)
    manager.cancelSubscription(subscription, monthly.product, True, sender=buyer)
    assert told() == (CANCELLED, True)
    manager.cancelSubscription(subscription, monthly.product, False, sender=buyer)
    travel(seconds=CYCLE - 1)
    assert told() == (ACTIVE, True)
    travel(seconds=1)
    assert told() == (PAST_DUE, False)
    travel(seconds=3 * DAY - 1)
    assert told() == (PAST_DUE, False)
    travel(seconds=1)
    assert told() == (EXPIRED, False)


def test_nobody_has_access_to_what_is_not_there(lens, subscription, license_offer):
    assert not lens.hasAccess(subscription, license_offer.product)
    assert not lens.hasAccess(999, license_offer.product)


def test_burned_pass_gives_no_access(lens, product_pass, buyer, subscription, monthly):
    product_pass.burn(subscription, sender=buyer)

    assert not lens.hasAccess(subscription, monthly.product)


def test_usage_is_read_with_its_cost_and_cap(lens, shop, manager, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 7)

    assert lens.usageOf(pass_id, metered.product) == (7, 70, CAP)


def test_usage_of_another_kind_of_subscription_is_refused(lens, subscription, monthly):
    with refused(lens, "NotUsageBased(uint256,uint256)", subscription, monthly.product):
        lens.usageOf(subscription, monthly.product)


def test_refundable_and_value_left_of_a_subscription(lens, subscription, monthly):
    travel(seconds=CYCLE // 4)

    assert lens.refundable(subscription, monthly.product) == monthly.price
    assert lens.valueLeft(subscription, monthly.product) == monthly.price * 3 // 4


def test_refundable_and_value_left_are_the_bounds_of_a_refund(lens, shop, manager, merchant, subscription, monthly):
    travel(seconds=CYCLE // 4)
    most = lens.refundable(subscription, monthly.product)
    least = lens.valueLeft(subscription, monthly.product)

    with refused(manager, "RefundTooLarge(uint256,uint256)", most + 1, most):
        manager.refundProduct(subscription, monthly.product, most + 1, False, sender=merchant)
    with refused(manager, "RefundTooSmall(uint256,uint256)", least - 1, least):
        manager.refundProduct(subscription, monthly.product, least - 1, True, sender=merchant)


@pytest.mark.parametrize("function", READERS)
def test_product_that_is_not_on_the_pass_is_refused(lens, subscription, license_offer, function):
    with refused(lens, "NoSuchItem(uint256,uint256)", subscription, license_offer.product):
        getattr(lens, function)(subscription, license_offer.product)


@pytest.mark.parametrize("function", READERS)
def test_unknown_pass_is_refused(lens, monthly, function):
    with refused(lens, "NoSuchPass(uint256)", 999):
        getattr(lens, function)(999, monthly.product)


@pytest.mark.parametrize("function", READERS)
def test_burned_pass_is_refused(lens, product_pass, buyer, subscription, monthly, function):
    product_pass.burn(subscription, sender=buyer)

    with refused(lens, "NoSuchPass(uint256)", subscription):
        getattr(lens, function)(subscription, monthly.product)
