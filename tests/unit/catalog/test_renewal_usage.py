"""`renewal` and `usageBill` of what is billed by usage: one bill a period, within the cap (R11, R12)."""

import pytest

from tests.support.shop import FLAT, ONE_TIME, USAGE_VOLUME, now
from tests.support.system import DAY, refused
from tests.unit.catalog.inputs import (
    BY_ANYBODY,
    BY_HOLDER,
    BY_ORG,
    FOR_EVER,
    MONTH,
    PASS,
    Usage,
    bought_once,
    held,
    subscription,
    unpack,
    usage_of,
)

GOES_AHEAD, NOT_DUE, IS_CANCELLED, _, NO_CONSENT, PAST_GRACE, IS_RETIRED, CAP_EXCEEDED = range(8)
EVERYBODY = [BY_ANYBODY, BY_HOLDER, BY_ORG]
UNIT = 10  # price of a unit
IN_GRACE = MONTH + DAY
PAST_IT = MONTH + 3 * DAY


@pytest.fixture
def pricing(shop, product, meter):
    return shop.offer(product, USAGE_VOLUME, meter=meter, tiers=[(1, 0, UNIT, 0)])


@pytest.fixture
def used(shop, meter, pass_id):
    """Adds units to the reading of the pass."""
    return lambda units: shop.record(meter, pass_id, units)


@pytest.fixture
def item(pricing):
    return lambda age=0, **fields: subscription(pricing, used=age, usage=True, **({"rate": 0} | fields))


@pytest.fixture
def given(shop, product, buyer, pass_id):
    """The item on the buyer's pass, the cap at 1,000 and the mark at 0 unless the test says otherwise."""

    def build(item, discount_bps=0, **usage):
        words = Usage(**({"cap": 1_000} | usage))
        return held(shop, item, product=product, holder=buyer, discount_bps=discount_bps, usage=words, pass_id=pass_id)

    return build


# The bill


@pytest.mark.parametrize(("mark", "units"), [(0, 12), (5, 7), (12, 0), (13, 0), (2**48 - 1, 0)])
def test_r11_bills_what_came_after_the_mark_when_asked(catalog, used, item, given, mark, units):
    used(12)
    assert catalog.usageBill(given(item(), mark=mark)) == (units, units * UNIT)


def test_r21_takes_coupon_and_discounts_off_the_bill_when_there_are_some(catalog, used, item, given):
    used(12)
    with_coupon = item(coupon_bps=2_500, coupon_left=1)
    assert catalog.usageBill(given(with_coupon, discount_bps=1_000)) == (12, 81)


def test_refuses_a_bill_when_the_item_is_not_usage_based(catalog, shop, product):
    others = [subscription(shop.offer(product, FLAT)), bought_once(shop.offer(product, ONE_TIME)), None]
    for other in others:
        with refused(catalog, "NotUsageBased(uint256,uint256)", PASS, product):
            catalog.usageBill(held(shop, other, product=product))


# Who may when

MATRIX = {  # age and fields of the item; by anybody, by the holder, by the organization
    "running": (0, {}, (NOT_DUE, NOT_DUE, NOT_DUE)),
    "running, cancelled": (0, {"cancelled": True}, (IS_CANCELLED,) * 3),
    "last second": (MONTH - 1, {}, (NOT_DUE, NOT_DUE, NOT_DUE)),
    "ended": (MONTH, {}, (GOES_AHEAD,) * 3),
    "ended, no consent": (MONTH, {"auto_renew": False}, (GOES_AHEAD,) * 3),
    "ended, cancelled": (MONTH, {"cancelled": True}, (GOES_AHEAD, GOES_AHEAD, IS_CANCELLED)),
    "last second of grace": (PAST_IT - 1, {"auto_renew": False}, (GOES_AHEAD,) * 3),
    "past grace": (PAST_IT, {}, (PAST_GRACE, GOES_AHEAD, GOES_AHEAD)),
    "past grace, cancelled": (PAST_IT, {"cancelled": True}, (IS_CANCELLED, GOES_AHEAD, IS_CANCELLED)),
    "billed, no consent": (IN_GRACE, {"billed": True, "auto_renew": False}, (NO_CONSENT, GOES_AHEAD, GOES_AHEAD)),
    "billed, cancelled": (IN_GRACE, {"billed": True, "cancelled": True}, (IS_CANCELLED, GOES_AHEAD, IS_CANCELLED)),
    "revoked in grace": (IN_GRACE, {"revoked": True, "auto_renew": False}, (PAST_GRACE, GOES_AHEAD, GOES_AHEAD)),
}


@pytest.mark.parametrize("state", MATRIX)
@pytest.mark.parametrize("by", EVERYBODY)
def test_r11_follows_the_matrix_when_usage_is_renewed(catalog, used, item, given, state, by):
    age, fields, reasons = MATRIX[state]
    used(12)
    before = given(item(age, **fields))
    renewal = catalog.renewal(before, by)
    assert renewal.reason == reasons[by]
    if renewal.reason != GOES_AHEAD:
        assert (renewal.word, renewal.usage, renewal.amount, renewal.units) == (before[5], before[6], 0, 0)


@pytest.mark.parametrize("by", [BY_ANYBODY, BY_HOLDER])
@pytest.mark.parametrize("age", [MONTH, IN_GRACE, PAST_IT - 1])
def test_r11_bills_and_goes_on_when_the_period_has_ended(catalog, used, item, given, by, age):
    used(12)
    old = item(age)
    renewal = catalog.renewal(given(old, bill=77, mark=2), by)
    assert (renewal.amount, renewal.units, renewal.periodStart) == (100, 10, old.end)
    assert unpack(renewal.word) == old.having(start=old.end, end=old.end + MONTH)
    assert usage_of(renewal.usage) == Usage(cap=1_000, bill=100, mark=12)


@pytest.mark.parametrize(
    "fields", [{"auto_renew": False}, {"cancelled": True}, {"cancelled": True, "auto_renew": False}]
)
def test_r11_w20_bills_the_last_period_when_it_does_not_go_on(catalog, used, item, given, fields):
    used(12)
    old = item(IN_GRACE, **fields)
    renewal = catalog.renewal(given(old), BY_ANYBODY)
    assert (renewal.reason, renewal.amount, renewal.units, renewal.periodStart) == (GOES_AHEAD, 120, 12, 0)
    assert unpack(renewal.word) == old.having(billed=True)
    assert usage_of(renewal.usage) == Usage(cap=1_000, bill=120, mark=12)


@pytest.mark.parametrize("fields", [{"auto_renew": False}, {"cancelled": True}])
def test_r11_bills_once_when_it_was_billed_before(catalog, used, item, given, fields):
    used(12)
    billed = item(IN_GRACE, **fields, billed=True)
    renewal = catalog.renewal(given(billed, mark=2), BY_ANYBODY)
    assert renewal.reason != GOES_AHEAD
    assert renewal.amount == 0


@pytest.mark.parametrize("by", [BY_ANYBODY, BY_HOLDER])
def test_r11_bills_without_a_new_period_when_the_pricing_is_retired(catalog, shop, used, pricing, item, given, by):
    shop.flags(pricing, retired=True)
    used(12)
    old = item(IN_GRACE)
    renewal = catalog.renewal(given(old), by)
    assert (renewal.reason, renewal.amount, renewal.periodStart) == (GOES_AHEAD, 120, 0)
    assert unpack(renewal.word) == old.having(billed=True)


def test_r03_gives_nothing_when_the_organization_renews_a_retired_pricing(catalog, shop, pricing, item, given):
    shop.flags(pricing, retired=True)
    for age in (IN_GRACE, PAST_IT):
        assert catalog.renewal(given(item(age)), BY_ORG).reason == IS_RETIRED


def test_r11_starts_a_period_from_the_end_when_the_holder_pays_without_consent(catalog, used, item, given):
    used(12)
    old = item(IN_GRACE, auto_renew=False)
    renewal = catalog.renewal(given(old), BY_HOLDER)
    assert (renewal.amount, renewal.periodStart) == (120, old.end)
    assert unpack(renewal.word) == old.having(start=old.end, end=old.end + MONTH)


# Restart


@pytest.mark.parametrize("by", [BY_HOLDER])
def test_r11_bills_first_when_it_is_restarted_within_grace(catalog, used, item, given, by):
    used(12)
    old = item(IN_GRACE, cancelled=True, auto_renew=False)
    renewal = catalog.renewal(given(old), by)
    assert (renewal.amount, renewal.units, renewal.periodStart) == (120, 12, now())
    assert unpack(renewal.word) == old.having(start=now(), end=now() + MONTH, cancelled=False, auto_renew=True)
    assert usage_of(renewal.usage) == Usage(cap=1_000, bill=120, mark=12)


@pytest.mark.parametrize("fields", [{}, {"cancelled": True}, {"billed": True, "auto_renew": False}])
def test_r11_never_bills_later_when_grace_is_over(catalog, used, item, given, fields):
    """A restart takes the reading as its start; no bill is refundable any more."""
    used(12)
    old = item(PAST_IT, **fields)
    renewal = catalog.renewal(given(old, bill=55, mark=2), BY_HOLDER)
    assert (renewal.amount, renewal.units, renewal.periodStart) == (0, 0, now())
    assert unpack(renewal.word) == subscription(old.pricing_id, usage=True, rate=0)
    assert usage_of(renewal.usage) == Usage(cap=1_000, bill=0, mark=12)


@pytest.mark.parametrize(("age", "start"), [(IN_GRACE, "end"), (PAST_IT, "now")])
def test_r11_forgives_the_bill_when_the_organization_renews(catalog, used, item, given, age, start):
    used(12)
    old = item(age)
    renewal = catalog.renewal(given(old, bill=55), BY_ORG)
    begins = old.end if start == "end" else now()
    assert (renewal.amount, renewal.units, renewal.periodStart) == (0, 0, begins)
    assert unpack(renewal.word) == old.having(start=begins, end=begins + MONTH, auto_renew=False)
    assert usage_of(renewal.usage) == Usage(cap=1_000, bill=0, mark=12)


def test_r03_refuses_a_restart_when_the_sale_is_closed(catalog, shop, item, given):
    shop.rules(closed=True)
    for old in (item(PAST_IT), item(IN_GRACE, cancelled=True)):
        with refused(catalog, "SaleClosed(uint256)", shop.org):
            catalog.renewal(given(old), BY_HOLDER)
    assert catalog.renewal(given(item(IN_GRACE)), BY_HOLDER).reason == GOES_AHEAD


# The cap


@pytest.mark.parametrize("by", [BY_ANYBODY, BY_HOLDER])
@pytest.mark.parametrize("fields", [{}, {"auto_renew": False}, {"cancelled": True}])
def test_r12_w01_refuses_when_the_bill_is_above_the_cap(catalog, used, item, given, by, fields):
    used(12)
    before = given(item(IN_GRACE, **fields), cap=119)
    renewal = catalog.renewal(before, by)
    assert (renewal.reason, renewal.amount, renewal.word) == (CAP_EXCEEDED, 120, before[5])
    assert catalog.renewal(given(item(IN_GRACE, **fields), cap=120), by).reason == GOES_AHEAD


def test_r12_needs_a_cap_when_anything_was_used(catalog, used, item, given):
    assert catalog.renewal(given(item(IN_GRACE), cap=0), BY_ANYBODY).reason == GOES_AHEAD
    used(1)
    assert catalog.renewal(given(item(IN_GRACE), cap=0), BY_ANYBODY).reason == CAP_EXCEEDED


def test_bills_without_overflow_when_the_reading_and_price_are_as_large_as_allowed(catalog, shop, product, given, used):
    dearest = shop.offer(product, USAGE_VOLUME, meter=1, tiers=[(1, 0, 2**96 - 1, 2**96 - 1)])
    used(2**48 - 1)
    item = subscription(dearest, used=IN_GRACE, usage=True)
    renewal = catalog.renewal(given(item, cap=2**96 - 1), BY_ANYBODY)
    assert (renewal.reason, renewal.amount) == (CAP_EXCEEDED, 2**48 * (2**96 - 1))


# Coupons


@pytest.mark.parametrize(("left", "after"), [(1, (0, 0)), (2, (5_000, 1)), (FOR_EVER, (5_000, FOR_EVER))])
@pytest.mark.parametrize("fields", [{}, {"auto_renew": False}])
def test_r20_uses_the_coupon_up_when_a_period_is_billed(catalog, used, item, given, left, after, fields):
    used(12)
    renewal = catalog.renewal(given(item(IN_GRACE, coupon_bps=5_000, coupon_left=left, **fields)), BY_ANYBODY)
    renewed = unpack(renewal.word)
    assert renewal.amount == 60
    assert (renewed.coupon_bps, renewed.coupon_left) == after


def test_r20_ends_the_coupon_after_the_bill_when_it_is_restarted_within_grace(catalog, used, item, given):
    used(12)
    renewal = catalog.renewal(given(item(IN_GRACE, cancelled=True, coupon_bps=5_000, coupon_left=9)), BY_HOLDER)
    renewed = unpack(renewal.word)
    assert (renewal.amount, renewed.coupon_bps, renewed.coupon_left) == (60, 0, 0)


def test_r20_keeps_the_coupon_when_the_organization_forgives_a_bill(catalog, used, item, given):
    used(12)
    renewal = catalog.renewal(given(item(IN_GRACE, coupon_bps=5_000, coupon_left=1)), BY_ORG)
    renewed = unpack(renewal.word)
    assert (renewal.amount, renewed.coupon_bps, renewed.coupon_left) == (0, 5_000, 1)
