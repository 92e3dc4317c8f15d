"""Rows of the seeds about events, over HTTP: an order is placed and paid, and the merchant's server is told."""

from collections import Counter
from urllib.parse import parse_qsl

import pytest

from tests.service.orders_api.conftest import Shop


@pytest.fixture
def shop(client, merchant):
    found = Shop(client, merchant)
    found.call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}, status=201)
    found.editor = found.product("Editor", "19.99", sku="ED-1")
    return found


@pytest.fixture
def paid(shop, do_work):
    """An order of so many lines, placed and paid."""

    def place(lines=1, **more):
        items = [(shop.product(f"Part {number}", "10.00"), number) for number in range(1, lines + 1)]
        order = shop.order(*items, **more)
        shop.act(order, "mark-paid")
        do_work()
        return shop.read(order)

    return place


def test_nv11_each_step_of_an_order_is_one_event(endpoint, paid, receiver):
    endpoint("/noventiq", profile="noventiq")
    paid()
    kinds = Counter(call.json["event"] for call in receiver.of("/noventiq"))
    assert kinds["order.created"] == kinds["order.payment.succeeded"] == 1
    assert set(kinds) <= {"order.created", "order.payment.succeeded", "product.delivered"}


def test_nv12_an_order_of_three_products_is_three_messages(endpoint, paid, receiver):
    endpoint("/noventiq", profile="noventiq", types=["payment.succeeded"])
    order = paid(3)
    bodies = [call.json for call in receiver.of("/noventiq")]
    assert [body["document_part"] for body in bodies] == ["1-of-3", "2-of-3", "3-of-3"]
    assert [body["product"]["name"] for body in bodies] == ["Part 1", "Part 2", "Part 3"]
    assert {(body["order_id"], body["status"]) for body in bodies} == {(str(order["number"]), "paid")}


def test_nv15_each_endpoint_has_its_own_secret_and_can_be_switched_off(endpoint, paid, receiver, call):
    first, second = endpoint("/a"), endpoint("/b")
    assert first["secret"] != second["secret"]
    call("PATCH", f"/v1/webhook-endpoints/{second['id']}", {"status": "off"}, expect=200)
    paid()
    assert receiver.of("/a")
    assert receiver.of("/b") == []


def test_dp11_paid_order_is_notified_at_once_and_again_until_it_is_taken(endpoint, paid, receiver, wait):
    endpoint("/ipn", profile="dpd-ipn")
    receiver.answer = lambda got: 200 if len(receiver.calls) == 2 else 500
    order = paid(2)
    first = dict(parse_qsl(receiver.calls[0].body.decode(), keep_blank_values=True))
    assert (first["txn_id"], first["payment_status"]) == (str(order["number"]), "Completed")
    assert (first["mc_gross"], first["num_cart_items"]) == ("30", "2")
    wait(5)
    assert len(receiver.calls) == 2
    assert receiver.calls[0].body == receiver.calls[1].body


def test_dp11_name_and_password_may_stand_in_the_address(call, paid, receiver):
    url = receiver.url.replace("//", "//shop:secret@") + "/ipn"
    call("POST", "/v1/webhook-endpoints", {"url": url, "profile": "dpd-ipn"}, expect=201)
    paid()
    assert receiver.calls[0].headers["authorization"] == "Basic c2hvcDpzZWNyZXQ="


def test_dp11_delivered_keys_are_in_the_notification_and_dp12_it_is_verified(endpoint, shop, do_work, receiver, client):
    endpoint("/ipn", profile="dpd-ipn")
    store_id = shop.merchant.store_id
    body = {"store_id": store_id, "name": "Keys", "method": "generated"}
    template = shop.call("POST", "/fulfillment-templates", body, status=201)["id"]
    product = shop.product("Keyed", "10.00", fulfillment_template_id=template)
    order = shop.order((product, 1))
    receiver.answer = lambda got: 200 if len(receiver.calls) > 1 else 500
    shop.act(order, "mark-paid")
    do_work()
    assert client.post("/test/clock", json={"advance": 5}).status_code == 200
    sent = dict(parse_qsl(receiver.calls[-1].body.decode(), keep_blank_values=True))
    assert sent["product_key1"]
    verify = "/compat/dpd/v2/notification/verify"
    assert client.post(verify, data=sent).text == "VERIFIED"
    assert client.post(verify, data={**sent, "mc_gross": "0.01"}).text == "INVALID"


def test_mails_of_an_order_are_written_once(paid, call):
    order = paid()
    shown = call("GET", f"/v1/mails?order_id={order['id']}")["data"]
    written = Counter(mail["template"] for mail in shown)
    assert written["order_created"] == written["payment_confirmed"] == 1
    assert {mail["recipient"] for mail in shown if mail["template"] != "license_request"} == {"ada@example.org"}
