"""All SQL of events, endpoints and deliveries."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from passmanager.service.webhooks.models import Delivery, Event, WebhookEndpoint

_LOCK_ALL = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def _on_server(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def lock_aggregates(session: Session, keys: list[int]) -> None:
    """Others who write to the same aggregates wait; on SQLite all writers do anyway."""
    if _on_server(session):
        session.execute(_LOCK_ALL, {"keys": keys})


def last_sequences(session: Session, aggregates: Collection[str]) -> dict[str, int]:
    """The number of the newest event of each aggregate that has one."""
    found = select(Event.aggregate_id, func.max(Event.sequence)).where(Event.aggregate_id.in_(aggregates))
    return {row[0]: row[1] for row in session.execute(found.group_by(Event.aggregate_id))}


def add_events(session: Session, rows: list[dict[str, Any]]) -> None:
    """In their order."""
    session.execute(insert(Event), rows)


def add_deliveries(session: Session, rows: list[dict[str, Any]]) -> None:
    """In their order."""
    if rows:
        session.execute(insert(Delivery), rows)


def endpoints_of(session: Session, merchants: Collection[str]) -> list[WebhookEndpoint]:
    """All that could be told of something."""
    found = select(WebhookEndpoint).where(WebhookEndpoint.merchant_id.in_(merchants), WebhookEndpoint.status != "off")
    return list(session.scalars(found.order_by(WebhookEndpoint.id)))
