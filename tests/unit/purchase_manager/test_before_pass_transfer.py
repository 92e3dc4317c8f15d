"""The hook of a transfer: which passes move, and what ends with the move (R22)."""

import pytest

from tests.support.offers import CAP, MONTH_PRICE
from tests.support.shop import EXPIRED, events, only_event, travel
from tests.support.system import refused


@pytest.fixture
def move(product_pass, buyer, friend):
    def call(pass_id):
        product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)

    return call


def test_pass_moves_when_all_of_it_is_one_time_and_transferable(shop, buyer, friend, license_offer, move):
    pass_id = shop.buy(buyer, license_offer.line)
    move(pass_id)
    assert shop.holder(pass_id) == friend


@pytest.mark.parametrize("state", ["active", "cancelled", "past due"])
def test_refused_when_a_subscription_runs_or_is_past_due(shop, manager, product_pass, buyer, monthly, move, state):
    pass_id = shop.buy(buyer, monthly.line)
    if state == "cancelled":
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=32 if state == "past due" else 5)
    assert product_pass.locked(pass_id)
    with refused(product_pass, "PassLocked(uint256,uint256)", pass_id, monthly.product):
        move(pass_id)


@pytest.mark.parametrize(
    "state", ["paused", "paused and cancelled", "expired", "cancelled and over", "ended", "revoked"]
)
def test_pass_moves_when_its_subscription_is_paused_or_over(
    shop, manager, merchant, product_pass, buyer, friend, monthly, move, state
):
    pass_id = shop.buy(buyer, monthly.line)
    bring_to(shop, pass_id, monthly, state)
    assert not product_pass.locked(pass_id)
    move(pass_id)
    assert shop.holder(pass_id) == friend


def bring_to(shop, pass_id, offer, state):
    manager, holder = shop.system.manager, shop.holder(pass_id)
    if "cancelled" in state:
        manager.cancelSubscription(pass_id, offer.product, True, sender=holder)
    if "paused" in state:
        manager.pauseSubscription(pass_id, offer.product, True, sender=holder)
    if state == "ended":
        manager.endSubscription(pass_id, offer.product, sender=holder)
    if state == "revoked":
        manager.refundProduct(pass_id, offer.product, offer.price, True, sender=shop.merchant)
    travel(days={"expired": 33, "cancelled and over": 30}.get(state, 0))


def test_refused_when_one_product_is_not_transferable(shop, product_pass, buyer, license_offer, bound_offer, move):
    pass_id = shop.buy(buyer, license_offer.line, bound_offer.line)
    with refused(product_pass, "PassLocked(uint256,uint256)", pass_id, bound_offer.product):
        move(pass_id)


def test_pass_moves_when_its_bound_product_was_revoked(shop, manager, merchant, buyer, friend, bound_offer, move):
    pass_id = shop.buy(buyer, bound_offer.line)
    manager.refundProduct(pass_id, bound_offer.product, bound_offer.price, True, sender=merchant)
    move(pass_id)
    assert shop.holder(pass_id) == friend


@pytest.mark.parametrize("cancelled", [False, True])
def test_usage_keeps_the_pass_until_grace_is_over_when_held(
    shop, manager, product_pass, buyer, friend, metered, move, cancelled
):
    pass_id = shop.buy(buyer, metered.line)
    if cancelled:
        manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    travel(days=33, seconds=-1)
    with refused(product_pass, "PassLocked(uint256,uint256)", pass_id, metered.product):
        move(pass_id)
    travel(seconds=1)
    assert shop.state(pass_id, metered.product).status == EXPIRED
    move(pass_id)
    assert shop.holder(pass_id) == friend


# --- what ends ---


def test_consent_and_coupon_end_when_the_pass_moves(
    shop, manager, merchant, product_pass, buyer, friend, monthly, license_offer, move
):
    promotions = shop.system.promotions
    terms = (5_000, 0, 0, 255, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "HALF"), terms, [], sender=merchant)
    pass_id = shop.buy(buyer, monthly.line, license_offer.line, coupon="HALF", pause=True)
    move(pass_id)
    (changed,) = events(product_pass, "SubscriptionStateChanged")
    assert (changed.productPassId, changed.productId) == (pass_id, monthly.product)
    assert changed.state == manager.stateOf(pass_id, monthly.product)
    item = shop.state(pass_id, monthly.product)
    assert (item.autoRenew, item.couponBps, item.couponRenewalsLeft) == (False, 0, 0)
    assert (item.paused, item.rate) == (True, 50_000_000)


def test_nothing_is_written_when_there_is_nothing_to_clear(shop, product_pass, buyer, license_offer, move):
    move(shop.buy(buyer, license_offer.line))
    assert events(product_pass, "SubscriptionStateChanged") == []


def test_cap_ends_when_the_pass_moves(shop, manager, product_pass, buyer, metered, move):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 3)
    travel(days=30)
    manager.renewSubscription(pass_id, metered.product, False, sender=buyer)
    travel(days=33)
    move(pass_id)
    event = only_event(product_pass, "UsageCapSet")
    assert (event.productPassId, event.productId, event.cap) == (pass_id, metered.product, 0)
    assert manager.usageStateOf(pass_id, metered.product) == 30 << 96 | 3 << 192


def test_consent_ends_when_the_pass_moves_to_its_own_holder(shop, product_pass, buyer, monthly):
    pass_id = shop.buy(buyer, monthly.line, pause=True)
    product_pass.transferFrom(buyer, buyer, pass_id, sender=buyer)
    assert not shop.state(pass_id, monthly.product).autoRenew


def test_time_discount_and_rate_stay_when_the_pass_moves(shop, manager, merchant, buyer, friend, monthly, move):
    discount = shop.system.promotions.createDiscount(shop.org, "Friends", 1_000, 0, 1, sender=merchant)
    pass_id = shop.buy(buyer, monthly.line, discounts=[discount], pause=True)
    move(pass_id)
    item = shop.state(pass_id, monthly.product)
    assert (item.secondsLeft, item.rate) == (30 * 86_400, 90_000_000)
    assert shop.system.product_pass.wordOf(pass_id) >> 232 & 0x3FFF == 1_000
    manager.pauseSubscription(pass_id, monthly.product, False, sender=friend)
    manager.renewSubscription(pass_id, monthly.product, False, sender=friend)
    assert only_event(manager, "SubscriptionRenewed").amountPaid == MONTH_PRICE * 9 // 10


def test_every_item_is_visited_when_the_pass_is_full(shop, manager, buyer, friend, move):
    pricing = shop.pricing(price=0)
    products = [shop.product() for _ in range(64)]
    for product in products:
        shop.link(product, pricing)
    lines = [(product, pricing) for product in products]
    pass_id = shop.buy(buyer, *lines[:24], pause=True)
    shop.buy_more(pass_id, *lines[24:48], pause=True)
    shop.buy_more(pass_id, *lines[48:], pause=True)
    move(pass_id)
    assert not any(manager.stateOf(pass_id, product) >> 246 & 1 for product in products)
    assert shop.holder(pass_id) == friend


# --- who may ---


@pytest.mark.parametrize("person", ["buyer", "merchant", "stranger"])
def test_refused_when_it_is_not_the_pass_that_calls(
    shop, manager, everybody, product_pass, buyer, license_offer, person
):
    pass_id = shop.buy(buyer, license_offer.line)
    with refused(manager, "NotSystemContract(address)", everybody[person]):
        manager.beforePassTransfer(pass_id, product_pass.wordOf(pass_id), sender=everybody[person])


def test_refused_when_the_platform_owner_calls(system, manager):
    for caller in (system.owner, system.catalog.address, system.escrow.address, manager.address):
        with refused(manager, "NotSystemContract(address)", caller):
            manager.beforePassTransfer(1, 2**256 - 1, sender=caller)
