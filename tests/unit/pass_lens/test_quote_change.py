"""`quoteChange` and `quoteQuantity`: the same amounts as the charge, and the same errors (R17, R24, W27)."""

from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.offers import CAP, DAY_PRICE, MONTH_PRICE, PRO_PRICE
from tests.support.shop import DAILY, DAY, FLAT, events, now, only_event, travel
from tests.support.system import NATIVE, refused
from tests.unit.pass_lens.reading import refusal

CYCLE = 30 * DAY


@dataclass(frozen=True)
class Till:
    """Quotes a change, makes it, and compares."""

    shop: object

    def moves(self, pass_id, product, pricing, caller, airdrop=False, value=0):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        params = (self.shop.org, pass_id, product, pricing, airdrop)
        quote = lens.quoteChange(params, caller)
        manager.changeSubscriptionPricing(params, sender=caller, value=value)
        return self._same(quote, pass_id, product, caller)

    def resizes(self, pass_id, product, quantity, caller, airdrop=False):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        quote = lens.quoteQuantity(pass_id, product, quantity, airdrop, caller)
        manager.changeTieredSubscriptionUnitQuantity(pass_id, product, quantity, airdrop, sender=caller)
        return self._same(quote, pass_id, product, caller)

    def refuses(self, pass_id, product, pricing, caller, airdrop=False, org=None):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        params = (org or self.shop.org, pass_id, product, pricing, airdrop)
        asked = refusal(lens, lambda: lens.quoteChange(params, caller))
        assert asked == refusal(manager, lambda: manager.changeSubscriptionPricing(params, sender=caller))
        return asked

    def refuses_size(self, pass_id, product, quantity, caller, airdrop=False):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        asked = refusal(lens, lambda: lens.quoteQuantity(pass_id, product, quantity, airdrop, caller))
        call = manager.changeTieredSubscriptionUnitQuantity
        assert asked == refusal(manager, lambda: call(pass_id, product, quantity, airdrop, sender=caller))
        return asked

    def _same(self, quote, pass_id, product, caller):
        manager = self.shop.system.manager
        changed = only_event(manager, "SubscriptionChanged")
        payments = events(manager, "PaymentReceived")
        assert sum(payment.amount for payment in payments) == quote.amount == changed.amountPaid
        assert all(payment.payer == caller for payment in payments)
        assert (quote.token, quote.valueLeft) == (changed.token, changed.valueLeft)
        assert (quote.pricingId, quote.quantity) == (changed.pricingId, changed.quantity)
        assert quote.periodEnd == self.shop.state(pass_id, product).end
        return quote


@pytest.fixture(scope="session")
def till(shop):
    return Till(shop)


def test_w27_upgrade_is_quoted_less_the_value_left(till, buyer, subscription, monthly, pro):
    travel(days=10)

    quote = till.moves(subscription, monthly.product, pro, buyer)

    assert (quote.valueLeft, quote.amount) == (MONTH_PRICE * 2 // 3, PRO_PRICE - MONTH_PRICE * 2 // 3)
    assert (quote.pricingId, quote.periodEnd) == (pro, now() + CYCLE)


def test_w27_surplus_of_a_downgrade_is_time(till, shop, buyer, monthly, pro):
    pass_id = shop.buy(buyer, (monthly.product, pro))

    quote = till.moves(pass_id, monthly.product, monthly.pricing, buyer)
    assert (quote.amount, quote.periodEnd) == (0, now() + 5 * CYCLE)


def test_w27_change_of_a_usage_plan_is_quoted_with_its_bill(till, shop, manager, buyer, metered, other_metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 7)

    assert till.moves(pass_id, metered.product, other_metered, buyer).amount == 70


def test_native_change_is_quoted(till, shop, buyer, coin_monthly, coin_pro):
    pass_id = shop.buy(buyer, coin_monthly.line, value=MONTH_PRICE)

    quote = till.moves(pass_id, coin_monthly.product, coin_pro, buyer, value=PRO_PRICE)
    assert (quote.token, quote.amount) == (NATIVE, PRO_PRICE - MONTH_PRICE)


def test_airdropped_changes_cost_nothing(till, shop, buyer, airdropper, monthly, pro, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 2))
    travel(days=1)

    assert till.moves(pass_id, monthly.product, pro, airdropper, airdrop=True).amount == 0
    assert till.resizes(pass_id, seats.product, 3, airdropper, airdrop=True).amount == 0


@given(first=st.integers(1, 50), second=st.integers(1, 50), seconds=st.integers(0, CYCLE - 1))
@example(first=10, second=20, seconds=10 * DAY)
@settings(max_examples=25, deadline=None)
def test_w27_quote_of_a_quantity_is_the_charge(till, shop, buyer, seats, first, second, seconds):
    pass_id = shop.buy(buyer, (*seats.line, first))
    travel(seconds=seconds)

    if not till.refuses_size(pass_id, seats.product, second, buyer):
        assert till.resizes(pass_id, seats.product, second, buyer).quantity == second


@given(
    old=st.integers(0, 10**6),
    new=st.integers(0, 10**6),
    seconds=st.integers(0, 40 * DAY),
    discount=st.sampled_from([0, 0, 777, 10_000]),
    airdrop=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_w27_quote_of_a_change_is_the_charge(till, shop, buyer, merchant, old, new, seconds, discount, airdrop):
    product = shop.product()
    before, after = shop.offer(product, price=old), shop.offer(product, FLAT, DAILY, price=new)
    pass_id = shop.buy(buyer, (product, before))
    if discount:
        made = shop.system.promotions.createDiscount(shop.org, "Loyal", discount, 0, 1, sender=merchant)
        shop.system.promotions.mintDiscounts(pass_id, [made], sender=merchant)
    travel(seconds=seconds)

    caller = merchant if airdrop else buyer
    if not till.refuses(pass_id, product, after, caller, airdrop):
        till.moves(pass_id, product, after, caller, airdrop)


# --- the same errors ---


@pytest.mark.parametrize("kind", ["stranger", "foreign airdrop", "no pass", "other org", "no pricing", "no item"])
def test_error_of_a_change_is_quoted(till, lens, shop, rival, stranger, buyer, subscription, monthly, pro, kind):
    product = shop.product() if kind == "no item" else monthly.product
    pass_id = 999 if kind == "no pass" else subscription
    pricing = 0 if kind == "no pricing" else pro
    caller = stranger if kind in ("stranger", "foreign airdrop") else buyer
    org = rival.org if kind == "other org" else shop.org
    error, values = {
        "stranger": ("NotPassHolder(uint256,address)", (subscription, stranger)),
        "foreign airdrop": ("NotAuthorized(uint256,address,uint256)", (shop.org, stranger, 4)),
        "no pass": ("NoSuchPass(uint256)", (999,)),
        "other org": ("PassOfAnotherOrganization(uint256,uint256)", (subscription, rival.org)),
        "no pricing": ("NoSuchPricing(uint256)", (0,)),
        "no item": ("NoSuchItem(uint256,uint256)", (subscription, product)),
    }[kind]
    airdrop = kind == "foreign airdrop"

    with refused(lens, error, *values):
        lens.quoteChange((org, pass_id, product, pricing, airdrop), caller)
    assert till.refuses(pass_id, product, pricing, caller, airdrop, org)


def test_refusals_of_catalog_are_quoted(till, lens, shop, buyer, subscription, monthly, free, license_offer, pro):
    for pricing in (monthly.pricing, free, license_offer.pricing, 999_999):
        assert till.refuses(subscription, monthly.product, pricing, buyer)
    shop.rules(plan_change_off=True)
    with refused(lens, "PlanChangeOff(uint256)", shop.org):
        lens.quoteChange((shop.org, subscription, monthly.product, pro, False), buyer)


def test_change_that_takes_away_is_refused(till, shop, airdropper, buyer, monthly, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 5))
    daily = shop.offer(monthly.product, FLAT, DAILY, price=2 * DAY_PRICE)
    travel(days=1)

    for asked in (
        till.refuses(pass_id, monthly.product, daily, airdropper, airdrop=True),
        till.refuses_size(pass_id, seats.product, 4, airdropper, airdrop=True),
    ):
        assert asked


@pytest.mark.parametrize("quantity", [0, 5, 2**32])
def test_wrong_quantities_are_refused(till, shop, buyer, seats, quantity):
    pass_id = shop.buy(buyer, (*seats.line, 5))

    assert till.refuses_size(pass_id, seats.product, quantity, buyer)


def test_error_of_a_quantity_is_quoted(till, lens, shop, buyer, stranger, seats, subscription, monthly):
    pass_id = shop.buy(buyer, (*seats.line, 5))

    with refused(lens, "NotPassHolder(uint256,address)", pass_id, stranger):
        lens.quoteQuantity(pass_id, seats.product, 6, False, stranger)
    with refused(lens, "NotAuthorized(uint256,address,uint256)", shop.org, buyer, 4):
        lens.quoteQuantity(pass_id, seats.product, 6, True, buyer)
    with refused(lens, "NoSuchPass(uint256)", 999):
        lens.quoteQuantity(999, seats.product, 6, False, buyer)
    with refused(lens, "QuantityNotTiered(uint256)", monthly.pricing):
        lens.quoteQuantity(subscription, monthly.product, 6, False, buyer)
    assert till.refuses_size(subscription, monthly.product, 6, buyer)
