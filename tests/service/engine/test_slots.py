"""Who is alive, and who gets the work of the dead."""

import pytest
from sqlalchemy import select, text

from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import JobRow, claims
from passmanager.service.engine.errors import DataFolderInUse, SlotLost
from passmanager.service.engine.slots import take_slot

END_HOLDERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON oid = database
WHERE locktype = 'advisory' AND datname = current_database()
"""
"""Of this test's database only: others use the same server."""


@pytest.fixture
def take(services):
    taken = []

    def one():
        taken.append(take_slot(services.engine, services.sessions, services.settings.data))
        return taken[-1]

    yield one
    for slot in taken:
        slot.leave()


def lease(services, slot):
    with session_scope(services.sessions) as session:
        assert claims.lease(session, services.clock.now(), ["call"], [], slot.name, 1_000)


def workers(services):
    with read_scope(services.sessions) as session:
        return [tuple(row) for row in session.execute(select(JobRow.worker, JobRow.lease_until, JobRow.attempt))]


def test_second_process_on_sqlite_is_refused(services, take):
    if services.engine.dialect.name != "sqlite":
        pytest.skip("any number of processes work on a server")
    take()
    with pytest.raises(DataFolderInUse, match="use PostgreSQL"):
        take()


def test_start_takes_back_what_the_last_process_left(services, put, take):
    put("call", "a")
    slot = take()
    lease(services, slot)
    slot.leave()
    take()
    assert workers(services) == [("", 0, 1)]


def test_workers_on_a_server_have_slots_of_their_own(services, take):
    if services.engine.dialect.name == "sqlite":
        pytest.skip("one process")
    assert [take().name, take().name] == ["1", "2"]


def test_survivor_takes_back_the_work_of_the_dead_only(services, put, take):
    if services.engine.dialect.name == "sqlite":
        pytest.skip("one process")
    first, second, third = take(), take(), take()
    for slot in (second, third):
        put("call", slot.name)
        lease(services, slot)
    second.leave()
    first.watch()
    assert sorted(workers(services)) == [("", 0, 1), ("3", 1_000 + claims.LEASE_MS, 1)]
    assert take().name == "2"


def test_worker_whose_connection_broke_ends(services, take):
    if services.engine.dialect.name == "sqlite":
        pytest.skip("a file lock does not break")
    slot = take()
    with services.engine.connect() as connection:
        connection.execute(text(END_HOLDERS))
    with pytest.raises(SlotLost, match="slot 1 is lost"):
        slot.watch()


def test_a_lease_that_ran_out_is_given_to_the_next(services, put, take):
    put("call", "a")
    slot = take()
    lease(services, slot)
    with session_scope(services.sessions) as session:
        later = 1_000 + claims.LEASE_MS
        assert claims.lease(session, services.clock.now(), ["call"], [], "7", later) is None
        assert claims.lease(session, services.clock.now(), ["call"], [], "7", later + 1).attempt == 2
