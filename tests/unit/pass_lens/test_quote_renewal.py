"""`quoteRenewal`: the same amounts as the charge, and the same errors (R14, R24, W27)."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.offers import CAP, MONTH_PRICE, TEN_YEARS
from tests.support.shop import DAY, events, now, only_event, travel
from tests.support.system import NATIVE, refused
from tests.unit.pass_lens.reading import refusal

CYCLE = 30 * DAY
MUCH = 10**22


@dataclass(frozen=True)
class Till:
    """Quotes a renewal, makes it, and compares."""

    shop: object

    def renews(self, pass_id, product, caller, airdrop=False, value=0):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        quote = lens.quoteRenewal(pass_id, product, caller, airdrop)
        manager.renewSubscription(pass_id, product, airdrop, sender=caller, value=value)
        payments = events(manager, "PaymentReceived")
        assert sum(payment.amount for payment in payments) == quote.amount
        assert all((payment.payer, payment.token) == (quote.payer, quote.token) for payment in payments)
        if quote.periodStart:
            renewed = only_event(manager, "SubscriptionRenewed")
            assert (renewed.payer, renewed.token, renewed.amountPaid) == (quote.payer, quote.token, quote.amount)
            assert (renewed.periodStart, renewed.periodEnd) == (quote.periodStart, quote.periodEnd)
        else:
            assert quote.periodEnd == 0
            assert not events(manager, "SubscriptionRenewed")
        assert sum(bill.units for bill in events(manager, "UsageBilled")) == quote.units
        return quote

    def refuses(self, pass_id, product, caller, airdrop=False):
        lens, manager = self.shop.system.lens, self.shop.system.manager
        asked = refusal(lens, lambda: lens.quoteRenewal(pass_id, product, caller, airdrop))
        charged = refusal(manager, lambda: manager.renewSubscription(pass_id, product, airdrop, sender=caller, value=0))
        assert asked == charged
        return asked


@pytest.fixture(scope="session")
def till(shop):
    return Till(shop)


def test_w27_renewal_that_is_due_is_quoted(till, buyer, keeper, subscription, monthly):
    end = now() + CYCLE
    travel(days=31)

    quote = till.renews(subscription, monthly.product, keeper)

    assert (quote.reason, quote.payer, quote.amount) == (0, buyer, MONTH_PRICE)
    assert (quote.periodStart, quote.periodEnd) == (end, end + CYCLE)


def test_early_renewal_is_quoted(till, buyer, subscription, monthly):
    end = now() + CYCLE
    travel(days=10)

    quote = till.renews(subscription, monthly.product, buyer)
    assert (quote.periodStart, quote.periodEnd) == (end, end + CYCLE)


def test_restart_is_quoted(till, buyer, subscription, monthly):
    travel(days=300)

    quote = till.renews(subscription, monthly.product, buyer)
    assert (quote.amount, quote.periodStart, quote.periodEnd) == (MONTH_PRICE, now(), now() + CYCLE)


@pytest.mark.parametrize("days", [10, 31, 300])
def test_airdropped_renewal_costs_nothing(till, airdropper, subscription, monthly, days):
    travel(days=days)

    assert till.renews(subscription, monthly.product, airdropper, airdrop=True).amount == 0


def test_native_renewal_is_paid_by_the_caller(till, shop, buyer, friend, coin_monthly):
    pass_id = shop.buy(buyer, coin_monthly.line, value=MONTH_PRICE)
    travel(days=31)

    quote = till.renews(pass_id, coin_monthly.product, friend, value=MONTH_PRICE)
    assert (quote.payer, quote.token, quote.reason) == (friend, NATIVE, 0)


@pytest.mark.parametrize("days", [30, 40])
def test_usage_bill_is_quoted(till, shop, manager, buyer, metered, days):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 7)
    travel(days=days)

    quote = till.renews(pass_id, metered.product, buyer)
    assert (quote.units, quote.amount) == ((7, 70) if days == 30 else (0, 0))


def test_last_usage_bill_starts_no_period(till, shop, manager, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    shop.record(metered.meter, pass_id, 7)
    travel(days=31)

    quote = till.renews(pass_id, metered.product, keeper)
    assert (quote.amount, quote.periodStart, quote.periodEnd) == (70, 0, 0)


def test_quote_tells_that_the_payer_lacks_the_money(lens, shop, system, token, buyer, keeper, stranger, monthly):
    pass_id = shop.buy(buyer, monthly.line)
    travel(days=30)
    token.approve(system.escrow.address, 0, sender=buyer)
    assert lens.quoteRenewal(pass_id, monthly.product, keeper, False).reason == 8
    token.approve(system.escrow.address, MUCH, sender=buyer)
    token.transfer(stranger, token.balanceOf(buyer), sender=buyer)
    quote = lens.quoteRenewal(pass_id, monthly.product, keeper, False)
    assert (quote.reason, quote.amount) == (9, MONTH_PRICE)


@dataclass(frozen=True)
class Case:
    """What may have happened to an item, and who renews it after so many days."""

    days: int
    cancelled: bool
    paused: bool
    consent: bool
    retired: bool
    closed: bool
    restricted: bool
    who: str
    what: str
    used: int

    @property
    def airdrop(self) -> bool:
        return "airdrop" in self.who


cases = st.builds(
    Case,
    days=st.integers(0, 75),
    **dict.fromkeys(["cancelled", "paused", "consent", "retired", "closed", "restricted"], st.booleans()),
    who=st.sampled_from(["buyer", "keeper", "role airdrop", "airdrop by a stranger"]),
    what=st.sampled_from(["monthly", "metered", "license", "not on the pass", "no pass"]),
    used=st.sampled_from([0, 0, 5, 20_000]),
)


@pytest.fixture(scope="session")
def arranged(shop, manager, buyer, keeper, airdropper, monthly, metered, license_offer, daily):
    """Makes the case happen; returns pass, product and caller."""

    def arrange(case):
        offers = {"monthly": monthly, "metered": metered, "license": license_offer}
        offer = offers.get(case.what, daily)
        pass_id = shop.buy(buyer, *(sold.line for sold in offers.values()))
        manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
        if case.used:
            shop.record(metered.meter, pass_id, case.used)
        if offer in (monthly, metered):
            manager.setAutoRenew(pass_id, offer.product, case.consent, sender=buyer)
            if case.cancelled:
                manager.cancelSubscription(pass_id, offer.product, True, sender=buyer)
        if case.paused and offer is monthly:
            manager.pauseSubscription(pass_id, offer.product, True, sender=buyer)
        shop.flags(offer.pricing, retired=case.retired, restricted=case.restricted)
        shop.rules(closed=case.closed)
        travel(days=case.days)
        caller = {"buyer": buyer, "role airdrop": airdropper}.get(case.who, keeper)
        return 999_999 if case.what == "no pass" else pass_id, offer.product, caller

    return arrange


@given(cases)
@settings(max_examples=100, deadline=None)
def test_w27_renewal_and_its_quote_agree(till, arranged, case):
    pass_id, product, caller = arranged(case)

    if not till.refuses(pass_id, product, caller, case.airdrop):
        till.renews(pass_id, product, caller, case.airdrop)


@pytest.mark.parametrize(("days", "error"), [(10, "NotDue(uint256,uint256)"), (40, "PastGrace(uint256,uint256)")])
def test_error_of_the_renewal_is_quoted(lens, till, keeper, subscription, monthly, days, error):
    travel(days=days)

    with refused(lens, error, subscription, monthly.product):
        lens.quoteRenewal(subscription, monthly.product, keeper, False)
    assert till.refuses(subscription, monthly.product, keeper)


def test_states_that_do_not_renew_are_refused(lens, manager, buyer, keeper, subscription, monthly):
    manager.cancelSubscription(subscription, monthly.product, True, sender=buyer)
    with refused(lens, "SubscriptionCancelled(uint256,uint256)", subscription, monthly.product):
        lens.quoteRenewal(subscription, monthly.product, buyer, False)
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)
    with refused(lens, "SubscriptionPaused(uint256,uint256)", subscription, monthly.product):
        lens.quoteRenewal(subscription, monthly.product, buyer, False)


def test_missing_consent_and_retired_pricing_are_refused(lens, shop, manager, buyer, keeper, subscription, monthly):
    travel(days=30)
    shop.flags(monthly.pricing, retired=True)
    with refused(lens, "PricingRetired(uint256)", monthly.pricing):
        lens.quoteRenewal(subscription, monthly.product, keeper, False)
    manager.setAutoRenew(subscription, monthly.product, False, sender=buyer)
    with refused(lens, "NoConsent(uint256,uint256)", subscription, monthly.product):
        lens.quoteRenewal(subscription, monthly.product, keeper, False)


def test_bill_above_the_cap_is_refused(lens, shop, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    shop.record(metered.meter, pass_id, 7)
    travel(days=30)

    with refused(lens, "UsageCapExceeded(uint256,uint256)", 70, 0):
        lens.quoteRenewal(pass_id, metered.product, buyer, False)


def test_renewal_too_far_ahead_is_refused(lens, till, shop, buyer, monthly, yearly):
    pass_id = shop.buy(buyer, (monthly.product, yearly))
    for _ in range(9):
        shop.system.manager.renewSubscription(pass_id, monthly.product, False, sender=buyer)

    with refused(lens, "TooFarAhead(uint256,uint256)", now() + TEN_YEARS + 365 * DAY, now() + TEN_YEARS):
        lens.quoteRenewal(pass_id, monthly.product, buyer, False)
    assert till.refuses(pass_id, monthly.product, buyer)


def test_airdrop_needs_its_role(lens, till, shop, keeper, subscription, monthly):
    with refused(lens, "NotAuthorized(uint256,address,uint256)", shop.org, keeper, 4):
        lens.quoteRenewal(subscription, monthly.product, keeper, True)
    assert till.refuses(subscription, monthly.product, keeper, airdrop=True)


def test_what_is_no_subscription_is_refused(lens, shop, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line)

    with refused(lens, "NotASubscription(uint256,uint256)", pass_id, license_offer.product):
        lens.quoteRenewal(pass_id, license_offer.product, buyer, False)
    with refused(lens, "NoSuchItem(uint256,uint256)", pass_id, monthly.product):
        lens.quoteRenewal(pass_id, monthly.product, buyer, False)
    with refused(lens, "NoSuchPass(uint256)", 999):
        lens.quoteRenewal(999, monthly.product, buyer, False)
