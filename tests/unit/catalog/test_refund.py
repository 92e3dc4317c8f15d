"""`refundBounds` and `refundChange`: how much may go back, and the item after it (R19)."""

import pytest

from tests.support.shop import (
    CYCLES,
    FLAT,
    ONE_TIME,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE_VOLUME,
    YEARLY,
    now,
    travel,
)
from tests.support.system import DAY, NATIVE, refused
from tests.unit.catalog.inputs import (
    FULL_RATE,
    MONTH,
    PASS,
    Usage,
    bought_once,
    held,
    subscription,
    unpack,
    usage_of,
)

TOO_LARGE = "RefundTooLarge(uint256,uint256)"
TOO_SMALL = "RefundTooSmall(uint256,uint256)"
PRICE = 3_000


@pytest.fixture
def flat(shop, product):
    return shop.offer(product, FLAT, price=PRICE)


@pytest.fixture
def once(shop, product):
    return shop.offer(product, ONE_TIME, price=PRICE)


@pytest.fixture
def bounds(catalog, shop):
    """The most that may go back, and the least that revoking needs."""
    return lambda item, **fields: catalog.refundBounds(held(shop, item, **fields))


@pytest.fixture
def refund(catalog, shop):
    return lambda item, amount, revoke=False, **fields: catalog.refundChange(held(shop, item, **fields), amount, revoke)


# Bounds


@pytest.mark.parametrize(("rate", "paid"), [(FULL_RATE, 3_000), (FULL_RATE // 3, 999), (1, 0), (0, 0)])
def test_r19_bounds_a_one_time_product_by_what_was_paid_when_asked(bounds, once, rate, paid):
    item = bought_once(once, rate=rate)
    travel(days=1_000)
    assert bounds(item) == (paid, paid)


@pytest.mark.parametrize(
    ("fields", "most", "least"),
    [
        ({}, 3_000, 3_000),
        ({"used": 10 * DAY}, 3_000, 2_000),
        ({"used": MONTH - 1}, 3_000, 0),
        ({"used": MONTH}, 3_000, 0),
        ({"used": 10 * MONTH}, 3_000, 0),
        ({"used": 10 * DAY, "rate": FULL_RATE // 2}, 1_500, 1_000),
        ({"used": 10 * DAY, "rate": 0}, 0, 0),
        ({"used": 10 * DAY, "cancelled": True}, 3_000, 2_000),
        ({"used": 15 * DAY, "end": None}, 6_000, 4_500),
        ({"paused": True, "start": 12 * DAY, "end": 18 * DAY}, 3_000, 1_800),
        ({"paused": True, "start": 0, "end": MONTH}, 3_000, 3_000),
        ({"used": 10 * DAY, "revoked": True}, 3_000, 0),
    ],
    ids=str,
)
def test_r19_bounds_a_subscription_by_its_period_when_asked(bounds, flat, fields, most, least):
    if "end" in fields and fields["end"] is None:  # renewed early: two cycles from the start
        fields = fields | {"end": now() - 15 * DAY + 2 * MONTH}
    item = subscription(flat, **fields)
    assert bounds(item) == (most, least)


def test_r19_counts_the_tiers_when_there_is_a_quantity(bounds, shop, product):
    for style, listed in ((TIERED_VOLUME, 800), (TIERED_GRADUATED, 987)):
        item = subscription(shop.offer(product, style), quantity=10, used=15 * DAY)
        assert bounds(item) == (listed, listed // 2)


@pytest.mark.parametrize("used", [0, 10 * DAY, 10 * MONTH])
def test_r19_bounds_usage_by_the_last_bill_when_asked(bounds, shop, product, used):
    """Usage has no value left, so revoking needs no refund."""
    item = subscription(shop.offer(product, USAGE_VOLUME), used=used, usage=True, rate=0)
    assert bounds(item, usage=Usage(cap=900, bill=350, mark=7)) == (350, 0)


def test_bounds_a_free_item_at_zero_when_asked(bounds, shop, product):
    assert bounds(subscription(shop.offer(product, price=0), rate=0)) == (0, 0)
    assert bounds(bought_once(shop.offer(product, ONE_TIME, price=0), rate=0)) == (0, 0)


def test_refuses_when_the_pass_has_no_such_item(catalog, bounds, refund):
    for call in (lambda: bounds(None, product=5), lambda: refund(None, 1, product=5)):
        with refused(catalog, "NoSuchItem(uint256,uint256)", PASS, 5):
            call()


def test_bounds_the_largest_subscription_when_nothing_overflows(bounds, shop, product):
    most = 2**96 - 1
    dearest = shop.offer(product, TIERED_VOLUME, YEARLY, tiers=[(1, 0, most, most)])
    cycle = CYCLES[YEARLY]
    item = subscription(dearest, cycle=cycle, quantity=2**32 - 1, end=now() + 10 * cycle)
    assert bounds(item) == (2**32 * most * 10, 2**32 * most * 10)


# Without revoking


@pytest.mark.parametrize("amount", [1, 1_000, 2_999, 3_000])
@pytest.mark.parametrize("used", [0, 10 * DAY, 2 * MONTH])
def test_r19_lowers_the_rate_when_a_part_goes_back(refund, bounds, system, flat, amount, used):
    item = subscription(flat, used=used)
    change = refund(item, amount)
    after = unpack(change.word)
    assert change.token == system.token.address
    assert after == item.having(rate=(PRICE - amount) * FULL_RATE // PRICE)
    assert bounds(after)[0] <= PRICE - amount


@pytest.mark.parametrize("amount", [1, 1_000, 3_000])
def test_r19_lowers_the_rate_when_a_one_time_product_is_refunded(refund, bounds, once, amount):
    item = bought_once(once)
    after = unpack(refund(item, amount).word)
    assert after == item.having(rate=(PRICE - amount) * FULL_RATE // PRICE)
    assert bounds(after)[0] <= PRICE - amount


@pytest.mark.parametrize("amount", [1, 350])
def test_r19_lowers_the_bill_when_usage_is_refunded(refund, bounds, shop, product, amount):
    item = subscription(shop.offer(product, USAGE_VOLUME), usage=True, rate=0)
    change = refund(item, amount, usage=Usage(cap=900, bill=350, mark=7))
    assert unpack(change.word) == item
    assert usage_of(change.usage) == Usage(cap=900, bill=350 - amount, mark=7)


@pytest.mark.parametrize("revoke", [False, True])
def test_r19_refuses_when_more_than_paid_would_go_back(catalog, refund, shop, product, flat, once, revoke):
    used = subscription(shop.offer(product, USAGE_VOLUME), usage=True, rate=0)
    half = subscription(flat, rate=FULL_RATE // 2)
    for item, most, usage in ((half, 1_500, None), (bought_once(once), 3_000, None), (used, 350, Usage(bill=350))):
        for amount in (most + 1, 2**256 - 1):
            with refused(catalog, TOO_LARGE, amount, most):
                refund(item, amount, revoke, usage=usage)


@pytest.mark.parametrize("price", [1, 7, 2_999, 10**18 + 1])
@pytest.mark.parametrize("parts", [2, 3, 7])
def test_r19_never_gives_back_more_than_was_paid_when_it_goes_in_parts(refund, bounds, shop, product, price, parts):
    item, given = subscription(shop.offer(product, price=price), used=5 * DAY), 0
    for _ in range(parts):
        amount = bounds(item)[0] // 2
        if amount == 0:
            break
        item, given = unpack(refund(item, amount).word), given + amount
    most = bounds(item)[0]
    assert given + most <= price


def test_refuses_when_nothing_goes_back_and_nothing_ends(catalog, refund, shop, product, flat, once):
    used = subscription(shop.offer(product, USAGE_VOLUME), usage=True)
    for item in (subscription(flat), bought_once(once), used):
        with refused(catalog, "ZeroAmount()"):
            refund(item, 0)


# Revoking


@pytest.mark.parametrize(("used", "least"), [(0, 3_000), (10 * DAY, 2_000), (MONTH - 1, 0), (MONTH, 0)])
def test_r19_revokes_when_the_value_left_goes_back(catalog, refund, flat, used, least):
    item = subscription(flat, used=used)
    change = refund(item, least, revoke=True)
    expected = item.having(revoked=True, auto_renew=False, rate=(PRICE - least) * FULL_RATE // PRICE)
    assert unpack(change.word) == expected
    if least:
        with refused(catalog, TOO_SMALL, least - 1, least):
            refund(item, least - 1, revoke=True)


def test_r19_revokes_with_all_that_was_paid_when_the_merchant_likes(refund, flat):
    assert unpack(refund(subscription(flat, used=10 * DAY), PRICE, revoke=True).word).rate == 0


@pytest.mark.parametrize("amount", [0, 2_999])
def test_r19_refuses_to_revoke_one_time_when_less_than_all_goes_back(catalog, refund, once, amount):
    with refused(catalog, TOO_SMALL, amount, PRICE):
        refund(bought_once(once), amount, revoke=True)


def test_r19_revokes_one_time_when_the_rest_goes_back(refund, bounds, once):
    item = unpack(refund(bought_once(once), 750).word)
    most, least = bounds(item)
    assert most == least == 2_250
    after = unpack(refund(item, most, revoke=True).word)
    assert (after.revoked, after.rate) == (True, 0)


@pytest.mark.parametrize("fields", [{"rate": 0}, {"used": MONTH}])
def test_r19_revokes_for_nothing_when_no_value_is_left(refund, flat, fields):
    item = subscription(flat, **fields)
    after = unpack(refund(item, 0, revoke=True).word)
    assert after == item.having(revoked=True, auto_renew=False)


def test_r19_revokes_usage_when_nothing_goes_back(refund, shop, product):
    item = subscription(shop.offer(product, USAGE_VOLUME), usage=True, rate=0)
    usage = Usage(cap=900, bill=350, mark=7)
    change = refund(item, 0, revoke=True, usage=usage)
    assert unpack(change.word) == item.having(revoked=True, auto_renew=False)
    assert usage_of(change.usage) == usage


def test_r19_gives_a_paused_one_real_dates_when_it_is_revoked(refund, bounds, flat):
    item = subscription(flat, paused=True, start=12 * DAY, end=18 * DAY)
    after = unpack(refund(item, 1_800, revoke=True).word)
    assert (after.paused, after.revoked, after.rate) == (False, True, 1_200 * FULL_RATE // PRICE)
    assert (after.start, after.end) == (now() - 12 * DAY, now() + 18 * DAY)
    assert bounds(after) == (1_200, 0)


def test_r19_refunds_what_is_left_when_it_was_revoked_before(refund, bounds, flat):
    item = subscription(flat, used=10 * DAY, revoked=True, auto_renew=False, rate=FULL_RATE // 3)
    assert bounds(item) == (999, 0)
    assert unpack(refund(item, 999).word).rate == 0


def test_names_the_native_coin_when_it_was_paid_in_it(refund, shop, product):
    item = subscription(shop.offer(product, price=PRICE, token=NATIVE), native=True)
    assert refund(item, 1).token == NATIVE
