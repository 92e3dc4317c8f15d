"""How far deliveries are: from the keys that are there to the statuses of lines and orders, and what is told."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.repository import DELIVERED, WAITING, Batch
from passmanager.service.fulfillment.starting import Act
from passmanager.service.fulfillment.telling import delivered_news, orders_news
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.showing import key_news
from passmanager.service.news import News
from passmanager.service.orders.status import Axis, FulfillmentStatus, Move, Row, Status, fulfillment_of, move_many

ACKNOWLEDGEMENT = "acknowledgement"
TOLD = {
    FulfillmentStatus.DELIVERED.value: "order.delivered",
    FulfillmentStatus.PARTIALLY_DELIVERED.value: "order.partially_delivered",
}


def follow(
    session: Session,
    batch: Batch,
    fulfillments: Sequence[Fulfillment],
    before: dict[str, set[int]],
    act: Act,
    informed: Collection[str] = (),
) -> None:
    """Brings lines and orders to where their deliveries are.

    Args:
        session: The transaction of the delivery.
        batch: The orders.
        fulfillments: What was worked on.
        before: Units that had their keys before it, by line: the others are told of.
        act: Who did it, when.
        informed: Ids of deliveries that are a mail and nothing else.
    """
    keys = _keys(session, fulfillments)
    news = [
        key_news(key, batch.orders[key.order_id or ""].merchant_id, "license_key.issued", act.at)
        for one in fulfillments
        for key in keys[one.order_item_id]
        if key.unit not in before.get(one.order_item_id, set()) and key.kind != ACKNOWLEDGEMENT
    ]
    for one in fulfillments:
        count = one.units if one.id in informed else len(keys[one.order_item_id])
        if one.status == WAITING and count >= one.units:
            one.status, one.waits_for, one.problem = DELIVERED, "", ""
            one.delivered = one.units
            news += delivered_news(batch, one, keys[one.order_item_id], act.at)
        one.delivered, one.updated_at = min(count, one.units), act.at
    _move_lines(session, batch, fulfillments, act)
    news += follow_orders(session, batch, {one.order_id for one in fulfillments}, act)
    session.flush()
    if news:
        act.wire.tell_all(session, news)


def _keys(session: Session, fulfillments: Sequence[Fulfillment]) -> dict[str, list[LicenseKey]]:
    found: dict[str, list[LicenseKey]] = {one.order_item_id: [] for one in fulfillments}
    for key in licenses.issued_to(session, list(found)):
        found[key.order_item_id or ""].append(key)
    return found


def _move_lines(session: Session, batch: Batch, fulfillments: Sequence[Fulfillment], act: Act) -> None:
    wanted: list[tuple[Row, Axis, Status]] = []
    for one in fulfillments:
        if one.status == DELIVERED:
            wanted.append((batch.item(one), Axis.LINE, FulfillmentStatus.DELIVERED))
        elif one.delivered and one.status == WAITING:
            wanted.append((batch.item(one), Axis.LINE, FulfillmentStatus.PARTIALLY_DELIVERED))
    move_many(session, wanted, actor=act.actor, at=act.at)


def follow_orders(session: Session, batch: Batch, order_ids: Collection[str], act: Act) -> list[News]:
    """Brings orders to where their lines are; what is to be told of it."""
    wanted: list[tuple[Row, Axis, Status]] = [
        (order, Axis.FULFILLMENT, fulfillment_of(item.fulfillment_status for item in batch.items[order.id]))
        for order in batch.orders.values()
        if order.id in order_ids
    ]
    moves = move_many(session, wanted, actor=act.actor, at=act.at)
    return _order_news(session, batch, moves, act.at)


def _order_news(session: Session, batch: Batch, moves: Sequence[Move], at: int) -> list[News]:
    kinds = {one.order_id: TOLD[one.new] for one in moves if one.new in TOLD}
    orders = [batch.orders[order_id] for order_id in kinds]
    return orders_news(session, orders, kinds, at)
