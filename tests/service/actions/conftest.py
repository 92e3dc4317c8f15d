"""A shop whose products can do something, over HTTP."""

import re
from dataclasses import dataclass

import pytest

from passmanager.service.settings import Settings
from tests.service.buyers.conftest import visitor
from tests.service.conftest import SECRET
from tests.service.mail.conftest import box, smtp_url
from tests.service.orders_api.conftest import Shop, told
from tests.service.receiver import run_receiver
from tests.service.users import open_user

__all__ = ["box", "smtp_url", "told", "visitor"]

FORM = [
    {"name": "company", "title": "Company", "max_length": 20},
    {"name": "seats", "type": "integer", "minimum": 1, "maximum": 50, "required": False},
    {"name": "mail", "format": "email", "required": False},
    {"name": "plan", "enum": ["basic", "pro"], "required": False},
    {"name": "days", "type": "array", "enum": ["mon", "tue", "wed"], "required": False},
    {"name": "agreed", "type": "boolean", "required": False},
]


@dataclass
class Mine:
    """A user of the shop, and his calls."""

    shop: "ActingShop"
    headers: dict
    customer_id: str

    def call(self, method, path, body=None, *, status=200, key=None, **more):
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        answer = self.shop.client.request(
            method, f"/v1/me/purchases{path}", json=body, headers=headers, follow_redirects=False, **more
        )
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def actions(self, purchase):
        return {one["key"]: one for one in self.call("GET", f"/{purchase['id']}/actions")["data"]}

    def execute(self, purchase, what, answers=None, *, status=201, **more):
        body = None if answers is None else {"answers": answers}
        return self.call("POST", f"/{purchase['id']}/actions/{what}", body, status=status, **more)

    def executions(self, purchase):
        return self.call("GET", f"/{purchase['id']}/executions")["data"]


class ActingShop(Shop):
    """A shop with actions."""

    def type(self, name="Tools"):
        body = {"store_id": self.merchant.store_id, "name": name}
        return self.call("POST", "/product-types", body, status=201)["id"]

    def action(self, config, key="act", *, status=201, **more):
        if "product_type_id" not in more:
            more.setdefault("product_id", self.editor)
        body = {"key": key, "name": f"The {key}", "config": config, **more}
        return self.call("POST", "/actions", body, status=status)

    def bought(self, product=None, user_id="ann", email="ann@example.org", **more):
        """A purchase of a user, after the work that is due."""
        customer = {"external_id": user_id, "email": email, "first_name": "Ann", "last_name": "Lee"}
        order = self.order((product or self.editor, 1), **{"customer": customer, **more})
        if order["payment_status"] != "paid":
            self.act(order, "mark-paid")
        self.settle()
        return self.of(order)

    def of(self, order):
        (found,) = [one for one in self.call("GET", "/purchases?limit=100")["data"] if one["order_id"] == order["id"]]
        return found

    def user(self, user_id="ann", email="ann@example.org") -> Mine:
        found = open_user(self.client.app.state.services, self.merchant.store_id, user_id, email)
        return Mine(self, found.headers, found.customer_id)

    def settle(self, seconds=0):
        assert self.client.post("/test/clock", json={"advance": seconds}).status_code == 200

    def events(self, *types):
        found = self.call("GET", "/events?limit=100")["data"]
        return [one for one in found if not types or one["type"] in types]


@pytest.fixture
def settings(database_url, tmp_path, smtp_url) -> Settings:
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", smtp_url=smtp_url,
        outbound_allow=("127.0.0.0/8",), rate_per_minute=1_000,
    )  # fmt: skip


@pytest.fixture
def shop(client, merchant) -> ActingShop:
    found = ActingShop(client, merchant)
    found.call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}, status=201)
    found.editor = found.product("Editor", "19.99", sku="ED-1")
    return found


@pytest.fixture
def receiver():
    with run_receiver() as found:
        yield found


@pytest.fixture
def ann(shop) -> Mine:
    return shop.user()


def code_in(mail):
    return re.search(r"\b\d{6}\b", mail.get_body(("plain",)).get_content()).group()
