"""Which orders a caller sees, and the filters of their lists."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, SQLColumnExpression, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.repository import in_stores
from passmanager.service.customers.keys import search_key
from passmanager.service.db import filled, plain
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.http.shapes import (
    MOST_DECIMALS,
    DecimalText,
    Future,
    Id,
    Symbol,
    Text,
    base_units,
    milliseconds,
)
from passmanager.service.orders.models import Order, OrderHistory, OrderItem
from passmanager.service.orders.status import FulfillmentStatus, PaymentStatus

LAST_CHARACTER = "\U0010ffff"
Comparison = Literal["eq", "ne", "gt", "lt"]


class OrderFilters(BaseModel):
    """All that are given must hold."""

    model_config = ConfigDict(extra="ignore")

    store_id: Id | None = None
    payment_status: PaymentStatus | None = None
    fulfillment_status: FulfillmentStatus | None = None
    product_id: Id | None = None
    customer_id: Id | None = None
    customer_email: Annotated[Text | None, Query(description="Its beginning, in any case.")] = None
    customer_first_name: Annotated[Text | None, Query(description="Its beginning, in any case.")] = None
    customer_last_name: Annotated[Text | None, Query(description="Its beginning, in any case.")] = None
    currency: Symbol | None = None
    created_from: Future | None = None
    created_to: Future | None = None
    total: DecimalText | None = None
    total_op: Comparison = "eq"
    test: bool | None = None
    to_ship: Annotated[bool | None, Query(description="Goods are left to ship.")] = None


def orders_of(caller: Caller) -> Select[Order]:
    """The orders of the stores that a key may touch."""
    return select(Order).where(in_stores(Order.store_id, caller))


def listed(caller: Caller, filters: OrderFilters) -> Select[Order]:
    """Those of them that pass every filter, for `rows`."""
    return filtered(plain(Order).where(in_stores(Order.store_id, caller)), filters)


def get_order(session: Session, caller: Caller, order_id: str) -> Order:
    """One order.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(orders_of(caller).where(Order.id == order_id))
    if found is None:
        raise NotFound(detail=f"there is no order {order_id}; see GET /v1/orders")
    return found


def history_of(session: Session, order: Order) -> list[OrderHistory]:
    """Its moves, the first first."""
    return list(
        session.scalars(select(OrderHistory).where(OrderHistory.order_id == order.id).order_by(OrderHistory.number))
    )


def filtered(orders: Select[Order], filters: OrderFilters) -> Select[Order]:
    """The orders that pass every filter."""
    for column, value in (
        (Order.store_id, filters.store_id), (Order.payment_status, filters.payment_status),
        (Order.fulfillment_status, filters.fulfillment_status), (Order.customer_id, filters.customer_id),
        (Order.currency, filters.currency), (Order.test, filters.test),
    ):  # fmt: skip
        if value is not None:
            orders = orders.where(column == value)
    for key, text in (
        (Order.email_key, filters.customer_email), (Order.first_key, filters.customer_first_name),
        (Order.last_key, filters.customer_last_name),
    ):  # fmt: skip
        if text:
            orders = orders.where(*begins_with(key, text))
    if filters.product_id is not None:
        lines = select(OrderItem.order_id).where(OrderItem.product_id == filters.product_id)
        orders = orders.where(Order.id.in_(lines))
    return _by_shipping(_by_total(_by_time(orders, filters), filters), filters)


def begins_with(key: SQLColumnExpression[str], text: str) -> tuple[SQLColumnExpression[bool], ...]:
    """A range of a key column; `%` and `_` are letters like others, and an index serves it."""
    first = search_key(text)
    return key >= first, key < first + LAST_CHARACTER, filled(key)


def _by_time(orders: Select[Order], filters: OrderFilters) -> Select[Order]:
    if filters.created_from is not None:
        orders = orders.where(Order.created_at >= milliseconds(filters.created_from))
    if filters.created_to is not None:
        orders = orders.where(Order.created_at <= milliseconds(filters.created_to))
    return orders


def _by_total(orders: Select[Order], filters: OrderFilters) -> Select[Order]:
    if filters.total is None:
        return orders
    value = base_units(filters.total, MOST_DECIMALS, "/query/total")
    column = Order.total_value
    return orders.where(
        {"eq": column == value, "ne": column != value, "gt": column > value, "lt": column < value}[filters.total_op]
    )


def _by_shipping(orders: Select[Order], filters: OrderFilters) -> Select[Order]:
    if filters.to_ship is None:
        return orders
    left = Order.to_ship > 0
    return orders.where(left if filters.to_ship else Order.to_ship.is_(None) | ~left)
