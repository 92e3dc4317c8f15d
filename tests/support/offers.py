"""Fixtures of a shop that sells one of everything, and the people in it.

Prices of subscriptions are one unit a second (a "pro" plan five), so what a part of a period is worth can
be read off. Everything is made once; titanoboa undoes what a test does.
"""

from dataclasses import dataclass

import pytest

from tests.support.shop import (
    AIRDROP,
    CYCLES,
    DAILY,
    FLAT,
    MONTHLY,
    ONE_TIME,
    REFUND,
    SUPPORT,
    TIERED_GRADUATED,
    TIERED_VOLUME,
    USAGE,
    USAGE_VOLUME,
    WEEKLY,
    YEARLY,
    Shop,
)
from tests.support.system import NATIVE

ONCE_PRICE = 1_000
DAY_PRICE, WEEK_PRICE, MONTH_PRICE, YEAR_PRICE = (CYCLES[i] for i in (DAILY, WEEKLY, MONTHLY, YEARLY))
PRO_PRICE = 5 * MONTH_PRICE
SEAT_TIERS = [(1, 9, MONTH_PRICE, 0), (10, 0, MONTH_PRICE // 2, 0)]  # a seat is one unit a second, or half
UNIT_TIERS = [(1, 100, 10, 0), (101, 0, 5, 0)]  # of usage
CAP = 10_000
TEN_YEARS = 3_650 * 86_400


@dataclass(frozen=True)
class Offer:
    """A product and its first pricing."""

    product: int
    pricing: int
    price: int = 0
    meter: int = 0

    @property
    def line(self) -> tuple[int, int]:
        return self.product, self.pricing


def make_offer(shop: Shop, style: int, frequency: int | None = None, *, transferable: bool = True, **terms) -> Offer:
    product = shop.product(transferable=transferable)
    return Offer(product, shop.offer(product, style, frequency, **terms), terms.get("price", 0), terms.get("meter", 0))


# --- people ---


@pytest.fixture(scope="session")
def shop(system):
    """Allows pausing; all else is as a new organization has it."""
    shop = Shop(system)
    shop.rules(pausing=True)
    return shop


@pytest.fixture(scope="session")
def merchant(shop):
    return shop.merchant


@pytest.fixture(scope="session")
def buyer(shop):
    """Has tokens and has approved them all, as `friend` has."""
    return shop.buyer("buyer")


@pytest.fixture(scope="session")
def friend(shop):
    return shop.buyer("friend")


@pytest.fixture(scope="session")
def stranger(system):
    """Has native coin only."""
    return system.person("stranger")


@pytest.fixture(scope="session")
def keeper(system):
    """Renews other people's subscriptions."""
    return system.person("keeper")


@pytest.fixture(scope="session")
def airdropper(shop):
    return shop.role("airdropper", AIRDROP)


@pytest.fixture(scope="session")
def refunder(shop):
    return shop.role("refunder", REFUND)


@pytest.fixture(scope="session")
def supporter(shop):
    return shop.role("supporter", SUPPORT)


@pytest.fixture(scope="session")
def everything_else(shop):
    """Somebody who has each role but airdrop, refund and support."""
    return shop.role("clerk", 63 - AIRDROP - REFUND - SUPPORT)


@pytest.fixture(scope="session")
def meter_reader(shop):
    return shop.role("meter_reader", USAGE)


@pytest.fixture(scope="session")
def rival(system):
    """Another organization and its merchant."""
    return Shop(system, "rival")


@pytest.fixture(scope="session", autouse=True)
def everybody(merchant, buyer, friend, stranger, keeper, airdropper, refunder, supporter, everything_else):
    """By name. They are there before any test, so that a test may ask for one by `getfixturevalue`."""
    return {
        "merchant": merchant,
        "buyer": buyer,
        "friend": friend,
        "stranger": stranger,
        "keeper": keeper,
        "airdropper": airdropper,
        "refunder": refunder,
        "supporter": supporter,
        "everything_else": everything_else,
    }


# --- contracts ---


@pytest.fixture(scope="session")
def manager(system):
    return system.manager


@pytest.fixture(scope="session")
def product_pass(system):
    return system.product_pass


@pytest.fixture(scope="session")
def token(system):
    return system.token


# --- offers ---


@pytest.fixture(scope="session")
def license_offer(shop):
    return make_offer(shop, ONE_TIME, price=ONCE_PRICE)


@pytest.fixture(scope="session")
def bound_offer(shop):
    """One-time, and not transferable."""
    return make_offer(shop, ONE_TIME, price=ONCE_PRICE, transferable=False)


@pytest.fixture(scope="session")
def monthly(shop):
    return make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE)


@pytest.fixture(scope="session")
def daily(shop):
    return make_offer(shop, FLAT, DAILY, price=DAY_PRICE)


@pytest.fixture(scope="session")
def seats(shop):
    return make_offer(shop, TIERED_VOLUME, MONTHLY, tiers=SEAT_TIERS)


@pytest.fixture(scope="session")
def metered(shop):
    """A month of use."""
    return make_offer(shop, USAGE_VOLUME, MONTHLY, tiers=UNIT_TIERS, meter=shop.meter())


@pytest.fixture(scope="session")
def coin_license(shop):
    return make_offer(shop, ONE_TIME, price=ONCE_PRICE, token=NATIVE)


@pytest.fixture(scope="session")
def coin_monthly(shop):
    return make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=NATIVE)


@pytest.fixture(scope="session")
def coin_metered(shop):
    return make_offer(shop, USAGE_VOLUME, MONTHLY, tiers=UNIT_TIERS, meter=shop.meter(), token=NATIVE)


# --- other pricings of the monthly product ---


@pytest.fixture(scope="session")
def pro(shop, monthly):
    """Five times the price."""
    return shop.offer(monthly.product, FLAT, MONTHLY, price=PRO_PRICE)


@pytest.fixture(scope="session")
def yearly(shop, monthly):
    return shop.offer(monthly.product, FLAT, YEARLY, price=YEAR_PRICE)


@pytest.fixture(scope="session")
def weekly(shop, monthly):
    return shop.offer(monthly.product, FLAT, WEEKLY, price=WEEK_PRICE)


@pytest.fixture(scope="session")
def free(shop, monthly):
    return shop.offer(monthly.product, FLAT, MONTHLY, price=0)


@pytest.fixture(scope="session")
def per_seat(shop, monthly):
    return shop.offer(monthly.product, TIERED_GRADUATED, MONTHLY, tiers=[(0, 9, MONTH_PRICE, 0), (10, 0, 0, 0)])


@pytest.fixture(scope="session")
def coin_pro(shop, coin_monthly):
    return shop.offer(coin_monthly.product, FLAT, MONTHLY, price=PRO_PRICE, token=NATIVE)


@pytest.fixture(scope="session")
def other_metered(shop, metered):
    """Twice the price for the use of a day."""
    return shop.offer(metered.product, USAGE_VOLUME, DAILY, tiers=[(1, 0, 20, 0)], meter=metered.meter)
