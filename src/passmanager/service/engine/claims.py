"""Taking and giving back rows of `jobs`: all SQL of the workers.

Who works on a row is the number of a slot; whether its holder is alive is for `slots.py` to know.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, Update, and_, delete, func, select, update
from sqlalchemy.orm import Session

from passmanager.service.db import Sessions, read_scope
from passmanager.service.engine.errors import LeaseLost
from passmanager.service.engine.jobs import Job, JobRow

BATCH = 100
LEASE_MS = 5 * 60_000
"""For a worker that is alive and stuck; work of a dead one is taken back much earlier."""


def _job(row: JobRow) -> Job:
    return Job(row.number, row.kind, row.key, row.payload, row.due_at, row.attempt)


def _due(now: int, kinds: Collection[str]) -> ColumnElement[bool]:
    return and_(JobRow.due_at <= now, JobRow.kind.in_(kinds))


def first_due(sessions: Sessions) -> int | None:
    """When the earliest piece of work is due, running ones included."""
    with read_scope(sessions) as session:
        return session.scalar(select(func.min(JobRow.due_at)))


def count_due(sessions: Sessions, now: int) -> int:
    """Pieces that are due or running."""
    with read_scope(sessions) as session:
        return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.due_at <= now)) or 0


def kind_due(session: Session, now: int, kinds: Collection[str]) -> str | None:
    """The kind of the oldest piece that is due."""
    return session.scalar(select(JobRow.kind).where(_due(now, kinds)).order_by(JobRow.due_at, JobRow.number).limit(1))


def take(session: Session, now: int, kind: str, number: int | None = None) -> list[Job]:
    """Takes rows of one kind away, in the transaction that does their work."""
    chosen = _due(now, [kind]) if number is None else and_(_due(now, [kind]), JobRow.number == number)
    rows = session.scalars(_oldest(chosen).limit(BATCH)).all()
    session.execute(delete(JobRow).where(JobRow.number.in_([row.number for row in rows])))
    session.expunge_all()
    return [_job(row) for row in rows]


def _oldest(chosen: ColumnElement[bool]) -> Select[JobRow]:
    return select(JobRow).where(chosen).order_by(JobRow.due_at, JobRow.number).with_for_update(skip_locked=True)


def lease(
    session: Session, now: int, kinds: Collection[str], full: Collection[str], slot: str, machine_now: int
) -> Job | None:
    """Writes down that a slot works on the oldest piece that is due and whose lane has room."""
    free = and_(_due(now, kinds), JobRow.lease_until < machine_now, JobRow.lane.not_in(full))
    chosen = _oldest(free).limit(1).with_only_columns(JobRow.number).scalar_subquery()
    row = session.scalar(
        update(JobRow)
        .where(JobRow.number == chosen)
        .values(worker=slot, lease_until=machine_now + LEASE_MS, attempt=JobRow.attempt + 1)
        .returning(JobRow)
        .execution_options(synchronize_session=False)
    )
    return None if row is None else _job(row)


def lane_of(session: Session, job: Job) -> str:
    """Whose threads it takes."""
    return session.scalars(select(JobRow.lane).where(JobRow.number == job.number)).one()


def _mine(job: Job, slot: str) -> ColumnElement[bool]:
    same = and_(JobRow.number == job.number, JobRow.kind == job.kind, JobRow.key == job.key)
    return and_(same, JobRow.worker == slot, JobRow.attempt == job.attempt)


def finish(session: Session, job: Job, slot: str) -> None:
    """Takes a finished row away.

    Raises:
        LeaseLost: Another worker has it by now.
    """
    _require_one(session.execute(delete(JobRow).where(_mine(job, slot)).returning(JobRow.number)).all(), job)


def postpone(session: Session, job: Job, slot: str, due_at: int, problem: str) -> None:
    """Gives a row back, for later.

    Raises:
        LeaseLost: Another worker has it by now.
    """
    later = update(JobRow).where(_mine(job, slot)).values(due_at=due_at, problem=problem, worker="", lease_until=0)
    _require_one(session.execute(later.returning(JobRow.number)).all(), job)


def _require_one(rows: Sequence[object], job: Job) -> None:
    if not rows:
        raise LeaseLost(kind=job.kind, key=job.key)


def postpone_failed(session: Session, job: Job, due_at: int, problem: str) -> None:
    """A piece of database work failed, so its row is there as before."""
    session.execute(
        update(JobRow)
        .where(JobRow.number == job.number)
        .values(due_at=due_at, problem=problem, attempt=JobRow.attempt + 1)
    )


def holders(session: Session) -> list[str]:
    """Slots that work on something."""
    return list(session.scalars(select(JobRow.worker).where(JobRow.worker > "").distinct()))


def take_back(session: Session, slots: Collection[str] | None = None) -> None:
    """Gives the work of dead slots back; of all of them if None."""
    session.execute(_released(JobRow.worker > "" if slots is None else JobRow.worker.in_(slots)))


def _released(chosen: ColumnElement[bool]) -> Update:
    return update(JobRow).where(chosen).values(worker="", lease_until=0)
