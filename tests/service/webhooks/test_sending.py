"""Messages reach their receiver: signed, in order, again and again, and nobody waits for somebody else's server."""

import base64
import time
from collections import defaultdict
from datetime import datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

HOUR = 3600
SCHEDULE = [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105]


def verify(call, secret):
    return Webhook(secret).verify(call.body, call.headers)


def test_message_verifies_with_the_library_of_the_standard(endpoint, happen, do_work, receiver):
    secret = endpoint()["secret"]
    (event_id,) = happen("ord_1", data={"total": "19.99", "name": "Zoë"})
    do_work()
    (got,) = receiver.calls
    told = verify(got, secret)
    assert (told["id"], told["type"], told["sequence"]) == (event_id, "order.paid", 1)
    assert told["data"] == {"total": "19.99", "name": "Zoë"}
    assert told["aggregate"] == {"type": "order", "id": "ord_1"}
    assert got.headers["webhook-id"] == event_id
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp"])
def test_changed_message_does_not_verify(change, endpoint, happen, do_work, receiver):
    secret = endpoint()["secret"]
    happen("ord_1")
    do_work()
    (got,) = receiver.calls
    if change == "body":
        got.body = got.body.replace(b"order.paid", b"order.held")
    else:
        got.headers[change] = {"webhook-id": "evt_x"}.get(change, str(int(got.headers["webhook-timestamp"]) + 1))
    with pytest.raises(WebhookVerificationError):
        verify(got, secret)


def test_message_verifies_with_the_public_key(endpoint, happen, do_work, receiver, call):
    made = endpoint()
    happen("ord_1")
    do_work()
    (got,) = receiver.calls
    key = call("GET", "/jwks.json", headers={})["keys"][0]
    raw = base64.urlsafe_b64decode(key["x"] + "==")
    assert made["public_key"] == "whpk_" + base64.b64encode(raw).decode()
    signatures = dict(one.split(",") for one in got.headers["webhook-signature"].split(" "))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    public = Ed25519PublicKey.from_public_bytes(raw)
    public.verify(base64.b64decode(signatures["v1a"]), signed)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signatures["v1a"]), signed + b" ")


def test_ten_attempts_over_75_hours_then_the_next_message(endpoint, happen, wait, receiver, call, services):
    endpoint()
    start = services.clock.now()
    times = defaultdict(list)

    def refuse(got):
        times[got.headers["webhook-id"]].append((services.clock.now() - start) // 1_000)
        return 500

    receiver.answer = refuse
    first, second = happen("ord_1", "ord_1")
    wait(76 * HOUR)
    assert times[first] == SCHEDULE
    assert times[second] == [SCHEDULE[-1], SCHEDULE[-1] + 5, SCHEDULE[-1] + 305]
    rows = call("GET", f"/v1/webhook-deliveries?event_id={first}")["data"]
    assert [(row["status"], row["attempts"]) for row in rows] == [("failed", 10)]
    shown = call("GET", f"/v1/webhook-deliveries/{rows[0]['id']}")["calls"]
    assert [one["attempt"] for one in shown] == list(range(1, 11))
    assert {(one["status"], one["problem"], one["answer"]) for one in shown} == {(500, "answered 500", "ok")}


def test_receiver_that_was_down_for_72_hours_gets_everything_in_order(endpoint, happen, wait, receiver, services):
    endpoint()
    up = services.clock.now() + 72 * HOUR * 1_000
    taken = []

    def answer(got):
        if services.clock.now() < up:
            return 503
        taken.append((got.json["aggregate"]["id"], got.json["sequence"]))
        return 204

    receiver.answer = answer
    sent = []
    for hour in range(72):
        aggregates = [f"ord_{hour % 5}", f"ord_{hour % 7}"]
        sent += happen(*aggregates)
        wait(HOUR)
    wait(80 * HOUR)
    by_aggregate = defaultdict(list)
    for aggregate, sequence in taken:
        by_aggregate[aggregate].append(sequence)
    assert len(taken) == len(sent) == 144
    assert all(found == list(range(1, len(found) + 1)) for found in by_aggregate.values())


def test_bad_endpoint_holds_up_no_other(endpoint, happen, do_work, receiver):
    for number in range(3):
        endpoint(f"/bad{number}")
    endpoint("/good")

    def answer(got):
        if got.path.startswith("/bad"):
            time.sleep(0.5)
            return 500
        return 200

    receiver.answer = answer
    happen(*(f"ord_{number}" for number in range(20)))
    start, good = time.monotonic(), []
    original = receiver.answer
    receiver.answer = lambda got: (good.append(time.monotonic()) if got.path == "/good" else None) or original(got)
    do_work()
    assert len(good) == 20
    assert max(good) - start < (time.monotonic() - start) / 2


def test_message_that_fails_holds_up_its_aggregate_only(endpoint, happen, wait, receiver):
    endpoint()
    receiver.answer = lambda got: 500 if got.json["aggregate"]["id"] == "ord_bad" else 200
    happen("ord_bad", "ord_bad", "ord_good", "ord_good")
    wait(10)
    told = [(got.json["aggregate"]["id"], got.json["sequence"]) for got in receiver.calls]
    assert [one for one in told if one[0] == "ord_good"] == [("ord_good", 1), ("ord_good", 2)]
    assert [one for one in told if one[0] == "ord_bad"] == [("ord_bad", 1), ("ord_bad", 1)]


def test_same_message_has_the_same_id_at_every_attempt(endpoint, happen, wait, receiver):
    endpoint()
    receiver.answer = lambda got: 200 if len(receiver.calls) == 3 else 500
    (event_id,) = happen("ord_1")
    wait(HOUR)
    assert [got.headers["webhook-id"] for got in receiver.calls] == [event_id] * 3
    assert len({got.body for got in receiver.calls}) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500])
def test_only_2xx_is_success(status, endpoint, happen, wait, receiver):
    endpoint()
    receiver.answer = lambda got: (status, {"Location": f"{receiver.url}/elsewhere"})
    happen("ord_1")
    wait(5)
    assert [got.path for got in receiver.calls] == ["/in", "/in"]


@pytest.mark.parametrize(
    ("status", "wish", "seconds"),
    [(429, "120", 120), (503, "7200", 7_200), (503, str(10**9), 24 * HOUR), (500, "7200", 5), (503, "soon", 5)],
)
def test_receiver_that_asks_for_time_gets_it(
    status, wish, seconds, endpoint, happen, do_work, receiver, services, call
):
    endpoint()
    receiver.answer = lambda got: (status, {"Retry-After": wish})
    happen("ord_1")
    now = services.clock.now()
    do_work()
    (row,) = call("GET", "/v1/webhook-deliveries")["data"]
    assert datetime.fromisoformat(row["next_attempt_at"]).timestamp() * 1_000 == now + seconds * 1_000


def test_410_holds_the_endpoint_and_nothing_is_lost(endpoint, happen, wait, receiver, call):
    made = endpoint()
    receiver.answer = lambda got: 410
    happen("ord_1", "ord_2")
    wait(10)
    happen("ord_1")
    wait(80 * HOUR)
    shown = call("GET", f"/v1/webhook-endpoints/{made['id']}")
    assert shown["status"] == "held"
    assert len(receiver.calls) <= 2
    receiver.answer = lambda got: 200
    receiver.calls.clear()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"status": "active"}, expect=200)
    wait(0)
    told = [(got.json["aggregate"]["id"], got.json["sequence"]) for got in receiver.calls]
    assert [one for one in told if one[0] == "ord_1"] == [("ord_1", 1), ("ord_1", 2)]
    assert ("ord_2", 1) in told


def test_endpoint_without_success_for_5_days_is_held_and_starts_again(endpoint, happen, wait, receiver, call):
    made = endpoint(types=["order.*"])
    receiver.answer = lambda got: 500
    for _ in range(4):
        happen("ord_1", "ord_2")
    wait(4 * 24 * HOUR)
    assert call("GET", f"/v1/webhook-endpoints/{made['id']}")["status"] == "active"
    wait(6 * 24 * HOUR)
    shown = call("GET", f"/v1/webhook-endpoints/{made['id']}")
    assert shown["status"] == "held"
    assert shown["failures"] >= 20
    assert [one["type"] for one in call("GET", "/v1/events")["data"]][-1] == "webhook_endpoint.held"
    before = len(receiver.calls)
    wait(100 * HOUR)
    assert len(receiver.calls) == before
    receiver.answer = lambda got: 200
    receiver.calls.clear()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"status": "active"}, expect=200)
    wait(0)
    pending = call("GET", "/v1/webhook-deliveries?status=pending")["data"]
    assert pending == []
    assert receiver.calls


def test_receiver_that_does_not_answer_counts_as_failed(endpoint, happen, do_work, receiver, call):
    made = endpoint()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"url": "http://127.0.0.1:1024/"}, expect=200)
    happen("ord_1")
    do_work()
    (row,) = call("GET", "/v1/webhook-deliveries")["data"]
    shown = call("GET", f"/v1/webhook-deliveries/{row['id']}")
    assert [(one["status"], one["problem"]) for one in shown["calls"]] == [
        (None, "127.0.0.1: [Errno 111] Connection refused (no-connection)")
    ]


def test_address_that_is_not_public_is_never_called(endpoint, happen, do_work, call):
    made = endpoint()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"url": "http://169.254.169.254:80/"}, expect=200)
    happen("ord_1")
    do_work()
    (row,) = call("GET", "/v1/webhook-deliveries")["data"]
    (attempt,) = call("GET", f"/v1/webhook-deliveries/{row['id']}")["calls"]
    assert attempt["problem"].endswith("169.254.169.254 is not a public address (refused-address)")


def test_rotated_secret_signs_beside_the_old_one_for_24_hours(endpoint, happen, wait, receiver, call):
    made = endpoint()
    new = call("POST", f"/v1/webhook-endpoints/{made['id']}/rotate", expect=200)["secret"]
    happen("ord_1")
    wait(24 * HOUR - 1)
    verify(receiver.calls[0], made["secret"])
    verify(receiver.calls[0], new)
    wait(1)
    happen("ord_2")
    wait(0)
    verify(receiver.calls[1], new)
    with pytest.raises(WebhookVerificationError):
        verify(receiver.calls[1], made["secret"])
