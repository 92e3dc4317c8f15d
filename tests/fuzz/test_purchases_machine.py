"""Carts, gifts, airdrops, sale rules, supply: what can be sold to whom, and what it costs."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.buying import Buying
from tests.fuzz.rules.selling import Selling

OUTCOMES = """
PurchaseManager.purchaseProducts: done
"""


class Purchases(Buying, Selling, Clock):
    pass


@pytest.mark.timeout(1800)
def test_purchases(world):
    run(Purchases, world, 40, OUTCOMES)
