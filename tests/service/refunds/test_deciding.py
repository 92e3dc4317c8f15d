"""Merchants decide what is paid back, and what becomes of it off the chain."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from tests.service.merchant import make_merchant

ROLES = [("owner", True), ("admin", True), ("finance", True), ("support", False), ("read-only", False)]


def test_nv20_approved_request_is_paid_and_told_in_order(bought, buyer, decide, shop, told, mails):
    order = bought()
    made = buyer.ask(order)
    before = len(told(order["id"]))
    done = decide(made, "approve", {"answer": "Sorry."})
    assert (done["status"], done["amount"]["amount"], done["answer"]) == ("fulfilled", "10", "Sorry.")
    assert (done["decided_by"], done["refund"]["status"]) == ("tests", "succeeded")
    after = shop.read(order)
    assert (after["payment_status"], after["fulfillment_status"]) == ("refunded", "returned")
    news = [kind for kind in told(order["id"])[before:] if kind.startswith("refund")]
    assert news == ["refund_request.approved", "refund.created", "refund.succeeded", "refund_request.fulfilled"]
    assert "order.refunded" in told(order["id"])
    assert told(order["id"]).count("product.returned") == 1
    assert mails() == [("ada@example.org", "succeeded")]
    (mine,) = buyer.mine()
    assert (mine["status"], mine["answer"]) == ("fulfilled", "Sorry.")


def test_nv20_refused_request_is_mailed_with_its_reason(bought, buyer, decide, shop, told, mails):
    order = bought()
    made = buyer.ask(order)
    assert decide(made, "refuse", {"reason": "Too late."})["answer"] == "Too late."
    assert told(order["id"])[-1] == "refund_request.refused"
    assert mails() == [("ada@example.org", "refused")]
    assert shop.read(order)["payment_status"] == "paid"
    assert buyer.mine()[0]["answer"] == "Too late."


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 501}, {"reason": "\x00"}])
def test_refusing_needs_a_reason(bought, buyer, decide, body):
    decide(buyer.ask(bought()), "refuse", body, status=422)


def test_what_is_decided_is_not_decided_again(bought, buyer, decide):
    made = buyer.ask(bought())
    decide(made, "approve")
    for what, body in (("approve", {}), ("refuse", {"reason": "no"})):
        assert decide(made, what, body, status=409)["code"] in {"conflict", "not-refundable"}


def test_nv21_whole_line_goes_back_with_all_of_its_units_and_its_keys(bought, buyer, decide, shop, vendor, told):
    vendor.answers = [
        (200, {"licenses": [{"activationCode": "K-1"}]}),
        (200, {"licenses": [{"activationCode": "K-2"}]}),
    ]
    product = shop.sold("web_service", urls=vendor.urls("cancel"))
    order = bought((product, 2), shop.sold("generated"))
    vendor.answers = [(200, {})]
    done = decide(buyer.ask(order), "approve")
    shop.settle()
    assert done["amount"]["amount"] == "20"
    after = shop.read(order)
    assert (after["payment_status"], after["fulfillment_status"]) == ("partially_refunded", "delivered")
    assert [item["fulfillment_status"] for item in after["items"]] == ["returned", "delivered"]
    assert [call["path"] for call in vendor.seen].count("/licenses/cancel") == 1
    statuses = {key["order_item_id"]: key["status"] for key in shop.call("GET", "/license-keys")["data"]}
    assert [statuses[item["id"]] for item in order["items"]] == ["revoked", "issued"]
    assert "order.partially_refunded" in told(order["id"])
    one = shop.delivery(order)
    shop.call("POST", f"/fulfillments/{one['id']}/retry", status=409)


def test_nv21_last_line_makes_the_order_refunded(bought, buyer, decide, shop):
    order = bought(shop.sold("generated"), shop.sold("generated"))
    decide(buyer.ask(order, 0), "approve")
    assert shop.read(order)["payment_status"] == "partially_refunded"
    decide(buyer.ask(order, 1), "approve")
    assert shop.read(order)["payment_status"] == "refunded"


@pytest.mark.parametrize("body", [{"amount": "9.99"}, {"amount": "10.01"}, {"amount": "1.001"}, {"revoke": False}])
def test_nv21_part_of_a_line_is_not_paid_back_off_the_chain(bought, buyer, decide, shop, body):
    order = bought()
    decide(buyer.ask(order), "approve", body, status=422)
    assert shop.read(order)["payment_status"] == "paid"


def test_nv21_line_is_not_paid_back_twice(bought, buyer, decide, shop):
    order = bought()
    decide(buyer.ask(order), "approve")
    assert buyer.ask(order, status=409)["code"] == "not-refundable"
    body = {"order_item_id": order["items"][0]["id"]}
    assert shop.call("POST", "/refunds", body, status=409)["code"] == "not-refundable"


class TestRoles:
    @pytest.mark.parametrize(("role", "may"), ROLES)
    def test_sd13_role_decides_who_refunds(self, bought, buyer, decide, shop, keyed, role, may):
        order = bought(shop.sold("generated"), shop.sold("generated"))
        made, headers = buyer.ask(order), keyed(role=role)
        decide(made, "approve", headers=headers, status=200 if may else 403)
        body = {"order_item_id": order["items"][1]["id"]}
        shop.call("POST", "/refunds", body, status=201 if may else 403, headers=headers)

    @pytest.mark.parametrize("what", ["approve", "refuse"])
    def test_sd13_buyer_cannot_decide(self, bought, buyer, decide, what):
        made = buyer.ask(bought())
        decide(made, what, {"reason": "yes"} if what == "refuse" else {}, status=403, headers=buyer.headers)
        assert buyer.mine()[0]["status"] == "requested"

    def test_sd13_buyer_cannot_refund_himself(self, bought, buyer, shop):
        body = {"order_item_id": bought()["items"][0]["id"]}
        shop.call("POST", "/refunds", body, status=403, headers=buyer.headers)

    def test_refunding_needs_its_scope(self, bought, buyer, decide, shop, keyed):
        made = buyer.ask(bought())
        few = keyed(scopes=["orders:*", "refunds:read"])
        assert "refunds:write" in decide(made, "approve", status=403, headers=few)["detail"]
        assert shop.call("GET", f"/refund-requests/{made['id']}", headers=few)["status"] == "requested"
        shop.call("GET", "/refunds", status=403, headers=keyed(scopes=["orders:*"]))


class TestRefunds:
    def test_sd13_merchant_refunds_at_his_own_wish(self, bought, shop, told, mails):
        order = bought()
        made = shop.call(
            "POST", "/refunds", {"order_item_id": order["items"][0]["id"], "reason": "courtesy"}, status=201
        )
        assert (made["status"], made["amount"]["amount"], made["actor"]) == ("succeeded", "10", "tests")
        assert (made["revoke"], made["reason"], made["chain_id"], made["call"]) == (True, "courtesy", None, None)
        assert shop.call("GET", f"/refunds/{made['id']}") == made
        assert shop.read(order)["payment_status"] == "refunded"
        assert mails() == [("ada@example.org", "succeeded")]
        assert "refund.succeeded" in told(order["id"])

    def test_request_that_nobody_decided_is_fulfilled_by_it(self, bought, buyer, shop):
        order = bought()
        made = buyer.ask(order)
        shop.call("POST", "/refunds", {"order_item_id": order["items"][0]["id"]}, status=201)
        assert shop.call("GET", f"/refund-requests/{made['id']}")["status"] == "fulfilled"

    def test_refund_is_made_once_when_it_is_sent_twice(self, bought, shop):
        order = bought()
        body = {"order_item_id": order["items"][0]["id"]}
        first = shop.call("POST", "/refunds", body, status=201, key="same")
        assert shop.call("POST", "/refunds", body, status=201, key="same") == first
        assert len(shop.call("GET", "/refunds")["data"]) == 1

    def test_refund_needs_an_idempotency_key(self, bought, shop):
        body = {"order_item_id": bought()["items"][0]["id"]}
        answer = shop.client.post("/v1/refunds", json=body, headers=shop.merchant.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")

    def test_what_is_paid_is_not_canceled(self, bought, shop):
        made = shop.call("POST", "/refunds", {"order_item_id": bought()["items"][0]["id"]}, status=201)
        shop.call("POST", f"/refunds/{made['id']}/cancel", status=409)

    def test_given_up_delivery_is_a_refund_with_its_mail(self, shop, vendor, bought, wait, mails):
        vendor.answers = [(500, b"")]
        order = bought(shop.sold("web_service", urls=vendor.urls(), give_up_after=60))
        wait(60)
        (made,) = shop.call("GET", f"/refunds?order_id={order['id']}")["data"]
        assert (made["status"], made["reason"]) == ("succeeded", "not delivered in time")
        assert mails() == [("ada@example.org", "succeeded")]

    def test_rejected_order_is_one_refund_with_its_mail(self, shop, bought, mails):
        shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "1"})
        order = bought(shop.sold("generated"), shop.sold("generated"))
        assert order["payment_status"] == "held"
        assert shop.act(order, "reject", {"reason": "fraud"})["payment_status"] == "refunded"
        (made,) = shop.call("GET", "/refunds")["data"]
        assert (made["amount"]["amount"], made["status"], made["reason"]) == ("20", "succeeded", "fraud")
        assert mails() == [("ada@example.org", "succeeded")]


def test_lists_have_pages_and_filters(bought, buyer, decide, shop):
    order, other = bought(*[shop.sold("generated") for _ in range(3)]), bought()
    made = [buyer.ask(order, index) for index in range(3)]
    buyer.ask(other)
    decide(made[0], "refuse", {"reason": "no"})
    decide(made[1], "approve")

    def ids(path, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return [one["order_item_id"] for one in shop.call("GET", f"/{path}?{query}")["data"]]

    lines = [item["id"] for item in order["items"]]
    assert ids("refund-requests", order_id=order["id"]) == lines[::-1]
    assert ids("refund-requests", status="refused") == [lines[0]]
    assert ids("refund-requests", order_item_id=lines[2]) == [lines[2]]
    assert len(ids("refund-requests", customer_id=order["customer"]["id"])) == 4
    assert ids("refund-requests", customer_id=new_id("cus")) == []
    assert ids("refund-requests", store_id=new_id("sto")) == []
    assert ids("refund-requests", created_to="2001-01-01T00:00:00Z") == []
    assert len(ids("refund-requests", created_from="2001-01-01T00:00:00Z")) == 4
    assert ids("refunds", status="succeeded", order_id=order["id"]) == [lines[1]]
    assert ids("refunds", status="processing") == []
    first = shop.call("GET", "/refund-requests?limit=3")
    rest = shop.call("GET", f"/refund-requests?limit=3&cursor={first['next_cursor']}")
    assert (len(first["data"]), len(rest["data"]), rest["has_more"]) == (3, 1, False)
    shop.call("GET", "/refund-requests?status=nonsense", status=422)


def test_mail_goes_to_the_address_of_today_when_the_order_has_none(shop, bought, buyer, decide, mails):
    """Who was known by the shop's own id only at purchase, and by address later."""
    order = shop.buy(shop.sold("generated"), customer={"external_id": "eve"})
    assert order["customer"]["email"] == ""
    shop.call("PATCH", f"/customers/{order['customer']['id']}", {"email": "eve@example.org"})
    shop.call("POST", "/refunds", {"order_item_id": order["items"][0]["id"]}, status=201)
    assert mails() == [("eve@example.org", "succeeded")]


def test_nv13_vat_number_of_a_company_is_kept_with_the_order(shop):
    bill = {"company": "Analytical Engines", "country": "DE", "vat_number": "DE123456789"}
    assert shop.order(billing_address=bill)["billing_address"] == bill


def test_nv20_one_of_many_requests_at_the_same_time_is_taken(bought, buyer):
    order = bought()
    body = {"order_item_id": order["items"][0]["id"]}

    def ask(_number):
        answer = buyer.shop.client.post("/v1/me/refund-requests", json=body, headers=buyer.headers)
        return answer.status_code, answer.json().get("code")

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(ask, range(16)))
    assert answers == [(201, None)] + [(409, "refund-already-open")] * 15


def test_nv21_line_is_paid_back_once_when_many_approve_and_refund_at_the_same_time(bought, buyer, shop):
    order = bought()
    made = buyer.ask(order)

    def pay(number):
        headers = {**shop.merchant.headers, "Idempotency-Key": f"parallel {number}"}
        if number % 2:
            answer = shop.client.post(f"/v1/refund-requests/{made['id']}/approve", json={}, headers=headers)
        else:
            body = {"order_item_id": order["items"][0]["id"]}
            answer = shop.client.post("/v1/refunds", json=body, headers=headers)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(pay, range(12)))
    assert sorted(answers)[1:] == [409] * 11
    assert len(shop.call("GET", "/refunds")["data"]) == 1
    assert shop.call("GET", f"/refund-requests/{made['id']}")["status"] == "fulfilled"


ROUTES = [
    ("GET", "/refund-requests/{request}", None),
    ("POST", "/refund-requests/{request}/approve", {}),
    ("POST", "/refund-requests/{request}/refuse", {"reason": "no"}),
    ("POST", "/refunds", {"order_item_id": "{item}"}),
    ("GET", "/refunds/{refund}", None),
    ("POST", "/refunds/{refund}/cancel", None),
]


def test_other_merchants_see_and_decide_nothing(bought, buyer, shop, services):
    order = bought(shop.sold("generated"), shop.sold("generated"))
    request = buyer.ask(order)
    refund = shop.call("POST", "/refunds", {"order_item_id": order["items"][1]["id"]}, status=201)
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other").headers
    ids = {"request": request["id"], "refund": refund["id"], "item": order["items"][0]["id"]}
    for method, path, body in ROUTES:
        sent = {name: value.format(**ids) for name, value in (body or {}).items()}
        shop.call(method, path.format(**ids), sent, status=404, headers=other)
        assert shop.client.request(method, f"/v1{path.format(**ids)}", json=sent).status_code == 401
    for path in ("/refund-requests", "/refunds"):
        assert shop.call("GET", path, headers=other)["data"] == []
        assert shop.client.get(f"/v1{path}").status_code == 401
    assert shop.call("GET", f"/refund-requests/{request['id']}")["status"] == "requested"


def test_key_of_one_store_sees_that_store_only(bought, buyer, shop, keyed, services):
    made = buyer.ask(bought())
    other = shop.call("POST", "/stores", {"name": "Second"}, status=201)["id"]
    headers = keyed(store_id=other)
    assert shop.call("GET", "/refund-requests", headers=headers)["data"] == []
    shop.call("GET", f"/refund-requests/{made['id']}", headers=headers, status=404)
