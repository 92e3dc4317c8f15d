"""Rights of access: the chain's, those of orders, and those that a merchant sold elsewhere."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session
from typing_extensions import TypedDict

from passmanager.service.accounts.entitlement import EXTERNAL, is_active
from passmanager.service.accounts.external import CONSUMED, Elsewhere, put
from passmanager.service.accounts.holders import held_by_people
from passmanager.service.accounts.models import Account
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import get_product, get_store, in_stores, stores_of
from passmanager.service.clock import rfc3339, written
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer
from passmanager.service.db import plain
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, NotFound, bad_field
from passmanager.service.http.shapes import Body, Email, Future, Id, Instant, Name, Text, Wallet, milliseconds
from passmanager.service.news import Tell
from passmanager.service.orders.models import OrderItem, Purchase
from passmanager.service.orders.settling import right_news
from passmanager.units import checksum

MOST_UNITS = 1_000_000


class RightFilters(BaseModel):
    """All that are given must hold."""

    store_id: Id | None = None
    product_id: Id | None = None
    customer_id: Id | None = None
    user_id: Annotated[
        Text | None, Query(description="The merchant's own id of a person, who has it alone, by an account or a seat.")
    ] = None
    account_id: Id | None = None
    account: Annotated[Text | None, Query(description="The merchant's own id of an account.")] = None
    wallet: Wallet | None = None
    type: Literal["one_time", "subscription"] | None = None
    source: Literal["chain", "airdrop", "order", "external"] | None = None
    active: bool | None = None


class RightIn(Body):
    """What somebody bought elsewhere. The same `external_id` again changes it."""

    store_id: Id
    external_id: Name
    product_id: Id
    user_id: Text | None = None
    email: Email | None = None
    wallet: Wallet | None = None
    quantity: int = Field(default=1, ge=1, le=MOST_UNITS)
    active: bool = True
    active_until: Future | None = None


class RightOut(TypedDict):
    """A right of access."""

    id: str
    number: int
    store_id: str
    order_id: str | None
    order_item_id: str | None
    customer_id: str | None
    account_id: str | None
    product_id: str | None
    source: str
    external_id: str | None
    wallet: str
    chain_id: int | None
    pass_id: str | None
    chain_product_id: str | None
    type: str
    quantity: int
    status: str
    active: bool
    active_until: Instant | None
    consumed_at: Instant | None
    created_at: Instant
    updated_at: Instant


def rights_of(caller: Caller) -> Select[Purchase]:
    """The rights in the stores that a key may touch."""
    return select(Purchase).where(in_stores(Purchase.store_id, caller))


def get_right(session: Session, caller: Caller, right_id: str) -> Purchase:
    """One of them.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(rights_of(caller).where(Purchase.id == right_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no purchase {right_id}; see GET /v1/purchases")
    return found


def filtered(caller: Caller, filters: RightFilters, now: int) -> Select[Purchase]:
    """The rights in the stores that a key may touch which pass every filter, for `rows`."""
    rights = plain(Purchase).where(in_stores(Purchase.store_id, caller))
    stores = stores_of(caller).with_only_columns(Store.id)
    for column, value in (
        (Purchase.store_id, filters.store_id), (Purchase.product_id, filters.product_id),
        (Purchase.customer_id, filters.customer_id), (Purchase.source, filters.source),
        (Purchase.account_id, filters.account_id),
        (Purchase.owner, None if filters.wallet is None else checksum(filters.wallet)),
    ):  # fmt: skip
        rights = rights if value is None else rights.where(column == value)
    if filters.user_id is not None:
        people = select(Customer.id).where(Customer.store_id.in_(stores), Customer.external_id == filters.user_id)
        rights = rights.where(held_by_people(people))
    if filters.account is not None:
        mine = select(Account.id).where(Account.store_id.in_(stores), Account.external_id == filters.account)
        rights = rights.where(Purchase.account_id.in_(mine))
    if filters.type is not None:
        rights = rights.where(Purchase.subscription.is_(filters.type == "subscription"))
    if filters.active is not None:
        rights = rights.where(_active(now) if filters.active else ~_active(now))
    return rights


def _active(now: int) -> ColumnElement[bool]:
    """Of subscriptions the follower of the chain keeps `active`; what was sold elsewhere ends by our clock."""
    ends_here = or_(Purchase.source != EXTERNAL, Purchase.active_until.is_(None), Purchase.active_until > now)
    return Purchase.active & Purchase.consumed_at.is_(None) & ends_here


def put_external(session: Session, caller: Caller, body: RightIn, now: int, tell: Tell) -> tuple[Purchase, bool]:
    """A right that was sold elsewhere, and whether it is new."""
    store = get_store(session, caller, body.store_id)
    product = get_product(session, caller, body.product_id)
    if product.store_id != store.id:
        raise bad_field("/body/product_id", "store", f"product {body.product_id} is sold by another store")
    person = Person(external_id=body.user_id or None, email=body.email or "", wallet=body.wallet or "")
    customer = find_or_add(session, store.id, person, now)
    told = Elsewhere(
        external_id=body.external_id, product=product, customer_id=customer.id, quantity=body.quantity,
        owner=checksum(body.wallet) if body.wallet else "", active=body.active,
        active_until=None if body.active_until is None else milliseconds(body.active_until),
    )  # fmt: skip
    return put(session, store, told, now, tell)


def consume(session: Session, caller: Caller, right: Purchase, now: int, tell: Tell) -> None:
    """What is used up once: it is had no more.

    Raises:
        Conflict: It is a subscription, or nothing is left of it.
    """
    if right.subscription:
        raise Conflict(detail=f"purchase {right.id} is a subscription; only one-time purchases are consumed")
    if not is_active(right, now):
        raise Conflict(detail=f"purchase {right.id} is {right.status}; only an active one can be consumed")
    right.consumed_at = right.updated_at = now
    right.status = CONSUMED
    session.flush()
    tell(session, right_news(caller.merchant_id, right, "purchase.consumed", now))


def show(session: Session, rights: Sequence[Purchase], now: int) -> list[RightOut]:
    """Many at once, with the orders that they came with."""
    items = {right.order_item_id for right in rights if right.order_item_id}
    asked = select(OrderItem.id, OrderItem.order_id).where(OrderItem.id.in_(items))
    orders = {row[0]: row[1] for row in session.execute(asked)}
    return [_show(right, orders.get(right.order_item_id or ""), now) for right in rights]


def _show(right: Purchase, order_id: str | None, now: int) -> RightOut:
    def text(number: int | None) -> str | None:
        return None if number is None else str(number)

    return {
        "id": right.id,
        "number": right.number,
        "store_id": right.store_id,
        "order_id": order_id,
        "order_item_id": right.order_item_id,
        "customer_id": right.customer_id,
        "account_id": right.account_id,
        "product_id": right.product_id,
        "source": right.source,
        "external_id": right.external_id,
        "wallet": right.owner,
        "chain_id": right.chain_id,
        "pass_id": text(right.pass_id),
        "chain_product_id": text(right.chain_product_id),
        "type": "subscription" if right.subscription else "one_time",
        "quantity": right.quantity,
        "status": right.status,
        "active": is_active(right, now),
        "active_until": rfc3339(right.active_until),
        "consumed_at": rfc3339(right.consumed_at),
        "created_at": written(right.created_at),
        "updated_at": written(right.updated_at),
    }
