"""Events of a merchant, his server, and his endpoints."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.news import News
from passmanager.service.webhooks.recording import record
from tests.service.receiver import run_receiver


@pytest.fixture
def receiver():
    with run_receiver() as found:
        yield found


@pytest.fixture
def fact(merchant, services):
    def make(kind="order.paid", aggregate="ord_1", data=None, **more):
        return News(
            type=kind,
            merchant_id=merchant.id,
            store_id=merchant.store_id,
            aggregate_type=kind.partition(".")[0],
            aggregate_id=aggregate,
            at=services.clock.now(),
            data=data or {"n": 1},
            **more,
        )

    return make


@pytest.fixture
def happen(services, fact):
    """Records facts, each named by aggregate, and tells the ids of their events."""

    def write(*aggregates, kind="order.paid", data=None):
        facts = [fact(kind, aggregate, data) for aggregate in aggregates]
        with session_scope(services.sessions) as session:
            return record(session, facts)

    return write


@pytest.fixture
def call(client, merchant):
    def send(method, path, body=None, expect=None, **more):
        more.setdefault("headers", merchant.headers)
        answer = client.request(method, path, json=body, **more)
        assert answer.status_code == (expect or answer.status_code), answer.text
        return answer.json() if answer.content else None

    return send


@pytest.fixture
def endpoint(call, receiver):
    """A new endpoint at the receiver's path `/in`, or at another."""

    def make(path="/in", **more):
        return call("POST", "/v1/webhook-endpoints", {"url": receiver.url + path, **more}, expect=201)

    return make


@pytest.fixture
def do_work(wait):
    """All that is due now."""
    return lambda: wait(0)
