"""A monthly subscription that was just bought, and how it is renewed."""

import pytest

from tests.support.shop import CYCLES, MONTHLY

MONTH = CYCLES[MONTHLY]
FULL = 10**8


@pytest.fixture
def pass_id(shop, buyer, monthly):
    """Of the buyer."""
    return shop.buy(buyer, monthly.line)


@pytest.fixture
def renew(manager, pass_id, monthly):
    """Renews it as somebody."""

    def call(by, airdrop=False, **options):
        manager.renewSubscription(pass_id, monthly.product, airdrop, sender=by, **options)

    return call


def add_coupon(shop, bps, renewals):
    """`CODE`, of the shop, for so many renewals."""
    promotions = shop.system.promotions
    terms = (bps, 0, 0, renewals, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "CODE"), terms, [], sender=shop.merchant)
