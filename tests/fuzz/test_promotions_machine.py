"""Coupons and discounts: who gets what, once, and for how long (R20, R21)."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.promoting import Promoting
from tests.fuzz.rules.subscribing import Subscribing

OUTCOMES = """
Promotions.createCoupon: done
"""


class Promotions(Promoting, Subscribing, Clock):
    pricing_names = ("daily", "monthly", "seats", "once", "free", "coin_weekly", "used")


@pytest.mark.timeout(1800)
def test_promotions(world):
    run(Promotions, world, 40, OUTCOMES)
