"""What is owed for the lines of new orders, and how it is to be delivered: copied from their templates."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import FulfillmentTemplate
from passmanager.service.fulfillment.repository import Batch
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order, OrderItem
from passmanager.service.orders.status import Axis, FulfillmentStatus, fulfillment_of, move_many

MANUAL = "manual"
CHARGES = frozenset({"renewal", "usage"})
"""Orders of these sources are a charge for what somebody has already."""


def plan(session: Session, order_ids: Collection[str], *, actor: str, at: int) -> None:
    """Lines that have a plan keep it; orders that were delivered elsewhere get none."""
    batch = repository.load(session, order_ids)
    new = [item for order in batch.orders.values() for item in _unplanned(batch, order)]
    templates = repository.templates(session, {item.fulfillment_template_id or "" for item in new})
    asking = repository.by_hand(session, {order.store_id for order in batch.orders.values()})
    one = repository.one_for_all(session, {item.product_id for item in new if item.product_id})
    rows: list[dict[str, Any]] = []
    for item in new:
        order = batch.orders[item.order_id]
        template = templates.get(item.fulfillment_template_id or "")
        if template is not None or order.store_id in asking:
            item.units_owed = 1 if item.product_id in one else item.quantity
            item.method = template.method if template else MANUAL
            rows.append(_row(order, item, template, at))
    repository.add(session, rows)
    _move(session, batch, {row["order_item_id"] for row in rows}, actor, at)


def _unplanned(batch: Batch, order: Order) -> Iterator[OrderItem]:
    if not order.elsewhere and order.source not in CHARGES and "change" not in order.details:
        yield from (item for item in batch.items[order.id] if item.id not in batch.fulfillments and not item.tangible)


def _row(order: Order, item: OrderItem, template: FulfillmentTemplate | None, at: int) -> dict[str, Any]:
    config = dict(template.config) if template else {}
    if template is not None:
        config["give_up_after"] = template.give_up_after
    return {
        "id": new_id("ful"), "store_id": order.store_id, "order_id": order.id, "order_item_id": item.id,
        "template_id": template.id if template else None, "pool_id": config.get("pool_id"), "method": item.method,
        "deliverable": template.deliverable if template else "key", "config": config, "status": repository.PLANNED,
        "waits_for": "", "problem": "", "units": item.units_owed, "delivered": 0, "vendor_id": "",
        "give_up_at": None, "started_at": None, "created_at": at, "updated_at": at,
    }  # fmt: skip


def _move(session: Session, batch: Batch, item_ids: Collection[str], actor: str, at: int) -> None:
    """What is to be delivered is not delivered yet."""
    planned = [item for items in batch.items.values() for item in items if item.id in item_ids]
    lines = [(item, Axis.LINE, FulfillmentStatus.NOT_DELIVERED) for item in planned]
    move_many(session, lines, actor=actor, at=at)
    orders = {item.order_id: batch.orders[item.order_id] for item in planned}
    follow = [
        (order, Axis.FULFILLMENT, fulfillment_of(item.fulfillment_status for item in batch.items[order.id]))
        for order in orders.values()
    ]
    move_many(session, follow, actor=actor, at=at)
