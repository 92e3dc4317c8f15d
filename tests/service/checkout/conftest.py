"""A shop with links, and browsers that open them."""

from dataclasses import dataclass

import pytest

from passmanager.service.db import session_scope
from tests.service.merchant import make_merchant
from tests.service.orders_api.conftest import shop, told

__all__ = ["shop", "told"]

CONSENTS = {"terms": {"version": "2026-01"}, "personal_data": {"version": "7"}}
ADA = {"email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace"}
JSON = {"Accept": "application/json"}


@dataclass
class Browser:
    """Opens links and goes on with the session that they give; it has no key."""

    client: object
    id: str = ""
    token: str = ""

    def open(self, link, query="", *, status=200):
        path = link["url"].partition("127.0.0.1:8080")[2]
        answer = self.client.get(f"{path}{query}", headers=JSON)
        assert answer.status_code == status, answer.text
        if status == 200:
            self.id, self.token = answer.json()["id"], answer.json()["token"]
        return answer.json()

    def take(self, made):
        self.id, self.token = made["id"], made["token"]
        return self

    def call(self, method, what="", body=None, *, status=200, token=None):
        answer = self.client.request(
            method, f"/v1/checkout-sessions/{self.id}{what}", json=body,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        return answer.json()

    def read(self):
        return self.call("GET")

    def change(self, status=200, **body):
        return self.call("PATCH", "", body, status=status)

    def confirm(self, status=201, consents=CONSENTS, **body):
        return self.call("POST", "/confirm", {"consents": consents, **body}, status=status)

    def steps(self, after=None, wait=0):
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Last-Event-ID": str(after)} if after else {})
        answer = self.client.get(f"/v1/checkout-sessions/{self.id}/events?wait={wait}", headers=headers)
        assert answer.status_code in {200, 204}, answer.text
        return answer


@pytest.fixture
def browser(client) -> Browser:
    return Browser(client)


@pytest.fixture
def store(shop):
    """The store's ways to pay off the chain."""
    methods = {"bank": "IBAN DE02 1203 0000 0000 2020 51", "invoice": "14 days"}
    return shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"offline_methods": methods})


@pytest.fixture
def link(shop, store):
    """Makes links."""

    def make(*items, status=201, **more):
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items or [(shop.editor, 1)]]
        body = {"store_id": store["id"], "name": "Spring", "items": lines, "currency": "EUR", **more}
        return shop.call("POST", "/checkout-links", body, status=status)

    return make


@pytest.fixture
def make(shop, store):
    """Makes sessions, as the merchant's server."""

    def make(*items, status=201, **more):
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items or [(shop.editor, 1)]]
        body = {"store_id": store["id"], "currency": "EUR", "items": lines, "customer": ADA, **more}
        return shop.call("POST", "/checkout-sessions", body, status=status)

    return make


@pytest.fixture
def signed(shop):
    """Signs a link's address, as the merchant's server."""

    def sign(link, **body):
        return shop.call("POST", f"/checkout-links/{link['id']}/sign", body)

    return sign


@pytest.fixture
def stranger(services):
    """Another merchant."""
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), "Other")
