"""Money: every unit that came in is owed or went out, whatever the tokens do (contracts.md 1, R5, R19)."""

import pytest
from hypothesis.stateful import invariant

from tests.fuzz.machines import run
from tests.fuzz.model.pricing import DAY
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.buying import Buying
from tests.fuzz.rules.paying import Misbehaving, Paying, Platform
from tests.fuzz.rules.subscribing import Subscribing

OUTCOMES = """
PurchaseManager.purchaseProducts: done PurchasesPaused
PurchaseManager.refundProduct: done RefundTooLarge
PurchaseManager.topUp: done ZeroAmount NoSuchOrganization
PurchaseManager.announceFee: done FeeTooHigh ZeroAddress NotPlatformOwner
PurchaseManager.pausePurchases: done
PurchaseManager.unpausePurchases: done
PurchaseManager.transferOwnership: done
PurchaseManager.acceptOwnership: done
PaymentEscrow.withdraw: done NotOrganizationHolder
PaymentEscrow.withdrawFees: done NotFeeRecipient
pair: 0 10
"""


class Money(Buying, Subscribing, Paying, Platform, Misbehaving, Clock):
    carts = (
        ("alice", ("daily", "monthly")),
        ("bob", ("monthly", "once")),
        ("carol", ("coin_weekly", "coin_once")),
        ("bob", ("other", "other_daily")),
    )
    pricing_names = ("daily", "once", "coin_weekly", "coin_once", "other", "other_daily", "monthly")

    def prepare(self) -> None:
        """A fee of 2.5 % acts from the start, and two pay in a token that will turn bad."""
        treasurer = self.person("treasurer")
        self.do("PurchaseManager.announceFee", 250, treasurer, by=self.state.owner)
        self.session.travel(7 * DAY)
        super().prepare()

    @invariant()
    def solvent(self) -> None:
        self.session.check_solvency()


@pytest.mark.timeout(1800)
def test_money(world):
    run(Money, world, 120, OUTCOMES)
