"""A shop that delivers, its buyers, and what is asked back of it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from passmanager.service.db import read_scope, session_scope
from passmanager.service.http.auth import add_key
from passmanager.service.mail.models import Mail
from passmanager.service.webhooks.models import Event
from tests.service.fulfillment.conftest import settings, shop, vendor
from tests.service.users import open_user

__all__ = ["settings", "shop", "vendor"]


@dataclass
class Buyer:
    """A user of the shop, for whom its server opened a session."""

    shop: object
    headers: dict

    def call(self, method, path, body=None, *, status=200):
        answer = self.shop.client.request(method, f"/v1{path}", json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask(self, order, index=0, *, reason="It does not start.", status=201):
        body = {"order_item_id": order["items"][index]["id"], "reason": reason}
        return self.call("POST", "/me/refund-requests", body, status=status)

    def mine(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.call("GET", f"/me/refund-requests?{query}")["data"]


@pytest.fixture
def buyer(shop, services):
    """Ada, who is the customer of the shop's orders."""
    return visit(shop, services, "ada")


def visit(shop, services, name, store_id=None) -> Buyer:
    user = open_user(services, store_id or shop.merchant.store_id, name, f"{name}@example.org")
    return Buyer(shop, user.headers)


@pytest.fixture
def bought(shop, buyer):
    """Orders of Ada, paid and delivered."""

    def buy(*items, **more):
        who = {"external_id": "ada", "email": "ada@example.org"}
        return shop.buy(*(items or [shop.sold("generated")]), customer=who, **more)

    return buy


@pytest.fixture
def keyed(shop, services):
    """Headers of another key of the same merchant."""

    def make(**more):
        with session_scope(services.sessions) as session:
            _, key = add_key(
                session, merchant_id=shop.merchant.id, name="other", mode="test", now=services.clock.now(), **more
            )
        return {"Authorization": f"Bearer {key}"}

    return make


@pytest.fixture
def decide(shop):
    """The merchant approves or refuses."""

    def act(request, what, body=None, *, status=200, **more):
        return shop.call("POST", f"/refund-requests/{request['id']}/{what}", body or {}, status=status, **more)

    return act


@pytest.fixture
def mails(services):
    """Mails about refunds: to whom, and what they are told."""

    def read():
        with read_scope(services.sessions) as session:
            rows = session.scalars(select(Mail).where(Mail.template == "refund").order_by(Mail.number))
            return [(row.recipient, row.data["refund_status"]) for row in rows]

    return read


@pytest.fixture
def told(services):
    """Events of one order or key, as merchants get them."""

    def read(aggregate_id):
        with read_scope(services.sessions) as session:
            rows = session.scalars(select(Event).where(Event.aggregate_id == aggregate_id).order_by(Event.sequence))
            return [row.type for row in rows]

    return read
