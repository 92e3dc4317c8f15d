"""`pauseSubscription` and `pauseSubscriptionBatch`."""

import pytest

from tests.support.shop import (
    ACTIVE,
    CANCELLED,
    CYCLES,
    EXPIRED,
    MONTHLY,
    PAST_DUE,
    PAUSED,
    now,
    only_event,
    travel,
)
from tests.support.system import DAY, refused

MONTH = CYCLES[MONTHLY]


@pytest.fixture
def pass_id(shop, buyer, monthly):
    return shop.buy(buyer, monthly.line)


@pytest.fixture(params=["single", "batch"])
def pause(request, manager, buyer, monthly):
    """Both functions do the same for one subscription."""

    def call(pass_id, on=True, by=buyer, product=monthly.product):
        if request.param == "single":
            manager.pauseSubscription(pass_id, product, on, sender=by)
        else:
            manager.pauseSubscriptionBatch(pass_id, [product], [on], sender=by)

    return call


@pytest.mark.parametrize("used", [0, 1, 10 * DAY + 7, MONTH - 1])
def test_seconds_used_and_left_are_kept_when_paused(shop, pass_id, monthly, pause, used):
    travel(seconds=used)
    pause(pass_id)
    travel(days=400)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.paused, item.secondsUsed, item.secondsLeft) == (PAUSED, True, used, MONTH - used)
    assert not shop.system.lens.hasAccess(pass_id, monthly.product)


@pytest.mark.parametrize("used", [0, 10 * DAY + 7, MONTH - 1])
def test_clock_goes_on_where_it_stopped_when_unpaused(shop, pass_id, monthly, pause, used):
    travel(seconds=used)
    pause(pass_id)
    travel(days=400)
    pause(pass_id, False)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.start, item.end) == (ACTIVE, now() - used, now() + MONTH - used)


def test_event_has_the_new_word_when_paused(manager, pass_id, monthly, pause):
    before = manager.stateOf(pass_id, monthly.product)
    pause(pass_id)
    event = only_event(manager, "SubscriptionStateChanged")
    assert (event.productPassId, event.productId) == (pass_id, monthly.product)
    assert event.state == manager.stateOf(pass_id, monthly.product) != before


def test_word_is_as_before_when_paused_and_unpaused_at_once(manager, pass_id, monthly, pause):
    before = manager.stateOf(pass_id, monthly.product)
    pause(pass_id)
    pause(pass_id, False)
    assert manager.stateOf(pass_id, monthly.product) == before


def test_no_second_is_lost_when_paused_many_times(shop, pass_id, monthly, pause):
    for i in range(1, 6):
        travel(seconds=1_000 * i)
        pause(pass_id)
        travel(days=i)
        pause(pass_id, False)
    item = shop.state(pass_id, monthly.product)
    assert (item.end - now(), now() - item.start) == (MONTH - 15_000, 15_000)


def test_cancelled_one_stays_cancelled_when_paused(shop, manager, buyer, pass_id, monthly, pause):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    pause(pass_id)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.cancelled) == (PAUSED, True)
    pause(pass_id, False)
    assert shop.state(pass_id, monthly.product).status == CANCELLED


def test_consent_and_rate_stay_when_paused(shop, pass_id, monthly, pause):
    before = shop.state(pass_id, monthly.product)
    pause(pass_id)
    after = shop.state(pass_id, monthly.product)
    assert (after.autoRenew, after.rate, after.pricingId) == (True, before.rate, before.pricingId)


def test_unpaused_when_the_organization_no_longer_allows_pausing(shop, pass_id, monthly, pause):
    pause(pass_id)
    shop.rules(closed=True, allow_list=True)
    shop.flags(monthly.pricing, active=False, retired=True, restricted=True)
    pause(pass_id, False)
    with refused(shop.system.manager, "AlreadyPaused(uint256,uint256)", pass_id, monthly.product):
        pause(pass_id)
        pause(pass_id)


def test_period_starts_whole_when_bought_paused(shop, buyer, monthly, pause):
    pass_id = shop.buy(buyer, monthly.line, pause=True)
    travel(days=100)
    pause(pass_id, False)
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end) == (now(), now() + MONTH)


def test_value_stays_when_paused(shop, pass_id, monthly, pause):
    travel(days=10)
    value = shop.system.lens.valueLeft(pass_id, monthly.product)
    pause(pass_id)
    travel(days=100)
    assert shop.system.lens.valueLeft(pass_id, monthly.product) == value == 20 * DAY


def test_refused_when_paused_twice_or_not_paused(manager, pass_id, monthly, pause):
    with refused(manager, "NotPaused(uint256,uint256)", pass_id, monthly.product):
        pause(pass_id, False)
    pause(pass_id)
    with refused(manager, "AlreadyPaused(uint256,uint256)", pass_id, monthly.product):
        pause(pass_id)


@pytest.mark.parametrize(("days", "status"), [(30, PAST_DUE), (33, EXPIRED), (400, EXPIRED)])
def test_refused_when_the_period_is_over(manager, pass_id, monthly, pause, days, status):
    travel(days=days)
    with refused(manager, "NotActive(uint256,uint256,uint256)", pass_id, monthly.product, status):
        pause(pass_id)


def test_refused_when_it_was_sold_without_pausing(shop, manager, buyer, monthly, pause):
    shop.rules()
    pass_id = shop.buy(buyer, monthly.line)
    shop.rules(pausing=True)
    with refused(manager, "NotPausable(uint256,uint256)", pass_id, monthly.product):
        pause(pass_id)


def test_refused_when_it_is_usage(shop, manager, buyer, metered, pause):
    pass_id = shop.buy(buyer, metered.line)
    with refused(manager, "CannotPauseUsage(uint256)", metered.product):
        pause(pass_id, product=metered.product)


@pytest.mark.parametrize("person", ["merchant", "airdropper", "supporter", "stranger", "everything_else", "friend"])
@pytest.mark.parametrize("on", [True, False])
def test_refused_when_it_is_not_the_holder(manager, everybody, buyer, pass_id, monthly, pause, person, on):
    if not on:
        pause(pass_id)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, everybody[person]):
        pause(pass_id, on, by=everybody[person])


def test_refused_when_pass_or_item_do_not_exist_or_are_not_subscriptions(shop, manager, pass_id, license_offer, pause):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        pause(10**9)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        pause(pass_id, product=10**9)
    shop.buy_more(pass_id, license_offer.line)
    with refused(manager, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        pause(pass_id, product=license_offer.product)


# --- several at once ---


def test_each_has_its_own_way_when_in_a_batch(shop, manager, buyer, monthly, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 1))
    products = [monthly.product, seats.product]
    manager.pauseSubscription(pass_id, seats.product, True, sender=buyer)
    manager.pauseSubscriptionBatch(pass_id, products, [True, False], sender=buyer)
    assert [shop.state(pass_id, product).status for product in products] == [PAUSED, ACTIVE]


def test_nothing_is_paused_when_one_cannot_be(shop, manager, buyer, monthly, metered):
    pass_id = shop.buy(buyer, monthly.line, metered.line)
    with refused(manager, "CannotPauseUsage(uint256)", metered.product):
        manager.pauseSubscriptionBatch(pass_id, [monthly.product, metered.product], [True, True], sender=buyer)
    assert shop.state(pass_id, monthly.product).status == ACTIVE


def test_refused_when_the_lists_are_empty_or_differ(manager, buyer, pass_id, monthly):
    with refused(manager, "EmptyList()"):
        manager.pauseSubscriptionBatch(pass_id, [], [], sender=buyer)
    with refused(manager, "LengthMismatch()"):
        manager.pauseSubscriptionBatch(pass_id, [monthly.product], [True, True], sender=buyer)
