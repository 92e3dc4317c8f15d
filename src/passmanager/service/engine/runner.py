"""Doing the work that is due: inside the database in batches, outside of it piece by piece on threads."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Condition

import structlog
from prometheus_client import Counter as Metric
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from passmanager.service.clock import HOUR, SECOND, MachineClock
from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import claims
from passmanager.service.engine.errors import LeaseLost
from passmanager.service.engine.jobs import Job
from passmanager.service.engine.work import Again, Done, Handlers
from passmanager.service.services import Services

THREADS_PER_WORKER = 8
LANE_SHARE = 4
WRITES = 3
LONGEST_TEXT = 500

log = structlog.get_logger()
finished = Metric("passmanager_jobs", "Pieces of work that were tried.", ["kind", "outcome"])


class Runner:
    """Does work in the name of one slot."""

    def __init__(self, services: Services, handlers: Handlers, slot: str) -> None:
        """Starts no thread before there is work."""
        self._services = services
        self._handlers = handlers
        self._slot = slot
        self._machine = MachineClock()
        self._threads = services.settings.workers * THREADS_PER_WORKER
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="outside")
        self._lanes = Counter[str]()
        self._running = 0
        self._over = 0
        self._looked = 0
        self._guard = Condition()

    # --- inside the database

    def run_database(self) -> int:
        """One batch of the kind that has waited longest; how many pieces it had."""
        now = self._services.clock.now()
        with read_scope(self._services.sessions) as session:
            kind = claims.kind_due(session, now, self._handlers.database)
        return 0 if kind is None else self._batch(kind, now)

    def _batch(self, kind: str, now: int) -> int:
        taken: list[Job] = []
        try:
            self._transact(kind, now, taken)
        except Exception as problem:  # noqa: BLE001 - any: then each piece is tried alone
            log.warning("batch failed", kind=kind, pieces=len(taken), problem=repr(problem))
            for job in taken:
                self._alone(job, now)
        return len(taken)

    def _transact(self, kind: str, now: int, taken: list[Job], number: int | None = None) -> None:
        with session_scope(self._services.sessions) as session:
            taken.extend(claims.take(session, now, kind, number))
            if taken:
                self._handlers.database[kind](session, taken)
        finished.labels(kind, "done").inc(len(taken))

    def _alone(self, job: Job, now: int) -> None:
        try:
            self._transact(job.kind, now, [], job.number)
        except OperationalError:
            log.warning("database refused", kind=job.kind, key=job.key, exc_info=True)  # it is due as before
        except Exception as problem:
            log.exception("work failed", kind=job.kind, key=job.key)
            finished.labels(job.kind, "failed").inc()
            with session_scope(self._services.sessions) as session:
                claims.postpone_failed(session, job, self._later(job.attempt + 1), _text(problem))

    def _later(self, attempt: int) -> int:
        pause = min(SECOND << min(attempt, 12), HOUR)
        return self._services.clock.now() + int(pause * self._services.jitter(0.1))

    # --- outside of it

    def run_outside(self) -> int:
        """Starts as many pieces as threads and lanes have room for; how many."""
        with self._guard:
            room, self._looked = self._threads - self._running, self._over
        jobs = self._lease(room)
        for job, lane in jobs:
            self._start(job, lane)
        return len(jobs)

    def rest(self, seconds: float) -> None:
        """Until a piece has ended since the last look, because then a thread or a lane has room again."""
        with self._guard:
            self._guard.wait_for(lambda: self._over > self._looked, seconds)

    def _lease(self, most: int) -> list[tuple[Job, str]]:
        now = self._services.clock.now()
        with read_scope(self._services.sessions) as session:
            if not most or claims.kind_due(session, now, self._handlers.outside) is None:
                return []
        found: list[tuple[Job, str]] = []
        with session_scope(self._services.sessions) as session:
            while len(found) < most and (next_one := self._lease_one(session, now)):
                found.append(next_one)
        return found

    def _lease_one(self, session: Session, now: int) -> tuple[Job, str] | None:
        full = [lane for lane, count in self._lanes.items() if lane and count >= LANE_SHARE]
        job = claims.lease(session, now, self._handlers.outside, full, self._slot, self._machine.now())
        if job is None:
            return None
        lane = claims.lane_of(session, job)
        with self._guard:
            self._lanes[lane] += 1
        return job, lane

    def _start(self, job: Job, lane: str) -> None:
        with self._guard:
            self._running += 1
        self._pool.submit(self._do, job, lane)

    def _ended(self, lane: str) -> None:
        with self._guard:
            self._running -= 1
            self._over += 1
            self._lanes[lane] -= 1
            if not self._lanes[lane]:
                del self._lanes[lane]
            self._guard.notify_all()

    def _do(self, job: Job, lane: str) -> None:
        structlog.contextvars.bind_contextvars(job=f"{job.kind}:{job.key}:{job.attempt}")
        try:
            self._write_down(job, self._try(job))
        except LeaseLost as problem:
            log.warning("work was taken over", problem=str(problem))
        except Exception:
            log.exception("result of work is not written", kind=job.kind, key=job.key)  # the lease runs out
        finally:
            structlog.contextvars.clear_contextvars()
            self._ended(lane)

    def _try(self, job: Job) -> Done | Again:
        try:
            return self._handlers.outside[job.kind](job)
        except Exception as problem:
            log.exception("work failed", kind=job.kind, key=job.key)
            return Again(self._later(job.attempt), _text(problem))

    def _write_down(self, job: Job, result: Done | Again) -> None:
        for tried in range(WRITES):
            try:
                return self._write(job, result)
            except OperationalError:
                if tried == WRITES - 1:
                    raise
            except LeaseLost:
                raise
            except Exception as problem:
                log.exception("work failed", kind=job.kind, key=job.key)
                result = Again(self._later(job.attempt), _text(problem))
        return None

    def _write(self, job: Job, result: Done | Again) -> None:
        now = self._services.clock.now()
        with session_scope(self._services.sessions) as session:
            if isinstance(result, Done):
                claims.finish(session, job, self._slot)
            else:
                claims.postpone(session, job, self._slot, max(result.due_at, now + 1), result.problem)
            if result.write is not None:
                result.write(session)
        finished.labels(job.kind, "done" if isinstance(result, Done) else "again").inc()

    # --- both

    def drain(self) -> None:
        """Does all that is due now, and waits for it."""
        going_on = True
        while going_on:
            ended = self._over
            started = self.run_database() + self.run_outside()
            going_on = started > 0 or self._wait(ended)

    def _wait(self, ended: int) -> bool:
        """Until another piece has ended, which may have made room; False if none has and none runs."""
        with self._guard:
            self._guard.wait_for(lambda: self._over > ended or not self._running)
            return self._over > ended

    def stop(self) -> None:
        """Lets what runs come to its end; starts nothing more."""
        self._pool.shutdown(wait=True)


def _text(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:LONGEST_TEXT]
