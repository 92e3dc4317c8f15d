"""Tables of delivery: templates, what is under way, and every attempt."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class FulfillmentTemplate(Base):
    """A way to deliver, bound to a product type or a product; orders copy it, so a change touches later ones only.

    Attributes:
        method: `generated`, `pool`, `shared`, `web_service`, `information` or `manual`.
        deliverable: `key`, `activation_code`, `serial`, `link`, `certificate`, `qr_code` or `acknowledgement`.
        config: What the method needs: pattern, pool, addresses of the verbs, names of the parameters, mail text.
        secret: Credentials for the merchant's web service, encrypted.
        give_up_after: Seconds after which a vendor that keeps failing costs the sale; null if never.
    """

    __tablename__ = "fulfillment_templates"
    __table_args__ = (UniqueConstraint("store_id", "name"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    method: Mapped[str]
    deliverable: Mapped[str] = mapped_column(default="key")
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    give_up_after: Mapped[int | None]
    archived_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Fulfillment(Base):
    """The delivery of one line of an order.

    Attributes:
        status: `planned` until the order is paid, `waiting` (for the worker, stock, a person or the next attempt),
            `delivered`, `failed`, `returned`.
        waits_for: `stock`, `merchant`, `vendor` or nothing.
        config: The template's, as it was when the order came to be.
        pool_id: The pool of its keys, if it has one.
        delivered: How many units are.
        vendor_id: The merchant's own id of what he delivered, as his web service answered it.
        give_up_at: When a vendor that keeps failing has cost the sale; null if never.
    """

    __tablename__ = "fulfillments"
    __table_args__ = (
        UniqueConstraint("order_item_id"),
        Index(None, "order_id"),
        Index(None, "store_id", "number"),
        Index(None, "store_id", "status", "number"),
        Index(None, "pool_id", "waits_for", "status", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    order_item_id: Mapped[str] = mapped_column(ForeignKey("order_items.id"))
    template_id: Mapped[str | None] = mapped_column(ForeignKey("fulfillment_templates.id"))
    pool_id: Mapped[str | None] = mapped_column(ForeignKey("key_pools.id"))
    method: Mapped[str]
    deliverable: Mapped[str] = mapped_column(default="key")
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str]
    waits_for: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(default="")
    units: Mapped[int]
    delivered: Mapped[int] = mapped_column(default=0)
    vendor_id: Mapped[str] = mapped_column(default="")
    give_up_at: Mapped[int | None]
    started_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class FulfillmentAttempt(Base):
    """One call of a merchant's web service and what it answered."""

    __tablename__ = "fulfillment_attempts"
    __table_args__ = (Index(None, "fulfillment_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    fulfillment_id: Mapped[str] = mapped_column(ForeignKey("fulfillments.id"))
    verb: Mapped[str]
    unit: Mapped[int]
    attempt: Mapped[int]
    status: Mapped[int | None]
    problem: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    at: Mapped[int]
