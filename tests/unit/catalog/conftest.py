import pytest

from tests.support.shop import Shop


@pytest.fixture
def catalog(system):
    return system.catalog


@pytest.fixture
def shop(system):
    return Shop(system)


@pytest.fixture
def rival(system):
    """Another organization with another merchant."""
    return Shop(system, "rival")


@pytest.fixture
def merchant(shop):
    return shop.merchant


@pytest.fixture
def buyer(shop):
    return shop.buyer("buyer")


@pytest.fixture
def stranger(system):
    return system.person("stranger")


@pytest.fixture
def product(shop):
    return shop.product()


@pytest.fixture
def meter(shop):
    return shop.meter()


@pytest.fixture
def pass_id(shop, product, buyer):
    """A pass of the organization, with the product on it."""
    return shop.buy(buyer, (product, shop.offer(product, price=1)))
