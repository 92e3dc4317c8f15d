"""What docs/guide/license-keys.md shows is so: its program verifies a file of the service, its tables are complete."""

import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from fastapi.testclient import TestClient

from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.engine.runner import Runner
from passmanager.service.licenses import terms, using
from passmanager.service.licenses.repository import REVOKED, SUSPENDED
from passmanager.service.licenses.schemas import LicenseClaims
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers
from tests.service.fulfillment.deliveries import Deliverer
from tests.service.merchant import make_merchant

TEXT = (Path(__file__).resolve().parents[2] / "docs/guide/license-keys.md").read_text()
SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def shop(tmp_path):
    url = f"sqlite:///{tmp_path / 'passmanager.db'}"
    upgrade(url)
    services = Services.start(
        Settings(database_url=url, data=tmp_path, secret_key=SECRET_KEY, clock="controlled", rate_per_minute=1_000)
    )
    connect(services)
    runner = Runner(services, make_handlers(services), "1")
    app = create_app(services)
    app.state.settle = runner.drain
    with session_scope(services.sessions) as session:
        merchant = make_merchant(session, services.clock.now())
    with TestClient(app) as client:
        found = Deliverer(client, merchant)
        found.call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}, status=201)
        yield found
    runner.stop()
    services.engine.dispose()


@pytest.fixture
def verify():
    names = {}
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(code, "license-keys.md", "exec"), names)
    return names["verify"]


def test_program_verifies_a_file_and_refuses_what_is_none(shop, verify):
    order = shop.buy(shop.sold("generated"))
    key = shop.delivery(order)["keys"][0]["id"]
    file = shop.call("POST", f"/license-keys/{key}/file", {"fingerprint": "laptop"})
    listed = shop.client.get(f"/v1/stores/{shop.merchant.store_id}/license-public-key").json()["keys"]
    public, product = {one["kid"]: one["x"] for one in listed}, order["items"][0]["product_id"]
    assert verify(file, public, product, "laptop")["license_id"] == key
    for kind, call in (
        (ValueError, (file, public, product, "desktop")),
        (ValueError, (file, public, "another product", "laptop")),
        (KeyError, (file, {}, product, "laptop")),
        (InvalidSignature, ({**file, "payload": {**file["payload"], "test": True}}, public, product, "laptop")),
    ):
        with pytest.raises(kind):
            verify(*call)


def test_shown_file_has_the_members_of_a_file():
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert list(json.loads(shown)["payload"]) == list(LicenseClaims.model_fields)


def names_of(heading):
    """First cells of the table after a line."""
    after = TEXT.split(heading)[1]
    table = re.search(r"(\n\|.*)+", after)[0]
    return [name for row in table.splitlines()[3:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_tables_are_complete():
    assert set(names_of("A template also has the terms of its")) == {
        *terms.COPIED, "pattern", "prefix", "activation_limit", "valid_days",
    }  # fmt: skip
    codes = {using.VALID, using.UNKNOWN, using.EXPIRED, using.NOT_ACTIVATED, using.ROTATED, SUSPENDED, REVOKED}
    assert set(names_of("answers `valid` and a `code`")) == codes
    choices = {choice for some in terms.ON_TRANSFER.values() for choice in some}
    assert set(names_of("is up to its template")) == choices
