"""The pull feed: who reads it to the end has missed nothing, whether webhooks reached him or not.

Numbers of rows are given before a transaction commits, so a reader could pass one that is not visible yet. Events
therefore get their place in the feed when they are visible, by one writer at a time.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.db import Sessions, read_scope, session_scope
from passmanager.service.http.auth import Caller
from passmanager.service.webhooks import repository
from passmanager.service.webhooks.models import Event

AT_ONCE = 1_000
MOST_ROUNDS = 20


def publish(sessions: Sessions, merchant_id: str) -> None:
    """Gives places to events that have none; at most 20,000 at a time, so that a reader need not wait long."""
    for _ in range(MOST_ROUNDS):
        with read_scope(sessions) as session:
            waiting = session.scalar(repository.unpublished(merchant_id).limit(1))
        if waiting is None:
            return
        with session_scope(sessions) as session:
            repository.lock_aggregates(session, [_lock_key(merchant_id)])
            numbers = session.scalars(repository.unpublished(merchant_id).limit(AT_ONCE)).all()
            repository.set_positions(session, numbers, repository.last_position(session, merchant_id) + 1)


def _lock_key(merchant_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"feed {merchant_id}".encode()).digest()[:8], "big", signed=True)


def read(session: Session, caller: Caller, after: str | None, types: Sequence[str], limit: int) -> Sequence[Event]:
    """The next events and one more, oldest first.

    Raises:
        NotFound: `after` is no event of the caller.
    """
    found = repository.events_of(caller).where(Event.position.is_not(None))
    if after is not None:
        position = repository.get_event(session, caller, after).position
        found = found.where(Event.position > (position or 0))
    if types:
        found = found.where(repository.of_types(types))
    return session.scalars(found.order_by(Event.position).limit(limit + 1)).all()
