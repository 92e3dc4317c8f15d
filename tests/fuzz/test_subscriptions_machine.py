"""Renewals, pauses, cancellations, changes, refunds: one rule about value and consent through all of it."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.matrix import OF_PERIODS, OF_REFUNDS
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.draws import action, number
from tests.fuzz.rules.paying import Paying
from tests.fuzz.rules.selling import Selling
from tests.fuzz.rules.subscribing import Subscribing

OUTCOMES = """
PurchaseManager.renewSubscription: done WrongValue
PurchaseManager.renewSubscriptionBatch: done NativeCoinNotAccepted NotASubscription
PurchaseManager.renewSubscriptions: done LengthMismatch
PurchaseManager.pauseSubscription: done NotASubscription NotPassHolder
PurchaseManager.pauseSubscriptionBatch: done AlreadyPaused NotPaused NotActive
PurchaseManager.cancelSubscription: done NotAuthorized NotPassHolder WrongValue
PurchaseManager.cancelSubscriptionBatch: done NotCancelled NotASubscription LengthMismatch
PurchaseManager.changeSubscriptionPricing: done PassOfAnotherOrganization NotPassHolder
PurchaseManager.changeTieredSubscriptionUnitQuantity: done InvalidQuantity NothingToChange QuantityNotTiered
PurchaseManager.setAutoRenew: done NotPassHolder
PurchaseManager.endSubscription: done NotPassHolder
pair: 0 1 2 3 4 5 10 12
"""


MERCHANT_OUTCOMES = """
PurchaseManager.renewSubscription: done
PurchaseManager.changeSubscriptionPricing: done
Catalog.setPricingFlags: done
Catalog.setSaleRules: done
pair: 0 6
"""
REFUND_OUTCOMES = """
PurchaseManager.refundProduct: done RefundTooLarge NotAuthorized
pair: 0
"""


class Subscriptions(Subscribing, Clock):
    pass


class Refunds(Subscriptions, Paying):
    """Values and bounds while part of the money goes back."""


class Merchants(Subscriptions, Selling):
    """The merchant changes what he offers, and customers keep what they were promised."""

    @action(n=number)
    def retire_for_a_while(self, n) -> None:
        """A keeper comes while the pricing of something that is due is retired."""
        key = self.pick(n, lambda item: item.auto_renew and not item.paused and item.end >= self.now)
        item = self.item(key)
        if item is None or item.paused:
            return
        name, maker = "Catalog.setPricingFlags", self.person("maker")
        self.session.travel(max(item.end - self.now, 0))
        self.do(name, item.pricing_id, True, True, False, by=maker)
        self._renew_pairs([key], self.person("keeper"))
        self.do(name, item.pricing_id, True, False, False, by=maker)


@pytest.mark.timeout(1800)
def test_subscriptions(world):
    run(Subscriptions, world, 300, OUTCOMES, OF_PERIODS)


@pytest.mark.timeout(1800)
def test_subscriptions_and_refunds(world):
    run(Refunds, world, 80, REFUND_OUTCOMES, OF_REFUNDS)


@pytest.mark.timeout(1800)
def test_subscriptions_while_the_merchant_changes_his_mind(world):
    run(Merchants, world, 80, MERCHANT_OUTCOMES)
