"""Endpoints, the pull feed, repetition: over HTTP, and never another merchant's."""

import threading

import pytest
from sqlalchemy import select

from passmanager.service.db import read_scope, session_scope
from passmanager.service.webhooks.models import WebhookEndpoint
from passmanager.service.webhooks.recording import record
from tests.service.merchant import make_merchant

HOUR = 3600


def told(receiver):
    return [(call.json["aggregate"]["id"], call.json["sequence"]) for call in receiver.calls]


def test_secret_is_shown_once_and_sealed_in_the_database(endpoint, call, services):
    made = endpoint()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in call("GET", f"/v1/webhook-endpoints/{made['id']}", expect=200)
    assert [one["id"] for one in call("GET", "/v1/webhook-endpoints")["data"]] == [made["id"]]
    with read_scope(services.sessions) as session:
        assert made["secret"].encode() not in session.scalars(select(WebhookEndpoint.secret)).one()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "ftp://shop.example/"}, "/body/url"),
        ({"url": "https://shop.example:25/"}, "/body/url"),
        ({"url": "no url"}, "/body/url"),
        ({"url": "https://shop.example/", "types": ["order."]}, "/body/types/0"),
        ({"url": "https://shop.example/", "types": ["order.paid", "ORDER"]}, "/body/types/1"),
        ({"url": "https://shop.example/", "profile": "noventiq", "types": ["key_pool.low"]}, "/body/types/0"),
        ({"url": "https://shop.example/", "profile": "other"}, "/body/profile"),
        ({"url": "https://shop.example/", "secret": "too-short-for-the-standard"}, "/body/secret"),
        ({"url": "https://shop.example/", "more": 1}, "/body/more"),
    ],
)
def test_bad_endpoint_is_refused_with_the_field(body, pointer, call):
    problem = call("POST", "/v1/webhook-endpoints", body, expect=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_endpoint_is_told_what_it_asked_for(endpoint, happen, do_work, receiver):
    endpoint("/some", types=["order.*"])
    endpoint("/one", types=["order.paid", "purchase.created"])
    endpoint("/all")
    for kind in ("order.paid", "order.held", "purchase.created", "license_key.issued"):
        happen("x", kind=kind)
    do_work()
    assert [one.json["type"] for one in receiver.of("/some")] == ["order.paid", "order.held"]
    assert [one.json["type"] for one in receiver.of("/one")] == ["order.paid", "purchase.created"]
    assert len(receiver.of("/all")) == 4


def test_endpoint_that_is_off_is_told_nothing(endpoint, happen, do_work, receiver, call):
    made = endpoint()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"status": "off"}, expect=200)
    happen("ord_1")
    do_work()
    assert receiver.calls == []


def test_deleted_endpoint_is_gone_with_its_messages(endpoint, happen, do_work, receiver, call):
    made = endpoint()
    happen("ord_1")
    call("DELETE", f"/v1/webhook-endpoints/{made['id']}", expect=204)
    do_work()
    assert receiver.calls == []
    call("GET", f"/v1/webhook-endpoints/{made['id']}", expect=404)
    assert call("GET", "/v1/webhook-deliveries")["data"] == []


def test_test_message_goes_to_one_endpoint(endpoint, do_work, receiver, call):
    made = endpoint("/tested")
    endpoint("/other")
    event = call("POST", f"/v1/webhook-endpoints/{made['id']}/test", expect=202)
    do_work()
    assert [(one.path, one.json["type"], one.json["id"]) for one in receiver.calls] == [
        ("/tested", "webhook.test", event["id"])
    ]


def test_event_is_delivered_again_with_the_same_id(endpoint, happen, do_work, receiver, call):
    endpoint()
    (event_id,) = happen("ord_1")
    do_work()
    for _ in range(2):
        assert call("POST", f"/v1/events/{event_id}/redeliver", expect=202) == {"events": 1}
        do_work()
    assert [one.headers["webhook-id"] for one in receiver.calls] == [event_id] * 3
    assert len({one.body for one in receiver.calls}) == 1


def test_redelivery_does_not_wait_for_the_next_attempt(endpoint, happen, wait, receiver, call):
    endpoint()
    receiver.answer = lambda got: 500
    (event_id,) = happen("ord_1")
    wait(HOUR)
    before = len(receiver.calls)
    receiver.answer = lambda got: 200
    call("POST", f"/v1/events/{event_id}/redeliver", {}, expect=202)
    wait(0)
    assert len(receiver.calls) == before + 1
    (row,) = call("GET", f"/v1/webhook-deliveries?event_id={event_id}")["data"]
    assert row["status"] == "delivered"


def test_failed_messages_of_a_time_are_replayed_in_order(endpoint, happen, wait, receiver, call):
    made = endpoint(types=["order.*"])
    happen("ord_1", "ord_2")
    wait(1)
    receiver.answer = lambda got: 500
    happen("ord_1", "ord_1")
    wait(160 * HOUR)
    receiver.answer = lambda got: 200
    receiver.calls.clear()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"status": "active"}, expect=200)  # held by now
    body = {"since": "2020-01-01T00:00:00Z", "status": "failed", "types": ["order.*"]}
    assert call("POST", f"/v1/webhook-endpoints/{made['id']}/replay", body, expect=202) == {"events": 2}
    wait(0)
    assert told(receiver) == [("ord_1", 2), ("ord_1", 3)]


def test_replay_of_a_time_without_events_sends_nothing(endpoint, happen, wait, receiver, call):
    made = endpoint()
    happen("ord_1")
    wait(0)
    for body in (
        {"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"},
        {"since": "2020-01-01T00:00:00Z", "types": ["purchase.*"]},
        {"since": "2020-01-01T00:00:00Z", "status": "never"},
    ):
        assert call("POST", f"/v1/webhook-endpoints/{made['id']}/replay", body, expect=202) == {"events": 0}


def test_new_endpoint_gets_what_was_before_it_by_replay(endpoint, happen, wait, receiver, call):
    happen("ord_1", "ord_2", "ord_1")
    made = endpoint()
    body = {"since": "2020-01-01T00:00:00Z", "status": "never"}
    assert call("POST", f"/v1/webhook-endpoints/{made['id']}/replay", body, expect=202) == {"events": 3}
    wait(0)
    assert sorted(told(receiver)) == [("ord_1", 1), ("ord_1", 2), ("ord_2", 1)]


def test_feed_has_everything_in_order_page_by_page(happen, call):
    ids = happen("a", "b", "a", "c", "b")
    seen, after = [], ""
    for _ in range(5):
        shown = call("GET", f"/v1/events?limit=2{after}", expect=200)
        seen += [one["id"] for one in shown["data"]]
        if not shown["has_more"]:
            break
        after = f"&after={shown['next_cursor']}"
    assert seen == ids
    assert call("GET", f"/v1/events?after={ids[-1]}") == {"data": [], "has_more": False, "next_cursor": ids[-1]}


def test_feed_shows_only_the_types_that_are_asked_for(happen, call):
    for kind in ("order.paid", "order_x.paid", "purchase.created"):
        happen("a", kind=kind)
    for query, kinds in (
        ("types=order.*", ["order.paid"]),
        ("types=order.paid&types=purchase.*", ["order.paid", "purchase.created"]),
        ("types=*", ["order.paid", "order_x.paid", "purchase.created"]),
    ):
        assert [one["type"] for one in call("GET", f"/v1/events?{query}", expect=200)["data"]] == kinds


def test_event_that_is_pulled_is_the_one_that_is_pushed(endpoint, happen, do_work, receiver, call):
    endpoint()
    (event_id,) = happen("ord_1", data={"total": "1.00"})
    do_work()
    assert call("GET", f"/v1/events/{event_id}") == receiver.calls[0].json


def test_feed_never_passes_an_event_that_commits_late(services, happen, fact, call):
    """Numbers of rows are given before the commit: a reader must not go past one that is still to come."""
    if services.engine.dialect.name == "sqlite":
        pytest.skip("there is one writer at a time")
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with session_scope(services.sessions) as session:
            record(session, [fact(aggregate="slow")])
            written.set()
            go_on.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    happen("quick")
    first = call("GET", "/v1/events")
    go_on.set()
    thread.join()
    second = call("GET", f"/v1/events?after={first['next_cursor']}")
    assert [one["aggregate"]["id"] for one in first["data"] + second["data"]] == ["quick", "slow"]


def test_nothing_of_another_merchant_is_found(endpoint, happen, do_work, call, services):
    made = endpoint()
    (event_id,) = happen("ord_1")
    do_work()
    (delivery,) = call("GET", "/v1/webhook-deliveries")["data"]
    with session_scope(services.sessions) as session:
        headers = make_merchant(session, 0, "Other").headers
    for path in ("/v1/webhook-endpoints", "/v1/webhook-deliveries", "/v1/events"):
        assert call("GET", path, headers=headers, expect=200)["data"] == []
    one = f"/v1/webhook-endpoints/{made['id']}"
    since = {"since": "2020-01-01T00:00:00Z"}
    for method, path, body in (
        ("GET", one, None), ("PATCH", one, {}), ("DELETE", one, None), ("POST", f"{one}/rotate", None),
        ("POST", f"{one}/test", None), ("POST", f"{one}/replay", since), ("GET", f"/v1/events/{event_id}", None),
        ("POST", f"/v1/events/{event_id}/redeliver", {}), ("GET", f"/v1/events?after={event_id}", None),
        ("GET", f"/v1/webhook-deliveries/{delivery['id']}", None),
    ):  # fmt: skip
        call(method, path, body, headers=headers, expect=404)


@pytest.mark.parametrize("path", ["/v1/webhook-endpoints", "/v1/webhook-deliveries", "/v1/events"])
def test_without_a_key_nothing_is_shown(path, call):
    call("GET", path, headers={}, expect=401)
