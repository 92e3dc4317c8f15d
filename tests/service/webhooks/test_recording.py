"""Events are numbered without gaps, whoever writes at the same time and whatever is undone."""

import threading

import pytest
from sqlalchemy import select

from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import JobRow
from passmanager.service.webhooks.models import Event
from passmanager.service.webhooks.recording import record


def events(services):
    with read_scope(services.sessions) as session:
        return [
            tuple(row) for row in session.execute(select(Event.aggregate_id, Event.sequence).order_by(Event.number))
        ]


def test_events_of_each_aggregate_are_numbered_from_one(services, happen):
    happen("a", "b", "a")
    happen("b")
    assert events(services) == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_undone_transaction_leaves_no_gap(services, happen, fact):
    def undone(session):
        record(session, [fact(aggregate="a")])
        raise ZeroDivisionError

    happen("a")
    with pytest.raises(ZeroDivisionError), session_scope(services.sessions) as session:
        undone(session)
    happen("a")
    assert events(services) == [("a", 1), ("a", 2)]


def test_writers_at_the_same_time_leave_no_gap_and_no_double(services, happen):
    def write():
        for _ in range(10):
            happen("a", "b")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(events(services)) == [(name, n) for name in "ab" for n in range(1, 41)]


def test_nobody_to_tell_makes_no_work(services, happen):
    happen("a")
    with read_scope(services.sessions) as session:
        assert session.scalars(select(JobRow)).all() == []
