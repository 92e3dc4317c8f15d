"""Renewals, pauses, cancellations, changes, refunds: one rule about value and consent through all of it."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.paying import Paying
from tests.fuzz.rules.selling import Selling
from tests.fuzz.rules.subscribing import Subscribing

OUTCOMES = """
PurchaseManager.renewSubscription: done
"""


class Subscriptions(Subscribing, Clock):
    pass


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
