"""All queries about refunds and requests for them."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.orders import repository as orders
from passmanager.service.orders.models import Order, OrderItem, Refund, RefundTransaction
from passmanager.service.refunds.models import RefundRequest

LIVE, REVERTED, LOST = "live", "reverted", "lost"


class Line(NamedTuple):
    """A line of an order, with the order."""

    order: Order
    item: OrderItem


# --- a line


def find_line(session: Session, item_id: str, *conditions: ColumnElement[bool]) -> Line | None:
    """A line for which conditions hold."""
    asked = select(OrderItem, Order).join(Order, Order.id == OrderItem.order_id).where(OrderItem.id == item_id)
    found = session.execute(asked.where(*conditions)).first()
    return None if found is None else Line(found[1], found[0])


def get_line(session: Session, caller: Caller, item_id: str) -> Line:
    """A line of a merchant.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = find_line(session, item_id, Order.store_id.in_(_stores(caller)))
    if found is None:
        raise NotFound(detail=f"there is no order item {item_id}; see GET /v1/orders")
    return found


def lock(session: Session, line: Line) -> Line:
    """The same, and nobody else decides about its order until the transaction ends."""
    order = orders.get_order(session, line.order.id)
    session.refresh(order)
    session.refresh(line.item)
    return Line(order, line.item)


# --- refunds


def refunds_of(caller: Caller) -> Select[Refund]:
    """Those of the stores that a key may touch."""
    return select(Refund).where(Refund.store_id.in_(_stores(caller)))


def get_refund(session: Session, caller: Caller, refund_id: str) -> Refund:
    """One refund.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(refunds_of(caller).where(Refund.id == refund_id))
    if found is None:
        raise NotFound(detail=f"there is no refund {refund_id}; see GET /v1/refunds")
    return found


def refund_row(session: Session, refund_id: str) -> Refund:
    """One that is there, for changes."""
    return session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()


def transactions_of(session: Session, refund_id: str) -> list[RefundTransaction]:
    """What was signed for a refund, the oldest first."""
    asked = select(RefundTransaction).where(RefundTransaction.refund_id == refund_id)
    return list(session.scalars(asked.order_by(RefundTransaction.nonce, RefundTransaction.attempt)))


def at_nonce(session: Session, chain_id: int, sender: str, nonce: int) -> list[RefundTransaction]:
    """What a wallet signed with one nonce, for whichever refund."""
    asked = _of_wallet(chain_id, sender).where(RefundTransaction.nonce == nonce)
    return list(session.scalars(asked.order_by(RefundTransaction.attempt)))


def next_nonce(session: Session, chain_id: int, sender: str, used: int) -> int:
    """The lowest nonce that nothing of the wallet waits for, from `used` on."""
    live = _of_wallet(chain_id, sender).where(RefundTransaction.status == LIVE, RefundTransaction.nonce >= used)
    return max([used, *(one.nonce + 1 for one in session.scalars(live))])


def _of_wallet(chain_id: int, sender: str) -> Select[RefundTransaction]:
    mine = (RefundTransaction.chain_id == chain_id, RefundTransaction.sender == sender)
    return select(RefundTransaction).where(*mine)


# --- requests


def requests_of(caller: Caller) -> Select[RefundRequest]:
    """Those of the stores that a key may touch."""
    return select(RefundRequest).where(RefundRequest.store_id.in_(_stores(caller)))


def get_request(session: Session, caller: Caller, request_id: str) -> RefundRequest:
    """One request.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(requests_of(caller).where(RefundRequest.id == request_id))
    if found is None:
        raise NotFound(detail=f"there is no refund request {request_id}; see GET /v1/refund-requests")
    return found


def asked_by(holder: Holder) -> ColumnElement[bool]:
    """Condition on requests: those of a buyer, whichever way he signed in."""
    if holder.wallet:
        known = select(CustomerWallet.customer_id).where(CustomerWallet.address == holder.wallet)
        return or_(RefundRequest.asked_by == holder.wallet, RefundRequest.asked_by.in_(known))
    mine = (RefundRequest.store_id == holder.store_id) & (RefundRequest.asked_by == holder.customer_id)
    return mine if holder.store_id else false()


def get_mine(session: Session, holder: Holder, request_id: str) -> RefundRequest:
    """A request of a buyer, for changes.

    Raises:
        NotFound: There is none of this id, or it is somebody else's.
    """
    asked = select(RefundRequest).where(RefundRequest.id == request_id, asked_by(holder))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no refund request {request_id} of yours; see GET /v1/me/refund-requests")
    return found


def find_open(session: Session, item_id: str) -> RefundRequest | None:
    """The request of a line that is not over."""
    return session.scalar(select(RefundRequest).where(RefundRequest.open_item == item_id).with_for_update())


def of_refund(session: Session, refund_id: str) -> RefundRequest | None:
    """The request for which a refund is paid."""
    return session.scalar(select(RefundRequest).where(RefundRequest.refund_id == refund_id).with_for_update())


def orders_by_id(session: Session, ids: list[str]) -> dict[str, Order]:
    """Orders that are there."""
    return {one.id: one for one in session.scalars(select(Order).where(Order.id.in_(ids)))}


def lines_of(session: Session, item_ids: list[str]) -> dict[str, Line]:
    """Lines with their orders, by id."""
    asked = select(OrderItem, Order).join(Order, Order.id == OrderItem.order_id).where(OrderItem.id.in_(item_ids))
    return {item.id: Line(order, item) for item, order in session.execute(asked)}


def refunds_by_id(session: Session, ids: list[str]) -> dict[str, Refund]:
    """Some refunds."""
    return {one.id: one for one in session.scalars(select(Refund).where(Refund.id.in_(ids)))}


def _stores(caller: Caller) -> Select[str]:
    return stores_of(caller).with_only_columns(Store.id)
