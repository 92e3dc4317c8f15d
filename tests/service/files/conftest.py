"""A shop that sells files, and a user who buys them."""

from dataclasses import dataclass

import pytest

from tests.service.buyers.conftest import Visitor
from tests.service.compat.conftest import dpd
from tests.service.orders_api.conftest import shop, told
from tests.service.users import User, open_user

__all__ = ["dpd", "shop", "told"]

CONTENT = bytes(range(256)) * 8


@dataclass
class Desk:
    """What a merchant does with files, and what a buyer does with a purchase."""

    shop: object
    services: object

    @property
    def client(self):
        return self.shop.client

    def upload(self, product, name="editor.zip", content=CONTENT, version=None, *, status=201, **headers):
        sent = {**self.shop.merchant.headers, "Content-Type": "application/zip", **headers}
        query = {"name": name} | ({"version_id": version} if version else {})
        answer = self.client.post(f"/v1/products/{product}/files", params=query, content=content, headers=sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    def policy(self, product, **terms):
        return self.shop.call("PUT", f"/products/{product}/file-policy", terms)

    def release(self, product, version, content=CONTENT, name="editor.zip"):
        """A version with a file, out now."""
        made = self.shop.call("POST", f"/products/{product}/versions", {"version": version}, status=201)
        file = self.upload(product, name, content, made["id"])
        self.shop.call("POST", f"/products/{product}/versions/{made['id']}/publish", {})
        return file["id"]

    def user(self, name="ann", email="ann@example.org") -> User:
        return open_user(self.services, self.shop.merchant.store_id, name, email)

    def buy(self, product, user="ann", **more):
        """A paid order; the id of its purchase."""
        customer = {"external_id": user, "email": f"{user}@example.org"}
        order = self.shop.order((product, 1), customer=customer, **more)
        self.shop.act(order, "mark-paid")
        (right,) = self.shop.call("GET", f"/purchases?user_id={user}&product_id={product}")["data"][:1]
        return Bought(self, order, right["id"])


@dataclass
class Bought:
    desk: Desk
    order: dict
    id: str

    def me(self, method, path, headers=None, *, status=200, **more):
        sent = headers or self.desk.user().headers
        answer = self.desk.client.request(method, f"/v1/me/purchases/{self.id}{path}", headers=sent, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    def files(self, headers=None):
        return self.me("GET", "/files", headers)

    def link(self, file, headers=None, *, status=201):
        return self.me("POST", f"/files/{file}/link", headers, status=status)

    def get(self, link, *, method="GET", **headers):
        return self.desk.client.request(method, path_of(link), headers=headers)

    def download(self, file, status=200):
        """By a new link."""
        answer = self.get(self.link(file))
        assert answer.status_code == status, answer.text
        return answer


def path_of(link):
    return link["url"].removeprefix("http://127.0.0.1:8080")


@pytest.fixture
def desk(shop, services) -> Desk:
    return Desk(shop, services)


@pytest.fixture
def visitor(client):
    return Visitor(client)
