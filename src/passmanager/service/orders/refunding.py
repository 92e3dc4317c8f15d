"""Refunds that the chain says: which line of which order they are of, and what becomes of both."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.chain.facts import Refunded
from passmanager.service.ids import chain_id_of
from passmanager.service.news import News, Tell
from passmanager.service.orders import repository
from passmanager.service.orders.births import ACTOR
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Refund
from passmanager.service.orders.status import Axis, FulfillmentStatus, PaymentStatus, allowed, fulfillment_of, move
from passmanager.service.orders.telling import order_news, tell_moves
from passmanager.units import format_units

PROCESSING, SUCCEEDED, REORGED = "processing", "succeeded", "reorged"
REFUNDABLE = frozenset({
    PaymentStatus.PAID, PaymentStatus.HELD, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED,
})  # fmt: skip
DELIVERING = frozenset({
    FulfillmentStatus.NOT_DELIVERED, FulfillmentStatus.PARTIALLY_DELIVERED, FulfillmentStatus.DELIVERED,
})  # fmt: skip


def refund_id(fact: Refunded) -> str:
    """The same one for the same fact."""
    return chain_id_of("ref", fact.place.chain_id, fact.place.tx_hash, fact.position)


def refund(session: Session, fact: Refunded, item_id: str, tell: Tell) -> None:
    """A line was paid back, in part or as a whole."""
    item = session.scalars(select(OrderItem).where(OrderItem.id == item_id)).one()
    order = repository.get_order(session, item.order_id)
    found = _find(session, fact, order)
    if found is not None and found.status == SUCCEEDED:
        return
    if found is None:
        found = Refund(id=refund_id(fact), order_id=order.id, created_at=fact.place.at)
        session.add(found)
    found.order_item_id, found.status, found.amount, found.revoke = item.id, SUCCEEDED, fact.amount, fact.revoked
    found.chain_id, found.pass_id, found.chain_product_id = fact.place.chain_id, fact.pass_id, fact.product_id
    found.tx_hash, found.updated_at = fact.place.tx_hash, fact.place.at
    session.flush()
    _settle(session, order, fact.place.at, tell)
    if not order.elsewhere:
        tell(session, _refund_news(order, item, found, "refund.succeeded", fact.place.at))
    if fact.revoked:
        _give_back(session, order, item, fact.place.at, tell)


def _find(session: Session, fact: Refunded, order: Order) -> Refund | None:
    """The refund, seen before; else the one that the merchant asked for."""
    seen = session.get(Refund, refund_id(fact))
    if seen is not None:
        return seen
    same = [one for one in repository.refunds_of(session, order.id) if one.tx_hash == fact.place.tx_hash]
    again = [one for one in same if (one.pass_id, one.chain_product_id) == (fact.pass_id, fact.product_id)]
    asked = [
        one
        for one in repository.refunds_of(session, order.id)
        if one.status == PROCESSING
        and one.chain_product_id in {None, fact.product_id}
        and one.pass_id in {None, fact.pass_id}
        and one.amount >= fact.amount
    ]
    return next(iter([*again, *sorted(asked, key=lambda one: (one.amount, one.created_at))]), None)


def take_back(session: Session, fact: Refunded, now: int, tell: Tell) -> None:
    """The chain took a refund back: as if it had not been."""
    found = session.get(Refund, refund_id(fact)) or session.scalar(
        select(Refund).where(
            Refund.chain_id == fact.place.chain_id,
            Refund.pass_id == fact.pass_id,
            Refund.chain_product_id == fact.product_id,
            Refund.status == SUCCEEDED,
            Refund.tx_hash == fact.place.tx_hash,
        )
    )
    if found is None or found.status != SUCCEEDED:
        return
    found.status, found.updated_at = REORGED, now
    session.flush()
    order = repository.get_order(session, found.order_id)
    _settle(session, order, now, tell)
    item = session.scalars(select(OrderItem).where(OrderItem.id == found.order_item_id)).one()
    if item.fulfillment_status == FulfillmentStatus.RETURNED:
        move(session, item, Axis.LINE, _before_return(session, item), actor=ACTOR, at=now, reason="reorged")
        _follow_lines(session, order, now, "reorged")
    if not order.elsewhere:
        tell(session, _refund_news(order, item, found, "refund.reorged", now))


def _before_return(session: Session, item: OrderItem) -> FulfillmentStatus:
    last = (
        select(OrderHistory.old)
        .where(
            OrderHistory.order_id == item.order_id,
            OrderHistory.axis == f"{Axis.LINE}:{item.id}",
            OrderHistory.new == FulfillmentStatus.RETURNED.value,
        )
        .order_by(OrderHistory.number.desc())
    )
    return FulfillmentStatus(session.scalars(last.limit(1)).one())


def _settle(session: Session, order: Order, at: int, tell: Tell) -> None:
    """The order's status by the refunds that succeeded, line by line."""
    items = repository.items_of(session, order.id)
    done = [one for one in repository.refunds_of(session, order.id) if one.status == SUCCEEDED]
    for item in items:
        mine = [one for one in done if one.order_item_id == item.id]
        whole = any(one.revoke for one in mine) or (bool(mine) and sum(one.amount for one in mine) >= item.total)
        item.refunded_at = (item.refunded_at or at) if whole else None
    session.flush()
    status = PaymentStatus.PARTIALLY_REFUNDED if done else PaymentStatus.PAID
    if done and all(item.refunded_at is not None for item in items):
        status = PaymentStatus.REFUNDED
    undone = status is PaymentStatus.PAID and order.payment_status == PaymentStatus.HELD
    if order.payment_status in REFUNDABLE and not undone:
        made = move(session, order, Axis.PAYMENT, status, actor=ACTOR, at=at)
        if made is not None and status is not PaymentStatus.PAID:
            tell_moves(session, order, [made], tell)


def _give_back(session: Session, order: Order, item: OrderItem, at: int, tell: Tell) -> None:
    """A product that was revoked is returned, whether it was delivered or not."""
    if item.fulfillment_status in DELIVERING:
        move(session, item, Axis.LINE, FulfillmentStatus.RETURNED, actor=ACTOR, at=at, reason="refunded")
        _follow_lines(session, order, at, "refunded")
    if not order.elsewhere:
        news = order_news(session, order, "product.returned", at)
        lines = [shown for shown in news.data["items"] if shown["id"] == item.id]
        tell(session, _told(order, "product.returned", {**news.data, "items": lines}, at))


def _follow_lines(session: Session, order: Order, at: int, reason: str) -> None:
    status = fulfillment_of(item.fulfillment_status for item in repository.items_of(session, order.id))
    if allowed(Axis.FULFILLMENT, order.fulfillment_status, status):
        move(session, order, Axis.FULFILLMENT, status, actor=ACTOR, at=at, reason=reason)


def _refund_news(order: Order, item: OrderItem, found: Refund, kind: str, at: int) -> News:
    data = {
        "id": found.id, "order_id": order.id, "item_id": item.id, "amount": format_units(found.amount, order.decimals),
        "currency": order.currency, "decimals": order.decimals, "revoked": found.revoke, "tx_hash": found.tx_hash,
    }  # fmt: skip
    return _told(order, kind, data, at)


def _told(order: Order, kind: str, data: Mapping[str, object], at: int) -> News:
    return News(
        type=kind, merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
        aggregate_id=order.id, at=at, data=data,
    )  # fmt: skip
