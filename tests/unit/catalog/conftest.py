import pytest

from tests.support.shop import Shop
from tests.support.system import own_system
from tests.unit.catalog.inputs import cart

system = own_system()


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


@pytest.fixture
def sell(catalog, shop, system, buyer):
    """A sale as PurchaseManager makes it; the buyer is the caller unless another is named."""

    def call(*lines, **fields):
        fields.setdefault("caller", buyer)
        return catalog.sell(cart(shop, *lines, **fields), sender=system.manager.address)

    return call


@pytest.fixture
def quote(catalog, shop, buyer, stranger):
    """The same by somebody else."""

    def call(*lines, **fields):
        fields.setdefault("caller", buyer)
        return catalog.sell(cart(shop, *lines, **fields), sender=stranger)

    return call
