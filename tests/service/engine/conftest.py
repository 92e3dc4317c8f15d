"""A runner whose work leaves marks in a table of its own."""

import pytest
from sqlalchemy import text

from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import Handlers, enqueue
from passmanager.service.engine.claims import count_due
from passmanager.service.engine.runner import Runner


@pytest.fixture
def marks(services):
    with session_scope(services.sessions) as session:
        session.execute(text("DROP TABLE IF EXISTS marks"))
        session.execute(text("CREATE TABLE marks (kind TEXT, key TEXT, attempt BIGINT, at BIGINT)"))

    def read(columns="key"):
        with read_scope(services.sessions) as session:
            rows = session.execute(text(f"SELECT {columns} FROM marks ORDER BY at, key, attempt")).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    return read


@pytest.fixture
def mark(services):
    def write(session, job):
        now = services.clock.now()
        values = {"kind": job.kind, "key": job.key, "attempt": job.attempt, "at": now}
        session.execute(text("INSERT INTO marks VALUES (:kind, :key, :attempt, :at)"), values)

    return write


@pytest.fixture
def handlers():
    return Handlers()


@pytest.fixture
def runner(services, handlers):
    found = Runner(services, handlers, "1")
    yield found
    found.stop()


@pytest.fixture
def put(services):
    def put_one(kind, key, due_at=0, payload=None, **more):
        with session_scope(services.sessions) as session:
            enqueue(session, kind, key, due_at, payload, **more)

    return put_one


@pytest.fixture
def due(services):
    return lambda: count_due(services.sessions, services.clock.now())
