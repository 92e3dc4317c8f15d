"""When actions happen by themselves, and which purchases can be used at all."""

import pytest

from tests.service.actions.test_rows import BACK

KEY = {"type": "key"}


def started(ann, purchase):
    return [(one["key"], one["trigger"], one["status"]) for one in ann.executions(purchase)]


def test_a_free_product_is_paid_at_once_without_a_payment(shop, ann):
    free = shop.product("Free", "0")
    shop.action(KEY, "key", product_id=free)
    purchase = shop.bought(free)
    order = shop.call("GET", f"/orders/{purchase['order_id']}")
    assert (order["payment_status"], order["payments"]) == ("paid", [])
    told = [one["type"] for one in shop.events()]
    assert {"order.created", "order.paid", "purchase.created", "action.executed"} <= set(told)
    assert not [name for name in told if name.startswith("payment.")]
    assert started(ann, purchase) == [("key", "activation", "done")]


def test_nothing_happens_by_itself_before_the_payment(shop, ann):
    shop.action(KEY, "key")
    order = shop.order(customer={"external_id": "ann"})
    shop.settle()
    assert shop.call("GET", "/action-executions")["data"] == []
    shop.act(order, "mark-paid")
    shop.settle()
    assert started(ann, shop.of(order)) == [("key", "activation", "done")]


def test_a_held_purchase_waits_for_a_person(shop, ann):
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "10"})
    shop.action(KEY, "key")
    shop.action(BACK, "open")
    order = shop.order(customer={"external_id": "ann"})
    shop.act(order, "mark-paid")
    shop.settle()
    purchase = shop.of(order)
    assert started(ann, purchase) == []
    assert ann.execute(purchase, "open", status=403)["code"] == "purchase-inactive"
    assert {one["usable"] for one in ann.actions(purchase).values()} == {False}
    shop.act(order, "release")
    shop.settle()
    assert started(ann, purchase) == [("key", "activation", "done")]
    ann.execute(purchase, "open")


def test_it_happens_once_and_not_for_actions_that_come_later(shop, ann):
    shop.action(KEY, "key")
    purchase = shop.bought()
    shop.action(KEY, "later")
    shop.settle(600)
    assert started(ann, purchase) == [("key", "activation", "done")]
    ann.execute(purchase, "later")


def test_what_cannot_be_done_is_noted_and_stops_nothing_else(shop, ann):
    shop.action({"type": "zapier"}, "zap")
    shop.action(KEY, "key")
    purchase = shop.bought()
    assert started(ann, purchase) == [("key", "activation", "done"), ("zap", "activation", "failed")]
    (failed,) = shop.call("GET", "/action-executions?status=failed")["data"]
    assert (failed["problem"], failed["trigger"]) == ("no hook is subscribed to action zap", "activation")
    assert [one["data"]["action_key"] for one in shop.events("action.executed")] == ["key"]


def test_a_refunded_purchase_cannot_be_used_and_its_keys_end(shop, ann):
    shop.action(KEY, "key")
    shop.action(BACK, "open")
    purchase = shop.bought()
    key = ann.executions(purchase)[0]["result"]["key"]
    shop.act({"id": purchase["order_id"]}, "charge-back", {"reason": "bank"})
    shop.settle()
    refused = ann.execute(purchase, "open", status=403)
    assert refused["code"] == "purchase-inactive"
    (row,) = shop.call("GET", "/license-keys")["data"]
    assert row["status"] == "revoked"
    answer = shop.client.post("/v1/license-keys/validate", json={"store_id": shop.merchant.store_id, "key": key})
    assert answer.json()["valid"] is False
    assert ann.executions(purchase)[0]["result"]["key"] == ""


def test_a_consumed_purchase_cannot_be_used(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    shop.call("POST", f"/purchases/{purchase['id']}/consume")
    assert ann.execute(purchase, "open", status=403)["code"] == "purchase-inactive"
    (mine,) = ann.actions(purchase).values()
    assert (mine["usable"], mine["problem"]) == (False, "purchase-inactive")


@pytest.mark.parametrize("active", [True, False])
def test_what_was_sold_elsewhere_starts_when_it_is_active(shop, ann, active):
    shop.action(KEY, "key")
    body = {
        "store_id": shop.merchant.store_id, "external_id": "ext-1", "product_id": shop.editor, "user_id": "ann",
        "active": active,
    }  # fmt: skip
    purchase = shop.call("POST", "/purchases", body, status=201)
    shop.settle()
    assert len(started(ann, purchase)) == int(active)
    shop.call("POST", "/purchases", {**body, "active": True})
    shop.settle()
    assert started(ann, purchase) == [("key", "activation", "done")]


def test_an_archived_action_is_gone_and_its_key_is_free_again(shop, ann):
    made = shop.action(BACK, "open")
    purchase = shop.bought()
    ann.execute(purchase, "open")
    shop.call("DELETE", f"/actions/{made['id']}", status=204)
    assert ann.execute(purchase, "open", status=404)["code"] == "not-found"
    shop.action({"type": "callback", "name": "new", "payload": {}}, "open")
    assert ann.execute(purchase, "open")["result"]["name"] == "new"
    assert [one["result"]["name"] for one in ann.executions(purchase)] == ["new", "opened"]
