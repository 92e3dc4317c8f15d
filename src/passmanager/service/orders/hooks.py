"""What the chain's orders tell the domains above them; wired where the process is put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from passmanager.service.news import News, Tell
from passmanager.service.orders.models import Order

Line: TypeAlias = tuple[str, str]
"""Ids of an order and of one of its items."""

Deliverable: TypeAlias = Callable[[Session, Sequence[Line]], None]
Recalled: TypeAlias = Callable[[Session, Order], None]
Deeper: TypeAlias = Callable[[Session, int], None]


def _tell_nobody(_session: Session, _news: News) -> None: ...


def _deliver_nothing(_session: Session, _lines: Sequence[Line]) -> None: ...


def _recall_nothing(_session: Session, _order: Order) -> None: ...


def _look_nowhere(_session: Session, _chain_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """Called in the transaction of the cause. Nothing is called for orders that were delivered elsewhere.

    Attributes:
        tell: News.
        deliverable: These lines are paid and deep enough: deliver what is missing. The same line may be told
            again, for instance after a reorg.
        deeper: Blocks of a chain got deeper: whatever else waits for that may look again.
        recalled: The chain took the payment of an order back: what is not delivered yet is not to be.
    """

    tell: Tell = _tell_nobody
    deliverable: Deliverable = _deliver_nothing
    recalled: Recalled = _recall_nothing
    deeper: Deeper = _look_nowhere
