"""Times beside the time of the chain: `2026-12-21T09:30:00Z (in 29 days)`."""

from dataclasses import dataclass
from typing import Any, Final

from passmanager.cli.cells import Moment

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class When:
    """A time in unix seconds, seen from `now`; 0 is none."""

    seconds: int
    now: int

    def text(self) -> str:
        """ISO 8601 in UTC, and how far that is; a dash for none."""
        if not self.seconds:
            return "-"
        away = self.seconds - self.now
        far = f"in {span(away)}" if away > 0 else f"{span(-away)} ago"
        return f"{Moment(self.seconds).text()} ({far})"

    def plain(self) -> str | None:
        """ISO 8601 in UTC, or None."""
        return Moment(self.seconds).plain()


@dataclass(frozen=True, slots=True)
class Span:
    """A number of seconds; 0 is none."""

    seconds: int

    def text(self) -> str:
        """As in `29 days`."""
        return span(self.seconds) if self.seconds else "-"

    def plain(self) -> int:
        """The seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period of a subscription, seen from `now`; paused ones have only what is left of them."""

    start: int
    end: int
    left: int
    now: int

    def text(self) -> str:
        """`until ... (in 29 days)`, `29 days left` while paused, a dash without an end."""
        if self.end:
            return f"until {When(self.end, self.now).text()}"
        return f"{span(self.left)} left" if self.left else "-"

    def plain(self) -> dict[str, Any]:
        """Start, end, seconds left."""
        return {
            "start": Moment(self.start).plain(),
            "end": Moment(self.end).plain(),
            "secondsLeft": self.left,
        }


def span(seconds: int) -> str:
    """The largest unit that fits, without fractions: `29 days`."""
    size, name = next(((size, name) for size, name in _UNITS if seconds >= size), _UNITS[-1])
    count = seconds // size
    return f"{count:,} {name}{'' if count == 1 else 's'}"
