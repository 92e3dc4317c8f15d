"""Renewals, pauses, cancellations, changes, refunds: one rule about value and consent through all of it."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.paying import Paying
from tests.fuzz.rules.selling import Selling
from tests.fuzz.rules.subscribing import Subscribing
from tests.fuzz.world import ORG

OUTCOMES = """
PurchaseManager.renewSubscription: done
"""


class Subscriptions(Subscribing, Clock):
    """Seven subscriptions of three customers, and one of them a gift."""

    carts = (
        ("alice", [(1, "daily"), (2, "seats"), (3, "weekly_seats")]),
        ("bob", [(1, "monthly"), (2, "free"), (3, "once")]),
        ("carol", [(1, "coin_weekly"), (2, "coin_seats")]),
        ("keeper", [(4, "yearly"), (5, "daily")]),
    )

    def prepare(self) -> None:
        for person, lines in self.carts:
            products = [product for product, _ in lines]
            pricings = [self.pricing_id(name) for _, name in lines]
            quantities = [7 if "seats" in name else 0 for _, name in lines]
            params = (self.person(person), ORG, products, pricings, quantities, [], "", False, False)
            by = self.person("alice") if person == "keeper" else self.person(person)
            self.do_paid("PurchaseManager.purchaseProducts", params, by=by)


class Refunds(Subscriptions, Paying):
    pass


class Merchants(Subscriptions, Selling):
    """The merchant changes what he offers, and customers keep what they were promised."""


@pytest.mark.timeout(1800)
def test_subscriptions(world):
    run(Subscriptions, world, 60, OUTCOMES)


@pytest.mark.timeout(1800)
def test_subscriptions_while_the_merchant_changes_his_mind(world):
    run(Merchants, world, 20, "")
