"""Money: every unit that came in is owed or went out, whatever the tokens do (contracts.md 1, R5, R19)."""

import pytest
from hypothesis.stateful import invariant

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.buying import Buying
from tests.fuzz.rules.paying import Misbehaving, Paying, Platform
from tests.fuzz.rules.subscribing import Subscribing

OUTCOMES = """
PurchaseManager.topUp: done
"""


class Money(Buying, Subscribing, Paying, Platform, Misbehaving, Clock):
    pricing_names = ("daily", "once", "coin_weekly", "coin_once", "other", "other", "monthly")

    @invariant()
    def solvent(self) -> None:
        self.session.check_solvency()


@pytest.mark.timeout(1800)
def test_money(world):
    run(Money, world, 40, OUTCOMES)
