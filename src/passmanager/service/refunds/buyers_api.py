"""Endpoints of buyers: asking for a refund, and what came of it."""

from typing import Annotated

from fastapi import Query
from sqlalchemy import select

from passmanager.service.accounts.holders import Holder, TheHolder
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import asking, repository, showing
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.schemas import AskIn, MyFilters, RequestOfMine
from passmanager.service.services import Services

router = make_router(prefix="/v1/me", tag="refunds")


def _act(holder: Holder, services: Services, now: int) -> Act:
    return Act(holder.name, now, services.wire.tell)


@router.post("/refund-requests", status_code=201)
def ask_for_refund(body: AskIn, session: Writing, holder: TheHolder, services: TheServices, now: Now) -> RequestOfMine:
    """Asks for the price of a line back; one request at a time."""
    if body.purchase_id is not None:
        line = asking.line_of_purchase(session, holder, body.purchase_id)
    else:
        line = asking.line_of_item(session, holder, body.order_item_id or "")
    made = asking.ask(session, holder, line, body.reason, _act(holder, services, now))
    return showing.show_mine(session, [made])[made.id]


@router.get("/refund-requests")
def list_mine(
    session: Reading,
    holder: TheHolder,
    filters: Annotated[MyFilters, Query()],
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[RequestOfMine]:
    """The newest first."""
    asked = select(RefundRequest).where(repository.asked_by(holder))
    for name, value in filters.model_dump(exclude_none=True).items():
        asked = asked.where(getattr(RefundRequest, name) == value)
    found = session.scalars(after(asked, RefundRequest.number, cursor, limit)).all()
    shown = showing.show_mine(session, found)
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.post("/refund-requests/{request_id}/withdraw")
def withdraw_refund(
    request_id: Id, session: Writing, holder: TheHolder, services: TheServices, now: Now
) -> RequestOfMine:
    """Takes a request back that nobody agreed to yet."""
    found = repository.get_mine(session, holder, request_id)
    asking.withdraw(session, found, _act(holder, services, now))
    return showing.show_mine(session, [found])[found.id]
