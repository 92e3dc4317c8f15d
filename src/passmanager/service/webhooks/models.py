"""Tables of events, endpoints and deliveries."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class Event(Base):
    """Something that happened, written in the transaction in which it did.

    Attributes:
        position: Place in the pull feed, in the order of commits; null until the publisher gave it one.
        sequence: 1, 2, 3 … without a gap per aggregate, so that a receiver sees order and loss.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("aggregate_id", "sequence"),
        UniqueConstraint("merchant_id", "position"),
        Index(None, "merchant_id", "position", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    type: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[str]
    sequence: Mapped[int]
    position: Mapped[int | None]
    data: Mapped[dict[str, Any]]
    previous: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[int]


class WebhookEndpoint(Base):
    """An address of a merchant that is told of events.

    Attributes:
        profile: `standard`, `noventiq`, `dpd-ipn` or `zapier`.
        types: Names of events, with `*` at the end for all that begin so; empty for all.
        secret: Signs the messages, encrypted; `old_secret` signs too until `old_secret_until`.
        action_id: It is told of uses of this action only; null if it is told of everything.
        status: `active`, `held` (after five days without success, or told 410) or `off`.
        failures: Attempts that failed since the last success, the first of them at `failing_since`.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index(None, "merchant_id"), Index(None, "action_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    action_id: Mapped[str | None]
    url: Mapped[str]
    profile: Mapped[str] = mapped_column(default="standard")
    types: Mapped[list[Any]] = mapped_column(default=list)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[int | None]
    status: Mapped[str] = mapped_column(default="active")
    held_at: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[int | None]
    last_success_at: Mapped[int | None]
    created_at: Mapped[int]


class Delivery(Base):
    """One message for one endpoint.

    Attributes:
        part: One event can be several messages, in profiles with one message per line.
        status: `pending`, `delivered`, `failed` (all attempts used) or `held` with its endpoint.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", "part", "replay"),
        Index(None, "endpoint_id", "aggregate_id", "status", "number"),
        Index(None, "endpoint_id", "status", "number"),
        Index(None, "event_id"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    aggregate_id: Mapped[str]
    part: Mapped[int] = mapped_column(default=1)
    replay: Mapped[int] = mapped_column(default=0)
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[int | None]
    created_at: Mapped[int]


class DeliveryAttempt(Base):
    """One call of an endpoint and what it answered."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (Index(None, "delivery_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"))
    attempt: Mapped[int]
    status: Mapped[int | None]
    problem: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    milliseconds: Mapped[int]
    at: Mapped[int]
