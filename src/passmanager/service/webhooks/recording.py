"""Writing events: in the transaction of what happened, numbered without gaps per aggregate."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from passmanager.service.engine import keep_going
from passmanager.service.ids import new_id
from passmanager.service.news import INTERNAL, News
from passmanager.service.webhooks import repository
from passmanager.service.webhooks.matching import wants
from passmanager.service.webhooks.models import Event, WebhookEndpoint
from passmanager.service.webhooks.profiles import Order
from passmanager.service.webhooks.profiles.known import PROFILES

DELIVER = "webhook"

FindOrder: TypeAlias = Callable[[Session, str], Order | None]
"""The order of an id as `GET /v1/orders/{id}` shows it; handed in, since orders are another domain."""


def no_orders(_session: Session, _order_id: str) -> Order | None:
    """For a service without orders, and for tests."""
    return None


def record(session: Session, news: Sequence[News], find_order: FindOrder = no_orders) -> list[str]:
    """Writes events and what endpoints are to be told of them, in the caller's transaction; the events' ids.

    Many in one call cost a few statements in all. Whoever writes about the same aggregate waits for the end of
    the caller's transaction.
    """
    told = [one for one in news if not one.type.startswith(INTERNAL)]
    if not told:
        return []
    rows = _add(session, told)
    endpoints = repository.endpoints_of(session, {one.merchant_id for one in told})
    for event in map(_event, rows if endpoints else ()):
        chosen = [endpoint for endpoint in endpoints if wants(endpoint, event)]
        send(session, event, chosen, event.at, find_order)
    return [row["id"] for row in rows]


def record_for(session: Session, news: News, endpoint: WebhookEndpoint) -> str:
    """Writes an event that only one endpoint is told of; its id."""
    event = _event(_add(session, [news])[0])
    send(session, event, [endpoint], event.at, no_orders)
    return event.id


def _event(row: dict[str, Any]) -> Event:
    return Event(**row)  # not of the session: only to be read


def _add(session: Session, news: Sequence[News]) -> list[dict[str, Any]]:
    repository.lock_aggregates(session, sorted({_lock_key(one.aggregate_id) for one in news}))
    rows = _rows(news, repository.last_sequences(session, {one.aggregate_id for one in news}))
    repository.add_events(session, rows)
    return rows


def _lock_key(aggregate_id: str) -> int:
    return int.from_bytes(hashlib.sha256(aggregate_id.encode()).digest()[:8], "big", signed=True)


def _rows(news: Sequence[News], last: dict[str, int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in news:
        last[one.aggregate_id] = last.get(one.aggregate_id, 0) + 1
        rows.append({
            "id": new_id("evt"), "merchant_id": one.merchant_id, "store_id": one.store_id, "type": one.type,
            "aggregate_type": one.aggregate_type, "aggregate_id": one.aggregate_id,
            "sequence": last[one.aggregate_id], "position": None, "data": dict(one.data),
            "previous": dict(one.previous), "at": one.at,
        })  # fmt: skip
    return rows


def send(
    session: Session,
    event: Event,
    endpoints: Sequence[WebhookEndpoint],
    now: int,
    find_order: FindOrder,
    replay: int = 0,
) -> None:
    """Makes the messages of an event, and sees to it that somebody sends them."""
    rows: list[dict[str, Any]] = []
    for endpoint in endpoints:
        parts = count_parts(session, event, endpoint.profile, find_order)
        rows += [_message(endpoint, event, part, replay, now) for part in range(1, parts + 1)]
    repository.add_deliveries(session, rows)
    chains = [(chain_key(endpoint.id, event.aggregate_id), endpoint.id) for endpoint in endpoints]
    keep_going(session, DELIVER, chains, now)


def _message(endpoint: WebhookEndpoint, event: Event, part: int, replay: int, now: int) -> dict[str, Any]:
    return {
        "id": new_id("dlv"), "endpoint_id": endpoint.id, "event_id": event.id, "aggregate_id": event.aggregate_id,
        "part": part, "replay": replay, "status": "pending", "attempts": 0, "next_attempt_at": None,
        "created_at": now,
    }  # fmt: skip


def count_parts(session: Session, event: Event, profile: str, find_order: FindOrder) -> int:
    """How many messages an event is: as many as the order has lines, in profiles with one for each."""
    if not PROFILES[profile].one_per_line or "order_item_id" in event.data:
        return 1
    order = find_order(session, order_id) if (order_id := order_of(event)) else None
    return max(1, len(list((order or {}).get("items", []))))


def order_of(event: Event) -> str | None:
    """Id of the order that an event is about."""
    data: Mapping[str, Any] = event.data
    return event.aggregate_id if event.aggregate_type == "order" else data.get("order_id")


def chain_key(endpoint_id: str, aggregate_id: str) -> str:
    """One worker at a time sends one endpoint the messages of one aggregate."""
    return f"{endpoint_id}:{aggregate_id}"
