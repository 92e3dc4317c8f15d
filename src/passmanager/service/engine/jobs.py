"""Work that is due: one row for each piece, written in the transaction of the fact that causes it.

A row goes when its work is finished, in the transaction that finishes it. `kind` and `key` are unique
together, so that the same fact cannot cause the same work twice.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from passmanager.service.db import Base, BigKey


class JobRow(Base):
    """A piece of work that is not finished.

    Attributes:
        number: Older ones come first among those that are due at the same time.
        attempt: How often it was tried.
        due_at: Not before this time of the service's clock.
        lease_until: Somebody works on it until then, in milliseconds of the machine's clock; 0 if nobody does.
        problem: Why the last attempt was not the last one.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "due_at", "number"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
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


def enqueue(session: Session, kind: str, key: str, due_at: int, payload: dict[str, Any] | None = None) -> None:
    """Work for later, in the caller's transaction. The same kind and key a second time changes nothing."""
    enqueue_many(session, kind, [(key, due_at, payload or {})])


def enqueue_many(session: Session, kind: str, work: list[tuple[str, int, dict[str, Any]]]) -> None:
    """Many pieces of one kind: (key, due at, payload) each."""
    if not work:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {"kind": kind, "key": key, "payload": payload, "due_at": due, "attempt": 0, "lease_until": 0,
         "worker": "", "problem": ""}
        for key, due, payload in work
    ]  # fmt: skip
    session.execute(insert(JobRow).on_conflict_do_nothing(), rows)


def cancel(session: Session, kind: str, key: str) -> None:
    """Takes work back that is not needed any more."""
    session.execute(delete(JobRow).where(JobRow.kind == kind, JobRow.key == key))
