"""A merchant who sells a program and a book, in euros."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from passmanager.service.news import INTERNAL


@dataclass
class Shop:
    """Calls the service as its merchant."""

    client: object
    merchant: object
    keys: count = field(default_factory=count)
    editor: str = ""
    book: str = ""

    def call(self, method, path, body=None, *, status=200, headers=None, key=None):
        sent = {**self.merchant.headers, "Idempotency-Key": key or f"k{next(self.keys)}", **(headers or {})}
        answer = self.client.request(method, f"/v1{path}", json=body, headers=sent)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def product(self, name, amount, **more):
        body = {"store_id": self.merchant.store_id, "name": name, **more}
        made = self.call("POST", "/products", body, status=201)
        self.call("POST", f"/products/{made['id']}/prices", {"amount": amount, "currency": "EUR"}, status=201)
        return made["id"]

    def body(self, *items, **more):
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items or [(self.editor, 1)]]
        return {
            "store_id": self.merchant.store_id,
            "currency": "EUR",
            "payment_method": "bank",
            "instructions": "IBAN DE02 1203 0000 0000 2020 51",
            "customer": {"email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace"},
            "items": lines,
            **more,
        }

    def order(self, *items, status=201, **more):
        return self.call("POST", "/orders", self.body(*items, **more), status=status)

    def read(self, order):
        return self.call("GET", f"/orders/{order['id']}")

    def act(self, order, what, body=None, *, status=200, **more):
        return self.call("POST", f"/orders/{order['id']}/{what}", body, status=status, **more)


@pytest.fixture
def shop(client, merchant) -> Shop:
    found = Shop(client, merchant)
    found.call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}, status=201)
    found.editor = found.product("Editor", "19.99", sku="ED-1")
    found.book = found.product("Book", "30", kind="tangible")
    return found


@pytest.fixture
def told(services) -> Callable[[], list[str]]:
    """Names of what was told to merchants, in order."""
    heard = []
    services.wire.subscribe("*", lambda _session, news: heard.append(news))

    def names(aggregate=None):
        return [
            news.type for news in heard
            if not news.type.startswith(INTERNAL) and aggregate in {None, news.aggregate_id}
        ]  # fmt: skip

    return names
