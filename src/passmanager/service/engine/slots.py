"""Which workers are alive, so that the work of a dead one is taken back within seconds.

On PostgreSQL a worker holds a slot: a number whose advisory lock belongs to its connection, so that the server
frees it when the process dies. On SQLite there is one process, which a lock on a file makes sure of.
"""

import fcntl
import os
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from passmanager.service.db import Sessions, session_scope
from passmanager.service.engine.claims import holders, take_back
from passmanager.service.engine.errors import DataFolderInUse, NoSlotFree, SlotLost

SLOTS = 1_000
SLOT_LOCKS = 0x706D  # "pm": first half of the keys of the advisory locks
LOCK_FILE = "passmanager.lock"


class Slot(Protocol):
    """The right to work.

    Attributes:
        name: Stands in the rows that this worker leased.
    """

    name: str

    def watch(self) -> None:
        """Takes work of dead workers back; to be called every second or two.

        Raises:
            SlotLost: This worker counts as dead itself, and has to stop.
        """
        ...

    def leave(self) -> None:
        """The worker has ended; its slot is free."""
        ...


class FileSlot(Slot):
    """The only worker of an SQLite database."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        """Takes all work back: who had it is dead.

        Raises:
            DataFolderInUse: Another process has the lock.
        """
        self.name = "1"
        self._file = _lock(folder / LOCK_FILE)
        with session_scope(sessions) as session:
            take_back(session)

    def watch(self) -> None:
        """Nobody else can have died."""

    def leave(self) -> None:
        """Opens the folder for the next process."""
        self._file.close()


def _lock(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        file.close()
        raise DataFolderInUse(path=path) from problem
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


class ServerSlot(Slot):
    """One of many workers on PostgreSQL."""

    def __init__(self, engine: Engine, sessions: Sessions) -> None:
        """Takes the first free slot, and the work that its last holder left behind.

        Raises:
            NoSlotFree: There are more workers than slots.
        """
        self._sessions = sessions
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()  # it is held as long as the worker lives, so the pool gets another
        self.name = self._take_free()
        self._take_back([self.name])

    def _take_free(self) -> str:
        for number in range(1, SLOTS + 1):
            if _try_lock(self._connection, number):
                return str(number)
        raise NoSlotFree(slots=SLOTS)

    def watch(self) -> None:
        """A slot whose lock is free has no holder."""
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError as problem:
            raise SlotLost(slot=self.name) from problem
        with session_scope(self._sessions) as session:
            others = [name for name in holders(session) if name != self.name]
        for name in others:
            if _try_lock(self._connection, int(name)):
                self._take_back([name])
                self._connection.execute(_UNLOCK, {"kind": SLOT_LOCKS, "number": int(name)})

    def _take_back(self, names: list[str]) -> None:
        with session_scope(self._sessions) as session:
            take_back(session, names)

    def leave(self) -> None:
        """The server frees the lock with the connection."""
        self._connection.close()


_LOCK = text("SELECT pg_try_advisory_lock(:kind, :number)")
_UNLOCK = text("SELECT pg_advisory_unlock(:kind, :number)")


def _try_lock(connection: Connection, number: int) -> bool:
    return bool(connection.execute(_LOCK, {"kind": SLOT_LOCKS, "number": number}).scalar_one())


def take_slot(engine: Engine, sessions: Sessions, folder: Path) -> Slot:
    """The right to work on this database."""
    return FileSlot(sessions, folder) if engine.dialect.name == "sqlite" else ServerSlot(engine, sessions)
