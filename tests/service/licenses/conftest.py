"""The shop of the deliveries, programs that use keys, and holders who sign in."""

import pytest

from passmanager.service.db import session_scope
from tests.service.buyers.conftest import visitor  # noqa: F401 - a fixture
from tests.service.fulfillment.conftest import settings, shop  # noqa: F401 - fixtures
from tests.service.licenses.keys import Mine, Program
from tests.service.merchant import make_merchant
from tests.service.orders_api.conftest import told  # noqa: F401 - a fixture


@pytest.fixture
def program(shop):  # noqa: F811 - the fixture above
    """What a buyer installed, with its key: of a product that is delivered so."""

    def make(method="generated", **more):
        order = shop.buy(shop.sold(method, **more))
        return Program.of(shop, order)

    return make


@pytest.fixture
def mine(shop, visitor):  # noqa: F811
    """What a wallet bought, by its session."""

    def make(who, method="generated", **more):
        order = shop.buy(shop.sold(method, **more), customer={"wallet": who.address, "email": "ann@example.org"})
        return Mine.of(shop, order, visitor.sign_in(who)["token"])

    return make


@pytest.fixture
def other(services):
    """Another merchant's headers."""
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), "Other").headers
