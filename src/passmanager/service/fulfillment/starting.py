"""Delivery begins when a line is paid and deep enough, and stops when the payment is taken back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from passmanager.service.clock import SECOND
from passmanager.service.engine import cancel, wake
from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.planning import plan
from passmanager.service.fulfillment.repository import PLANNED, WAITING, Batch
from passmanager.service.fulfillment.telling import line_news
from passmanager.service.news import News, Wire
from passmanager.service.orders.models import Order
from passmanager.service.orders.status import SETTLED, Axis, FulfillmentStatus, move

DELIVER, CALL, RESTOCK, VERB = "fulfillment", "fulfillment.call", "fulfillment.restock", "fulfillment.verb"


@dataclass(frozen=True, slots=True)
class Act:
    """Who delivers, when, and whom it is told.

    Attributes:
        at: Milliseconds.
    """

    actor: str
    at: int
    wire: Wire


def start(session: Session, lines: Iterable[tuple[str, str]], act: Act) -> None:
    """These lines (order id, item id) are to be delivered now; those that are under way go on as they are."""
    wanted = list(lines)
    if not wanted:
        return
    order_ids = sorted({order_id for order_id, _ in wanted})
    plan(session, order_ids, actor=act.actor, at=act.at)
    batch = repository.load(session, order_ids)
    fulfillments = [batch.fulfillments[item_id] for _, item_id in wanted if item_id in batch.fulfillments]
    begun = [one for one in fulfillments if one.status == PLANNED and deliverable(batch, one)]
    for one in begun:
        _begin(one, act.at)
    session.flush()
    act.wire.tell_all(session, [line_news(batch, one, "fulfillment.requested", act.at) for one in begun])
    wake(session, DELIVER, [one.order_id for one in fulfillments], act.at)


def deliverable(batch: Batch, one: Fulfillment) -> bool:
    """Is it paid, and not paid back?"""
    order = batch.order(one)
    return order.payment_status in SETTLED and not order.elsewhere and batch.item(one).refunded_at is None


def _begin(one: Fulfillment, at: int) -> None:
    one.status, one.waits_for, one.problem, one.started_at, one.updated_at = WAITING, "", "", at, at
    after = one.config.get("give_up_after")
    one.give_up_at = None if after is None else at + after * SECOND


def manual_lines(session: Session, order: Order) -> list[tuple[str, str]]:
    """Lines that a person delivers although no template says so: nobody else tells that they are paid."""
    mine = repository.load(session, [order.id]).fulfillments.values()
    return [(order.id, one.order_item_id) for one in mine if one.template_id is None]


def stop(session: Session, order: Order, at: int) -> None:
    """The payment was taken back: what is not delivered yet is not to be."""
    for one in repository.load(session, [order.id]).fulfillments.values():
        if one.status == WAITING:
            stop_calls(session, [one])
            one.status, one.waits_for, one.updated_at = PLANNED, "", at
    session.flush()


def stop_calls(session: Session, fulfillments: Collection[Fulfillment]) -> None:
    """The merchant's web service is not asked any more."""
    for one in fulfillments:
        for unit in range(1, one.units + 1):
            cancel(session, CALL, call_key(one.id, unit))


def call_key(fulfillment_id: str, unit: int) -> str:
    """Of the work to ask for one unit."""
    return f"{fulfillment_id}:{unit}"


def tell(session: Session, wire: Wire, news: Sequence[News]) -> None:
    """Many at once."""
    if news:
        wire.tell_all(session, news)


def to_returned(session: Session, batch: Batch, one: Fulfillment, act: Act, reason: str) -> None:
    """A line that is not to be delivered, or not any more."""
    item = batch.item(one)
    if item.fulfillment_status not in {FulfillmentStatus.NONE, FulfillmentStatus.RETURNED}:
        move(session, item, Axis.LINE, FulfillmentStatus.RETURNED, actor=act.actor, at=act.at, reason=reason)
    one.status, one.waits_for, one.updated_at = repository.RETURNED, "", act.at
    session.flush()
