"""Renewals, pauses, cancellations, changes, refunds: one rule about value and consent through all of it."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
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
renew by holder at ACTIVE: done
renew by holder at CANCELLED: SubscriptionCancelled
renew by holder at PAST_DUE: done
renew by holder at PAUSED: SubscriptionPaused
renew by holder at EXPIRED: done
renew by another at ACTIVE: NotDue
renew by another at CANCELLED: SubscriptionCancelled
renew by another at PAST_DUE: done NoConsent
renew by another at PAUSED: SubscriptionPaused
renew by another at EXPIRED: PastGrace SubscriptionCancelled
renew free by another at ACTIVE: done
renew free by another at CANCELLED: SubscriptionCancelled
renew free by another at PAST_DUE: done NotAuthorized
renew free by another at PAUSED: SubscriptionPaused
renew free by another at EXPIRED: done SubscriptionCancelled
cancel by holder at ACTIVE: done
cancel by holder at CANCELLED: done
cancel by holder at PAST_DUE: done
cancel by holder at PAUSED: done
cancel by holder at EXPIRED: done
cancel by another at ACTIVE: done
cancel by another at EXPIRED: done
undo by holder at ACTIVE: NotCancelled
undo by holder at CANCELLED: done
undo by holder at PAUSED: done NotCancelled
undo by holder at EXPIRED: done NotCancelled
pause by holder at ACTIVE: done
pause by holder at CANCELLED: done
pause by holder at PAST_DUE: NotActive
pause by holder at PAUSED: AlreadyPaused
pause by holder at EXPIRED: NotActive
unpause by holder at ACTIVE: NotPaused
unpause by holder at PAUSED: done
change by holder at ACTIVE: done SurplusTooLong DifferentToken
change by holder at CANCELLED: NotActive
change by holder at PAST_DUE: NotActive
change by holder at PAUSED: NotActive
change by holder at EXPIRED: NotActive
change free by another at ACTIVE: done ChangeWouldTakeAway SurplusTooLong
quantity by holder at ACTIVE: done
quantity by holder at EXPIRED: NotActive
quantity free by another at ACTIVE: done ChangeWouldTakeAway
set auto-renew by holder at ACTIVE: done
set auto-renew by holder at CANCELLED: done
set auto-renew by holder at PAST_DUE: done
set auto-renew by holder at PAUSED: done
set auto-renew by holder at EXPIRED: done
end by holder at ACTIVE: done
end by holder at PAUSED: done
end by holder at EXPIRED: done
pair of other: 0 1 2 3 4 5 10 12
"""


MERCHANT_OUTCOMES = """
PurchaseManager.renewSubscription: done
PurchaseManager.changeSubscriptionPricing: done
Catalog.setPricingFlags: done
Catalog.setSaleRules: done
pair of other: 0 6
"""
REFUND_OUTCOMES = """
PurchaseManager.refundProduct: done RefundTooLarge NotAuthorized
refund by another at ACTIVE: done
refund by another at PAUSED: done
refund by another at EXPIRED: done
pair of other: 0
"""


class Subscriptions(Subscribing, Clock):
    pass


class MoreSubscriptions(Subscriptions):
    """The same with other dice, for a second process."""


class Refunds(Subscriptions, Paying):
    """Values and bounds while part of the money goes back."""


class Merchants(Subscriptions, Selling):
    """The merchant changes what he offers, and customers keep what they were promised."""


@pytest.mark.timeout(1800)
def test_subscriptions(world):
    run(Subscriptions, world, 60, OUTCOMES)


@pytest.mark.timeout(1800)
def test_more_subscriptions(world):
    run(MoreSubscriptions, world, 40, "pair of other: 0 1 2 3 4 5 10 12")


@pytest.mark.timeout(1800)
def test_subscriptions_and_refunds(world):
    run(Refunds, world, 20, REFUND_OUTCOMES)


@pytest.mark.timeout(1800)
def test_subscriptions_while_the_merchant_changes_his_mind(world):
    run(Merchants, world, 30, MERCHANT_OUTCOMES)
