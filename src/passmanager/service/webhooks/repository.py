"""All SQL of events, endpoints and deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from passmanager.service.db import add_rows
from passmanager.service.engine import JobRow
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.http.shapes import milliseconds
from passmanager.service.webhooks.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint

PENDING, DELIVERED, FAILED, NEVER = "pending", "delivered", "failed", "never"
ACTIVE, HELD, OFF = "active", "held", "off"

_LOCK_ALL = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def lock_aggregates(session: Session, keys: list[int]) -> None:
    """Others who write about the same aggregates wait; on SQLite all writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_ALL, {"keys": keys})


# --- events


def last_sequences(session: Session, aggregates: Collection[str]) -> dict[str, int]:
    """The number of the newest event of each aggregate that has one."""
    found = select(Event.aggregate_id, func.max(Event.sequence)).where(Event.aggregate_id.in_(aggregates))
    return {row[0]: row[1] for row in session.execute(found.group_by(Event.aggregate_id))}


def add_events(session: Session, rows: list[dict[str, Any]]) -> None:
    """In their order."""
    add_rows(session, Event, rows)


def events_of(caller: Caller) -> Select[Event]:
    """What a key may read."""
    mine = select(Event).where(Event.merchant_id == caller.merchant_id)
    return mine if caller.store_id is None else mine.where(Event.store_id == caller.store_id)


def get_event(session: Session, caller: Caller, event_id: str) -> Event:
    """One event.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(events_of(caller).where(Event.id == event_id))
    if found is None:
        raise NotFound(detail=f"there is no event {event_id}; see GET /v1/events")
    return found


def of_types(patterns: Sequence[str]) -> ColumnElement[bool]:
    """Like `matching.matches_any`, in SQL."""
    names = [pattern for pattern in patterns if not pattern.endswith("*")]
    begins = [Event.type.startswith(pattern[:-1], autoescape=True) for pattern in patterns if pattern.endswith("*")]
    return or_(Event.type.in_(names), *begins)


def unpublished(merchant_id: str) -> Select[int]:
    """Numbers of events that have no place in the feed yet, oldest first."""
    mine = select(Event.number).where(Event.merchant_id == merchant_id, Event.position.is_(None))
    return mine.order_by(Event.number)


def last_position(session: Session, merchant_id: str) -> int:
    """The end of a merchant's feed."""
    return session.scalar(select(func.max(Event.position)).where(Event.merchant_id == merchant_id)) or 0


def set_positions(session: Session, numbers: Sequence[int], first: int) -> None:
    """Places for these events, one after the other."""
    rows = [{"number": number, "position": first + index} for index, number in enumerate(numbers)]
    session.execute(update(Event), rows)


# --- endpoints


def endpoints_of(session: Session, merchants: Collection[str]) -> list[WebhookEndpoint]:
    """All that could be told of something."""
    found = select(WebhookEndpoint).where(WebhookEndpoint.merchant_id.in_(merchants), WebhookEndpoint.status != OFF)
    return list(session.scalars(found.order_by(WebhookEndpoint.id)))


def my_endpoints(caller: Caller) -> Select[WebhookEndpoint]:
    """What a key may change."""
    mine = select(WebhookEndpoint).where(WebhookEndpoint.merchant_id == caller.merchant_id)
    mine = mine if caller.store_id is None else mine.where(WebhookEndpoint.store_id == caller.store_id)
    return mine.order_by(WebhookEndpoint.id)


def get_endpoint(session: Session, caller: Caller, endpoint_id: str) -> WebhookEndpoint:
    """One endpoint.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(my_endpoints(caller).where(WebhookEndpoint.id == endpoint_id))
    if found is None:
        raise NotFound(detail=f"there is no webhook endpoint {endpoint_id}; see GET /v1/webhook-endpoints")
    return found


def lock_endpoint(session: Session, endpoint_id: str) -> WebhookEndpoint | None:
    """For counting; does not stop transactions that only add messages for it."""
    return session.get(WebhookEndpoint, endpoint_id, with_for_update={"key_share": True}, populate_existing=True)


def delete_endpoint(session: Session, endpoint: WebhookEndpoint) -> None:
    """With its messages, sent and not sent."""
    messages = select(Delivery.id).where(Delivery.endpoint_id == endpoint.id)
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(messages)))
    session.execute(delete(Delivery).where(Delivery.endpoint_id == endpoint.id))
    session.execute(delete(JobRow).where(JobRow.lane == endpoint.id))
    session.delete(endpoint)
    session.flush()


# --- deliveries


def add_deliveries(session: Session, rows: list[dict[str, Any]]) -> None:
    """In their order."""
    if rows:
        session.execute(insert(Delivery), rows)


def _pending(endpoint_id: str) -> Select[Delivery]:
    return select(Delivery).where(Delivery.endpoint_id == endpoint_id, Delivery.status == PENDING)


def next_delivery(session: Session, endpoint_id: str, aggregate_id: str) -> Delivery | None:
    """The message that goes first: older ones of the aggregate are delivered or failed."""
    mine = _pending(endpoint_id).where(Delivery.aggregate_id == aggregate_id)
    return session.scalar(mine.order_by(Delivery.number).limit(1))


def pending_of_event(session: Session, endpoint_id: str, event_id: str) -> Sequence[Delivery]:
    """Messages of an event that are not sent yet."""
    return session.scalars(_pending(endpoint_id).where(Delivery.event_id == event_id)).all()


def waiting_aggregates(session: Session, endpoint_id: str) -> Sequence[str]:
    """What an endpoint has messages of that are not sent."""
    return session.scalars(_pending(endpoint_id).with_only_columns(Delivery.aggregate_id).distinct()).all()


def start_again(session: Session, endpoint_id: str) -> None:
    """All attempts from now on, for what waits."""
    waiting = update(Delivery).where(Delivery.endpoint_id == endpoint_id, Delivery.status == PENDING)
    session.execute(waiting.values(attempts=0, next_attempt_at=None))


def last_replay(session: Session, endpoint_id: str, event_id: str) -> int:
    """How often an event was sent again; -1 if it never was for this endpoint."""
    mine = select(func.max(Delivery.replay)).where(Delivery.endpoint_id == endpoint_id, Delivery.event_id == event_id)
    found = session.scalar(mine)
    return -1 if found is None else found


def count_parts(session: Session, delivery: Delivery) -> int:
    """How many messages an event is at an endpoint."""
    mine = select(func.max(Delivery.part)).where(
        Delivery.endpoint_id == delivery.endpoint_id, Delivery.event_id == delivery.event_id,
        Delivery.replay == delivery.replay,
    )  # fmt: skip
    return session.scalar(mine) or 1


def deliveries_of(caller: Caller) -> Select[Delivery]:
    """What a key may read."""
    mine = my_endpoints(caller).with_only_columns(WebhookEndpoint.id).order_by(None)
    return select(Delivery).where(Delivery.endpoint_id.in_(mine))


def attempts_of(session: Session, delivery_id: str) -> Sequence[DeliveryAttempt]:
    """Oldest first."""
    mine = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id)
    return session.scalars(mine.order_by(DeliveryAttempt.id)).all()


def hurry(session: Session, keys: Collection[str], kind: str, now: int) -> None:
    """Work that waits for its next attempt is due now."""
    later = update(JobRow).where(JobRow.kind == kind, JobRow.key.in_(keys), JobRow.due_at > now)
    session.execute(later.values(due_at=now))


def delivery(delivery_id: str) -> Select[Delivery]:
    """One message, by its public id."""
    return select(Delivery).where(Delivery.id == delivery_id)


def number_of_event(event_id: str) -> Select[int]:
    """Events are kept by number."""
    return select(Event.number).where(Event.id == event_id)


def events_between(caller: Caller, since: datetime, until: datetime | None) -> Select[Event]:
    """Events of a time, oldest first."""
    found = events_of(caller).where(Event.at >= milliseconds(since))
    found = found if until is None else found.where(Event.at < milliseconds(until))
    return found.order_by(Event.number)


def with_status(endpoint_id: str, status: str) -> ColumnElement[bool]:
    """Events whose last message to an endpoint ended so; `never` are those without any."""
    mine = select(Delivery.status).where(Delivery.endpoint_id == endpoint_id, Delivery.event_id == Event.id)
    if status == NEVER:
        return ~mine.exists()
    return mine.order_by(Delivery.number.desc()).limit(1).scalar_subquery() == status
