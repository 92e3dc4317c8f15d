"""Progress of a session as a stream: each step once, and an end."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest


def steps(answer):
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "id" in fields:
            data = json.loads(fields["data"])
            assert data["status"] == fields["event"]
            found.append((int(fields["id"]), fields["event"], data["outcome"]))
    return found


@pytest.fixture
def cart(make, browser):
    return browser.take(make())


def test_stream_tells_each_step_once(shop, cart):
    first = cart.steps()
    assert first.headers["content-type"].startswith("text/event-stream")
    assert steps(first) == [(1, "open", None)]
    order = cart.confirm(payment_method="bank")["order"]
    assert steps(cart.steps(after=1)) == [(2, "confirmed", "waiting")]
    shop.act(order, "mark-paid")
    assert steps(cart.steps(after=2)) == [(3, "paid", "delivered")]
    assert steps(cart.steps()) == [(1, "open", "delivered"), (2, "confirmed", "delivered"), (3, "paid", "delivered")]


def test_browser_need_not_ask_again_when_everything_is_told(shop, cart):
    order = cart.confirm(payment_method="bank")["order"]
    shop.act(order, "mark-paid")
    assert cart.steps(after=3, wait=60).status_code == 204


def test_stream_ends_by_itself_when_everything_is_delivered(shop, cart, wait):
    order = cart.confirm(payment_method="bank")["order"]
    began = monotonic()
    with ThreadPoolExecutor(1) as pool:
        stream = pool.submit(cart.steps, after=2, wait=60)
        sleep(0.1)  # the stream is open before the payment comes
        shop.act(order, "mark-paid")
        assert [name for _, name, _ in steps(stream.result())] == ["paid"]
    assert monotonic() - began < 30


def test_delivery_by_hand_is_a_step_of_its_own(shop, cart):
    template = {"store_id": shop.merchant.store_id, "name": "By hand", "method": "manual"}
    made = shop.call("POST", "/fulfillment-templates", template, status=201)
    shop.call("PATCH", f"/products/{shop.editor}", {"fulfillment_template_id": made["id"]})
    order = cart.confirm(payment_method="bank")["order"]
    shop.act(order, "mark-paid")
    told = steps(cart.steps())
    assert [name for _, name, _ in told] == ["open", "confirmed", "paid"]
    assert told[-1][2] == "waiting"
    shop.act(order, f"items/{order['items'][0]['id']}/license", {"text": "KEY-1"}, status=201)
    assert [name for _, name, _ in steps(cart.steps(after=told[-1][0]))] == ["delivered"]


def test_forgotten_cart_is_told_and_that_is_the_end(cart, wait):
    wait(86_400)
    assert [name for _, name, _ in steps(cart.steps(wait=60))] == ["open", "expired"]
    assert cart.steps(after=2, wait=60).status_code == 204


def test_declined_and_held_orders_are_told(shop, cart):
    order = cart.confirm(payment_method="bank")["order"]
    shop.act(order, f"payments/{order['payments'][0]['id']}/fail", {"reason": "declined"})
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "1"})
    shop.act(order, "mark-paid")
    told = steps(cart.steps())
    assert [name for _, name, _ in told] == ["open", "confirmed", "failed", "paid", "held"]
    assert told[-1][2] == "review"


def test_token_in_the_address_opens_the_stream_and_nothing_else(cart, client):
    where = f"/v1/checkout-sessions/{cart.id}"
    assert client.get(f"{where}/events?wait=0&token={cart.token}").status_code == 200
    assert client.get(f"{where}?token={cart.token}").status_code == 401


@pytest.mark.parametrize("last", ["x", "-1", "99999"])
def test_unknown_position_does_not_break_the_stream(cart, last):
    headers = {"Authorization": f"Bearer {cart.token}", "Last-Event-ID": last}
    answer = cart.client.get(f"/v1/checkout-sessions/{cart.id}/events?wait=0", headers=headers)
    assert answer.status_code == 200


def test_waiting_streams_leave_room_for_other_calls(cart, client):
    """More of them than the server has threads."""
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(cart.steps, wait=6) for _ in range(60)]
        sleep(1.5)
        began = monotonic()
        assert client.get("/healthz").status_code == 200
        assert monotonic() - began < 4
        assert all(one.result().status_code == 200 for one in waiting)
