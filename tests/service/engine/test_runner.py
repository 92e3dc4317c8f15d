"""Work that is due is done, once if all is well, and again if not."""

import threading
import time

import pytest
from sqlalchemy import select, text, update

from passmanager.service.clock import DAY, HOUR, SECOND
from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import Again, Done, Handlers, JobRow, cancel, enqueue, enqueue_many, keep_going, wake
from passmanager.service.engine.advance import advance


def rows(services):
    with read_scope(services.sessions) as session:
        return list(session.scalars(select(JobRow).order_by(JobRow.number)))


def test_work_of_an_undone_transaction_is_not_there(services):
    def undone(session):
        enqueue(session, "mark", "a", 0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), session_scope(services.sessions) as session:
        undone(session)
    assert rows(services) == []


def test_same_key_is_one_piece_of_work(services, put):
    put("mark", "a", 5)
    put("mark", "a", 9)
    assert [(row.key, row.due_at) for row in rows(services)] == [("a", 5)]


def test_canceled_work_is_not_done(services, put, runner, handlers, marks, mark):
    handlers.add_database("mark", lambda session, jobs: [mark(session, job) for job in jobs])
    put("mark", "a")
    with session_scope(services.sessions) as session:
        cancel(session, "mark", "a")
    runner.drain()
    assert marks() == []


def test_database_work_comes_in_batches_of_100_oldest_first(services, runner, handlers, due):
    sizes, keys = [], []

    def handler(_session, jobs):
        sizes.append(len(jobs))
        keys.extend(job.key for job in jobs)

    handlers.add_database("mark", handler)
    with session_scope(services.sessions) as session:
        enqueue_many(session, "mark", [(f"{number:03}", number, {}) for number in range(250)])
    runner.drain()
    assert sizes == [100, 100, 50]
    assert keys == sorted(keys)
    assert due() == 0


def test_one_bad_piece_does_not_stop_the_others_of_its_batch(services, runner, handlers, put, marks, mark, due):
    def handler(session, jobs):
        for job in jobs:
            mark(session, job)
            if job.key == "bad":
                raise ValueError("no such product")

    handlers.add_database("mark", handler)
    for key in ("a", "bad", "c"):
        put("mark", key)
    runner.drain()
    assert marks() == ["a", "c"]
    (left,) = rows(services)
    assert (left.key, left.attempt, left.problem) == ("bad", 1, "ValueError: no such product")
    assert left.due_at == services.clock.now() + 2 * SECOND
    assert due() == 0


def test_database_work_may_enqueue_its_own_key_again(services, runner, handlers, put):
    def handler(session, jobs):
        for job in jobs:
            enqueue(session, job.kind, job.key, job.due_at + HOUR)

    handlers.add_database("sweep", handler)
    now = services.clock.now()
    put("sweep", "all", now)
    runner.drain()
    assert [(row.key, row.due_at) for row in rows(services)] == [("all", now + HOUR)]


def test_outside_work_is_finished_with_what_it_writes(services, runner, handlers, put, marks, mark, due):
    handlers.add_outside("call", lambda job: Done(lambda session: mark(session, job)))
    for key in ("a", "b"):
        put("call", key, payload={"n": 1})
    runner.drain()
    assert marks("key, attempt") == [("a", 1), ("b", 1)]
    assert due() == 0
    assert rows(services) == []


def test_outside_work_is_tried_again_when_it_says_so(services, runner, handlers, put, marks, mark):
    start = services.clock.now()

    def handler(job):
        if job.attempt < 3:
            return Again(services.clock.now() + HOUR, "busy", lambda session: mark(session, job))
        return Done(lambda session: mark(session, job))

    handlers.add_outside("call", handler)
    put("call", "a")
    runner.drain()
    assert [(row.problem, row.worker, row.lease_until) for row in rows(services)] == [("busy", "", 0)]
    advance(services, services.clock, 3 * HOUR, runner.drain)
    assert marks("attempt, at") == [(1, start), (2, start + HOUR), (3, start + 2 * HOUR)]
    assert rows(services) == []


@pytest.mark.parametrize("where", ["call", "write"])
def test_outside_work_that_fails_is_kept_with_its_problem(where, services, runner, handlers, put):
    def fail(_anything):
        raise RuntimeError("broken")

    handlers.add_outside("call", fail if where == "call" else lambda job: Done(fail))
    put("call", "a")
    runner.drain()
    (left,) = rows(services)
    assert (left.problem, left.worker) == ("RuntimeError: broken", "")
    assert left.due_at == services.clock.now() + 2 * SECOND


def test_result_is_dropped_when_the_work_was_taken_over(services, runner, handlers, put, marks, mark):
    def handler(job):
        with session_scope(services.sessions) as session:
            session.execute(update(JobRow).values(worker="2", attempt=JobRow.attempt + 1))
        return Done(lambda session: mark(session, job))

    handlers.add_outside("call", handler)
    put("call", "a")
    assert runner.run_outside() == 1
    runner.stop()
    assert marks() == []
    assert [row.worker for row in rows(services)] == ["2"]


def test_a_full_lane_leaves_threads_to_the_others(runner, handlers, put):
    gate, running = threading.Event(), []

    def handler(job):
        running.append(job.key)
        if job.key.startswith("slow"):
            gate.wait(30)
        return Done()

    handlers.add_outside("call", handler)
    for number in range(40):
        put("call", f"slow{number}", lane="slow")
    put("call", "quick", due_at=1, lane="quick")
    while runner.run_outside():
        pass
    deadline = time.monotonic() + 10
    while "quick" not in running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(running) == ["quick", "slow0", "slow1", "slow2", "slow3"]
    gate.set()
    runner.drain()
    assert len(running) == 41


def test_a_chain_that_goes_on_gets_its_row_back(services, runner, handlers, put):
    seen = []

    def write(session):
        if len(seen) < 3:
            keep_going(session, "chain", [("a", "lane")], 0)

    def handler(job):
        seen.append(job.number)
        return Done(write)

    handlers.add_outside("chain", handler)
    with session_scope(services.sessions) as session:
        keep_going(session, "chain", [("a", "lane"), ("a", "lane")], 0)
    runner.drain()
    assert len(seen) == 3
    assert rows(services) == []


def test_more_for_a_chain_waits_for_the_worker_that_finds_it_empty(services, put):
    """Else a message written beside the worker's last look would wait for ever."""
    if services.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite writers wait for each other anyway")
    put("chain", "a")
    written = threading.Event()

    def add_more():
        with session_scope(services.sessions) as session:
            keep_going(session, "chain", [("a", "")], 0)
        written.set()

    with session_scope(services.sessions) as session:
        session.delete(session.scalars(select(JobRow)).one())
        session.flush()
        thread = threading.Thread(target=add_more)
        thread.start()
        assert not written.wait(0.3)
    thread.join()
    assert [row.key for row in rows(services)] == ["a"]


def test_who_wakes_a_subject_waits_for_nobody_who_works_on_it(services):
    """Else he could hold what the worker wants next, and both would wait for ever."""
    if services.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite writers wait for each other anyway")
    with session_scope(services.sessions) as session:
        wake(session, "restock", ["a"], 0)
    with session_scope(services.sessions) as working:
        working.delete(working.scalars(select(JobRow)).one())
        working.flush()
        with session_scope(services.sessions) as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            wake(session, "restock", ["a"], 0)
    assert [row.key.partition("#")[0] for row in rows(services)] == ["a"]


def test_a_handler_hears_of_every_subject_that_was_woken(services, runner, handlers):
    seen = []
    handlers.add_database("restock", lambda session, jobs: seen.extend(job.subject for job in jobs))
    with session_scope(services.sessions) as session:
        wake(session, "restock", ["b", "a", "b"], 0)
        wake(session, "restock", ["a"], 0)
    runner.drain()
    assert sorted(seen) == ["a", "a", "b"]
    assert rows(services) == []


def test_two_handlers_for_one_kind_are_refused():
    handlers = Handlers()
    handlers.add_outside("call", lambda job: Done())
    with pytest.raises(ValueError, match="two handlers for 'call'"):
        handlers.add_database("call", lambda session, jobs: None)


def test_clock_stops_at_every_due_time(services, runner, handlers, put, marks, mark):
    handlers.add_database("mark", lambda session, jobs: [mark(session, job) for job in jobs])
    start = services.clock.now()
    for key, after in (("c", 91 * DAY), ("a", HOUR), ("b", 2 * HOUR)):
        put("mark", key, start + after)
    assert advance(services, services.clock, 90 * DAY, runner.drain) == start + 90 * DAY
    assert marks("key, at") == [("a", start + HOUR), ("b", start + 2 * HOUR)]
    assert services.clock.now() == start + 90 * DAY
    advance(services, services.clock, DAY, runner.drain)
    assert marks()[-1] == "c"
