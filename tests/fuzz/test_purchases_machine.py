"""Carts, gifts, airdrops, sale rules, supply: what can be sold to whom, and what it costs."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.buying import Buying
from tests.fuzz.rules.selling import Selling

OUTCOMES = """
PurchaseManager.purchaseProducts: done AlreadyOnPass NoSuchPricing NotAuthorized EmptyList LengthMismatch WrongValue
PurchaseManager.purchaseAdditionalProducts: done AlreadyOnPass NotPassHolder CannotPauseUsage
PurchaseManager.checkout: done AmountAboveMax UnexpectedToken DeadlinePassed
PurchaseManager.checkoutAdditional: done AmountAboveMax UnexpectedToken DeadlinePassed
PurchaseManager.airdropProducts: done ReferenceUsed NotAuthorized
Catalog.setProduct: done NumberTooLarge NoSuchProduct
Catalog.createPricing: done TokenHasNoCode
Catalog.setPricingFlags: done
Catalog.linkPricings: done
Catalog.setPricingAccess: done
Catalog.setSaleRules: done InvalidGrace NumberTooLarge
Catalog.setAllowList: done
"""


class Purchases(Buying, Selling, Clock):
    pass


@pytest.mark.timeout(1800)
def test_purchases(world):
    run(Purchases, world, 120, OUTCOMES)
