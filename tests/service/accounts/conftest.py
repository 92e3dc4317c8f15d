"""Sessions of users over HTTP, in the shop of the orders; a mail server that keeps codes."""

from dataclasses import dataclass

import pytest

from passmanager.service.db import session_scope
from tests.service.mail.conftest import box, do_work, facts, smtp_url
from tests.service.merchant import make_merchant
from tests.service.orders_api.conftest import shop, told

__all__ = ["box", "do_work", "facts", "shop", "smtp_url", "told"]


@dataclass
class Session:
    """A user whom the merchant's server vouched for."""

    client: object
    id: str
    token: str
    expires_at: str

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method, path, body=None, *, status=200):
        answer = self.client.request(method, f"/v1{path}", json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def open_session(client, merchant):
    """`POST /v1/sessions` as the merchant's server does."""

    def opened(user_id, status=201, headers=None, **more):
        body = {"store_id": merchant.store_id, "user_id": user_id, **more}
        answer = client.post("/v1/sessions", json=body, headers=headers or merchant.headers)
        assert answer.status_code == status, answer.text
        found = answer.json()
        return Session(client, found["session_id"], found["token"], found["expires_at"]) if status == 201 else found

    return opened


@pytest.fixture
def other(services):
    """Another tenant."""
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), "Other")


@pytest.fixture
def buys(shop):
    """An order for a session of a user, which is paid at once."""

    def bought(session, product, status=201, **more):
        items = [{"product_id": product}]
        order = shop.order(items=items, user_session_id=session.id, status=status, **more)
        return order if status != 201 else shop.act(order, "mark-paid")

    return bought


@pytest.fixture
def sells(shop, merchant):
    """Changes what the store or a product asks for."""

    def changed(path=None, **values):
        return shop.call("PATCH", path or f"/stores/{merchant.store_id}", values)

    return changed


def had(session, **query):
    """Ids of products that a user has, newest first."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return [one["product_id"] for one in session.call("GET", f"/me/purchases?{asked}")["data"]]
