"""What happens when an order is paid, and when it is not paid in time."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.releases import kept_terms
from passmanager.service.clock import DAY, SECOND
from passmanager.service.engine import cancel, enqueue
from passmanager.service.ids import new_id
from passmanager.service.news import News, Tell
from passmanager.service.orders.holding import hold_reason
from passmanager.service.orders.models import Order, OrderItem, Payment, Purchase
from passmanager.service.orders.status import OPEN, AttemptStatus, Axis, Move, PaymentStatus, move
from passmanager.service.orders.telling import order_news, tell_moves

EXPIRE, REMIND = "order.expire", "order.remind"


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and whom it is told.

    Attributes:
        at: Milliseconds.
    """

    actor: str
    at: int
    tell: Tell


def schedule(session: Session, store: Store, order: Order) -> None:
    """When an unpaid order is reminded of, and when it is deleted: counted from its creation, whatever fails."""
    ends = order.expires_at = order.created_at + store.unpaid_days * DAY
    enqueue(session, EXPIRE, order.id, ends)
    if store.reminder_after is not None:
        due = order.created_at + store.reminder_after * SECOND
        if due < ends:
            enqueue(session, REMIND, order.id, due)


def settle(session: Session, order: Order, act: Act, reason: str = "") -> None:
    """The order is paid: it gives its rights, and is delivered unless somebody has to look at it first."""
    paid = move(session, order, Axis.PAYMENT, PaymentStatus.PAID, actor=act.actor, at=act.at, reason=reason)
    if paid is None:
        return
    for kind in (EXPIRE, REMIND):
        cancel(session, kind, order.id)
    order.expires_at = None
    _add_rights(session, order, act)
    store = session.scalars(select(Store).where(Store.id == order.store_id)).one()
    why = "" if order.test or order.elsewhere else hold_reason(session, store, order)
    held = why and move(session, order, Axis.PAYMENT, PaymentStatus.HELD, actor=act.actor, at=act.at, reason=why)
    tell_moves(session, order, [held or paid], act.tell)


def _add_rights(session: Session, order: Order, act: Act) -> None:
    """One right of access for each line that has none yet; those of the chain come with their pass."""
    for item in session.scalars(select(OrderItem).where(OrderItem.order_id == order.id).order_by(OrderItem.number)):
        if session.scalar(select(Purchase.id).where(Purchase.order_item_id == item.id)) is not None:
            continue
        right = Purchase(
            id=new_id("pur"), store_id=order.store_id, order_item_id=item.id, customer_id=order.customer_id,
            account_id=order.account_id, product_id=item.product_id, source="order", owner=order.wallet,
            quantity=item.quantity, status="active",
            details=_terms(session, item, act.at), created_at=act.at, updated_at=act.at,
        )  # fmt: skip
        session.add(right)
        session.flush()
        act.tell(session, right_news(order.merchant_id, right, "purchase.created", act.at))


def _terms(session: Session, item: OrderItem, at: int) -> dict[str, Any]:
    files = session.scalar(select(Product.files).where(Product.id == item.product_id))
    return kept_terms(files, at) if files else {}


def right_news(merchant_id: str, right: Purchase, kind: str, at: int) -> News:
    """News of a right of access."""
    return News(
        type=kind, merchant_id=merchant_id, store_id=right.store_id, aggregate_type="purchase",
        aggregate_id=right.id, at=at,
        data={
            "id": right.id, "product_id": right.product_id, "owner": right.owner, "customer_id": right.customer_id,
            "source": right.source, "status": right.status, "active": right.active, "quantity": right.quantity,
        },
    )  # fmt: skip


def delete(session: Session, order: Order, act: Act, reason: str) -> Move | None:
    """An order that nobody will pay any more; its open payments fail with it."""
    for kind in (EXPIRE, REMIND):
        cancel(session, kind, order.id)
    fail_open_payments(session, order, act, reason)
    gone = move(session, order, Axis.PAYMENT, PaymentStatus.DELETED, actor=act.actor, at=act.at, reason=reason)
    tell_moves(session, order, [gone], act.tell)
    return gone


def fail_open_payments(session: Session, order: Order, act: Act, reason: str) -> None:
    """At most one payment of an order is open: the others have come to an end."""
    pending = select(Payment).where(Payment.order_id == order.id, Payment.status == AttemptStatus.PENDING)
    for payment in session.scalars(pending).all():
        move(session, payment, Axis.ATTEMPT, AttemptStatus.FAILED, actor=act.actor, at=act.at, reason=reason)


def expire(session: Session, order_id: str, act: Act) -> None:
    """The time to pay is over."""
    order = session.scalars(select(Order).where(Order.id == order_id)).one()
    if order.payment_status in OPEN:
        delete(session, order, act, "unpaid")


def remind(session: Session, order_id: str, act: Act) -> None:
    """One reminder, if it is still not paid."""
    order = session.scalars(select(Order).where(Order.id == order_id)).one()
    if order.payment_status in OPEN:
        act.tell(session, order_news(session, order, "order.reminder_due", act.at))
