"""The one clock of the service, in whole milliseconds since 1970 UTC.

The controlled one lies in the database, so that all processes of a test see the same time.
"""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import READING, Base

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Milliseconds since 1970 UTC."""
        ...


class MachineClock(Clock):
    """The machine's."""

    def now(self) -> int:
        """As the operating system has it."""
        return time.time_ns() // 1_000_000


class ClockRow(Base):
    """The time of a test."""

    __tablename__ = "controlled_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    now: Mapped[int]


class ControlledClock(Clock):
    """Stands still until it is set. Refused in live mode by the settings."""

    def __init__(self, engine: Engine, start: int | None = None) -> None:
        """Begins at `start`, by default at the machine's time, unless the database has a time already."""
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        first = insert(ClockRow).values(id=1, now=start if start is not None else MachineClock().now())
        with engine.begin() as connection:
            connection.execute(first.on_conflict_do_nothing())

    def now(self) -> int:
        """As the database has it."""
        with self._engine.connect().execution_options(**{READING: True}) as connection:
            return connection.execute(select(ClockRow.now)).scalar_one()

    def set(self, now: int) -> None:
        """Goes forward to a time; going back would make what is past happen again."""
        with self._engine.begin() as connection:
            connection.execute(update(ClockRow).where(ClockRow.now < now).values(now=now))


def written(moment: int) -> str:
    """As the API and events show times: RFC 3339, UTC, milliseconds."""
    return f"{_second(moment // SECOND)}.{moment % SECOND:03}Z"


def rfc3339(moment: int | None) -> str | None:
    """The same of a time that may be missing."""
    return None if moment is None else written(moment)


@lru_cache(maxsize=4_096)  # many things happen in the same second
def _second(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()[:19]
