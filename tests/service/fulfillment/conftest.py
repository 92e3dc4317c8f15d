"""A shop that delivers, and a merchant's web service on this machine."""

import pytest

from passmanager.service.settings import Settings
from tests.service.conftest import SECRET
from tests.service.fulfillment.deliveries import Deliverer, serve_vendor
from tests.service.orders_api.conftest import told  # noqa: F401 - a fixture


@pytest.fixture
def settings(database_url, tmp_path) -> Settings:
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled",
        outbound_allow=("127.0.0.0/8",), rate_per_minute=1_000,
    )  # fmt: skip


@pytest.fixture
def shop(client, merchant) -> Deliverer:
    found = Deliverer(client, merchant)
    found.call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}, status=201)
    found.editor = found.product("Editor", "19.99", sku="ED-1")
    return found


@pytest.fixture
def vendor():
    server, thread = serve_vendor()
    yield server.vendor
    server.shutdown()
    server.server_close()
    thread.join()
