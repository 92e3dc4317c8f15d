"""Facts of a merchant."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.webhooks.recording import Fact, record


@pytest.fixture
def fact(merchant):
    def make(kind="order.paid", aggregate="ord_1", data=None, **more):
        return Fact(merchant.id, merchant.store_id, kind, kind.partition(".")[0], aggregate, data or {"n": 1}, **more)

    return make


@pytest.fixture
def happen(services, fact):
    """Records facts, each named by aggregate, and tells the ids of their events."""

    def write(*aggregates, kind="order.paid", data=None):
        facts = [fact(kind, aggregate, data) for aggregate in aggregates]
        with session_scope(services.sessions) as session:
            return record(session, services.clock.now(), facts)

    return write
