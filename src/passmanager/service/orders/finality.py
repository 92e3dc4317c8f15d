"""How deep a payment has to be before its lines are delivered: `included`, `safe` or `finalized`, per product."""

from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.chain.facts import Levels
from passmanager.service.chain.repository import levels_of
from passmanager.service.orders.models import Order, OrderItem, Payment
from passmanager.service.orders.status import SETTLED, AttemptStatus, FulfillmentStatus

DEPTHS: Final = ("included", "safe", "finalized")
DEV_CHAINS: Final = frozenset({1337, 31337})
PAYING: Final = (AttemptStatus.CONFIRMED.value, AttemptStatus.FINALIZED.value, AttemptStatus.OVERPAID.value)
"""Payments with such a status settle their order."""

OVER: Final = (FulfillmentStatus.DELIVERED.value, FulfillmentStatus.RETURNED.value)


def default_depth(chain_id: int) -> str:
    """For products that do not say it: development chains replace no blocks."""
    return "included" if chain_id in DEV_CHAINS else "safe"


def newest(levels: Levels, depth: str) -> int:
    """The newest block that is so deep."""
    return {"included": levels.included, "safe": levels.safe, "finalized": levels.finalized}[depth]


def _waiting() -> Select[str, str]:
    return (
        select(OrderItem.order_id, OrderItem.id)
        .join(Order, Order.id == OrderItem.order_id)
        .outerjoin(Product, Product.id == OrderItem.product_id)
        .where(
            Order.payment_status.in_([status.value for status in SETTLED]),
            Order.elsewhere.is_(False),
            OrderItem.fulfillment_template_id.is_not(None),
            OrderItem.fulfillment_status.not_in(OVER),
            OrderItem.refunded_at.is_(None),
        )
        .order_by(OrderItem.number)
    )


def _paid_by() -> Select[str, str]:
    return _waiting().join(Payment, Payment.order_id == Order.id).where(Payment.status.in_(PAYING))


def _asks_for(depth: str, default: str) -> ColumnElement[bool]:
    by_name = Product.deliver_on == depth
    return or_(by_name, Product.deliver_on.is_(None)) if depth == default else by_name


def lines_reached(session: Session, chain_id: int, depth: str, above: int, up_to: int) -> list[tuple[str, str]]:
    """Lines (order id, item id) that wait for a depth, and whose payments lie in some blocks."""
    blocks = and_(Payment.chain_id == chain_id, Payment.block_number > above, Payment.block_number <= up_to)
    statement = _paid_by().where(blocks, _asks_for(depth, default_depth(chain_id)))
    return [(one, other) for one, other in session.execute(statement)]


def ready_lines(session: Session, order: Order) -> list[tuple[str, str]]:
    """Lines of an order that may be delivered now: after it was paid off the chain, or released.

    What is free, and a payment that is not of a chain, is deep enough.
    """
    paid = session.scalars(select(Payment).where(Payment.order_id == order.id, Payment.status.in_(PAYING))).all()
    if not order.total and not paid:
        return [(one, other) for one, other in session.execute(_waiting().where(Order.id == order.id))]
    found: dict[tuple[str, str], None] = {}
    for payment in paid:
        mine = _paid_by().where(Payment.id == payment.id)
        if payment.chain_id is not None and payment.block_number is not None:
            levels, default = levels_of(session, payment.chain_id), default_depth(payment.chain_id)
            deep = [_asks_for(depth, default) for depth in DEPTHS if payment.block_number <= newest(levels, depth)]
            mine = mine.where(or_(false(), *deep))
        found |= dict.fromkeys((one, other) for one, other in session.execute(mine))
    return list(found)
