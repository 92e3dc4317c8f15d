"""How a process that works on and on hears that it is to end."""

import signal
import time
from threading import Event

LOOK_SECONDS = 0.2


class Ending(Event):
    """An event that a signal may set.

    `Event.set` is not for signal handlers: it takes a lock that the interrupted thread may hold, in `wait`. And a
    signal that comes just before `wait` blocks does not end it: the handler would run when `wait` is over. So `tell`
    takes no lock, and who waits looks up five times a second.
    """

    def __init__(self) -> None:
        """Nobody has told it."""
        super().__init__()
        self._told = False

    @classmethod
    def by_signals(cls) -> "Ending":
        """Is told by SIGTERM and Ctrl-C from now on."""
        made = cls()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: made.tell())
        return made

    def tell(self) -> None:
        """The process is to end."""
        self._told = True

    def is_set(self) -> bool:
        """Whether it is."""
        return self._told or super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is, or for so many seconds; whether it is."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = LOOK_SECONDS if end is None else end - time.monotonic()
            if left <= 0:
                break
            super().wait(min(left, LOOK_SECONDS))
        return self.is_set()
