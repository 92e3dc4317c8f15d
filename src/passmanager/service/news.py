"""How one domain learns what happened in another, without either knowing the other.

News is told in the transaction of what happened: who is subscribed writes into the same one. `wiring.py`
says who listens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

INTERNAL = "internal."
"""News of these types is for other domains; merchants never see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened to one thing.

    Attributes:
        type: Such as `order.paid`; the merchant sees it under this name.
        aggregate_type: `order`, `purchase`, `subscription`, `license_key` …
        data: What is told, as JSON.
        previous: Old values of what changed.
        at: Milliseconds.
    """

    type: str
    merchant_id: str
    store_id: str
    aggregate_type: str
    aggregate_id: str
    at: int
    data: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict[str, Any])


Listener: TypeAlias = Callable[[Session, News], None]
Tell: TypeAlias = Callable[[Session, News], None]


@dataclass(slots=True)
class Wire:
    """Carries news to those who subscribed, in the order in which they did."""

    _listeners: list[tuple[str, Listener]] = field(default_factory=list[tuple[str, Listener]])

    def subscribe(self, pattern: str, listener: Listener) -> None:
        """To one type, to all that begin so (`order.*`), or to all (`*`)."""
        self._listeners.append((pattern, listener))

    def tell(self, session: Session, news: News) -> None:
        """Hands it to everybody concerned; an error of one undoes the whole transaction."""
        for pattern, listener in self._listeners:
            if matches(pattern, news.type):
                listener(session, news)


def matches(pattern: str, name: str) -> bool:
    """`*` at the end of a pattern stands for anything."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
