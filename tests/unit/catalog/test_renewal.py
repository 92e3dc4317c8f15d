"""`renewal`: what a renewal costs now, whether it may go ahead, and the item after it (R3, R12, R14, section 4)."""

import pytest

from tests.support.shop import CYCLES, DAILY, MONTHLY, ONE_TIME, TIERED_VOLUME, WEEKLY, YEARLY, now
from tests.support.system import DAY, NATIVE, refused
from tests.unit.catalog.inputs import (
    BY_ANYBODY,
    BY_HOLDER,
    BY_ORG,
    FOR_EVER,
    FULL_RATE,
    MONTH,
    bought_once,
    held,
    subscription,
    unpack,
)

PRICE = 1_000
GOES_AHEAD, NOT_DUE, IS_CANCELLED, IS_PAUSED, NO_CONSENT, PAST_GRACE, IS_RETIRED = range(7)
NO_SUBSCRIPTION = 12
EVERYBODY = [BY_ANYBODY, BY_HOLDER, BY_ORG]
TEN_YEARS = 3_650 * DAY


@pytest.fixture
def pricing(shop, product):
    return shop.offer(product, price=PRICE)


@pytest.fixture
def renew(catalog, shop, product, buyer):
    """The renewal of the item on the buyer's pass."""

    def call(item, by, **fields):
        return catalog.renewal(held(shop, item, product=product, **({"holder": buyer} | fields)), by)

    return call


# Status and who: the matrix

STATES = {
    "active": {},
    "active, no consent": {"auto_renew": False},
    "cancelled": {"cancelled": True},
    "due": {"used": MONTH},
    "due, no consent": {"used": MONTH, "auto_renew": False},
    "last second of grace": {"used": MONTH + 3 * DAY - 1},
    "paused": {"paused": True, "start": 5, "end": MONTH - 5},
    "paused and cancelled": {"paused": True, "cancelled": True, "start": 5, "end": MONTH - 5},
    "lapsed": {"used": MONTH + 3 * DAY},
    "lapsed long ago": {"used": 10 * CYCLES[YEARLY]},
    "ended after cancelling": {"used": MONTH, "cancelled": True},
    "lapsed and cancelled": {"used": MONTH + 3 * DAY, "cancelled": True},
    "revoked": {"revoked": True, "auto_renew": False},
}
MATRIX = {  # by anybody, by the holder, by the organization
    "active": (NOT_DUE, GOES_AHEAD, GOES_AHEAD),
    "active, no consent": (NOT_DUE, GOES_AHEAD, GOES_AHEAD),
    "cancelled": (IS_CANCELLED, IS_CANCELLED, IS_CANCELLED),
    "due": (GOES_AHEAD, GOES_AHEAD, GOES_AHEAD),
    "due, no consent": (NO_CONSENT, GOES_AHEAD, GOES_AHEAD),
    "last second of grace": (GOES_AHEAD, GOES_AHEAD, GOES_AHEAD),
    "paused": (IS_PAUSED, IS_PAUSED, IS_PAUSED),
    "paused and cancelled": (IS_PAUSED, IS_PAUSED, IS_PAUSED),
    "lapsed": (PAST_GRACE, GOES_AHEAD, GOES_AHEAD),
    "lapsed long ago": (PAST_GRACE, GOES_AHEAD, GOES_AHEAD),
    "ended after cancelling": (IS_CANCELLED, GOES_AHEAD, IS_CANCELLED),
    "lapsed and cancelled": (IS_CANCELLED, GOES_AHEAD, IS_CANCELLED),
    "revoked": (PAST_GRACE, GOES_AHEAD, GOES_AHEAD),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("by", EVERYBODY)
def test_r14_follows_the_matrix_when_a_status_is_renewed(renew, pricing, state, by):
    item = subscription(pricing, **STATES[state])
    renewal = renew(item, by)
    assert renewal.reason == MATRIX[state][by]
    if renewal.reason != GOES_AHEAD:
        assert (renewal.word, renewal.amount, renewal.periodStart) == (item.pack(), 0, 0)


@pytest.mark.parametrize("by", EVERYBODY)
def test_finds_no_subscription_when_the_item_is_missing_or_one_time(renew, shop, product, by):
    once = bought_once(shop.offer(product, ONE_TIME, price=PRICE))
    for item in (None, once, once.having(revoked=True)):
        assert renew(item, by).reason == NO_SUBSCRIPTION


@pytest.mark.parametrize("state", ["active", "due", "lapsed", "revoked"])
def test_r03_renews_nothing_when_the_pricing_is_retired(renew, shop, pricing, state):
    shop.flags(pricing, retired=True)
    item = subscription(pricing, **STATES[state])
    expected = [IS_RETIRED if reason == GOES_AHEAD else reason for reason in MATRIX[state]]
    assert [renew(item, by).reason for by in EVERYBODY] == expected
    shop.flags(pricing, retired=False)
    assert [renew(item, by).reason for by in EVERYBODY] == list(MATRIX[state])


# A new period from the old end


@pytest.mark.parametrize("by", [BY_ANYBODY, BY_HOLDER])
@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, MONTHLY, YEARLY])
@pytest.mark.parametrize("late", [0, 1, DAY - 1])
def test_r14_starts_where_the_old_period_ended_when_it_is_due(renew, system, shop, product, by, frequency, late):
    cycle, pricing = CYCLES[frequency], shop.offer(product, frequency=frequency, price=PRICE)
    item = subscription(pricing, cycle=cycle, used=cycle + late, grace_days=1, rate=7)
    renewal = renew(item, by)
    assert (renewal.token, renewal.amount, renewal.periodStart) == (system.token.address, PRICE, item.end)
    assert unpack(renewal.word) == item.having(start=item.end, end=item.end + cycle, rate=FULL_RATE)
    assert item.end + cycle > now()


def test_r14_charges_the_tiers_when_the_subscription_has_a_quantity(renew, shop, product):
    item = subscription(shop.offer(product, TIERED_VOLUME), used=MONTH, quantity=10)
    assert renew(item, BY_ANYBODY).amount == 800


def test_r14_names_the_native_coin_when_it_is_due_in_it(renew, shop, product):
    item = subscription(shop.offer(product, price=PRICE, token=NATIVE), used=MONTH, native=True)
    renewal = renew(item, BY_ANYBODY)
    assert (renewal.reason, renewal.token, renewal.amount) == (GOES_AHEAD, NATIVE, PRICE)


def test_r14_is_free_and_ends_consent_when_the_organization_renews_what_is_due(renew, pricing):
    item = subscription(pricing, used=MONTH, coupon_bps=500, coupon_left=2)
    renewal = renew(item, BY_ORG)
    assert (renewal.amount, renewal.periodStart) == (0, item.end)
    expected = item.having(start=item.end, end=item.end + MONTH, rate=0, auto_renew=False)
    assert unpack(renewal.word) == expected


# Early


@pytest.mark.parametrize("used", [0, 1, 10 * DAY, MONTH - 1])
@pytest.mark.parametrize(("old_rate", "discount"), [(FULL_RATE, 0), (0, 0), (FULL_RATE // 3, 1_001), (1, 10_000)])
def test_r18_blends_the_rate_from_now_when_the_holder_renews_early(renew, pricing, used, old_rate, discount):
    item = subscription(pricing, used=used, rate=old_rate)
    renewal = renew(item, BY_HOLDER, discount_bps=discount)
    left, paid = MONTH - used, PRICE - PRICE * discount // 10_000
    new_rate = paid * FULL_RATE // PRICE
    blended = (left * old_rate + MONTH * new_rate) // (left + MONTH)
    assert (renewal.amount, renewal.periodStart) == (paid, item.end)
    assert unpack(renewal.word) == item.having(start=now(), end=item.end + MONTH, rate=blended)


def test_r18_adds_no_value_when_the_organization_gives_time(renew, catalog, shop, pricing):
    item = subscription(pricing, used=10 * DAY)
    renewal = renew(item, BY_ORG)
    after = unpack(renewal.word)
    left = MONTH - 10 * DAY
    assert (renewal.amount, renewal.periodStart) == (0, item.end)
    assert after == item.having(start=now(), end=item.end + MONTH, rate=left * FULL_RATE // (left + MONTH))
    assert after.auto_renew
    values = [catalog.refundBounds(held(shop, each))[1] for each in (item, after)]
    assert values[0] - 1 <= values[1] <= values[0]


@pytest.mark.parametrize("by", [BY_HOLDER, BY_ORG])
def test_r14_renews_early_when_the_end_is_at_most_ten_years_ahead(catalog, renew, pricing, by):
    furthest = now() + TEN_YEARS - MONTH
    assert unpack(renew(subscription(pricing, end=furthest), by).word).end == now() + TEN_YEARS
    with refused(catalog, "TooFarAhead(uint256,uint256)", now() + TEN_YEARS + 1, now() + TEN_YEARS):
        renew(subscription(pricing, end=furthest + 1), by)


@pytest.mark.parametrize("auto_renew", [False, True])
def test_r12_leaves_consent_alone_when_it_is_renewed_early(renew, pricing, auto_renew):
    item = subscription(pricing, auto_renew=auto_renew)
    assert [unpack(renew(item, by).word).auto_renew for by in (BY_HOLDER, BY_ORG)] == [auto_renew] * 2


# Restart


ENDED = ["lapsed", "lapsed long ago", "ended after cancelling", "lapsed and cancelled", "revoked"]


@pytest.mark.parametrize("state", ENDED)
def test_r14_starts_anew_with_consent_when_the_holder_restarts(renew, pricing, state):
    item = subscription(pricing, **STATES[state], coupon_bps=5_000, coupon_left=FOR_EVER, grace_days=3)
    renewal = renew(item, BY_HOLDER, discount_bps=1_000)
    assert (renewal.amount, renewal.periodStart) == (900, now())
    fresh = subscription(pricing, rate=FULL_RATE * 9 // 10)
    assert unpack(renewal.word) == fresh


@pytest.mark.parametrize("state", ["lapsed", "lapsed long ago", "revoked"])
def test_w06_w07_takes_no_consent_when_the_organization_revives_it(renew, pricing, state):
    item = subscription(pricing, **STATES[state], coupon_bps=5_000, coupon_left=FOR_EVER)
    renewal = renew(item, BY_ORG)
    assert (renewal.amount, renewal.periodStart) == (0, now())
    assert unpack(renewal.word) == subscription(pricing, rate=0, auto_renew=False)


@pytest.mark.parametrize("state", ["due", "lapsed", "lapsed long ago"])
def test_w07_charges_nobody_later_when_the_organization_gave_a_period(renew, pricing, state):
    given = unpack(renew(subscription(pricing, **STATES[state]), BY_ORG).word)
    later = given.having(start=given.start - MONTH - DAY, end=now() - 1)
    assert renew(later, BY_ANYBODY).reason == NO_CONSENT


def obstacles(shop, product, pricing, holder):
    """What forbids a purchase: how it comes about, and its error."""
    return {
        "closed": (lambda: shop.rules(closed=True), "SaleClosed(uint256)", shop.org),
        "allow list": (lambda: shop.rules(allow_list=True), "NotOnAllowList(uint256,address)", shop.org, holder),
        "unlinked": (
            lambda: shop.link(product, pricing, linked=False),
            "PricingNotLinked(uint256,uint256)",
            product,
            pricing,
        ),
        "product inactive": (lambda: shop.product(product=product, active=False), "ProductInactive(uint256)", product),
        "pricing inactive": (lambda: shop.flags(pricing, active=False), "PricingInactive(uint256)", pricing),
        "restricted": (
            lambda: shop.flags(pricing, restricted=True),
            "PricingRestricted(uint256,address)",
            pricing,
            holder,
        ),
    }


OBSTACLES = ["closed", "allow list", "unlinked", "product inactive", "pricing inactive", "restricted"]


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("state", ENDED)
def test_r03_refuses_a_restart_when_a_purchase_would_be_refused(
    catalog, renew, shop, product, pricing, buyer, obstacle, state
):
    come_about, *error = obstacles(shop, product, pricing, buyer)[obstacle]
    come_about()
    with refused(catalog, *error):
        renew(subscription(pricing, **STATES[state]), BY_HOLDER)


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("state", ["active", "due", "lapsed"])
def test_r03_lets_others_renew_when_a_purchase_would_be_refused(renew, shop, product, pricing, buyer, obstacle, state):
    obstacles(shop, product, pricing, buyer)[obstacle][0]()
    item = subscription(pricing, **STATES[state])
    assert [renew(item, by).reason for by in (BY_ANYBODY, BY_ORG)] == [MATRIX[state][0], GOES_AHEAD]


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("state", ["active", "due"])
def test_r03_asks_only_the_list_when_the_holder_renews(catalog, renew, shop, product, pricing, buyer, obstacle, state):
    come_about, *error = obstacles(shop, product, pricing, buyer)[obstacle]
    come_about()
    item = subscription(pricing, **STATES[state])
    if obstacle != "restricted":
        assert renew(item, BY_HOLDER).reason == GOES_AHEAD
        return
    with refused(catalog, *error):
        renew(item, BY_HOLDER)
    shop.let_hold(pricing, buyer)
    assert renew(item, BY_HOLDER).reason == GOES_AHEAD


def test_r06_restarts_when_passes_and_gifts_are_limited(renew, shop, pricing):
    shop.rules(max_passes=1, gifting_off=True)
    assert renew(subscription(pricing, **STATES["lapsed"]), BY_HOLDER).reason == GOES_AHEAD


# Coupons and discounts


@pytest.mark.parametrize("state", ["active", "due"])
@pytest.mark.parametrize(
    ("left", "after"), [(1, (0, 0)), (2, (2_500, 1)), (254, (2_500, 253)), (FOR_EVER, (2_500, FOR_EVER))]
)
def test_r20_uses_up_one_renewal_when_the_coupon_is_applied(renew, pricing, state, left, after):
    item = subscription(pricing, **STATES[state], coupon_bps=2_500, coupon_left=left)
    renewal = renew(item, BY_HOLDER, discount_bps=1_000)
    assert renewal.amount == 675
    renewed = unpack(renewal.word)
    assert (renewed.coupon_bps, renewed.coupon_left) == after


def test_r20_keeps_the_coupon_when_the_organization_renews_for_free(renew, pricing):
    item = subscription(pricing, coupon_bps=2_500, coupon_left=1)
    renewed = unpack(renew(item, BY_ORG).word)
    assert (renewed.coupon_bps, renewed.coupon_left) == (2_500, 1)


@pytest.mark.parametrize("coupon", [0, 1, 3_333, 10_000])
@pytest.mark.parametrize("discount", [0, 777, 10_000])
def test_r21_rounds_for_the_merchant_when_both_are_given(renew, pricing, coupon, discount):
    item = subscription(pricing, used=MONTH, coupon_bps=coupon, coupon_left=FOR_EVER if coupon else 0)
    renewal = renew(item, BY_ANYBODY, discount_bps=discount)
    after_coupon = PRICE - PRICE * coupon // 10_000
    paid = after_coupon - after_coupon * discount // 10_000
    assert renewal.amount == paid
    assert unpack(renewal.word).rate == paid * FULL_RATE // PRICE


def test_r18_the_rate_is_zero_when_the_pricing_is_free(renew, shop, product):
    item = subscription(shop.offer(product, price=0), used=MONTH)
    renewal = renew(item, BY_ANYBODY)
    assert (renewal.reason, renewal.amount, unpack(renewal.word).rate) == (GOES_AHEAD, 0, 0)


@pytest.mark.parametrize("state", ["active", "due", "lapsed"])
def test_keeps_everything_else_in_the_word_when_it_is_renewed(renew, pricing, state):
    kept = {"next": 2**40 - 1, "quantity": 0, "grace_days": 3, "transferable": True, "pausable": True}
    renewed = unpack(renew(subscription(pricing, **(STATES[state] | kept)), BY_HOLDER).word)
    assert {name: getattr(renewed, name) for name in kept} == kept
    assert (renewed.billed, renewed.usage, renewed.one_time, renewed.paused) == (False,) * 4
