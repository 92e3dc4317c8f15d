"""The loops of one process that works: inside the database, outside of it, and a look at the other workers."""

import os
import signal
from collections.abc import Callable
from threading import Event, Thread

import structlog

from passmanager.ending import Ending
from passmanager.service.clock import ControlledClock
from passmanager.service.engine.errors import SlotLost
from passmanager.service.engine.runner import Runner
from passmanager.service.engine.slots import Slot, take_slot
from passmanager.service.engine.work import Handlers
from passmanager.service.services import Services

IDLE_SECONDS = 0.2
IDLE_SECONDS_IN_TESTS = 0.02
WATCH_SECONDS = 2.0
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


class Worker:
    """Three loops: work inside the database, work outside of it, and a look at the other workers."""

    def __init__(self, services: Services, handlers: Handlers) -> None:
        """Takes a slot.

        Raises:
            DataFolderInUse: SQLite, and another process works on it.
            NoSlotFree: PostgreSQL, and too many workers run.
        """
        self._slot: Slot = take_slot(services.engine, services.sessions, services.settings.data)
        self._runner = Runner(services, handlers, self._slot.name)
        self._idle = IDLE_SECONDS_IN_TESTS if isinstance(services.clock, ControlledClock) else IDLE_SECONDS
        self._stop = Event()
        self._lost: SlotLost | None = None
        self._threads = [
            Thread(target=self._loop, args=(step, rest), name=name)
            for name, step, rest in (
                ("database", self._runner.run_database, lambda: self._stop.wait(self._idle)),
                ("outside", self._runner.run_outside, lambda: self._runner.rest(self._idle)),
                ("watch", self._watch, lambda: self._stop.wait(WATCH_SECONDS)),
            )
        ]

    def start(self) -> None:
        """Begins to work, beside whatever the process does."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets what runs come to its end.

        Raises:
            SlotLost: This is why it ends.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._runner.stop()
        self._slot.leave()
        if self._lost is not None:
            raise self._lost

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Works until the process is told to end; for a process that does nothing else.

        Args:
            ready: Hears that it works.

        Raises:
            SlotLost: It counts as dead, so it ends.
        """
        ending = Ending.by_signals()
        self.start()
        ready()
        ending.wait()
        self.stop()

    def _loop(self, step: Callable[[], int], rest: Callable[[], object]) -> None:
        while not self._stop.is_set():
            try:
                if not step():
                    rest()
            except SlotLost as problem:
                self._lose(problem)
                return
            except Exception:
                log.exception("worker has trouble")  # such as a database that restarts
                self._stop.wait(TROUBLE_SECONDS)

    def _watch(self) -> int:
        self._slot.watch()
        return 0

    def _lose(self, problem: SlotLost) -> None:
        log.critical("worker ends", problem=str(problem))
        self._lost = problem
        self._stop.set()
        os.kill(os.getpid(), signal.SIGTERM)  # the API of the same process ends, too
