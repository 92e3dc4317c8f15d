"""A client of DPD's API, for the shop of the tests of orders."""

from dataclasses import dataclass

import pytest

from tests.service.orders_api.conftest import shop, told

__all__ = ["shop", "told"]

BASE = "/compat/dpd/v2"
COUNT = "Dpd-Collection-Count"


@dataclass
class Dpd:
    client: object
    auth: tuple[str, str]

    def call(self, method, path, *, expect=200, auth=None, **more):
        answer = self.client.request(method, f"{BASE}{path}", auth=auth or self.auth, **more)
        assert answer.status_code == expect, answer.text
        return answer

    def get(self, path, *, expect=200, **params):
        return self.call("GET", path, expect=expect, params=params).json()

    def ids(self, **params):
        return [row["id"] for row in self.get("/purchases", **params)]

    def reactivate(self, order, *, expect=200, **more):
        return self.call("POST", f"/purchases/{order['number']}/reactivate", expect=expect, **more).json()


@pytest.fixture
def dpd(client, merchant) -> Dpd:
    return Dpd(client, ("Acme", merchant.key))
