"""Customers, rights of access and keys of the API, for the merchant."""

import pytest

from passmanager.service.clock import rfc3339
from passmanager.service.db import session_scope
from tests.service.buyers.conftest import ANN, BOB
from tests.service.merchant import make_merchant

DAY = 86_400


@pytest.fixture
def other(services):
    with session_scope(services.sessions) as session:
        return make_merchant(session, services.clock.now(), "Other").headers


class TestCustomers:
    def test_customer_is_read_and_found(self, shop):
        shop.order(customer={"wallet": ANN.address, "external_id": "u1"})
        shop.order()
        second, first = shop.call("GET", "/customers")["data"]
        assert (first["wallets"], first["external_id"], first["email"]) == ([ANN.address], "u1", "")
        assert (second["email"], second["first_name"], second["wallets"]) == ("ada@example.org", "Ada", [])
        assert shop.call("GET", f"/customers/{first['id']}") == first
        for query, expected in (
            (f"wallet={ANN.address.lower()}", [first]), ("user_id=u1", [first]), ("email=ADA@", [second]),
            ("email=%25", []), (f"store_id={shop.merchant.store_id}", [second, first]), ("user_id=x", []),
        ):  # fmt: skip
            assert shop.call("GET", f"/customers?{query}")["data"] == expected

    def test_address_that_is_added_is_told_once(self, shop, told):
        shop.order(customer={"wallet": ANN.address})
        (customer,) = shop.call("GET", "/customers")["data"]
        for _ in range(2):
            changed = shop.call("PATCH", f"/customers/{customer['id']}", {"email": "ann@example.org"})
        assert (changed["email"], changed["wallets"]) == ("ann@example.org", [ANN.address])
        assert told(customer["id"]) == ["customer.contact_added"]

    def test_mails_that_waited_for_an_address_go_out(self, shop, wait):
        order = shop.order(customer={"wallet": ANN.address})
        shop.act(order, "mark-paid")
        (customer,) = shop.call("GET", "/customers")["data"]
        before = shop.call("GET", "/mails?status=awaiting_contact")["data"]
        assert before
        shop.call("PATCH", f"/customers/{customer['id']}", {"email": "ann@example.org"})
        assert shop.call("GET", "/mails?status=awaiting_contact")["data"] == []
        after = {mail["id"]: mail["recipient"] for mail in shop.call("GET", "/mails")["data"]}
        assert [after[mail["id"]] for mail in before] == ["ann@example.org"] * len(before)

    def test_purchase_keeps_the_names_it_had(self, shop):
        order = shop.order()
        shop.call("PATCH", f"/customers/{order['customer']['id']}", {"first_name": "Eve", "email": None})
        assert shop.read(order)["customer"]["first_name"] == "Ada"

    def test_bad_values_and_other_merchants(self, shop, other):
        customer = shop.order()["customer"]["id"]
        shop.call("PATCH", f"/customers/{customer}", {"email": "nobody"}, status=422)
        shop.call("PATCH", f"/customers/{customer}", {"name": "x"}, status=422)
        for method, body in (("GET", None), ("PATCH", {"first_name": "x"})):
            shop.call(method, f"/customers/{customer}", body, status=404, headers=other)
        assert shop.call("GET", "/customers", headers=other)["data"] == []


class TestKeys:
    def make(self, shop, status=201, headers=None, **terms):
        return shop.call("POST", "/api-keys", {"name": "till", **terms}, status=status, headers=headers)

    def bearer(self, made):
        return {"Authorization": f"Bearer {made['key']}"}

    def test_key_is_shown_once_and_works_until_it_is_revoked(self, shop):
        made = self.make(shop, scopes=["orders:read"])
        assert made["key"].startswith("pm_test_")
        shop.call("GET", "/orders", headers=self.bearer(made))
        shop.call("GET", "/stores", headers=self.bearer(made), status=403)
        listed = {row["id"]: row for row in shop.call("GET", "/api-keys")}
        assert made["key"] not in repr(listed)
        assert listed[made["id"]]["scopes"] == ["orders:read"]
        shop.call("DELETE", f"/api-keys/{made['id']}", status=204)
        shop.call("GET", "/orders", headers=self.bearer(made), status=401)
        assert next(row for row in shop.call("GET", "/api-keys") if row["id"] == made["id"])["revoked_at"]

    def test_key_ends_when_it_said(self, shop, wait, services):
        end = services.clock.now() + 10_000
        made = self.make(shop, expires_at=rfc3339(end))
        shop.call("GET", "/orders", headers=self.bearer(made))
        wait(10)
        shop.call("GET", "/orders", headers=self.bearer(made), status=401)

    def test_nobody_gives_more_than_he_has(self, shop):
        weak = self.bearer(self.make(shop, scopes=["keys:write", "orders:read"], role="support"))
        self.make(shop, headers=weak, status=403)
        self.make(shop, headers=weak, status=403, scopes=["orders:write"])
        self.make(shop, headers=weak, status=403, scopes=["orders:read"], role="admin")
        self.make(shop, headers=weak, scopes=["orders:read"], role="support")
        self.make(shop, status=403, role="owner")
        bound = self.bearer(self.make(shop, store_id=shop.merchant.store_id))
        self.make(shop, headers=bound, status=403)
        self.make(shop, headers=bound, store_id=shop.merchant.store_id)

    def test_bad_values_and_other_merchants(self, shop, other):
        made = self.make(shop)
        for terms in ({"scopes": []}, {"scopes": ["x"]}, {"role": "king"}, {"expires_at": "2026-01-01T00:00:00"}):
            self.make(shop, status=422, **terms)
        self.make(shop, headers=other, store_id=shop.merchant.store_id, status=404)
        shop.call("DELETE", f"/api-keys/{made['id']}", status=404, headers=other)
        assert made["id"] not in {row["id"] for row in shop.call("GET", "/api-keys", headers=other)}
        shop.call("GET", "/orders", headers=self.bearer(made))


class TestRights:
    def put(self, shop, status=201, **more):
        body = {"store_id": shop.merchant.store_id, "external_id": "e1", "product_id": shop.editor, **more}
        return shop.call("POST", "/purchases", body, status=status)

    def test_sd10_purchase_of_elsewhere_is_there_once_and_can_be_changed(self, shop, told):
        made = self.put(shop, user_id="u1", wallet=ANN.address, quantity=3)
        assert (made["source"], made["external_id"], made["active"], made["quantity"]) == ("external", "e1", True, 3)
        changed = self.put(shop, status=200, user_id="u1", wallet=ANN.address, active=False)
        assert (changed["id"], changed["active"], changed["status"]) == (made["id"], False, "inactive")
        assert shop.call("GET", "/purchases")["data"] == [changed]
        assert shop.call("GET", f"/purchases/{made['id']}") == changed
        assert told(made["id"]) == ["purchase.created", "purchase.state_changed"]

    def test_list_by_every_filter(self, shop):
        paid = shop.order((shop.book, 1), customer={"wallet": BOB.address, "external_id": "u2"})
        shop.act(paid, "mark-paid")
        external = self.put(shop, user_id="u1", wallet=ANN.address)
        bought = next(right for right in shop.call("GET", "/purchases")["data"] if right["source"] == "order")
        assert bought["order_id"] == paid["id"]
        for query, expected in (
            (f"product_id={shop.editor}", [external]), ("user_id=u2", [bought]), ("source=external", [external]),
            (f"wallet={BOB.address.lower()}", [bought]), ("type=one_time", [external, bought]),
            ("type=subscription", []), ("active=true", [external, bought]), ("active=false", []),
            (f"customer_id={bought['customer_id']}", [bought]), (f"store_id={shop.merchant.store_id}&user_id=x", []),
        ):  # fmt: skip
            assert shop.call("GET", f"/purchases?{query}")["data"] == expected, query

    def test_purchase_of_elsewhere_ends_when_it_said(self, shop, wait, services):
        made = self.put(shop, active_until=rfc3339(services.clock.now() + 1000 * DAY))
        assert shop.call("GET", "/purchases?active=true")["data"] == [made]
        wait(DAY)
        assert shop.call("GET", f"/purchases/{made['id']}")["active"] is False
        assert shop.call("GET", "/purchases?active=true")["data"] == []
        assert len(shop.call("GET", "/purchases?active=false")["data"]) == 1

    def test_one_time_purchase_is_consumed_once(self, shop, told):
        made = self.put(shop)
        used = shop.call("POST", f"/purchases/{made['id']}/consume", key="first")
        assert (used["status"], used["active"]) == ("consumed", False)
        assert shop.call("POST", f"/purchases/{made['id']}/consume", key="first") == used
        shop.call("POST", f"/purchases/{made['id']}/consume", status=409)
        assert shop.call("GET", "/purchases?active=true")["data"] == []
        assert told(made["id"]).count("purchase.consumed") == 1

    def test_bad_values_and_other_merchants(self, shop, other):
        made = self.put(shop)
        for terms in ({"external_id": ""}, {"quantity": 0}, {"wallet": "x"}, {"active_until": "soon"}):
            self.put(shop, status=422, **terms)
        body = {"store_id": shop.merchant.store_id, "external_id": "e2", "product_id": shop.editor}
        answer = shop.client.post("/v1/purchases", json=body, headers=shop.merchant.headers)
        assert answer.json()["code"] == "idempotency-key-missing"
        shop.call("POST", "/purchases", body, status=404, headers=other)
        shop.call("GET", f"/purchases/{made['id']}", status=404, headers=other)
        shop.call("POST", f"/purchases/{made['id']}/consume", status=404, headers=other)
        assert shop.call("GET", "/purchases", headers=other)["data"] == []
