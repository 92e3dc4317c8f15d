"""All queries about templates, deliveries and attempts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.fulfillment.models import Fulfillment, FulfillmentAttempt, FulfillmentTemplate
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.orders.models import Order, OrderItem, Purchase

PLANNED, WAITING, DELIVERED, FAILED, RETURNED = "planned", "waiting", "delivered", "failed", "returned"
STOCK, MERCHANT, VENDOR = "stock", "merchant", "vendor"


@dataclass(slots=True)
class Batch:
    """Orders that are worked on together; nobody else changes them meanwhile.

    Attributes:
        orders: By id.
        items: All lines of each order.
        fulfillments: By line.
        rights: Ids of rights of access, by line.
    """

    orders: dict[str, Order]
    items: dict[str, list[OrderItem]] = field(default_factory=dict[str, list[OrderItem]])
    fulfillments: dict[str, Fulfillment] = field(default_factory=dict[str, Fulfillment])
    rights: dict[str, str] = field(default_factory=dict[str, str])

    def item(self, fulfillment: Fulfillment) -> OrderItem:
        """The line of a delivery."""
        return next(item for item in self.items[fulfillment.order_id] if item.id == fulfillment.order_item_id)

    def order(self, fulfillment: Fulfillment) -> Order:
        """The order of a delivery."""
        return self.orders[fulfillment.order_id]


def load(session: Session, order_ids: Collection[str]) -> Batch:
    """Orders with their lines and deliveries, locked."""
    fresh = {"populate_existing": True}
    locked = select(Order).where(Order.id.in_(order_ids)).order_by(Order.number).with_for_update()
    batch = Batch({order.id: order for order in session.scalars(locked.execution_options(**fresh))})
    batch.items = {order_id: [] for order_id in batch.orders}
    lines = select(OrderItem).where(OrderItem.order_id.in_(batch.orders)).order_by(OrderItem.number)
    for item in session.scalars(lines.execution_options(**fresh)):
        batch.items[item.order_id].append(item)
    mine = select(Fulfillment).where(Fulfillment.order_id.in_(batch.orders)).order_by(Fulfillment.number)
    found = session.scalars(mine.execution_options(**fresh))
    batch.fulfillments = {one.order_item_id: one for one in found}
    rights = select(Purchase.order_item_id, Purchase.id).where(Purchase.order_item_id.in_(batch.fulfillments))
    batch.rights = {item_id or "": right_id for item_id, right_id in session.execute(rights)}
    return batch


def url_of(one: Fulfillment, verb: str) -> str | None:
    """Where a verb is called; null if nowhere."""
    urls: dict[str, str] = one.config.get("urls") or {}
    return urls.get(verb)


# --- templates


def templates_of(caller: Caller) -> Select[FulfillmentTemplate]:
    """The templates of the stores that a key may touch."""
    stores = stores_of(caller).with_only_columns(Store.id)
    return select(FulfillmentTemplate).where(FulfillmentTemplate.store_id.in_(stores))


def get_template(session: Session, caller: Caller, template_id: str) -> FulfillmentTemplate:
    """One template.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(templates_of(caller).where(FulfillmentTemplate.id == template_id))
    if found is None:
        raise NotFound(detail=f"there is no fulfillment template {template_id}; see GET /v1/fulfillment-templates")
    return found


def template_row(session: Session, template_id: str) -> FulfillmentTemplate:
    """One that is there."""
    return session.scalars(select(FulfillmentTemplate).where(FulfillmentTemplate.id == template_id)).one()


def templates(session: Session, template_ids: Collection[str]) -> dict[str, FulfillmentTemplate]:
    """Those that orders may use, by id."""
    chosen = select(FulfillmentTemplate).where(
        FulfillmentTemplate.id.in_(template_ids), FulfillmentTemplate.archived_at.is_(None)
    )
    return {one.id: one for one in session.scalars(chosen)}


# --- deliveries


def fulfillments_of(caller: Caller) -> Select[Fulfillment]:
    """The deliveries of the stores that a key may touch."""
    return select(Fulfillment).where(Fulfillment.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_fulfillment(session: Session, caller: Caller, fulfillment_id: str) -> Fulfillment:
    """One delivery.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(fulfillments_of(caller).where(Fulfillment.id == fulfillment_id))
    if found is None:
        raise NotFound(detail=f"there is no fulfillment {fulfillment_id}; see GET /v1/fulfillments")
    return found


def find(session: Session, fulfillment_id: str) -> Fulfillment | None:
    """One delivery, for the work that was left for it."""
    return session.scalar(select(Fulfillment).where(Fulfillment.id == fulfillment_id))


def of_items(session: Session, item_ids: Collection[str]) -> list[Fulfillment]:
    """The deliveries of lines."""
    return list(session.scalars(select(Fulfillment).where(Fulfillment.order_item_id.in_(item_ids))))


def of_right(session: Session, right_id: str) -> list[Fulfillment]:
    """The deliveries of the line with which a right came."""
    lines = select(Purchase.order_item_id).where(Purchase.id == right_id)
    return list(session.scalars(select(Fulfillment).where(Fulfillment.order_item_id.in_(lines))))


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """New deliveries."""
    if rows:
        session.execute(insert(Fulfillment), list(rows))


def one_for_all(session: Session, product_ids: Collection[str]) -> set[str]:
    """Products of which a quantity of n delivers one thing."""
    return set(session.scalars(select(Product.id).where(Product.id.in_(product_ids), Product.one_for_all)))


def by_hand(session: Session, store_ids: Collection[str]) -> set[str]:
    """Stores that want to be asked for what no template delivers."""
    stores = session.scalars(select(Store).where(Store.id.in_(store_ids)))
    return {store.id for store in stores if store.settings.get("deliver_by_hand")}


def waiting_for_stock(session: Session, pool_id: str, most: int) -> list[str]:
    """Ids of orders with lines that wait for keys of a pool, the oldest first."""
    return list(dict.fromkeys(session.scalars(_waiting(pool_id).limit(most))))


def _waiting(pool_id: str) -> Select[str]:
    chosen: tuple[ColumnElement[bool], ...] = (
        Fulfillment.pool_id == pool_id, Fulfillment.waits_for == STOCK, Fulfillment.status == WAITING,
    )  # fmt: skip
    return select(Fulfillment.order_id).where(*chosen).order_by(Fulfillment.number)


def attempts_of(session: Session, fulfillment: Fulfillment) -> list[FulfillmentAttempt]:
    """Calls of the merchant's web service, the first first."""
    chosen = select(FulfillmentAttempt).where(FulfillmentAttempt.fulfillment_id == fulfillment.id)
    return list(session.scalars(chosen.order_by(FulfillmentAttempt.at, FulfillmentAttempt.id)))


def order_of(session: Session, one: Fulfillment) -> Order:
    """The order of a delivery."""
    return session.scalars(select(Order).where(Order.id == one.order_id)).one()


def item_of(session: Session, one: Fulfillment) -> OrderItem:
    """The line of a delivery."""
    return session.scalars(select(OrderItem).where(OrderItem.id == one.order_item_id)).one()


def order_row(session: Session, order_id: str) -> Order:
    """An order that is there."""
    return session.scalars(select(Order).where(Order.id == order_id)).one()


def right_of(session: Session, item_id: str) -> Purchase | None:
    """The right of access that came with a line."""
    return session.scalar(select(Purchase).where(Purchase.order_item_id == item_id).limit(1))


def get_right(session: Session, caller: Caller, purchase_id: str) -> Purchase:
    """One right of access.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(select(Purchase).where(Purchase.id == purchase_id, Purchase.store_id.in_(stores)))
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id}")
    return found


def bought_with(session: Session, right: Purchase) -> tuple[OrderItem, Order]:
    """The line and the order with which a right came.

    Raises:
        NotFound: It came from outside, without an order.
    """
    item = session.scalar(select(OrderItem).where(OrderItem.id == right.order_item_id))
    if item is None:
        raise NotFound(detail=f"purchase {right.id} came without an order; nothing was delivered for it here")
    return item, order_row(session, item.order_id)
