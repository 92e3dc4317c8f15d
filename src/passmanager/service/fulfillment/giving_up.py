"""A web service that failed for too long has cost the sale: the line is canceled and paid back."""

from sqlalchemy.orm import Session

from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.progress import follow_orders
from passmanager.service.fulfillment.repository import FAILED, Batch
from passmanager.service.fulfillment.starting import Act, stop_calls, to_returned
from passmanager.service.fulfillment.taking_back import revoke_keys
from passmanager.service.fulfillment.telling import line_news
from passmanager.service.orders import refunding
from passmanager.service.orders.models import Order, OrderItem, Refund
from passmanager.service.orders.settling import Act as OrderAct
from passmanager.service.orders.status import Axis, PaymentStatus, move
from passmanager.service.orders.telling import tell_moves

REASON = "not delivered in time"


def give_up(session: Session, batch: Batch, one: Fulfillment, problem: str, act: Act) -> None:
    """Cancels one line: what of it was delivered is taken back, and its price is owed to the buyer."""
    order, item = batch.order(one), batch.item(one)
    stop_calls(session, [one])
    to_returned(session, batch, one, act, f"{REASON}: {problem}"[:500])
    one.status, one.problem = FAILED, problem
    revoke_keys(session, batch, [one], act)
    act.wire.tell(session, line_news(batch, one, "fulfillment.failed", act.at, final=True))
    paid = _refund(session, order, item, act)
    _follow_payment(session, batch, order, act)
    if paid is not None:
        act.wire.tell(session, refunding.refund_news(order, paid, "refund.succeeded", act.at))
    act.wire.tell_all(session, follow_orders(session, batch, {order.id}, act))


def _refund(session: Session, order: Order, item: OrderItem, act: Act) -> Refund | None:
    """Of the chain it waits for `refundProduct`; off the chain the bank pays. One that is open already stays."""
    right = repository.right_of(session, item.id)
    on_chain = right is not None and right.chain_id is not None
    wish = refunding.Wish(item.total, revoke=True, reason=REASON)
    try:
        made = refunding.begin(session, order, item, right, wish, OrderAct(act.actor, act.at, act.wire.tell))
    except refunding.RefundAlreadyOpen:
        return None
    if on_chain:
        return None
    made.status, item.refunded_at = refunding.SUCCEEDED, act.at
    session.flush()
    return made


def _follow_payment(session: Session, batch: Batch, order: Order, act: Act) -> None:
    """Of the chain the log says when it is paid back; off the chain it is now."""
    items = batch.items[order.id]
    back = [item for item in items if item.refunded_at is not None]
    if not back:
        return
    whole = len(back) == len(items)
    status = PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    made = move(session, order, Axis.PAYMENT, status, actor=act.actor, at=act.at, reason=REASON)
    tell_moves(session, order, [made], act.wire.tell)
