"""Coupons and discounts: who gets what, once, and for how long (R20, R21)."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.model.promotions import code_hash
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.promoting import Promoting
from tests.fuzz.rules.subscribing import Subscribing
from tests.fuzz.rules.using import Using
from tests.fuzz.world import ORG

OUTCOMES = """
Promotions.createCoupon: done CouponExists
Promotions.setCoupon: done NoSuchCouponId
Promotions.setCouponAccess: done
Promotions.createDiscount: done InvalidDiscountMode
Promotions.setDiscount: done
Promotions.setDiscountAccess: done
Promotions.mintDiscounts: done NoSuchDiscount NotAuthorized
PurchaseManager.purchaseProducts: done PassesNotCounted CouponFirstPassOnly NoSuchCoupon NoSuchDiscount
PurchaseManager.purchaseAdditionalProducts: done CouponFirstPassOnly
PurchaseManager.changeTieredSubscriptionUnitQuantity: done
pair: 0
"""


def make_coupons(machine: Promoting) -> None:
    """One for all, one for a first pass, and discounts of each mode."""
    clerk = machine.person("clerk")
    for code, renewals, first in (("SPRING", 2, False), ("FRIEND", 255, True)):
        terms = (3_333, 0, 0, renewals, False, first, False, True)
        machine.do("Promotions.createCoupon", ORG, code_hash(ORG, code), terms, [], by=clerk)
    for mode in range(3):
        machine.do("Promotions.createDiscount", ORG, "Loyal", 777, 0, mode, by=clerk)


class Promotions(Promoting, Subscribing, Clock):
    pricing_names = ("daily", "monthly", "seats", "once", "free", "coin_weekly", "used")

    def prepare(self) -> None:
        super().prepare()
        make_coupons(self)


class UsagePromotions(Promoting, Using, Subscribing, Clock):
    """What a coupon does to bills."""

    pricing_names = ("used", "used_monthly", "used_second")
    carts = ()

    def prepare(self) -> None:
        super().prepare()
        make_coupons(self)


@pytest.mark.timeout(1800)
def test_promotions(world):
    run(Promotions, world, 120, OUTCOMES)


@pytest.mark.timeout(1800)
def test_promotions_of_usage(world):
    run(UsagePromotions, world, 60, "")
