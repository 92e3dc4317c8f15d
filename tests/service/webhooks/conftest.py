"""Facts of a merchant."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.news import News
from passmanager.service.webhooks.recording import record


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
