"""Usage: billed once, within the cap, and never to somebody else (R11, R12)."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.matrix import OF_USAGE
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.buying import Buying
from tests.fuzz.rules.moving import Moving
from tests.fuzz.rules.paying import Paying
from tests.fuzz.rules.subscribing import Subscribing
from tests.fuzz.rules.using import Using

OUTCOMES = """
Catalog.recordUsage: done NotAuthorized PassOfAnotherOrganization MeterInactive NumberTooLarge
Catalog.adjustUsage: done UsageNotLower UsageBelowMark
Catalog.createMeter: done
Catalog.setMeterActive: done
PurchaseManager.setUsageCap: done NotPassHolder
PurchaseManager.changeSubscriptionPricing: done UsageCapExceeded
pair: 0 1 2 5 7
"""


class UsageBills(Buying, Using, Subscribing, Paying, Moving, Clock):
    pricing_names = ("used", "used_monthly", "used_second", "coin_used", "other_used", "daily")
    carts = (
        ("alice", ("used", "used_monthly")),
        ("bob", ("used_second", "daily")),
        ("carol", ("coin_used",)),
        ("keeper", ("used",)),
    )

    def prepare(self) -> None:
        """Half of them have set a cap."""
        super().prepare()
        for pass_id in (1, 2, 3):
            self.do("PurchaseManager.setUsageCap", pass_id, 1, 10**12, by=self.holder(pass_id))


@pytest.mark.timeout(1800)
def test_usage(world):
    run(UsageBills, world, 300, OUTCOMES, OF_USAGE)
