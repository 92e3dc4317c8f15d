"""How one domain learns what happened in another, without either knowing the other.

News is told in the transaction of what happened: who is subscribed writes into the same one. `wiring.py`
says who listens.
"""

from collections.abc import Callable, Mapping, Sequence
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
BatchListener: TypeAlias = Callable[[Session, Sequence[News]], None]
Tell: TypeAlias = Callable[[Session, News], None]


@dataclass(slots=True)
class Wire:
    """Carries news to those who subscribed, in the order in which they did."""

    _listeners: list[tuple[str, BatchListener]] = field(default_factory=list[tuple[str, BatchListener]])

    def subscribe(self, pattern: str, listener: Listener) -> None:
        """To one type, to all that begin so (`order.*`), or to all (`*`)."""

        def each(session: Session, news: Sequence[News]) -> None:
            for one in news:
                listener(session, one)

        self._listeners.append((pattern, each))

    def subscribe_many(self, pattern: str, listener: BatchListener) -> None:
        """The same for who takes all news of a transaction at once, because that costs less."""
        self._listeners.append((pattern, listener))

    def tell(self, session: Session, news: News) -> None:
        """Hands it to everybody concerned; an error of one undoes the whole transaction."""
        self.tell_all(session, [news])

    def tell_all(self, session: Session, news: Sequence[News]) -> None:
        """Many news, in their order; each listener hears all of them before the next one does."""
        types = {one.type for one in news}
        for pattern, listener in self._listeners:
            wanted = {name for name in types if matches(pattern, name)}
            if wanted:
                listener(session, news if wanted == types else [one for one in news if one.type in wanted])


def matches(pattern: str, name: str) -> bool:
    """`*` at the end of a pattern stands for anything."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
