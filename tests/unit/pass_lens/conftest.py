import pytest

from tests.support.offers import *  # noqa: F403
from tests.support.system import own_system, partial

system = own_system()


@pytest.fixture(scope="session")
def lens(system):
    return system.lens


@pytest.fixture(scope="session")
def mock_json():
    return partial("mocks/MockJson").deploy()


@pytest.fixture
def subscription(shop, buyer, monthly):
    """A pass with the monthly subscription, bought by its holder."""
    return shop.buy(buyer, monthly.line)
