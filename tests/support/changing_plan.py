"""A month of which ten days are over, and how its plan is changed.

Prices are one unit a second (pro: five), so values can be read off the seconds left.
"""

import pytest

from tests.support.shop import CYCLES, MONTHLY, travel
from tests.support.system import DAY

MONTH = CYCLES[MONTHLY]
FULL = 10**8
LEFT = 20 * DAY  # seconds, and so units, of a month of which ten days are over


@pytest.fixture
def pass_id(shop, buyer, monthly):
    """Ten days of the month are over."""
    pass_id = shop.buy(buyer, monthly.line)
    travel(days=10)
    return pass_id


@pytest.fixture
def change(shop, manager, pass_id, monthly):
    """Changes it as somebody."""

    def call(pricing, by, airdrop=False, **options):
        params = (shop.org, pass_id, monthly.product, pricing, airdrop)
        manager.changeSubscriptionPricing(params, sender=by, **options)

    return call
