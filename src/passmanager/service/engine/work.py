"""What a piece of work can be, and the table of who does which kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy.orm import Session

from passmanager.service.engine.jobs import Job


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished; `write`, if any, runs in the transaction that takes the row away."""

    write: Callable[[Session], None] | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The work is to be tried again.

    Attributes:
        due_at: When, in the service's time.
        problem: Why, for the merchant who looks.
        write: What the attempt left behind, written in the same transaction.
    """

    due_at: int
    problem: str
    write: Callable[[Session], None] | None = None


Database: TypeAlias = Callable[[Session, Sequence[Job]], None]
"""Work inside the database only: up to 100 pieces in one transaction.

Their rows are taken away in it before the handler runs, so that it may enqueue the same key for another time.
"""

Outside: TypeAlias = Callable[[Job], Done | Again]
"""Work that talks to the outside, one piece at a time, at least once: its effect needs a unique key."""


@dataclass(slots=True)
class Handlers:
    """Who does which kind of work. Filled in `worker.py`, nowhere else."""

    database: dict[str, Database] = field(default_factory=dict[str, Database])
    outside: dict[str, Outside] = field(default_factory=dict[str, Outside])

    def add_database(self, kind: str, handler: Database) -> None:
        """For work inside the database."""
        self._require_new(kind)
        self.database[kind] = handler

    def add_outside(self, kind: str, handler: Outside) -> None:
        """For work that talks to the outside."""
        self._require_new(kind)
        self.outside[kind] = handler

    def _require_new(self, kind: str) -> None:
        if kind in self.database or kind in self.outside:
            raise ValueError(f"two handlers for {kind!r}")
