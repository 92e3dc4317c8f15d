"""News of deliveries: in the sequence of their order, with keys never in clear."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.repository import Batch
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.showing import masked
from passmanager.service.news import News
from passmanager.service.orders.models import Order
from passmanager.service.orders.showing import show_orders


def line_news(batch: Batch, one: Fulfillment, kind: str, at: int, **more: Any) -> News:
    """News of the delivery of one line."""
    order, item = batch.order(one), batch.item(one)
    return News(
        type=kind, merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
        aggregate_id=order.id, at=at,
        data={
            "id": one.id, "order_id": order.id, "order_number": order.number, "order_item_id": item.id,
            "product_id": item.product_id, "product_name": item.product_name, "sku": item.sku,
            "quantity": item.quantity, "method": one.method, "deliverable": one.deliverable, "units": one.units,
            "delivered": one.delivered, "status": one.status, "waits_for": one.waits_for, "problem": one.problem,
            **more,
        },
    )  # fmt: skip


def delivered_news(batch: Batch, one: Fulfillment, keys: Sequence[LicenseKey], at: int) -> list[News]:
    """A whole line is delivered."""
    shown = [masked(key) for key in keys]
    return [
        line_news(batch, one, "fulfillment.succeeded", at, deliverables=shown),
        line_news(batch, one, "product.delivered", at, deliverables=shown),
    ]


def orders_news(session: Session, orders: Sequence[Order], kinds: dict[str, str], at: int) -> list[News]:
    """News of whole orders; `kinds` by order id."""
    return [
        News(
            type=kinds[order.id], merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
            aggregate_id=order.id, at=at, data=dict(shown),
        )
        for order, shown in zip(orders, show_orders(session, orders), strict=True)
    ]  # fmt: skip
