"""Work that is due: one row for each piece, written in the transaction of the fact that causes it.

A row goes when its work is finished, in the transaction that finishes it. `kind` and `key` are unique
together, so that the same fact cannot cause the same work twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from passmanager.service.db import Base, BigKey
from passmanager.service.ids import new_id

MARK = "#"
"""Between a subject and what makes its row different from others of the same subject."""


class JobRow(Base):
    """A piece of work that is not finished.

    Attributes:
        number: Older ones come first among those that are due at the same time.
        attempt: How often it was tried.
        due_at: Not before this time of the service's clock.
        lane: Work of one lane, such as one address of a merchant, takes a bounded share of the threads.
        lease_until: Somebody works on it until then, in milliseconds of the machine's clock; 0 if nobody does.
        worker: Who does, by the number of its slot.
        problem: Why the last attempt was not the last one.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "due_at", "number"), Index(None, "worker"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    lane: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[int]
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is given.

    Attributes:
        attempt: 1 for the first.
    """

    number: int
    kind: str
    key: str
    payload: dict[str, Any]
    due_at: int
    attempt: int

    @property
    def subject(self) -> str:
        """What `wake` was told."""
        return self.key.partition(MARK)[0]


def enqueue(
    session: Session, kind: str, key: str, due_at: int, payload: dict[str, Any] | None = None, *, lane: str = ""
) -> None:
    """Work for later, in the caller's transaction. The same kind and key a second time changes nothing."""
    enqueue_many(session, kind, [(key, due_at, payload or {})], lane=lane)


def enqueue_many(session: Session, kind: str, work: list[tuple[str, int, dict[str, Any]]], *, lane: str = "") -> None:
    """Many pieces of one kind: (key, due at, payload) each."""
    if work:
        rows = [_row(kind, key, due, payload, lane) for key, due, payload in work]
        session.execute(_insert(session).on_conflict_do_nothing(), rows)


def wake(session: Session, kind: str, subjects: Iterable[str], due_at: int) -> None:
    """Has the handler look at each of these things (`job.subject`) after this transaction.

    Every call is a row of its own: it waits for nobody who works on an earlier one, and so locks nothing in a
    wrong order; and what is written in this transaction is seen by the row that comes with it.
    """
    enqueue_many(session, kind, [(f"{one}{MARK}{new_id('job')}", due_at, {}) for one in sorted(set(subjects))])


def keep_going(session: Session, kind: str, chains: Iterable[tuple[str, str]], due_at: int) -> None:
    """Makes sure that a worker looks at each chain of work (key, lane) after this transaction.

    A worker that is about to find a chain empty waits for this transaction, and the other way round: what was
    written in it is seen by the row that is there, or by a new one.
    """
    rows = [_row(kind, key, due_at, {}, lane) for key, lane in sorted(set(chains))]
    statement = _insert(session)
    if rows:
        locking = {"worker": JobRow.worker}
        session.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=locking), rows)


def cancel(session: Session, kind: str, key: str) -> None:
    """Takes work back that is not needed any more."""
    session.execute(delete(JobRow).where(JobRow.kind == kind, JobRow.key == key))


def _insert(session: Session) -> Any:
    return (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(JobRow)


def _row(kind: str, key: str, due_at: int, payload: dict[str, Any], lane: str) -> dict[str, Any]:
    return {
        "kind": kind, "key": key, "lane": lane, "payload": payload, "due_at": due_at,
        "attempt": 0, "lease_until": 0, "worker": "", "problem": "",
    }  # fmt: skip
