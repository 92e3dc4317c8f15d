"""A seat is one unit of money a second (half of it from ten seats on)."""

import boa
import pytest

from tests.support.offers import MONTH_PRICE, SEAT_TIERS, make_offer
from tests.support.shop import (
    CANCELLED,
    CYCLES,
    EXPIRED,
    MONTHLY,
    PAST_DUE,
    PAUSED,
    TIERED_VOLUME,
    now,
    only_event,
    travel,
)
from tests.support.system import DAY, NATIVE, refused

MONTH = CYCLES[MONTHLY]
FULL = 10**8
LEFT = 20 * DAY


@pytest.fixture
def pass_id(shop, buyer, seats):
    """Five seats, ten days of the month are over."""
    pass_id = shop.buy(buyer, (*seats.line, 5))
    travel(days=10)
    return pass_id


@pytest.fixture
def change(manager, pass_id, seats):
    def call(quantity, by, airdrop=False, **options):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, quantity, airdrop, sender=by, **options)

    return call


def coupon(shop, bps, renewals):
    promotions = shop.system.promotions
    terms = (bps, 0, 0, renewals, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "CODE"), terms, [], sender=shop.merchant)


def test_difference_is_charged_when_there_are_more_units(shop, buyer, token, pass_id, seats, change):
    before = token.balanceOf(buyer)
    change(8, buyer)
    assert before - token.balanceOf(buyer) == 8 * MONTH_PRICE - 5 * LEFT
    item = shop.state(pass_id, seats.product)
    assert (item.quantity, item.pricingId, item.start, item.end) == (8, seats.pricing, now(), now() + MONTH)
    assert (item.rate, item.autoRenew) == (FULL, True)


def test_event_tells_all_when_there_are_more_units(shop, manager, buyer, token, pass_id, seats, change):
    change(8, buyer)
    event, state = only_event(manager, "SubscriptionChanged"), only_event(manager, "SubscriptionStateChanged")
    assert (event.orgId, event.productPassId, event.productId) == (shop.org, pass_id, seats.product)
    assert (event.pricingId, event.quantity, event.token) == (seats.pricing, 8, token.address)
    assert (event.amountPaid, event.valueLeft) == (8 * MONTH_PRICE - 5 * LEFT, 5 * LEFT)
    assert state.state == manager.stateOf(pass_id, seats.product)


def test_surplus_becomes_time_when_there_are_fewer_units(shop, manager, buyer, token, pass_id, seats, change):
    before = token.balanceOf(buyer)
    change(2, buyer)
    assert token.balanceOf(buyer) == before
    item = shop.state(pass_id, seats.product)
    assert (item.quantity, item.end, item.rate) == (2, now() + 5 * LEFT // 2, FULL)
    assert only_event(manager, "SubscriptionChanged").amountPaid == 0


def test_surplus_becomes_time_when_a_larger_tier_is_cheaper(shop, pass_id, seats, buyer, change):
    """Ten seats at half the price cost as much as five."""
    change(10, buyer)
    item = shop.state(pass_id, seats.product)
    assert (item.quantity, item.end) == (10, now() + MONTH)


def test_coupon_is_used_once_when_the_units_change(shop, manager, buyer, seats):
    coupon(shop, 5_000, 1)
    pass_id = shop.buy(buyer, (*seats.line, 2), coupon="CODE")
    paid = []
    for quantity in (4, 6):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, quantity, False, sender=buyer)
        paid.append(only_event(manager, "SubscriptionChanged").amountPaid)
    assert paid == [2 * MONTH_PRICE - MONTH_PRICE, 6 * MONTH_PRICE - 2 * MONTH_PRICE]
    assert shop.state(pass_id, seats.product).couponRenewalsLeft == 0


def test_coupon_stays_when_it_is_for_ever(shop, manager, buyer, seats):
    coupon(shop, 5_000, 255)
    pass_id = shop.buy(buyer, (*seats.line, 2), coupon="CODE")
    manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, 4, False, sender=buyer)
    item = shop.state(pass_id, seats.product)
    assert (item.couponBps, item.couponRenewalsLeft, item.rate) == (5_000, 255, 50_000_000)


def test_changed_when_the_organization_lets_nobody_change_plans(shop, system, manager, buyer, pass_id, seats, change):
    shop.rules(plan_change_off=True, closed=True)
    manager.pausePurchases(sender=system.owner)
    change(6, buyer)
    assert shop.state(pass_id, seats.product).quantity == 6


# --- refusals ---


@pytest.mark.parametrize("quantity", [0, 2**32, 2**256 - 1])
def test_refused_when_the_quantity_is_out_of_range(manager, buyer, seats, change, quantity):
    with refused(manager, "InvalidQuantity(uint256,uint256)", seats.pricing, quantity):
        change(quantity, buyer)


def test_largest_quantity_can_be_had_when_it_is_cheap(shop, manager, buyer):
    offer = make_offer(shop, TIERED_VOLUME, MONTHLY, tiers=[(1, 0, 1, 0)])
    pass_id = shop.buy(buyer, (*offer.line, 1))
    manager.changeTieredSubscriptionUnitQuantity(pass_id, offer.product, 2**32 - 1, False, sender=buyer)
    assert only_event(manager, "SubscriptionChanged").amountPaid == 2**32 - 2


def test_refused_when_it_is_the_same_quantity(manager, buyer, pass_id, seats, change):
    with refused(manager, "NothingToChange(uint256,uint256)", pass_id, seats.product):
        change(5, buyer)


@pytest.mark.parametrize("style", ["flat", "usage"])
def test_refused_when_there_are_no_units(shop, manager, buyer, monthly, metered, style):
    offer = monthly if style == "flat" else metered
    pass_id = shop.buy(buyer, offer.line)
    with refused(manager, "QuantityNotTiered(uint256)", offer.pricing):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, offer.product, 2, False, sender=buyer)


@pytest.mark.parametrize("airdrop", [False, True])
@pytest.mark.parametrize("status", [CANCELLED, PAST_DUE, PAUSED, EXPIRED])
def test_refused_when_it_is_not_active(manager, buyer, merchant, pass_id, seats, change, status, airdrop):
    if status == CANCELLED:
        manager.cancelSubscription(pass_id, seats.product, True, sender=buyer)
    elif status == PAUSED:
        manager.pauseSubscription(pass_id, seats.product, True, sender=buyer)
    else:
        travel(days=21 if status == PAST_DUE else 40)
    with refused(manager, "NotActive(uint256,uint256,uint256)", pass_id, seats.product, status):
        change(6, merchant if airdrop else buyer, airdrop)


def test_refused_when_the_pricing_is_retired_or_the_holder_not_listed(shop, manager, buyer, seats, change):
    shop.flags(seats.pricing, retired=True)
    with refused(manager, "PricingRetired(uint256)", seats.pricing):
        change(6, buyer)
    shop.flags(seats.pricing, restricted=True)
    with refused(manager, "PricingRestricted(uint256,address)", seats.pricing, buyer):
        change(6, buyer)


@pytest.mark.parametrize("person", ["friend", "stranger", "merchant", "airdropper"])
def test_refused_when_it_is_not_the_holder(manager, everybody, pass_id, change, person):
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        change(6, everybody[person])


def test_refused_when_pass_or_item_are_wrong(shop, manager, buyer, pass_id, license_offer):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.changeTieredSubscriptionUnitQuantity(10**9, 1, 2, False, sender=buyer)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, 10**9, 2, False, sender=buyer)
    shop.buy_more(pass_id, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, license_offer.product, 2, False, sender=buyer)


def test_refused_when_the_surplus_is_too_long(shop, manager, buyer):
    offer = make_offer(shop, TIERED_VOLUME, MONTHLY, tiers=[(1, 0, 10**6, 0)])
    pass_id = shop.buy(buyer, (*offer.line, 1_000))
    with refused(manager, "SurplusTooLong(uint256,uint256)", 10**9, 10**6):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, offer.product, 1, False, sender=buyer)


# --- by the organization ---


def test_value_is_kept_and_consent_ends_when_the_organization_gives_units(
    shop, manager, buyer, airdropper, pass_id, seats, change
):
    before = shop.system.token.balanceOf(buyer)
    change(9, airdropper, airdrop=True)
    item = shop.state(pass_id, seats.product)
    assert (item.quantity, item.end, item.autoRenew) == (9, now() + MONTH, False)
    assert item.rate == 5 * LEFT * FULL // (9 * MONTH_PRICE)
    assert shop.system.token.balanceOf(buyer) == before
    assert only_event(manager, "SubscriptionChanged").amountPaid == 0


def test_coupon_stays_unused_when_the_organization_gives_units(shop, manager, buyer, airdropper, seats):
    coupon(shop, 5_000, 3)
    pass_id = shop.buy(buyer, (*seats.line, 2), coupon="CODE")
    manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, 4, True, sender=airdropper)
    assert shop.state(pass_id, seats.product).couponRenewalsLeft == 3


def test_refused_when_the_organization_takes_units_away(manager, airdropper, pass_id, seats, change):
    with refused(manager, "ChangeWouldTakeAway(uint256,uint256)", pass_id, seats.product):
        change(4, airdropper, airdrop=True)


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else"])
def test_refused_when_airdropped_without_the_role(shop, manager, everybody, change, person):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, everybody[person], 4):
        change(9, everybody[person], airdrop=True)


# --- native coin ---


@pytest.fixture
def change_coins(shop, manager, stranger):
    """Five seats paid in coins, ten days of the month are over."""
    offer = make_offer(shop, TIERED_VOLUME, MONTHLY, tiers=SEAT_TIERS, token=NATIVE)
    pass_id = shop.buy(stranger, (*offer.line, 5), value=5 * MONTH_PRICE)
    travel(days=10)

    def call(quantity, value):
        manager.changeTieredSubscriptionUnitQuantity(
            pass_id, offer.product, quantity, False, sender=stranger, value=value
        )

    return call


def test_rest_returns_when_changed_in_coins(manager, stranger, change_coins):
    before, paid = boa.env.get_balance(stranger), 8 * MONTH_PRICE - 5 * LEFT
    change_coins(8, paid + 77)
    assert before - boa.env.get_balance(stranger) == paid
    change_coins(5, 0)
    with refused(manager, "ValueTooLow(uint256,uint256)"):
        change_coins(9, 1)


def test_refused_when_coins_are_sent_for_tokens(manager, buyer, change):
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        change(8, buyer, value=1)
