"""What can be paid back, and who may decide it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.clock import DAY
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, Forbidden
from passmanager.service.orders.finality import PAYING
from passmanager.service.orders.models import Payment, Purchase
from passmanager.service.orders.refunding import right_of
from passmanager.service.orders.status import SETTLED
from passmanager.service.refunds.repository import Line

MAY_REFUND = frozenset({"owner", "admin", "finance"})


class NotRefundable(Conflict):
    """The line cost nothing, is not paid, or was paid back already."""

    code = "not-refundable"


class RefundWindowClosed(Conflict):
    """It is too late to ask for a refund."""

    code = "refund-window-closed"


def require_role(caller: Caller) -> None:
    """Refuses who may not spend the merchant's money.

    Raises:
        Forbidden: The key's role is another one.
    """
    if caller.role not in MAY_REFUND:
        raise Forbidden(detail=f"role {caller.role} cannot refund; owner, admin and finance can")


def require_refundable(line: Line) -> None:
    """Refuses lines of which nothing can go back.

    Raises:
        NotRefundable: It says why.
    """
    order, item = line
    if order.payment_status not in SETTLED:
        raise NotRefundable(detail=f"order {order.id} is {order.payment_status}; only what is paid can be paid back")
    if not item.total:
        raise NotRefundable(detail=f"item {item.id} cost nothing")
    if item.refunded_at is not None:
        raise NotRefundable(detail=f"item {item.id} was paid back already")


def require_window(session: Session, line: Line, now: int) -> None:
    """Refuses buyers who come later than the store allows.

    Raises:
        RefundWindowClosed: So many days after the payment are over.
    """
    store = session.scalars(select(Store).where(Store.id == line.order.store_id)).one()
    days = store.settings.get("refund_days")
    paid_at = line.order.paid_at or line.order.created_at
    if days is not None and now > paid_at + int(days) * DAY:
        raise RefundWindowClosed(detail=f"{store.name} takes requests for {days} days after the payment; they are over")


def find_right(session: Session, line: Line) -> Purchase | None:
    """The right on the chain that a line paid for; None if it was paid off the chain.

    Raises:
        RefundWindowClosed: It was paid on the chain, where a later payment has taken its place.
    """
    order, item = line
    on_chain = select(Payment.id).where(
        Payment.order_id == order.id, Payment.status.in_(PAYING), Payment.chain_id.is_not(None)
    )
    if session.scalar(on_chain.limit(1)) is None:
        return None
    found = right_of(session, order, item)
    if found is None:
        raise RefundWindowClosed(
            detail=f"the chain pays back the newest period only; item {item.id} is of an older one, or its pass is gone"
        )
    return found
