"""`change`: moving to another plan or quantity (R17, R18, section 4). Usage plans: test_change_usage.py."""

import pytest

from tests.support.shop import (
    CYCLES,
    DAILY,
    FLAT,
    MONTHLY,
    ONE_TIME,
    QUARTERLY,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    WEEKLY,
    YEARLY,
    now,
)
from tests.support.system import DAY, NATIVE, partial, refused
from tests.unit.catalog.inputs import FOR_EVER, FULL_RATE, MONTH, PASS, bought_once, held, subscription, unpack

TEN_YEARS = 3_650 * DAY
TAKE_AWAY = "ChangeWouldTakeAway(uint256,uint256)"
SURPLUS = "SurplusTooLong(uint256,uint256)"
UNIT = 1_000  # price of a seat a month, in every tier


@pytest.fixture
def plan(shop, product):
    """A flat plan of the product."""
    return lambda price, frequency=MONTHLY, **terms: shop.offer(product, FLAT, frequency, price=price, **terms)


@pytest.fixture
def seats(shop, product):
    return shop.offer(product, TIERED_VOLUME, tiers=[(1, 0, UNIT, 0)])


@pytest.fixture
def move(catalog, shop, product, buyer):
    """The buyer's subscription to another plan."""

    def call(item, pricing, *, airdrop=False, **fields):
        return catalog.change(held(shop, item, product=product, **({"holder": buyer} | fields)), pricing, 0, airdrop)

    return call


@pytest.fixture
def resize(catalog, shop, product, buyer):
    """The buyer's subscription to another quantity."""

    def call(item, quantity, *, airdrop=False, **fields):
        return catalog.change(held(shop, item, product=product, **({"holder": buyer} | fields)), 0, quantity, airdrop)

    return call


# The holder's change of plan


def test_r17_charges_the_difference_when_the_new_plan_is_dearer(move, system, plan):
    item = subscription(plan(1_000), used=10 * DAY)
    new = plan(5_000)
    change = move(item, new)
    assert (change.token, change.valueLeft, change.amount) == (system.token.address, 666, 4_334)
    assert unpack(change.word) == item.having(pricing_id=new, start=now(), end=now() + MONTH)
    assert (change.usage, change.units) == (0, 0)


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY])
@pytest.mark.parametrize("used", [0, 1, 29 * DAY, MONTH - 1])
@pytest.mark.parametrize("rate", [0, 1, FULL_RATE // 3, FULL_RATE])
@pytest.mark.parametrize("discount", [0, 3_333])
def test_r17_follows_one_formula_when_plans_differ_in_price_and_cycle(move, plan, frequency, used, rate, discount):
    price, new_price, cycle = 10**6, 7 * 10**5 + 1, CYCLES[frequency]
    item = subscription(plan(price), used=used, rate=rate)
    change = move(item, plan(new_price, frequency), discount_bps=discount)
    value = price * rate * (MONTH - used) // (MONTH * FULL_RATE)
    cost = new_price - new_price * discount // 10_000
    seconds = cycle if value <= cost else cycle * value // cost
    moved = unpack(change.word)
    assert (change.valueLeft, change.amount) == (value, max(cost - value, 0))
    assert (moved.start, moved.end) == (now(), now() + seconds)
    assert moved.rate == cost * FULL_RATE // new_price


def test_w11_w15_gains_and_loses_nothing_when_the_holder_moves_there_and_back(catalog, move, shop, plan, product):
    dear, cheap = plan(1_000_000), plan(1_000)
    item = subscription(dear, used=29 * DAY)
    there = move(item, cheap)
    back = move(unpack(there.word), dear)
    values = [catalog.refundBounds(held(shop, unpack(word)))[1] for word in (item.pack(), there.word, back.word)]
    assert (there.amount, back.amount) == (0, 1_000_000 - values[1])
    assert values[0] - 5 <= values[1] <= values[0]
    assert values[2] == 1_000_000


def test_r17_turns_the_surplus_into_time_when_the_new_plan_is_cheaper(move, plan):
    item = subscription(plan(12_000, YEARLY), cycle=CYCLES[YEARLY])
    change = move(item, plan(100, MONTHLY))
    assert (change.valueLeft, change.amount) == (12_000, 0)
    assert unpack(change.word).end == now() + 120 * MONTH


@pytest.mark.parametrize(("value", "fits"), [(365_000, True), (365_001, False)])
def test_r17_refuses_when_the_surplus_is_longer_than_ten_years(catalog, move, plan, value, fits):
    item, daily = subscription(plan(value)), plan(100, DAILY)
    if fits:
        assert unpack(move(item, daily).word).end == now() + TEN_YEARS
        return
    with refused(catalog, SURPLUS, value, 100):
        move(item, daily)


@pytest.mark.parametrize(("rate", "value"), [(FULL_RATE, 1_000), (FULL_RATE // 1_000, 1), (0, 0)])
@pytest.mark.parametrize("free_by", ["price", "discount"])
@pytest.mark.parametrize("airdrop", [False, True])
def test_r17_moves_to_a_free_plan_only_when_nothing_is_left(catalog, move, plan, rate, value, free_by, airdrop):
    item = subscription(plan(1_000), rate=rate)
    free, discount = (plan(0), 0) if free_by == "price" else (plan(500), 10_000)
    if value:
        with refused(catalog, SURPLUS, value, 0):
            move(item, free, discount_bps=discount, airdrop=airdrop)
        return
    change = move(item, free, discount_bps=discount, airdrop=airdrop)
    moved = unpack(change.word)
    assert (change.amount, moved.rate, moved.end) == (0, 0, now() + MONTH)


@pytest.mark.parametrize("auto_renew", [False, True])
def test_r12_keeps_consent_as_it_was_when_the_holder_changes(move, plan, auto_renew):
    item = subscription(plan(1_000), auto_renew=auto_renew)
    assert unpack(move(item, plan(5_000)).word).auto_renew is auto_renew


def test_r20_ends_the_coupon_when_the_plan_changes(move, plan):
    item = subscription(plan(1_000), coupon_bps=5_000, coupon_left=FOR_EVER, rate=FULL_RATE // 2)
    change = move(item, plan(5_000))
    moved = unpack(change.word)
    assert (change.valueLeft, change.amount, moved.coupon_bps, moved.coupon_left) == (500, 4_500, 0, 0)


@pytest.mark.parametrize("days", [0, 1, 30])
@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY])
def test_r06_takes_todays_grace_when_the_plan_changes(shop, move, plan, days, frequency):
    shop.rules(grace_days=days)
    item = subscription(plan(1_000), grace_days=2)
    new_grace = unpack(move(item, plan(5_000, frequency)).word).grace_days
    assert new_grace == min(days or 3, CYCLES[frequency] // DAY)


@pytest.mark.parametrize(
    ("old", "new"),  # style and quantity
    [
        ((FLAT, 0), (TIERED_VOLUME, 1)),
        ((FLAT, 0), (TIERED_GRADUATED, 1)),
        ((TIERED_VOLUME, 7), (FLAT, 0)),
        ((TIERED_GRADUATED, 7), (FLAT, 0)),
        ((TIERED_VOLUME, 7), (TIERED_GRADUATED, 7)),
        ((TIERED_GRADUATED, 2**32 - 1), (TIERED_VOLUME, 2**32 - 1)),
        ((FLAT, 0), (FLAT, 0)),
    ],
)
@pytest.mark.parametrize("airdrop", [False, True])
def test_r17_sets_the_quantity_when_styles_differ(catalog, shop, product, move, old, new, airdrop):
    item = subscription(shop.offer(product, old[0]), quantity=old[1], rate=0)
    pricing = shop.offer(product, new[0])
    if airdrop and new[1] < old[1]:
        with refused(catalog, TAKE_AWAY, PASS, product):
            move(item, pricing, airdrop=True)
        return
    assert unpack(move(item, pricing, airdrop=airdrop).word).quantity == new[1]


def test_keeps_everything_else_in_the_word_when_the_plan_changes(move, plan):
    kept = {"next": 2**40 - 1, "transferable": True, "pausable": True}
    moved = unpack(move(subscription(plan(1_000), **kept), plan(5_000)).word)
    assert {name: getattr(moved, name) for name in kept} == kept


def test_keeps_the_native_coin_when_both_plans_are_in_it(move, plan):
    item = subscription(plan(1_000, token=NATIVE), native=True)
    change = move(item, plan(5_000, token=NATIVE))
    assert (change.token, change.amount, unpack(change.word).native) == (NATIVE, 4_000, True)


# What may not be changed, and to what


STATUSES = {
    "cancelled": ({"cancelled": True}, 1),
    "past due": ({"used": MONTH}, 2),
    "paused": ({"paused": True, "start": 5, "end": MONTH - 5}, 3),
    "lapsed": ({"used": MONTH + 3 * DAY}, 4),
    "revoked": ({"revoked": True}, 4),
}


@pytest.mark.parametrize("state", STATUSES)
@pytest.mark.parametrize("airdrop", [False, True])
def test_r17_refuses_when_it_is_not_active(catalog, move, resize, plan, seats, product, state, airdrop):
    fields, status = STATUSES[state]
    signature = "NotActive(uint256,uint256,uint256)"
    with refused(catalog, signature, PASS, product, status):
        move(subscription(plan(1_000), **fields), plan(5_000), airdrop=airdrop)
    with refused(catalog, signature, PASS, product, status):
        resize(subscription(seats, quantity=5, **fields), 6, airdrop=airdrop)


@pytest.mark.parametrize("airdrop", [False, True])
def test_refuses_when_the_item_is_missing_or_one_time(catalog, move, resize, shop, plan, product, airdrop):
    once = bought_once(shop.offer(product, ONE_TIME, price=1_000))
    new = plan(5_000)
    for call in (lambda item: move(item, new, airdrop=airdrop), lambda item: resize(item, 5, airdrop=airdrop)):
        with refused(catalog, "NoSuchItem(uint256,uint256)", PASS, product):
            call(None)
        with refused(catalog, "NotASubscription(uint256,uint256)", PASS, product):
            call(once)


@pytest.mark.parametrize("missing", [99, 2**40, 2**256 - 1])
def test_refuses_when_there_is_no_such_pricing(catalog, move, plan, missing):
    with refused(catalog, "NoSuchPricing(uint256)", missing):
        move(subscription(plan(1_000)), missing)


def test_refuses_when_the_pricing_is_of_another_organization(catalog, move, plan, rival):
    theirs = rival.pricing(price=1)
    with refused(catalog, "NoSuchPricing(uint256)", theirs):
        move(subscription(plan(1_000)), theirs)


@pytest.mark.parametrize("airdrop", [False, True])
def test_refuses_when_nothing_would_change(catalog, move, resize, plan, seats, product, airdrop):
    present = plan(1_000)
    with refused(catalog, "NothingToChange(uint256,uint256)", PASS, product):
        move(subscription(present), present, airdrop=airdrop)
    with refused(catalog, "NothingToChange(uint256,uint256)", PASS, product):
        resize(subscription(seats, quantity=5), 5, airdrop=airdrop)


@pytest.mark.parametrize("airdrop", [False, True])
def test_r17_refuses_when_the_new_pricing_is_one_time(catalog, move, shop, plan, product, airdrop):
    once = shop.offer(product, ONE_TIME, price=1)
    with refused(catalog, "NotRecurring(uint256)", once):
        move(subscription(plan(1_000)), once, airdrop=airdrop)


@pytest.mark.parametrize("airdrop", [False, True])
def test_r17_refuses_when_the_token_differs(catalog, system, move, plan, airdrop):
    other = partial("mocks/MockToken").deploy().address
    for token in (other, NATIVE):
        with refused(catalog, "DifferentToken(address,address)", system.token.address, token):
            move(subscription(plan(1_000)), plan(1_000, token=token), airdrop=airdrop)


@pytest.fixture
def obstacle_to(shop, product, buyer):
    """Brings an obstacle about, and says its error."""

    def bring_about(obstacle, pricing):
        if obstacle == "unlinked":
            shop.link(product, pricing, linked=False)
            return "PricingNotLinked(uint256,uint256)", product, pricing
        if obstacle == "product inactive":
            shop.product(product=product, active=False)
            return "ProductInactive(uint256)", product
        if obstacle == "plan change off":
            shop.rules(plan_change_off=True)
            return "PlanChangeOff(uint256)", shop.org
        flag = {"retired": "retired", "restricted": "restricted"}.get(obstacle)
        shop.flags(pricing, **({flag: True} if flag else {"active": False}))
        return {
            "retired": ("PricingRetired(uint256)", pricing),
            "restricted": ("PricingRestricted(uint256,address)", pricing, buyer),
            "pricing inactive": ("PricingInactive(uint256)", pricing),
        }[obstacle]

    return bring_about


HOLDERS_OBSTACLES = ["product inactive", "plan change off", "restricted", "pricing inactive"]


@pytest.mark.parametrize("obstacle", ["unlinked", "retired", *HOLDERS_OBSTACLES])
def test_r03_r06_refuses_when_the_new_plan_is_not_for_the_holder(catalog, move, plan, obstacle_to, obstacle):
    item, new = subscription(plan(1_000)), plan(5_000)
    error = obstacle_to(obstacle, new)
    with refused(catalog, *error):
        move(item, new)


@pytest.mark.parametrize("obstacle", HOLDERS_OBSTACLES)
def test_r17_lets_the_organization_add_when_only_holders_are_refused(move, plan, obstacle_to, obstacle):
    item, new = subscription(plan(1_000)), plan(5_000)
    obstacle_to(obstacle, new)
    assert move(item, new, airdrop=True).amount == 0


@pytest.mark.parametrize("obstacle", ["unlinked", "retired"])
def test_r17_refuses_the_organization_when_the_plan_is_not_offered(catalog, move, plan, obstacle_to, obstacle):
    item, new = subscription(plan(1_000)), plan(5_000)
    error = obstacle_to(obstacle, new)
    with refused(catalog, *error):
        move(item, new, airdrop=True)


def test_r03_moves_away_when_the_old_plan_is_retired_and_closed(move, shop, product, plan):
    old, new = plan(1_000), plan(5_000)
    shop.flags(old, active=False, retired=True, restricted=True)
    shop.link(product, old, linked=False)
    shop.rules(closed=True)
    assert move(subscription(old), new).amount == 4_000


def test_r03_moves_when_the_holder_is_on_the_new_plans_list(move, shop, plan, buyer):
    new = plan(5_000, restricted=True)
    shop.let_hold(new, buyer)
    assert move(subscription(plan(1_000)), new).amount == 4_000


# Quantity


@pytest.mark.parametrize(("old", "new", "charged"), [(5, 10, 5_000 + 1_667), (10, 11, 4_334), (1, 2**32 - 1, None)])
def test_r17_charges_the_difference_when_the_quantity_grows(resize, seats, old, new, charged):
    item = subscription(seats, quantity=old, used=10 * DAY)
    change = resize(item, new)
    value = old * UNIT * (20 * DAY) // MONTH
    assert change.valueLeft == value
    assert change.amount == new * UNIT - value
    assert charged is None or change.amount == charged
    assert unpack(change.word) == item.having(quantity=new, start=now(), end=now() + MONTH)


def test_w13_charges_once_when_the_quantity_falls_and_grows_again(resize, seats):
    item = subscription(seats, quantity=10)
    down = resize(item, 1)
    assert (down.amount, unpack(down.word).end) == (0, now() + 10 * MONTH)
    up = resize(unpack(down.word), 11)
    assert up.amount == UNIT


def test_r06_needs_no_leave_when_only_the_quantity_changes(resize, shop, product, seats):
    shop.rules(plan_change_off=True, closed=True)
    shop.flags(seats, active=False)
    shop.link(product, seats, linked=False)
    assert resize(subscription(seats, quantity=5), 6).amount == UNIT


def test_r03_refuses_a_quantity_when_the_pricing_is_retired(catalog, resize, shop, seats):
    shop.flags(seats, retired=True)
    for airdrop in (False, True):
        with refused(catalog, "PricingRetired(uint256)", seats):
            resize(subscription(seats, quantity=5), 6, airdrop=airdrop)


def test_r03_refuses_a_quantity_when_the_holder_is_not_on_the_list(catalog, resize, shop, seats, buyer):
    shop.flags(seats, restricted=True)
    item = subscription(seats, quantity=5)
    with refused(catalog, "PricingRestricted(uint256,address)", seats, buyer):
        resize(item, 6)
    assert resize(item, 6, airdrop=True).amount == 0
    shop.let_hold(seats, buyer)
    assert resize(item, 6).amount == UNIT


@pytest.mark.parametrize("quantity", [0, 2**32, 2**256 - 1])
@pytest.mark.parametrize("airdrop", [False, True])
def test_r05_refuses_when_the_quantity_does_not_fit(catalog, resize, seats, quantity, airdrop):
    with refused(catalog, "InvalidQuantity(uint256,uint256)", seats, quantity):
        resize(subscription(seats, quantity=5), quantity, airdrop=airdrop)


@pytest.mark.parametrize("quantity", [0, 1, 5])
def test_refuses_a_quantity_when_the_plan_is_not_tiered(catalog, resize, plan, quantity):
    pricing = plan(1_000)
    with refused(catalog, "QuantityNotTiered(uint256)", pricing):
        resize(subscription(pricing), quantity)


@pytest.mark.parametrize(
    ("left", "after"), [(1, (0, 0)), (2, (5_000, 1)), (254, (5_000, 253)), (FOR_EVER, (5_000, FOR_EVER))]
)
def test_r20_uses_up_one_renewal_when_the_quantity_changes(resize, seats, left, after):
    item = subscription(seats, quantity=10, coupon_bps=5_000, coupon_left=left, rate=FULL_RATE // 2)
    change = resize(item, 12, discount_bps=1_000)
    moved = unpack(change.word)
    assert (change.valueLeft, change.amount) == (5_000, 400)
    assert (moved.coupon_bps, moved.coupon_left) == after


def test_r20_leaves_the_coupon_out_when_the_organization_adds_seats(resize, seats):
    item = subscription(seats, quantity=10, coupon_bps=5_000, coupon_left=2, rate=FULL_RATE // 2)
    moved = unpack(resize(item, 20, airdrop=True).word)
    assert (moved.coupon_bps, moved.coupon_left) == (5_000, 2)


# The organization's change: it only adds


@pytest.mark.parametrize("used", [0, 10 * DAY, MONTH - 1])
@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY, YEARLY])
@pytest.mark.parametrize("rate", [0, FULL_RATE // 7, FULL_RATE])
def test_w04_charges_nothing_and_keeps_the_value_when_the_organization_changes(
    catalog, move, shop, plan, used, frequency, rate
):
    item = subscription(plan(10**6), used=used, rate=rate)
    new_price, cycle = 10**7, CYCLES[frequency]
    change = move(item, plan(new_price, frequency), airdrop=True)
    moved, left = unpack(change.word), MONTH - used
    value = 10**6 * rate * left // (MONTH * FULL_RATE)
    seconds = max(cycle, left)
    assert (change.amount, change.valueLeft) == (0, value)
    assert (moved.start, moved.end, moved.auto_renew) == (now(), now() + seconds, False)
    assert moved.rate == value * cycle * FULL_RATE // (new_price * seconds)
    kept = catalog.refundBounds(held(shop, moved))[1]
    assert kept <= value <= kept + 1 + new_price * seconds // (cycle * FULL_RATE)


def test_w04_gives_more_time_when_the_organization_moves_to_a_cheaper_plan(move, plan):
    item = subscription(plan(1_000), used=0)
    change = move(item, plan(100), airdrop=True)
    moved = unpack(change.word)
    assert (change.amount, moved.end, moved.rate, moved.auto_renew) == (0, now() + 10 * MONTH, FULL_RATE, False)


def test_w04_refuses_the_organization_when_the_end_would_come_earlier(catalog, move, plan, product):
    """364 prepaid days at a low price would become one day of a plan at 997 a day."""
    item = subscription(plan(1_000, YEARLY), cycle=CYCLES[YEARLY], used=DAY)
    with refused(catalog, TAKE_AWAY, PASS, product):
        move(item, plan(990, DAILY), airdrop=True)


@pytest.mark.parametrize("quantity", [1, 9])
def test_w04_refuses_the_organization_when_the_quantity_would_fall(catalog, resize, seats, product, quantity):
    with refused(catalog, TAKE_AWAY, PASS, product):
        resize(subscription(seats, quantity=10), quantity, airdrop=True)


def test_w04_gives_seats_without_consent_when_the_organization_adds_them(catalog, resize, shop, seats):
    item = subscription(seats, quantity=5, used=10 * DAY)
    change = resize(item, 1_000, airdrop=True)
    moved = unpack(change.word)
    assert (change.amount, change.valueLeft) == (0, 3_333)
    assert (moved.quantity, moved.auto_renew, moved.end) == (1_000, False, now() + MONTH)
    assert 3_320 <= catalog.refundBounds(held(shop, moved))[1] <= 3_333
