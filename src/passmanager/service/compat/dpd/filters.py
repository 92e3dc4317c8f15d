"""The filters of `GET /purchases`: all that are given must hold."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, select, true
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.compat.dpd.auth import Visit
from passmanager.service.compat.dpd.dates import date_parameter
from passmanager.service.compat.dpd.inputs import decimal_parameter, flag_parameter, id_parameter, text_parameter
from passmanager.service.compat.dpd.statuses import OURS
from passmanager.service.customers.models import Customer
from passmanager.service.http.problems import BadRequest
from passmanager.service.orders.lists import begins_with
from passmanager.service.orders.models import Order, OrderItem, Purchase

OPERATIONS = ("eq", "ne", "gt", "lt")


def _text(description: str, **schema: Any) -> Any:
    return Query(description=description, json_schema_extra=schema or None)


ID = r"^([1-9][0-9]{0,17})?$"
PAGE = r"^([1-9][0-9]{0,5})?$"

NOTHING = Order.number == 0
"""No order has this number, which the database finds out without looking at one."""


class PurchaseQuery(BaseModel):
    """As DPD has them. Empty is the same as absent; of a repeated one the last counts."""

    status: Annotated[str, _text("Status.", enum=["", *OURS])] = ""
    product_id: Annotated[str, _text("In any line.", pattern=ID)] = ""
    storefront_id: Annotated[str, _text("Store.", pattern=ID)] = ""
    customer_id: Annotated[str, _text("Customer.", pattern=ID)] = ""
    subscriber_id: Annotated[str, _text("Subscriber.", pattern=ID)] = ""
    customer_email: Annotated[str, _text("Its beginning, in any case.")] = ""
    customer_first_name: Annotated[str, _text("Its beginning, in any case.")] = ""
    customer_last_name: Annotated[str, _text("Its beginning, in any case.")] = ""
    date_min: Annotated[str, _text("Created at or after; anything that PHP's strtotime reads, in UTC.")] = ""
    date_max: Annotated[str, _text("Created at or before.")] = ""
    total: Annotated[str, _text("Compared by value.", pattern=r"^([0-9]{1,20}(\.[0-9]{1,18})?)?$")] = ""
    total_op: Annotated[str, _text("How `total` is compared: eq, ne, gt or lt; eq if empty.")] = ""
    ship: Annotated[str, _text("true: with goods that are not shipped.", enum=["", "true", "false", "1", "0"])] = ""
    page: Annotated[str, _text("From 1.", pattern=PAGE)] = ""


def condition(of: Visit, query: PurchaseQuery) -> ColumnElement[bool]:
    """What the database looks for.

    Raises:
        BadRequest: A value makes no sense.
    """
    parts = [
        _stores(of, query.storefront_id), Order.test.is_(False), *_status(query.status), *_product(of, query),
        *_customer(of.session, query.customer_id), *_subscriber(of, query.subscriber_id), *_names(query),
        *_times(query, of.now), *_total(query), *_ship(query.ship),
    ]  # fmt: skip
    return and_(*parts)


def _stores(of: Visit, text: str) -> ColumnElement[bool]:
    number = id_parameter("storefront_id", text)
    if number is not None:
        return Order.store_id == (of.store_of_number(number) or "")
    return one_of(of.stores)


def one(of: Visit, number: int) -> ColumnElement[bool]:
    """One order; also a test."""
    return and_(Order.number == number, Order.store_id.in_(of.stores))


def one_of(stores: dict[str, Any]) -> ColumnElement[bool]:
    """Of these stores; with a single one the index gives the order, too."""
    return Order.store_id == next(iter(stores)) if len(stores) == 1 else Order.store_id.in_(stores)


def _status(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    if text not in OURS:
        raise BadRequest(detail=f"status is one of {', '.join(OURS)}")
    ours = OURS[text]
    return [Order.payment_status == ours[0] if len(ours) == 1 else Order.payment_status.in_(ours)]


def _product(of: Visit, query: PurchaseQuery) -> list[ColumnElement[bool]]:
    number = id_parameter("product_id", query.product_id)
    if number is None:
        return []
    found = of.session.scalar(select(Product.id).where(Product.number == number, Product.store_id.in_(of.stores)))
    if found is None:
        return [NOTHING]
    return [Order.id.in_(select(OrderItem.order_id).where(OrderItem.product_id == found))]


def _customer(session: Session, text: str) -> list[ColumnElement[bool]]:
    number = id_parameter("customer_id", text)
    if number is None:
        return []
    found = session.scalar(select(Customer.id).where(Customer.number == number))
    return [NOTHING if found is None else Order.customer_id == found]


def _subscriber(of: Visit, text: str) -> list[ColumnElement[bool]]:
    """A subscriber is a subscription; its orders are the first one and its renewals, whose pass they tell."""
    number = id_parameter("subscriber_id", text)
    if number is None:
        return []
    columns = (Purchase.order_item_id, Purchase.product_id, Purchase.pass_id)
    found = of.session.execute(
        select(*columns).where(Purchase.number == number, Purchase.store_id.in_(of.stores), Purchase.subscription)
    ).one_or_none()
    if found is None:
        return [NOTHING]
    if found.product_id is None or found.pass_id is None:
        return [Order.id.in_(select(OrderItem.order_id).where(OrderItem.id == found.order_item_id))]
    lines = select(OrderItem.order_id).where(OrderItem.product_id == found.product_id)
    return [Order.id.in_(lines), Order.details["chain"]["pass_id"].as_string() == str(found.pass_id)]


def _names(query: PurchaseQuery) -> list[SQLColumnExpression[bool]]:
    found: list[SQLColumnExpression[bool]] = []
    for column, name in (
        (Order.email_key, "customer_email"), (Order.first_key, "customer_first_name"),
        (Order.last_key, "customer_last_name"),
    ):  # fmt: skip
        text = text_parameter(name, getattr(query, name))
        if text:
            found += begins_with(column, text)
    return found


def _times(query: PurchaseQuery, now: int) -> list[ColumnElement[bool]]:
    """Both ends count; a second is all of its milliseconds."""
    first, last = date_parameter("date_min", query.date_min, now), date_parameter("date_max", query.date_max, now)
    found: list[ColumnElement[bool]] = []
    if first is not None:
        found.append(Order.created_at >= 1000 * first)
    if last is not None:
        found.append(Order.created_at < 1000 * (last + 1))
    return found


def _total(query: PurchaseQuery) -> list[ColumnElement[bool]]:
    value = decimal_parameter("total", query.total)
    if value is None:
        return []
    operation = query.total_op or "eq"
    if operation not in OPERATIONS:
        raise BadRequest(detail=f"total_op is one of {', '.join(OPERATIONS)}")
    if value < 0:  # no total is
        return [true() if operation in {"ne", "gt"} else NOTHING]
    column = Order.total_value
    found = {"eq": column == value, "ne": column != value, "gt": column > value, "lt": column < value}
    return [found[operation]]


def _ship(text: str) -> list[ColumnElement[bool]]:
    return [Order.to_ship > 0] if flag_parameter("ship", text) else []
