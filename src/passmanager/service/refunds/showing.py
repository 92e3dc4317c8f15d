"""How refunds and requests look in answers."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.http.shapes import money
from passmanager.service.orders.models import Order, Refund
from passmanager.service.refunds import repository
from passmanager.service.refunds.changing import FULFILLED
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.repository import Line
from passmanager.service.refunds.schemas import RefundCallOut, RefundOut, RequestOfMine, RequestOut


def show_refund(order: Order, refund: Refund, call: RefundCallOut | None = None) -> RefundOut:
    """One refund."""
    return RefundOut(
        id=refund.id, store_id=refund.store_id, order_id=refund.order_id, order_item_id=refund.order_item_id,
        status=refund.status,  # type: ignore[arg-type] - a text of the database
        amount=money(refund.amount, order.currency, order.decimals), revoke=refund.revoke, reason=refund.reason,
        actor=refund.actor, problem=refund.problem, recipient=refund.recipient, chain_id=refund.chain_id,
        pass_id=None if refund.pass_id is None else str(refund.pass_id),
        chain_product_id=None if refund.chain_product_id is None else str(refund.chain_product_id),
        tx_hash=refund.tx_hash, signed_by_service=refund.by_service, call=call, created_at=refund.created_at,
        updated_at=refund.updated_at,
    )  # fmt: skip


def show_requests(
    session: Session, found: Sequence[RefundRequest], call: RefundCallOut | None = None
) -> dict[str, RequestOut]:
    """Many, by id."""
    lines = repository.lines_of(session, [one.order_item_id for one in found])
    refunds = repository.refunds_by_id(session, [one.refund_id for one in found if one.refund_id])
    return {one.id: _request(lines[one.order_item_id], one, refunds.get(one.refund_id or ""), call) for one in found}


def _request(line: Line, one: RefundRequest, refund: Refund | None, call: RefundCallOut | None) -> RequestOut:
    order, item = line
    return RequestOut(
        id=one.id, store_id=one.store_id, order_id=order.id, order_number=order.number, order_item_id=item.id,
        product_name=item.product_name, price=money(item.total, order.currency, order.decimals), asked_by=one.asked_by,
        status=one.status,  # type: ignore[arg-type] - a text of the database
        reason=one.reason,
        amount=None if one.amount is None else money(one.amount, order.currency, order.decimals),
        answer=one.answer, problem=one.problem, decided_by=one.decided_by, decided_at=one.decided_at,
        refund=None if refund is None else show_refund(order, refund, call), created_at=one.created_at,
        updated_at=one.updated_at,
    )  # fmt: skip


def show_mine(session: Session, found: Sequence[RefundRequest]) -> dict[str, RequestOfMine]:
    """Many, by id, for their buyer: without what is between merchant and service."""
    shared = set(RequestOfMine.model_fields) & set(RequestOut.model_fields)
    return {
        one.id: RequestOfMine(
            **{name: getattr(one, name) for name in shared},
            recipient=one.refund.recipient if one.refund else "",
            tx_hash=one.refund.tx_hash if one.refund and one.status == FULFILLED else None,
        )
        for one in show_requests(session, found).values()
    }
