"""What an order can be, on two axes, and what a payment and a line can be: one table of moves, one function.

Whoever changes a status calls `begin` once and `move` afterwards. Each move leaves a row in the order's
history, and is given back, so that the caller can tell the merchant of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy.orm import Session

from passmanager.service.db import add_rows
from passmanager.service.http.problems import Conflict
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment


class PaymentStatus(StrEnum):
    """Of an order: is it paid?"""

    NOT_PAID = "not_paid"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    HELD = "held"
    DELETED = "deleted"
    CHARGED_BACK = "charged_back"
    TERMINATED = "terminated"


class FulfillmentStatus(StrEnum):
    """Of an order or a line: has the buyer got it? `none` if there is nothing to deliver."""

    NONE = "none"
    NOT_DELIVERED = "not_delivered"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"
    RETURNED = "returned"


class AttemptStatus(StrEnum):
    """Of one payment."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    FINALIZED = "finalized"
    LATE = "late"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    DUPLICATE = "duplicate"
    REORGED = "reorged"
    FAILED = "failed"


class Axis(StrEnum):
    """What a move is about: `attempt` is a payment, `line` an item of the order."""

    PAYMENT = "payment"
    FULFILLMENT = "fulfillment"
    ATTEMPT = "attempt"
    LINE = "line"


Status: TypeAlias = PaymentStatus | FulfillmentStatus | AttemptStatus
Row: TypeAlias = Order | Payment | OrderItem

_P, _F, _A = PaymentStatus, FulfillmentStatus, AttemptStatus
_DELIVERY: dict[Status, frozenset[Status]] = {
    _F.NONE: frozenset({_F.NOT_DELIVERED}),
    _F.NOT_DELIVERED: frozenset({_F.NONE, _F.PARTIALLY_DELIVERED, _F.DELIVERED, _F.RETURNED}),
    _F.PARTIALLY_DELIVERED: frozenset({_F.NOT_DELIVERED, _F.DELIVERED, _F.RETURNED}),
    _F.DELIVERED: frozenset({_F.PARTIALLY_DELIVERED, _F.RETURNED}),
    # a refund that the chain took back
    _F.RETURNED: frozenset({_F.NOT_DELIVERED, _F.PARTIALLY_DELIVERED, _F.DELIVERED}),
}
MOVES: dict[Axis, dict[Status, frozenset[Status]]] = {
    Axis.PAYMENT: {
        _P.NOT_PAID: frozenset({_P.AUTHORIZED, _P.PAID, _P.FAILED, _P.HELD, _P.DELETED, _P.TERMINATED}),
        _P.AUTHORIZED: frozenset({_P.NOT_PAID, _P.PAID, _P.FAILED, _P.HELD, _P.DELETED, _P.TERMINATED}),
        _P.FAILED: frozenset({_P.NOT_PAID, _P.AUTHORIZED, _P.PAID, _P.HELD, _P.DELETED, _P.TERMINATED}),
        # released, rejected, or paid back while a person looks at it
        _P.HELD: frozenset({
            _P.NOT_PAID, _P.AUTHORIZED, _P.PAID, _P.FAILED, _P.PARTIALLY_REFUNDED, _P.REFUNDED, _P.DELETED,
            _P.CHARGED_BACK, _P.TERMINATED,
        }),
        # to not_paid only when the chain took the payment back
        _P.PAID: frozenset({
            _P.NOT_PAID, _P.HELD, _P.PARTIALLY_REFUNDED, _P.REFUNDED, _P.CHARGED_BACK, _P.TERMINATED,
        }),
        # back to paid when the chain took the refund back
        _P.PARTIALLY_REFUNDED: frozenset({_P.PAID, _P.REFUNDED, _P.CHARGED_BACK}),
        _P.REFUNDED: frozenset({_P.PAID, _P.PARTIALLY_REFUNDED}),
        _P.CHARGED_BACK: frozenset({_P.PAID}),
        _P.DELETED: frozenset(),
        _P.TERMINATED: frozenset(),
    },
    Axis.FULFILLMENT: _DELIVERY,
    Axis.LINE: _DELIVERY,
    Axis.ATTEMPT: {
        _A.PENDING: frozenset({
            _A.CONFIRMED, _A.FINALIZED, _A.LATE, _A.UNDERPAID, _A.OVERPAID, _A.DUPLICATE, _A.REORGED, _A.FAILED,
        }),
        _A.CONFIRMED: frozenset({_A.FINALIZED, _A.REORGED, _A.FAILED}),
        _A.FINALIZED: frozenset({_A.REORGED, _A.FAILED}),  # what a chain calls final is its own affair
        _A.LATE: frozenset({_A.REORGED, _A.FAILED}),
        _A.UNDERPAID: frozenset({_A.REORGED, _A.FAILED}),
        _A.OVERPAID: frozenset({_A.REORGED, _A.FAILED}),
        _A.DUPLICATE: frozenset({_A.REORGED, _A.FAILED}),
        _A.REORGED: frozenset({_A.CONFIRMED, _A.FINALIZED, _A.LATE, _A.UNDERPAID, _A.OVERPAID, _A.DUPLICATE}),
        _A.FAILED: frozenset({_A.CONFIRMED, _A.FINALIZED}),
    },
}  # fmt: skip
"""Every move that is allowed: from where to where, by axis."""

COLUMNS = {
    Axis.PAYMENT: "payment_status",
    Axis.FULFILLMENT: "fulfillment_status",
    Axis.ATTEMPT: "status",
    Axis.LINE: "fulfillment_status",
}
OPEN = frozenset({PaymentStatus.NOT_PAID, PaymentStatus.FAILED})
"""A payment may still settle such an order."""
SETTLED = frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED})
"""Such an order is to be delivered, or has been."""
BORN = frozenset({Axis.PAYMENT, Axis.FULFILLMENT})
"""Histories on these begin with the status that the order came to be with."""

_REFUNDS = frozenset({PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})


class MoveNotAllowed(Conflict):
    """The order is not in a state from which this can be done."""


@dataclass(frozen=True, slots=True)
class Move:
    """A move that was made.

    Attributes:
        subject: Id of the order, the payment or the line.
        at: Milliseconds.
    """

    order_id: str
    subject: str
    axis: Axis
    old: str
    new: str
    reason: str
    actor: str
    at: int


def allowed(axis: Axis, old: str, new: str) -> bool:
    """May a row go from one status to another?"""
    return new in MOVES[axis].get(old, frozenset())  # type: ignore[call-overload] - members of a StrEnum are texts


def begin(session: Session, order: Order, *, actor: str, reason: str = "") -> None:
    """The first rows of a new order's history: with which statuses it came to be."""
    for axis, status in ((Axis.PAYMENT, order.payment_status), (Axis.FULFILLMENT, order.fulfillment_status)):
        move = Move(order.id, order.id, axis, "", status, reason, actor, order.created_at)
        session.add(OrderHistory(**history_row(move)))


def move(session: Session, row: Row, axis: Axis, new: Status, *, actor: str, at: int, reason: str = "") -> Move | None:
    """Makes a move and writes it down; None if the row is there already.

    Args:
        session: It is flushed, not committed.
        row: The order for both of its axes, else the payment or the line.
        axis: What the move is about.
        new: The status to go to.
        actor: `chain`, `clock`, `buyer`, or the name of the key that called.
        at: Milliseconds.
        reason: Why; an order keeps the reason of its last move of the payment axis.

    Raises:
        MoveNotAllowed: The table does not have this move.
    """
    made = _make(row, axis, new, actor, at, reason)
    if made is not None:
        session.add(OrderHistory(**history_row(made)))
        session.flush()
    return made


def move_many(session: Session, wanted: Iterable[tuple[Row, Axis, Status]], *, actor: str, at: int) -> list[Move]:
    """Moves of many rows at once, with a few statements in all; those that were there already are left out.

    Raises:
        MoveNotAllowed: The table does not have one of them.
    """
    made = [one for row, axis, new in wanted if (one := _make(row, axis, new, actor, at, "")) is not None]
    session.flush()
    if made:
        add_rows(session, OrderHistory, [history_row(one) for one in made])
    return made


def _make(row: Row, axis: Axis, new: Status, actor: str, at: int, reason: str) -> Move | None:
    column = COLUMNS[axis]
    old: str = getattr(row, column)
    if old == new:
        return None
    order_id = row.id if isinstance(row, Order) else row.order_id
    if not allowed(axis, old, new):
        raise MoveNotAllowed(detail=f"{_name(axis)} {row.id} is {old}, from which it cannot become {new.value}")
    setattr(row, column, new.value)
    _stamp(row, axis, old, new, at, reason)
    return Move(order_id, row.id, axis, old, new.value, reason, actor, at)


def _name(axis: Axis) -> str:
    return {Axis.ATTEMPT: "payment", Axis.LINE: "item"}.get(axis, "order")


def _stamp(row: Row, axis: Axis, old: str, new: Status, at: int, reason: str) -> None:
    if isinstance(row, OrderItem):
        return
    row.updated_at = max(row.updated_at or 0, at)
    if isinstance(row, Payment):
        row.reason = reason or row.reason
    elif axis is Axis.PAYMENT:
        row.reason = reason
        if new is PaymentStatus.PAID and old not in _REFUNDS and row.paid_at is None:
            row.paid_at = at
        elif new in OPEN:
            row.paid_at = None


def history_row(made: Move) -> dict[str, str | int]:
    """The row of a move; of payments and lines the axis tells which one."""
    axis = made.axis.value if made.subject == made.order_id else f"{made.axis.value}:{made.subject}"
    return {
        "order_id": made.order_id, "axis": axis, "old": made.old, "new": made.new,
        "reason": made.reason, "actor": made.actor, "at": made.at,
    }  # fmt: skip


def replay(history: Iterable[OrderHistory]) -> dict[str, str]:
    """The statuses at the end of an order's history, by axis.

    Raises:
        ValueError: A row does not follow on the one before, or is no allowed move.
    """
    found: dict[str, str] = {}
    for row in history:
        axis = Axis(row.axis.partition(":")[0])
        before = found.get(row.axis, "" if axis in BORN else row.old)
        if before != row.old or not (allowed(axis, row.old, row.new) or not row.old):
            raise ValueError(f"order {row.order_id}: {row.axis} went from {row.old!r} to {row.new!r} after {before!r}")
        found[row.axis] = row.new
    return found


def fulfillment_of(lines: Iterable[str]) -> FulfillmentStatus:
    """Status of an order by those of its lines: lines that deliver nothing do not count, nor do returned ones."""
    counting = [status for status in lines if status != FulfillmentStatus.NONE]
    kept = {status for status in counting if status != FulfillmentStatus.RETURNED}
    if not counting:
        return FulfillmentStatus.NONE
    if not kept:
        return FulfillmentStatus.RETURNED
    if kept == {FulfillmentStatus.DELIVERED}:
        return FulfillmentStatus.DELIVERED
    if kept == {FulfillmentStatus.NOT_DELIVERED}:
        return FulfillmentStatus.NOT_DELIVERED
    return FulfillmentStatus.PARTIALLY_DELIVERED
