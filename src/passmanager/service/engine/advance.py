"""Moving the controlled clock: from due time to due time, so that what happens first is done first."""

import time
from collections.abc import Callable

from passmanager.service.clock import ControlledClock
from passmanager.service.engine.claims import count_due, first_due
from passmanager.service.engine.errors import WorkStandsStill
from passmanager.service.services import Services

PAUSE_SECONDS = 0.005
PATIENCE_SECONDS = 60

Settle = Callable[[], None]


def advance(services: Services, clock: ControlledClock, by: int, settle: Settle) -> int:
    """Moves the time forward by milliseconds; the new time, when nothing is due or running at it.

    `settle` returns when all work that is due is done.

    Raises:
        WorkStandsStill: Work is due, and no worker does it.
    """
    target = clock.now() + by
    settle()
    while (due := first_due(services.sessions)) is not None and due <= target:
        clock.set(due)
        settle()
        _require_settled(services)
    clock.set(target)
    settle()
    return target


def _require_settled(services: Services) -> None:
    """Work that nobody knows would be due for ever."""
    if count := count_due(services.sessions, services.clock.now()):
        raise WorkStandsStill(count=count, seconds=0)


def wait_for_workers(services: Services, patience: float = PATIENCE_SECONDS) -> Settle:
    """For a process that does no work itself: waits until others have done it."""

    def settle() -> None:
        seen, since = -1, time.monotonic()
        while count := count_due(services.sessions, services.clock.now()):
            if count != seen:
                seen, since = count, time.monotonic()
            if time.monotonic() - since > patience:
                raise WorkStandsStill(count=count, seconds=int(patience))
            time.sleep(PAUSE_SECONDS)

    return settle
