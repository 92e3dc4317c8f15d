"""What the face needs of the domains that deliver; handed in where the service is put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from passmanager.service.orders.models import Order
from passmanager.service.orders.settling import Act


@dataclass(frozen=True, slots=True)
class Downloads:
    """How often the file of a line may be and was downloaded.

    Attributes:
        limit: 0 if there is none.
        expires_at: Seconds; null if it does not expire.
    """

    limit: int = 0
    count: int = 0
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Reactivation:
    """What a merchant asks for.

    Attributes:
        recipient: Gets the mail; empty for the address of the order.
        refulfill: Units that are missing are delivered again.
    """

    recipient: str = ""
    refulfill: bool = False


Keys: TypeAlias = Callable[[Session, Sequence[str]], Mapping[str, Sequence[str]]]
"""Keys in clear, by ids of lines; lines without keys may be missing."""

Files: TypeAlias = Callable[[Session, Sequence[str]], Mapping[str, Downloads]]
"""Downloads by ids of lines; lines without files may be missing."""

Reactivate: TypeAlias = Callable[[Session, Order, Reactivation, Act], None]
Verify: TypeAlias = Callable[[Mapping[str, str]], bool]
"""Whether the fields of a notification are as the service sent them."""


def _no_keys(_session: Session, _items: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {}


def _no_files(_session: Session, _items: Sequence[str]) -> Mapping[str, Downloads]:
    return {}


def _nothing_to_do(_session: Session, _order: Order, _asked: Reactivation, _act: Act) -> None: ...


def _nothing_sent(_fields: Mapping[str, str]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Ports:
    """A service that delivers nothing has nothing to show or to do again."""

    keys: Keys = _no_keys
    files: Files = _no_files
    reactivate: Reactivate = _nothing_to_do
    verify: Verify = _nothing_sent
