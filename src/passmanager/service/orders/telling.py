"""What of an order is told to the other domains and to the merchant."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from passmanager.service.news import News, Tell
from passmanager.service.orders.models import Order, Payment
from passmanager.service.orders.showing import show_order
from passmanager.service.orders.status import Axis, Move, PaymentStatus

NAMES = {
    PaymentStatus.AUTHORIZED: "order.authorized",
    PaymentStatus.PAID: "order.paid",
    PaymentStatus.FAILED: "order.payment_failed",
    PaymentStatus.HELD: "order.held",
    PaymentStatus.DELETED: "order.deleted",
    PaymentStatus.REFUNDED: "order.refunded",
    PaymentStatus.PARTIALLY_REFUNDED: "order.partially_refunded",
    PaymentStatus.CHARGED_BACK: "order.disputed",
    PaymentStatus.TERMINATED: "order.terminated",
}
"""Events of the payment axis, by the status that an order came to."""


def order_news(session: Session, order: Order, kind: str, at: int, previous: dict[str, str] | None = None) -> News:
    """News of an order, with the whole order as of now."""
    return News(
        type=kind,
        merchant_id=order.merchant_id,
        store_id=order.store_id,
        aggregate_type="order",
        aggregate_id=order.id,
        at=at,
        data=dict(show_order(session, order)),
        previous=previous or {},
    )


def payment_news(session: Session, order: Order, payment: Payment, kind: str, at: int) -> News:
    """News of a payment, in the sequence of its order."""
    news = order_news(session, order, kind, at)
    shown = next(shown for shown in news.data["payments"] if shown["id"] == payment.id)
    return News(
        type=kind,
        merchant_id=order.merchant_id,
        store_id=order.store_id,
        aggregate_type="order",
        aggregate_id=order.id,
        at=at,
        data={**shown, "order_id": order.id, "order_number": order.number},
    )


def tell_moves(session: Session, order: Order, moves: Iterable[Move | None], tell: Tell) -> None:
    """Tells of moves of the payment axis; none of orders that were delivered elsewhere."""
    if order.elsewhere:
        return
    for move in moves:
        if move is not None and move.axis is Axis.PAYMENT and move.new in NAMES:
            name = NAMES[PaymentStatus(move.new)]
            tell(session, order_news(session, order, name, move.at, {"payment_status": move.old}))
