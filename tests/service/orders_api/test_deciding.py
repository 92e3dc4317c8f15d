"""What a merchant decides about orders that are there."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.http.auth import add_key
from passmanager.service.settings import Settings
from tests.service.conftest import SECRET
from tests.service.merchant import make_merchant


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


def test_nv19_merchant_cancels_an_unpaid_order(shop, told):
    order = shop.order()
    gone = shop.act(order, "cancel", {"reason": "asked by phone"})
    assert (gone["payment_status"], gone["reason"]) == ("deleted", "canceled")
    assert told(order["id"])[-1] == "order.deleted"


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("support", 200), ("finance", 403), ("read-only", 403)])
def test_nv19_role_decides_who_cancels(shop, keyed, role, status):
    shop.act(shop.order(), "cancel", {}, status=status, headers=keyed(role=role))


def test_paid_order_cannot_be_canceled(shop):
    order = shop.order()
    shop.act(order, "mark-paid")
    assert "paid" in shop.act(order, "cancel", {}, status=409)["detail"]


def test_marking_paid_needs_its_own_scope(shop, keyed):
    order = shop.order()
    refused = shop.act(order, "mark-paid", status=403, headers=keyed(scopes=["orders:write", "orders:read"]))
    assert "orders:mark_paid" in refused["detail"]
    assert shop.act(order, "mark-paid", headers=keyed(scopes=["orders:mark_paid"]))["payment_status"] == "paid"


def test_mark_paid_says_who_did_it_and_a_second_time_is_refused(shop):
    order = shop.order()
    paid = shop.act(order, "mark-paid")
    assert paid["payments"][0]["marked_by"] == "tests"
    assert shop.act(order, "mark-paid", status=409)["code"] == "conflict"


def test_charge_back_takes_the_payment_away(shop, told):
    order = shop.order()
    shop.act(order, "charge-back", {}, status=409)
    shop.act(order, "mark-paid")
    back = shop.act(order, "charge-back", {"reason": "stolen card"})
    assert (back["payment_status"], back["payments"][0]["status"]) == ("charged_back", "failed")
    assert told(order["id"])[-1] == "order.disputed"


class TestHeldOrders:
    @pytest.fixture
    def settings(self, database_url, tmp_path):
        """The operator has a proxy of his own; what other callers say of addresses is not believed."""
        return Settings(
            database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled",
            trusted_proxies=("testclient",),
        )  # fmt: skip

    @pytest.fixture(params=["email", "domain", "wallet", "country", "ip", "amount"])
    def held(self, request, shop):
        rules = {
            "email": "ADA@example.org", "domain": "Example.org", "country": "DE", "ip": "203.0.113.7",
            "wallet": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        }  # fmt: skip
        if request.param == "amount":
            shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "19.99"})
        else:
            body = {"store_id": shop.merchant.store_id, "field": request.param, "value": rules[request.param]}
            shop.call("POST", "/block-rules", body, status=201)
        body = shop.body(
            customer={"email": "ada@example.org", "wallet": rules["wallet"].lower()}, billing_address={"country": "DE"}
        )
        forwarded = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        order = shop.call("POST", "/orders", body, status=201, headers=forwarded)
        return shop.act(order, "mark-paid")

    def test_dp06_order_is_held_before_delivery_until_somebody_releases_it(self, shop, told, held):
        assert held["payment_status"] == "held"
        assert "order.paid" not in told()
        assert shop.act(held, "release")["payment_status"] == "paid"
        assert told()[-1] == "order.paid"

    def test_rejected_order_is_refunded(self, shop, held):
        assert shop.act(held, "reject", {"reason": "fraud"})["payment_status"] == "refunded"
        shop.act(held, "release", status=409)


def test_order_below_the_threshold_is_not_held(shop):
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "20"})
    assert shop.act(shop.order(), "mark-paid")["payment_status"] == "paid"


def test_rule_can_be_taken_away(shop):
    body = {"store_id": shop.merchant.store_id, "field": "email", "value": "ada@example.org"}
    rule = shop.call("POST", "/block-rules", body, status=201)
    shop.call("POST", "/block-rules", body, status=409)
    assert shop.call("GET", f"/block-rules?store_id={shop.merchant.store_id}") == [rule]
    shop.call("DELETE", f"/block-rules/{rule['id']}", status=204)
    assert shop.act(shop.order(), "mark-paid")["payment_status"] == "paid"


def test_nv05_test_order_ends_as_terminated(shop):
    order = shop.order(test=True)
    assert shop.act(order, "terminate")["payment_status"] == "terminated"
    shop.act(shop.order(), "terminate", status=409)


class TestGoods:
    def test_dp15_units_to_ship_go_down_to_zero(self, shop):
        order = shop.order((shop.book, 3), (shop.editor, 1))
        item = order["items"][0]["id"]
        assert order["to_ship"] == 3
        shipment = shop.act(order, "shipments", {"carrier": "DHL", "tracking": "JD1", "units": {item: 2}}, status=201)
        assert (shipment["carrier"], shipment["units"]) == ("DHL", {item: 2})
        assert shop.read(order)["to_ship"] == 1
        assert shop.act(order, "shipments", {"units": {item: 2}}, status=422)["errors"][0]["detail"] == (
            "2 units, and 1 are left to ship"
        )
        shop.act(order, "shipments", {}, status=201)
        assert shop.read(order)["to_ship"] == 0
        shop.act(order, "shipments", {}, status=409)

    def test_order_without_goods_has_nothing_to_ship(self, shop):
        order = shop.order()
        assert order["to_ship"] is None
        shop.act(order, "shipments", {}, status=409)


def test_history_tells_every_move_and_who_made_it(shop):
    order = shop.order()
    shop.act(order, "mark-paid")
    history = shop.call("GET", f"/orders/{order['id']}/history")
    moves = [(move["axis"], move["old"], move["new"], move["actor"]) for move in history if move["axis"] == "payment"]
    assert moves == [("payment", "", "not_paid", "tests"), ("payment", "not_paid", "paid", "tests")]


def test_other_merchants_orders_are_not_there(shop, services):
    order = shop.order()
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other").headers
    assert shop.call("GET", "/orders", headers=other)["data"] == []
    shop.call("GET", f"/orders/{order['id']}", status=404, headers=other)
    for what in ("cancel", "mark-paid", "release", "reject", "terminate", "shipments", "payment-method", "charge-back"):
        body = {"payment_method": "x"} if what == "payment-method" else {}
        shop.act(order, what, body, status=404, headers=other)
    assert shop.read(order) == order
