"""Tables of actions, of how often they were used, and of what came of it."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class Action(Base):
    """Something that can be done with a purchase, bound to one product or to all of a type.

    Attributes:
        key: Names it among the actions of a purchase; a product's takes the place of its type's.
        kind: `link`, `callback`, `download`, `webhook`, `email`, `zapier`, `form` or `key`.
        config: What its kind needs; see `schemas.py`.
        max_executions: How often it may be used; null if there is no limit.
        limit_per: `user` or `purchase`.
        limits: Every limit that it ever had, as (from when, how often): a purchase keeps the one of its day.
        rearm: Who has used it up starts again by himself: `off`, `email`, `wallet` or `any`.
        max_rearms: How often he may; null if there is no limit.
        place: Where it is bound and its key, which are taken once; its id when it is archived.
    """

    __tablename__ = "actions"
    __table_args__ = (Index(None, "store_id", "number"), Index(None, "product_id"), Index(None, "type_id"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    type_id: Mapped[str | None] = mapped_column(ForeignKey("product_types.id"))
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    max_executions: Mapped[int | None]
    limit_per: Mapped[str]
    limits: Mapped[list[Any]]
    rearm: Mapped[str]
    max_rearms: Mapped[int | None]
    place: Mapped[str] = mapped_column(unique=True)
    archived_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class ActionUse(Base):
    """How often an action of a purchase was used since it was last reset.

    Attributes:
        person: Who, if the limit is per user; empty if it is per purchase.
        rearms: How often the person began again by himself.
        told: The merchant heard that the limit is reached.
    """

    __tablename__ = "action_uses"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.id"), primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    rearms: Mapped[int] = mapped_column(default=0)
    told: Mapped[bool] = mapped_column(default=False)


class ActionLimit(Base):
    """A limit that the merchant gave one purchase."""

    __tablename__ = "action_limits"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.id"), primary_key=True)
    max_executions: Mapped[int]


class ActionRenewal(Base):
    """That a purchase was reactivated: its limits are those of then."""

    __tablename__ = "action_renewals"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    at: Mapped[int]


class ActionExecution(Base):
    """One use of an action.

    Attributes:
        n: Counts the uses of the action by the purchase, and is never reset.
        trigger: `call`, or `activation` for what happened by itself.
        person: Who called; empty for what happened by itself.
        status: `done` or `failed`.
        result: What is shown of it, without secrets.
        license_key_id: The key that was made.
        idempotency_key: Of the request; a second one like it is answered with this row.
    """

    __tablename__ = "action_executions"
    __table_args__ = (
        UniqueConstraint("purchase_id", "action_id", "n"),
        UniqueConstraint("purchase_id", "person", "idempotency_key"),
        Index(None, "store_id", "number"),
        Index(None, "action_id", "number"),
        Index(None, "purchase_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.id"))
    n: Mapped[int]
    trigger: Mapped[str]
    person: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    license_key_id: Mapped[str | None] = mapped_column(ForeignKey("license_keys.id"))
    idempotency_key: Mapped[str | None]
    body_hash: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]


class FormAnswer(Base):
    """A form that somebody filled in."""

    __tablename__ = "form_answers"
    __table_args__ = (Index(None, "action_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    action_id: Mapped[str] = mapped_column(ForeignKey("actions.id"))
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    wallet: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]]
    created_at: Mapped[int]


class ActionStart(Base):
    """That the actions of a purchase which happen by themselves have happened, or wait for the chain.

    Attributes:
        chain_id: The chain whose payment is not deep enough yet; null if nothing is waited for.
    """

    __tablename__ = "action_starts"
    __table_args__ = (Index(None, "chain_id"),)

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    chain_id: Mapped[int | None]
    at: Mapped[int]
