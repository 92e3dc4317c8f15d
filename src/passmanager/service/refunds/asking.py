"""What a buyer does: asks for a refund, and takes that back."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder, get_held, held_by, person_of
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.http.problems import NotFound
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.service.orders.refunding import RefundAlreadyOpen
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import repository
from passmanager.service.refunds.changing import REQUESTED, WITHDRAWN, move
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.refundable import NotRefundable, find_right, require_refundable, require_window
from passmanager.service.refunds.repository import Line
from passmanager.service.refunds.telling import request_news

EXTERNAL = "external"


def line_of_purchase(session: Session, holder: Holder, purchase_id: str) -> Line:
    """The line that was paid last for a purchase that the buyer holds.

    Raises:
        NotFound: It is not the buyer's.
        NotRefundable: It came from outside, so that no money came here.
    """
    right = get_held(session, holder, purchase_id)
    item_id = right.details.get("last_item", right.order_item_id)
    found = None if right.source == EXTERNAL or item_id is None else repository.find_line(session, item_id)
    if found is None:
        raise NotRefundable(detail=f"purchase {right.id} was not paid here; ask where it was bought")
    return found


def line_of_item(session: Session, holder: Holder, item_id: str) -> Line:
    """A line of an order of the buyer, or of a purchase that he holds by now.

    Raises:
        NotFound: It is not the buyer's.
    """
    held = select(Purchase.order_item_id).where(Purchase.order_item_id == item_id, held_by(holder))
    if holder.wallet:
        known = select(CustomerWallet.customer_id).where(CustomerWallet.address == holder.wallet)
        bought = or_(Order.wallet == holder.wallet, Order.customer_id.in_(known))
    else:
        bought = (Order.store_id == holder.store_id) & (Order.customer_id == holder.customer_id)
    found = repository.find_line(session, item_id, or_(bought, OrderItem.id.in_(held)))
    if found is None:
        raise NotFound(detail=f"there is no order item {item_id} of yours; see GET /v1/me/purchases")
    return found


def ask(session: Session, holder: Holder, line: Line, reason: str, act: Act) -> RefundRequest:
    """A new request.

    Raises:
        NotRefundable: Nothing can go back.
        RefundAlreadyOpen: There is a request, or a refund that is not paid yet.
        RefundWindowClosed: It is too late.
    """
    line = repository.lock(session, line)
    require_refundable(line)
    there = repository.find_open(session, line.item.id)
    if there is not None:
        raise RefundAlreadyOpen(detail=f"refund request {there.id} of this item is {there.status}; it has to end first")
    require_window(session, line, act.at)
    find_right(session, line)
    made = RefundRequest(
        id=new_id("rfr"), store_id=line.order.store_id, order_id=line.order.id, order_item_id=line.item.id,
        open_item=line.item.id, asked_by=person_of(session, holder, line.order.store_id), status=REQUESTED,
        reason=reason, created_at=act.at, updated_at=act.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    act.tell(session, request_news(line, made, "created", act.at))
    return made


def withdraw(session: Session, request: RefundRequest, act: Act) -> None:
    """The buyer thought better of it, before the merchant agreed.

    Raises:
        Conflict: It is approved, or over.
    """
    line = repository.lines_of(session, [request.order_item_id])[request.order_item_id]
    move(session, line, request, WITHDRAWN, act)
