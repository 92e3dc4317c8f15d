"""Telling of what a batch of the chain brought, once its rows are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.chain.repository import portions
from passmanager.service.news import News
from passmanager.service.orders.births import ACTOR, Desk
from passmanager.service.orders.holding import hold_reason
from passmanager.service.orders.hooks import Hooks
from passmanager.service.orders.models import Order, Payment, Purchase
from passmanager.service.orders.placing import PLACED
from passmanager.service.orders.settling import right_news
from passmanager.service.orders.status import Axis, PaymentStatus, move
from passmanager.service.orders.telling import order_news, payment_news

KINDS = {
    "paused": "subscription.paused",
    "past_due": "subscription.past_due",
    "cancelled": "subscription.canceled",
    "expired": "subscription.expired",
    "revoked": "purchase.revoked",
}
TRANSFERRED, CHANGED = "purchase.transferred", "purchase.state_changed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that happened to a right, by its id."""

    right_id: str
    merchant_id: str
    kind: str
    at: int
    more: Mapping[str, object]


def state_kind(before: str, after: str) -> str:
    """How the change of a right's status is called; empty if it is not told."""
    if before == after:
        return ""
    if after != "active":
        return KINDS[after]
    return {"paused": "subscription.resumed", "cancelled": "subscription.uncanceled"}.get(before, "")


def transfer(
    sender: str, receiver: str, before: str | None, after: str | None, *, reorged: bool = False
) -> dict[str, object]:
    """What is told of a pass that moved: wallets and customers, and whether it only moves back as if it never had."""
    found: dict[str, object] = {
        "previous_owner": sender, "owner": receiver, "previous_customer_id": before, "customer_id": after,
    }  # fmt: skip
    return {**found, "reorged": True} if reorged else found


def announce(session: Session, hooks: Hooks, desk: Desk, told: list[Announcement]) -> None:
    """News of new orders, then of rights; then what is deep enough is delivered."""
    born, desk.born = desk.born, []
    deep, desk.deep = desk.deep, []
    happened = list(told)
    told.clear()
    held: set[str] = set()
    for some in portions(born):
        for order in session.scalars(select(Order).where(Order.id.in_(some)).order_by(Order.number)):
            _tell_of(session, hooks, order)
            if order.payment_status == PaymentStatus.HELD:
                held.add(order.id)
    tell_rights(session, hooks, happened)
    lines = [line for line in deep if line[0] not in held]
    if lines:
        hooks.deliverable(session, lines)


def _tell_of(session: Session, hooks: Hooks, order: Order) -> None:
    """A new order, which is paid already; a person looks at it first if the store wants that."""
    at = order.created_at
    for kind in (PLACED, "order.created"):
        hooks.tell(session, order_news(session, order, kind, at))
    payment = session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    hooks.tell(session, payment_news(session, order, payment, "payment.succeeded", at))
    store = session.scalars(select(Store).where(Store.id == order.store_id)).one()
    why = hold_reason(session, store, order)
    if why:
        move(session, order, Axis.PAYMENT, PaymentStatus.HELD, actor=ACTOR, at=at, reason=why)
    hooks.tell(session, order_news(session, order, "order.held" if why else "order.paid", at))


def tell_rights(session: Session, hooks: Hooks, happened: list[Announcement]) -> None:
    """News of rights, as their rows are now."""
    rights: dict[str, Purchase] = {}
    for some in portions({one.right_id for one in happened}):
        found = session.scalars(select(Purchase).where(Purchase.id.in_(some)).execution_options(populate_existing=True))
        rights |= {one.id: one for one in found}
    for one in happened:
        news = right_news(one.merchant_id, rights[one.right_id], one.kind, one.at)
        hooks.tell(session, _with(news, one.more))


def _with(news: News, more: Mapping[str, object]) -> News:
    return News(
        type=news.type, merchant_id=news.merchant_id, store_id=news.store_id, aggregate_type=news.aggregate_type,
        aggregate_id=news.aggregate_id, at=news.at, data={**news.data, **more}, previous=news.previous,
    )  # fmt: skip
