"""Corners that random runs meet too seldom: short stories, told to model and contracts alike."""

import pytest

from tests.fuzz.model.pricing import DAY
from tests.fuzz.model.promotions import code_hash
from tests.fuzz.session import Session
from tests.fuzz.world import IDS, METER, ORG, SECOND_METER


class Story:
    """A run with short names for what people do."""

    def __init__(self, session: Session):
        self.session = session
        self.alice, self.clerk = session.people["alice"], session.people["clerk"]
        self.keeper, self.maker = session.people["keeper"], session.people["maker"]
        self.pass_id = 0

    def do(self, name, *args, by=None, value=0):
        answer = self.session.do(f"PurchaseManager.{name}", *args, by=by or self.alice, value=value)
        assert answer.error is None, answer.error
        return answer.value

    def refused(self, error, name, *args, by=None):
        assert self.session.do(f"PurchaseManager.{name}", *args, by=by or self.alice).error == error

    def by_clerk(self, name, *args):
        assert self.session.do(name, *args, by=self.clerk).error is None

    def buy(self, *names, code="", pause=False):
        products = list(range(1, len(names) + 1))
        quantities = [5 if "seats" in name else 0 for name in names]
        pricings = [IDS[name] for name in names]
        params = (self.alice, ORG, products, pricings, quantities, [], code, False, pause)
        value = self.session.price_in_coins("PurchaseManager.purchaseProducts", params, by=self.alice)
        self.do("purchaseProducts", params, value=value)
        self.pass_id = self.session.shop.state.pass_supply

    def coupon(self, code="SPRING", bps=5_000, renewals=2):
        terms = (bps, 0, 0, renewals, False, False, False, True)
        self.by_clerk("Promotions.createCoupon", ORG, code_hash(ORG, code), terms, [])

    def record(self, units, meter=METER):
        self.by_clerk("Catalog.recordUsage", meter, [self.pass_id], [units])

    def cap(self, amount=10**12):
        self.do("setUsageCap", self.pass_id, 1, amount)

    def change(self, name, free=False, by=None):
        return self.do("changeSubscriptionPricing", (ORG, self.pass_id, 1, IDS[name], free), by=by)

    def renew(self, by=None, free=False):
        return self.do("renewSubscription", self.pass_id, 1, free, by=by)

    def to_the_end(self, more=0):
        item = self.session.shop.state.items[self.pass_id, 1]
        self.session.travel(item.end - self.session.shop.state.now + more)

    @property
    def item(self):
        return self.session.shop.state.items[self.pass_id, 1]

    @property
    def usage(self):
        return self.session.shop.usage(self.pass_id, 1)


@pytest.fixture
def story(world):
    return Story(world.fork())


@pytest.mark.parametrize("free", [False, True])
def test_r11_a_plan_on_another_meter_counts_from_that_meters_reading(story, free):
    story.buy("used")
    story.cap()
    story.record(500, SECOND_METER)
    story.record(100)
    story.change("used_second", free, by=story.clerk if free else None)
    assert story.usage.mark == 500


def test_r11_a_free_renewal_of_usage_uses_no_coupon(story):
    story.coupon()
    story.buy("used", code="SPRING")
    story.record(100)
    story.to_the_end()
    story.renew(by=story.clerk, free=True)
    assert story.item.coupon_left == 3
    assert story.usage.bill == 0


def test_r11_a_billed_period_is_never_billed_again(story):
    story.buy("used")
    story.cap()
    story.record(100)
    story.do("setAutoRenew", story.pass_id, 1, False)
    story.to_the_end()
    story.renew(by=story.keeper)
    assert story.item.billed
    story.record(40)
    story.refused("NoConsent", "renewSubscription", story.pass_id, 1, False, by=story.keeper)
    story.do("setAutoRenew", story.pass_id, 1, True)
    story.renew(by=story.keeper)
    assert not story.item.billed


@pytest.mark.parametrize("billed", [False, True])
@pytest.mark.parametrize("days", [0, 10])
def test_r11_restart_of_a_cancelled_usage_plan(story, billed, days):
    story.buy("used")
    story.cap()
    story.record(100)
    story.do("cancelSubscription", story.pass_id, 1, True)
    story.to_the_end()
    if billed:
        story.renew(by=story.keeper)
    story.record(30)
    story.session.travel(days * DAY)
    story.do("cancelSubscription", story.pass_id, 1, False)
    assert story.item.auto_renew


@pytest.mark.parametrize("undo", [False, True])
def test_r11_of_a_retired_pricing_only_the_last_bill_is_left(story, undo):
    story.buy("used")
    story.cap()
    story.record(100)
    story.do("cancelSubscription", story.pass_id, 1, True)
    story.to_the_end()
    story.by_clerk("Catalog.setPricingFlags", IDS["used"], False, True, True)
    story.do("cancelSubscription" if undo else "renewSubscription", story.pass_id, 1, False)
    assert story.item.billed
    story.refused("PricingRetired", "renewSubscription", story.pass_id, 1, False)


def test_r11_what_is_ended_is_still_billed_once(story):
    story.buy("used")
    story.cap()
    story.record(100)
    story.do("endSubscription", story.pass_id, 1)
    story.renew(by=story.keeper)
    assert story.item.billed
    story.refused("SubscriptionCancelled", "renewSubscription", story.pass_id, 1, False, by=story.keeper)


def test_r20_a_coupon_of_usage_bills_ends_with_its_last_bill(story):
    story.coupon(renewals=1)
    story.buy("used", code="SPRING")
    story.cap()
    for left in (1, 0, 0):
        story.record(100)
        story.to_the_end()
        story.renew(by=story.keeper)
        assert story.item.coupon_left == left
    assert story.usage.bill == 703  # list


def test_r20_a_change_of_quantity_uses_a_renewal_and_one_by_the_org_does_not(story):
    story.coupon(renewals=2)
    story.buy("seats", code="SPRING")
    story.do("changeTieredSubscriptionUnitQuantity", story.pass_id, 1, 9, False)
    assert story.item.coupon_left == 1
    story.do("changeTieredSubscriptionUnitQuantity", story.pass_id, 1, 12, True, by=story.clerk)
    assert story.item.coupon_left == 1
    story.do("changeTieredSubscriptionUnitQuantity", story.pass_id, 1, 10, False)
    assert (story.item.coupon_left, story.item.coupon_bps) == (0, 0)


def test_r16_a_paused_and_cancelled_subscription_can_be_taken_up(story):
    story.buy("monthly", pause=True)
    story.do("cancelSubscription", story.pass_id, 1, True)
    story.session.travel(400 * DAY)
    story.do("pauseSubscription", story.pass_id, 1, False)
    story.do("cancelSubscription", story.pass_id, 1, False)
    assert story.item.end - story.item.start == 30 * DAY


def test_r19_a_paused_subscription_is_revoked_with_its_dates(story):
    story.buy("monthly")
    story.session.travel(DAY)
    story.do("pauseSubscription", story.pass_id, 1, True)
    story.do("endSubscription", story.pass_id, 1)
    story.do("refundProduct", story.pass_id, 1, 1, False, by=story.clerk)
    assert story.item.span() == 30 * DAY


def test_r14_ten_years_ahead_and_not_a_day_more(story):
    story.buy("yearly")
    for _ in range(9):
        story.renew()
    story.refused("TooFarAhead", "renewSubscription", story.pass_id, 1, False)
    story.session.travel(1)
    story.refused("TooFarAhead", "renewSubscription", story.pass_id, 1, False)


def test_r17_a_downgrade_to_free_needs_the_value_to_be_gone(story):
    story.buy("daily")
    change = (ORG, story.pass_id, 1, IDS["free"], False)
    story.refused("SurplusTooLong", "changeSubscriptionPricing", change)
    story.do("refundProduct", story.pass_id, 1, 70_001, False, by=story.clerk)
    story.do("changeSubscriptionPricing", change)
    story.change("monthly")


def test_r17_the_org_moves_a_customer_only_to_more(story):
    story.buy("yearly")
    story.refused(
        "ChangeWouldTakeAway",
        "changeSubscriptionPricing",
        (ORG, story.pass_id, 1, IDS["monthly"], True),
        by=story.clerk,
    )
    story.session.travel(340 * DAY)
    story.change("monthly", free=True, by=story.clerk)
    assert not story.item.auto_renew
