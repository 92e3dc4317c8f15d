"""What a merchant decides about an order: offline payments, cancellation, held orders, goods."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Currency, Store
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, Forbidden, NotFound, bad_field
from passmanager.service.ids import new_id
from passmanager.service.orders import refunding, repository
from passmanager.service.orders.models import Order, OrderItem, Payment, Refund, Shipment
from passmanager.service.orders.placing import CHAIN, add_payment
from passmanager.service.orders.refunding import Wish
from passmanager.service.orders.schemas import MethodIn, ShipmentIn
from passmanager.service.orders.settling import Act, delete, fail_open_payments, settle
from passmanager.service.orders.status import OPEN, AttemptStatus, Axis, PaymentStatus, move
from passmanager.service.orders.telling import order_news, payment_news, tell_moves

MAY_CANCEL = frozenset({"owner", "admin", "support"})
ATTEMPTS_OPEN = frozenset({AttemptStatus.PENDING})


def change_method(session: Session, order: Order, body: MethodIn, act: Act) -> Payment:
    """Another way to pay the same order; the attempt that was open fails."""
    require_open(order)
    currency = catalog.get_currency(session, _store(session, order), order.currency)
    fail_open_payments(session, order, act, "method changed")
    order.details = {
        **order.details,
        "instructions": {**order.details.get("instructions", {}), body.payment_method: body.instructions},
    }
    _reopen(session, order, act)
    return add_payment(session, order, currency, body.payment_method, act)


def mark_paid(session: Session, order: Order, act: Act) -> None:
    """An offline payment arrived. What is paid on the chain, the chain alone says."""
    require_open(order)
    payment = _open_payment(session, order)
    if payment is None:
        payment = _new_offline_attempt(session, order, act)
    if payment.method == CHAIN:
        raise Conflict(detail=f"order {order.id} is paid on the chain; its payment is seen there, not marked")
    payment.marked_by = act.actor
    move(session, payment, Axis.ATTEMPT, AttemptStatus.CONFIRMED, actor=act.actor, at=act.at)
    act.tell(session, payment_news(session, order, payment, "payment.succeeded", act.at))
    settle(session, order, act)


def _new_offline_attempt(session: Session, order: Order, act: Act) -> Payment:
    """After a failed attempt the buyer paid by the same method after all."""
    last = session.scalar(
        select(Payment).where(Payment.order_id == order.id).order_by(Payment.created_at.desc(), Payment.id.desc())
    )
    currency: Currency = catalog.get_currency(session, _store(session, order), order.currency)
    return add_payment(session, order, currency, CHAIN if last is None else last.method, act)


def fail_payment(session: Session, order: Order, payment_id: str, act: Act, reason: str) -> None:
    """An offline payment did not come; the order can be paid in another way or again."""
    payment = session.scalar(select(Payment).where(Payment.id == payment_id, Payment.order_id == order.id))
    if payment is None:
        raise NotFound(detail=f"order {order.id} has no payment {payment_id}")
    if payment.method == CHAIN:
        raise Conflict(detail="a payment on the chain fails there; it is not marked")
    require_open(order)
    if payment.status not in ATTEMPTS_OPEN:
        raise Conflict(detail=f"payment {payment.id} is {payment.status}; only a pending one can fail")
    move(session, payment, Axis.ATTEMPT, AttemptStatus.FAILED, actor=act.actor, at=act.at, reason=reason)
    failed = move(session, order, Axis.PAYMENT, PaymentStatus.FAILED, actor=act.actor, at=act.at, reason=reason)
    act.tell(session, payment_news(session, order, payment, "payment.failed", act.at))
    tell_moves(session, order, [failed], act.tell)


def charge_back(session: Session, order: Order, act: Act, reason: str) -> None:
    """An offline payment was taken back by the buyer's bank."""
    paid = session.scalar(
        select(Payment).where(Payment.order_id == order.id, Payment.status == AttemptStatus.CONFIRMED)
    )
    if paid is None or paid.method == CHAIN:
        raise Conflict(detail=f"order {order.id} has no offline payment that could be charged back")
    move(session, paid, Axis.ATTEMPT, AttemptStatus.FAILED, actor=act.actor, at=act.at, reason=reason)
    made = move(session, order, Axis.PAYMENT, PaymentStatus.CHARGED_BACK, actor=act.actor, at=act.at, reason=reason)
    tell_moves(session, order, [made], act.tell)


def cancel(session: Session, caller: Caller, order: Order, act: Act, reason: str) -> None:
    """An unpaid order is given up by the merchant; buyers cannot."""
    if caller.role not in MAY_CANCEL:
        raise Forbidden(detail=f"role {caller.role} cannot cancel orders; owner, admin and support can")
    require_open(order)
    if delete(session, order, act, "canceled") is not None and reason:
        order.details = {**order.details, "cancel_reason": reason}


def release(session: Session, order: Order, act: Act) -> None:
    """A person looked at a held order: it is delivered."""
    _require_held(order)
    made = move(session, order, Axis.PAYMENT, PaymentStatus.PAID, actor=act.actor, at=act.at, reason="released")
    tell_moves(session, order, [made], act.tell)


def reject(session: Session, order: Order, act: Act, reason: str) -> None:
    """A person looked at a held order: the money goes back, by the merchant's bank or by `refundProduct`."""
    _require_held(order)
    payment = session.scalar(
        select(Payment).where(
            Payment.order_id == order.id, Payment.status.in_((AttemptStatus.CONFIRMED, AttemptStatus.FINALIZED))
        )
    )
    if payment is None or payment.method != CHAIN:
        _pay_all_back(session, order, act, reason)
        return
    for item in repository.items_of(session, order.id):
        if item.total:
            wish = Wish(item.total, revoke=True, reason=reason or "rejected")
            refunding.begin(session, order, item, refunding.right_of(session, order, item), wish, act)


def _pay_all_back(session: Session, order: Order, act: Act, reason: str) -> None:
    refund = Refund(
        id=new_id("ref"), store_id=order.store_id, order_id=order.id, status=refunding.SUCCEEDED, amount=order.total,
        revoke=True, reason=reason or "rejected", actor=act.actor, created_at=act.at, updated_at=act.at,
    )  # fmt: skip
    session.add(refund)
    made = move(session, order, Axis.PAYMENT, PaymentStatus.REFUNDED, actor=act.actor, at=act.at, reason="rejected")
    tell_moves(session, order, [made], act.tell)
    act.tell(session, refunding.refund_news(order, refund, "refund.succeeded", act.at))


def end_test(session: Session, order: Order, act: Act) -> None:
    """A test order is over; it never counts in a report."""
    if not order.test:
        raise Conflict(detail=f"order {order.id} is no test order")
    made = move(session, order, Axis.PAYMENT, PaymentStatus.TERMINATED, actor=act.actor, at=act.at)
    tell_moves(session, order, [made], act.tell)


def ship(session: Session, order: Order, body: ShipmentIn, act: Act) -> Shipment:
    """Goods left; all that is left to ship if nothing is said."""
    items = {
        item.id: item
        for item in session.scalars(select(OrderItem).where(OrderItem.order_id == order.id, OrderItem.tangible))
    }
    left = {item.id: item.quantity - item.shipped for item in items.values() if item.quantity > item.shipped}
    units = body.units or left
    if not units:
        raise Conflict(detail=f"order {order.id} has nothing left to ship")
    for item_id, count in units.items():
        item = items.get(item_id)
        if item is None:
            raise bad_field(f"/body/units/{item_id}", "item", f"order {order.id} has no tangible item {item_id}")
        if item.shipped + count > item.quantity:
            raise bad_field(
                f"/body/units/{item_id}", "count", f"{count} units, and {left.get(item_id, 0)} are left to ship"
            )
        item.shipped += count
    order.to_ship = sum(item.quantity - item.shipped for item in items.values())
    order.updated_at = act.at
    made = Shipment(
        id=new_id("shp"), order_id=order.id, carrier=body.carrier, tracking=body.tracking, units=units,
        created_at=act.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    act.tell(session, order_news(session, order, "order.shipped", act.at))
    return made


def _reopen(session: Session, order: Order, act: Act) -> None:
    """After a failed attempt the order waits for the next one."""
    if order.payment_status == PaymentStatus.FAILED:
        move(session, order, Axis.PAYMENT, PaymentStatus.NOT_PAID, actor=act.actor, at=act.at, reason="method changed")


def _open_payment(session: Session, order: Order) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.order_id == order.id, Payment.status.in_(ATTEMPTS_OPEN)))


def _store(session: Session, order: Order) -> Store:
    return session.scalars(select(Store).where(Store.id == order.store_id)).one()


def require_open(order: Order) -> None:
    """Refuses what is paid, or given up.

    Raises:
        Conflict: It is.
    """
    if order.payment_status not in OPEN:
        raise Conflict(detail=f"order {order.id} is {order.payment_status}; this needs one that is not paid")


def _require_held(order: Order) -> None:
    if order.payment_status != PaymentStatus.HELD:
        raise Conflict(detail=f"order {order.id} is {order.payment_status}, not held")
