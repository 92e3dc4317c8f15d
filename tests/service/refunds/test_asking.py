"""Buyers ask for their money back."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Purchase
from tests.service.merchant import make_merchant
from tests.service.refunds.conftest import visit

DAY = 86_400


def test_nv20_buyer_asks_and_both_sides_see_the_request(bought, buyer, shop, told):
    order = bought()
    made = buyer.ask(order)
    assert (made["status"], made["reason"], made["price"]["amount"]) == ("requested", "It does not start.", "10")
    assert (made["order_id"], made["order_item_id"]) == (order["id"], order["items"][0]["id"])
    assert buyer.mine() == [made]
    seen = shop.call("GET", f"/refund-requests/{made['id']}")
    assert shop.call("GET", "/refund-requests")["data"] == [seen]
    assert (seen["asked_by"], seen["status"], seen["refund"]) == (order["customer"]["id"], "requested", None)
    assert told(order["id"])[-1] == "refund_request.created"


def test_nv20_second_request_is_refused_while_one_is_open(bought, buyer, decide):
    order = bought()
    first = buyer.ask(order)
    assert buyer.ask(order, status=409)["code"] == "refund-already-open"
    decide(first, "refuse", {"reason": "It starts here."})
    assert buyer.ask(order)["id"] != first["id"]


def test_nv20_other_line_of_the_order_may_be_asked_for_at_the_same_time(bought, buyer, shop):
    order = bought(shop.sold("generated"), shop.sold("generated"))
    assert {buyer.ask(order, 0)["order_item_id"], buyer.ask(order, 1)["order_item_id"]} == {
        item["id"] for item in order["items"]
    }


@pytest.mark.parametrize(("length", "status"), [(500, 201), (501, 422)])
def test_nv20_reason_has_at_most_500_characters(bought, buyer, length, status):
    buyer.ask(bought(), reason="x" * length, status=status)


def test_nv20_reason_without_nul(bought, buyer):
    buyer.ask(bought(), reason="a\x00b", status=422)


def test_nv20_unpaid_order_is_not_paid_back(shop, buyer):
    order = shop.order((shop.sold("generated"), 1), customer={"external_id": "ada"})
    assert buyer.ask(order, status=409)["code"] == "not-refundable"


def test_nv20_what_was_free_is_not_paid_back(bought, buyer, shop):
    order = bought(shop.sold("generated", amount="0"))
    assert order["payment_status"] == "paid"
    assert buyer.ask(order, status=409)["code"] == "not-refundable"


def test_nv20_purchase_from_elsewhere_is_not_paid_back_here(shop, buyer, services):
    customer = buyer.call("GET", "/me/purchases")
    assert customer["data"] == []
    with session_scope(services.sessions) as session:
        right = Purchase(
            id=new_id("pur"), store_id=shop.merchant.store_id, source="external", external_id="x-1", status="active",
            customer_id=open_customer(session), created_at=1, updated_at=1,
        )  # fmt: skip
        session.add(right)
    body = {"purchase_id": right.id, "reason": ""}
    assert buyer.call("POST", "/me/refund-requests", body, status=409)["code"] == "not-refundable"


def open_customer(session):
    from passmanager.service.customers.models import Customer  # noqa: PLC0415

    return session.query(Customer).filter_by(external_id="ada").one().id


def test_nv20_purchase_is_asked_back_like_its_line(bought, buyer):
    order = bought()
    (right,) = buyer.call("GET", "/me/purchases")["data"]
    made = buyer.call("POST", "/me/refund-requests", {"purchase_id": right["id"]}, status=201)
    assert made["order_item_id"] == order["items"][0]["id"]


@pytest.mark.parametrize("both", [True, False])
def test_either_line_or_purchase_is_named(bought, buyer, both):
    item = bought()["items"][0]["id"]
    body = {"order_item_id": item, "purchase_id": new_id("pur")} if both else {}
    buyer.call("POST", "/me/refund-requests", body, status=422)


class TestWindow:
    @pytest.mark.parametrize(("days", "status"), [(13.9, 201), (14.1, 409)])
    def test_nv20_request_comes_within_the_days_of_the_store(self, bought, buyer, shop, services, wait, days, status):
        shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"refund_days": 14})
        order = bought()
        wait(days * DAY)
        answer = visit(shop, services, "ada").ask(order, status=status)
        assert answer.get("code", "refund-window-closed") == "refund-window-closed"

    def test_merchant_is_not_bound_by_his_window(self, bought, shop):
        shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"refund_days": 0})
        order = bought()
        body = {"order_item_id": order["items"][0]["id"]}
        assert shop.call("POST", "/refunds", body, status=201)["status"] == "succeeded"

    def test_window_is_a_setting_of_the_store_that_can_be_taken_away(self, shop):
        where = f"/stores/{shop.merchant.store_id}"
        assert shop.call("GET", where)["refund_days"] is None
        assert shop.call("PATCH", where, {"refund_days": 30})["refund_days"] == 30
        assert shop.call("PATCH", where, {"name": "Other"})["refund_days"] == 30
        assert shop.call("PATCH", where, {"refund_days": None})["refund_days"] is None
        shop.call("PATCH", where, {"refund_days": -1}, status=422)


class TestWithdrawing:
    def test_buyer_withdraws_and_asks_anew(self, bought, buyer, told):
        order = bought()
        made = buyer.ask(order)
        assert buyer.call("POST", f"/me/refund-requests/{made['id']}/withdraw")["status"] == "withdrawn"
        buyer.call("POST", f"/me/refund-requests/{made['id']}/withdraw", status=409)
        buyer.ask(order)
        assert told(order["id"])[-2:] == ["refund_request.withdrawn", "refund_request.created"]

    def test_what_is_decided_is_not_withdrawn(self, bought, buyer, decide):
        made = buyer.ask(bought())
        decide(made, "approve")
        buyer.call("POST", f"/me/refund-requests/{made['id']}/withdraw", status=409)


class TestStrangers:
    def test_nobody_asks_for_what_others_bought(self, bought, shop, services):
        order = bought()
        bob = visit(shop, services, "bob")
        assert bob.ask(order, status=404)["code"] == "not-found"
        made = visit(shop, services, "ada").ask(order)
        assert bob.mine() == []
        bob.call("POST", f"/me/refund-requests/{made['id']}/withdraw", status=404)

    def test_session_of_another_store_sees_nothing(self, bought, buyer, shop, services):
        made = buyer.ask(bought())
        with session_scope(services.sessions) as session:
            other = make_merchant(session, services.clock.now(), "Other")
        ada = visit(shop, services, "ada", other.store_id)
        assert ada.mine() == []
        ada.call("POST", f"/me/refund-requests/{made['id']}/withdraw", status=404)

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", ""), ("POST", ""), ("POST", f"/rfr_{'0' * 26}/withdraw")],
    )
    def test_routes_of_buyers_need_a_buyer(self, shop, method, path):
        where = f"/v1/me/refund-requests{path}"
        body = {"order_item_id": new_id("itm")}
        assert shop.client.request(method, where, json=body).status_code == 401
        assert shop.client.request(method, where, json=body, headers=shop.merchant.headers).status_code == 401


def test_buyers_list_has_pages_and_filters(bought, buyer, decide, shop):
    order = bought(*[shop.sold("generated") for _ in range(3)])
    made = [buyer.ask(order, index) for index in range(3)]
    decide(made[0], "refuse", {"reason": "no"})
    assert [one["id"] for one in buyer.mine(status="requested")] == [made[2]["id"], made[1]["id"]]
    assert len(buyer.mine(order_id=order["id"])) == 3
    assert buyer.mine(order_id=new_id("ord")) == []
    first = buyer.call("GET", "/me/refund-requests?limit=2")
    rest = buyer.call("GET", f"/me/refund-requests?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["data"] + rest["data"]] == [one["id"] for one in reversed(made)]
    assert (first["has_more"], rest["has_more"]) == (True, False)
