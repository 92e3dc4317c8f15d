"""Writing events: in the transaction of what happened, numbered without gaps per aggregate."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.engine import keep_going
from passmanager.service.ids import new_id
from passmanager.service.webhooks import repository
from passmanager.service.webhooks.matching import wants
from passmanager.service.webhooks.models import WebhookEndpoint

DELIVER = "webhook"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened.

    Attributes:
        type: Name of the event, such as `order.paid`.
        aggregate_type: What it happened to, such as `order`; events of one aggregate reach receivers in order.
        data: As receivers see it: JSON with decimal strings, and times in RFC 3339. A list under `items` are the
            lines of an order: profiles with one message per line send so many.
        previous: Old values of the fields that changed.
    """

    merchant_id: str
    store_id: str
    type: str
    aggregate_type: str
    aggregate_id: str
    data: dict[str, Any]
    previous: dict[str, Any] = field(default_factory=dict[str, Any])


def record(session: Session, now: int, facts: Sequence[Fact]) -> list[str]:
    """Writes events and what endpoints are to be told of them, in the caller's transaction; the events' ids.

    Many facts in one call cost a few statements in all. Whoever writes to the same aggregate waits for the
    caller's transaction, so call it last.
    """
    if not facts:
        return []
    repository.lock_aggregates(session, sorted({_lock_key(fact.aggregate_id) for fact in facts}))
    events = _events(facts, repository.last_sequences(session, {fact.aggregate_id for fact in facts}), now)
    repository.add_events(session, events)
    _deliver(session, now, facts, [event["id"] for event in events])
    return [event["id"] for event in events]


def _lock_key(aggregate_id: str) -> int:
    return int.from_bytes(hashlib.sha256(aggregate_id.encode()).digest()[:8], "big", signed=True)


def _events(facts: Sequence[Fact], last: dict[str, int], now: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for fact in facts:
        last[fact.aggregate_id] = last.get(fact.aggregate_id, 0) + 1
        rows.append({
            "id": new_id("evt"), "merchant_id": fact.merchant_id, "store_id": fact.store_id, "type": fact.type,
            "aggregate_type": fact.aggregate_type, "aggregate_id": fact.aggregate_id,
            "sequence": last[fact.aggregate_id], "position": None, "data": fact.data, "previous": fact.previous,
            "at": now,
        })  # fmt: skip
    return rows


def _deliver(session: Session, now: int, facts: Sequence[Fact], ids: list[str]) -> None:
    endpoints = repository.endpoints_of(session, {fact.merchant_id for fact in facts})
    chosen = [
        (endpoint, fact, event_id)
        for fact, event_id in zip(facts, ids, strict=True)
        for endpoint in endpoints
        if endpoint.merchant_id == fact.merchant_id and wants(endpoint, fact.type, fact.store_id)
    ]
    rows = [row for endpoint, fact, event_id in chosen for row in delivery_rows(endpoint, event_id, fact.aggregate_id,
            fact.data, now)]  # fmt: skip
    repository.add_deliveries(session, rows)
    keep_going(session, DELIVER, ((chain_key(e.id, f.aggregate_id), e.id) for e, f, _ in chosen), now)


def delivery_rows(
    endpoint: WebhookEndpoint, event_id: str, aggregate_id: str, data: dict[str, Any], now: int, replay: int = 0
) -> list[dict[str, Any]]:
    """One for each message of an event: profile `noventiq` has one per line of the order."""
    return [
        {
            "id": new_id("dlv"), "endpoint_id": endpoint.id, "event_id": event_id, "aggregate_id": aggregate_id,
            "part": part, "replay": replay, "status": "pending", "attempts": 0, "next_attempt_at": None,
            "created_at": now,
        }
        for part in range(1, parts_of(endpoint.profile, data) + 1)
    ]  # fmt: skip


def parts_of(profile: str, data: dict[str, Any]) -> int:
    """How many messages a profile makes of one event."""
    lines: list[Any] = data.get("items") or []
    return max(1, len(lines)) if profile == "noventiq" else 1


def chain_key(endpoint_id: str, aggregate_id: str) -> str:
    """One worker at a time sends one endpoint the messages of one aggregate."""
    return f"{endpoint_id}:{aggregate_id}"
