"""What every part of the running service is given: settings, database, clock."""

from dataclasses import dataclass, field
from random import Random, SystemRandom

from sqlalchemy import Engine

from passmanager.service.clock import Clock, ControlledClock, MachineClock
from passmanager.service.db import Sessions, make_sessions, open_database
from passmanager.service.news import Wire
from passmanager.service.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Made once per process.

    Attributes:
        wire: Carries what happens in one domain to the others; `wiring.py` connects them.
        random: Jitter of retries comes from here; it is 0 with a controlled clock.
    """

    settings: Settings
    engine: Engine
    sessions: Sessions
    clock: Clock
    wire: Wire = field(default_factory=Wire)
    random: Random = field(default_factory=SystemRandom)

    @classmethod
    def start(cls, settings: Settings) -> "Services":
        """Opens the database, which must be migrated, and the clock."""
        return cls.on(open_database(settings.url), settings)

    @classmethod
    def on(cls, engine: Engine, settings: Settings) -> "Services":
        """The same on a database that is open."""
        clock = ControlledClock(engine) if settings.clock == "controlled" else MachineClock()
        return cls(settings, engine, make_sessions(engine), clock)

    def jitter(self, share: float) -> float:
        """A factor around 1, at most `share` away from it."""
        if isinstance(self.clock, ControlledClock):
            return 1.0
        return 1.0 + self.random.uniform(-share, share)
