"""Endpoints of merchants: requests of buyers, and refunds."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlalchemy import Select

from passmanager.service.catalog.binding_api import chain_reader
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Reading, TheServices, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id, milliseconds
from passmanager.service.orders.models import Refund
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import deciding, repository, showing
from passmanager.service.refunds.deciding import Asked
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.prospects import OfLine, OfRequest, Prospect, call_of, waits_for_wallet
from passmanager.service.refunds.refundable import require_role
from passmanager.service.refunds.schemas import (
    ApproveIn,
    RefundFilters,
    RefundIn,
    RefundOut,
    RefuseIn,
    RequestFilters,
    RequestOut,
)
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="refunds")

Reader = Annotated[Caller, Depends(require("refunds:read"))]
PayOnce = Annotated[Once, Depends(once("refunds:write", required=True), scope="function")]
WriteOnce = Annotated[Once, Depends(once("refunds:write"), scope="function")]


def _act(request: Once, services: Services) -> Act:
    require_role(request.caller)
    return Act(request.caller.name, request.now, services.wire.tell)


# --- requests of buyers


@router.get("/refund-requests")
def list_requests(
    session: Reading,
    caller: Reader,
    filters: Annotated[RequestFilters, Query()],
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[RequestOut]:
    """What buyers asked back, the newest first."""
    sent = filters.model_dump(exclude_none=True)
    if "customer_id" in sent:
        sent["asked_by"] = sent.pop("customer_id")
    asked = _filtered(repository.requests_of(caller), RefundRequest, sent)
    found = session.scalars(after(asked, RefundRequest.number, cursor, limit)).all()
    shown = showing.show_requests(session, found)
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.get("/refund-requests/{request_id}")
def read_request(request_id: Id, session: Reading, caller: Reader) -> RequestOut:
    """One request."""
    found = repository.get_request(session, caller, request_id)
    return showing.show_requests(session, [found])[found.id]


@router.post("/refund-requests/{request_id}/approve", response_model=RequestOut)
def approve(
    request_id: Id, body: ApproveIn, prospect: OfRequest, request: WriteOnce, services: TheServices
) -> Response:
    """The money goes back: at once off the chain; on the chain when `refund.call` is mined, or by the service."""
    act = _act(request, services)
    found = repository.get_request(request.session, request.caller, request_id)
    asked = Asked.of(body, found.reason)
    deciding.approve(request.session, found, asked, body.answer, prospect.outlook, act)
    return _decided(request, found, prospect)


@router.post("/refund-requests/{request_id}/refuse", response_model=RequestOut)
def refuse(request_id: Id, body: RefuseIn, request: WriteOnce, services: TheServices) -> Response:
    """The buyer gets a mail that says why not."""
    act = _act(request, services)
    found = repository.get_request(request.session, request.caller, request_id)
    deciding.refuse(request.session, found, body.reason, act)
    return _decided(request, found, Prospect())


def _decided(request: Once, found: RefundRequest, prospect: Prospect) -> Response:
    refund = None if found.refund_id is None else repository.refund_row(request.session, found.refund_id)
    shown = showing.show_requests(request.session, [found], call_of(prospect.chain, refund))
    return request.answer(shown[found.id], 200)


# --- refunds


@router.post("/refunds", status_code=201, response_model=RefundOut)
def refund(body: RefundIn, prospect: OfLine, request: PayOnce, services: TheServices) -> Response:
    """Pays a line back: off the chain your bank does, and this says so; on the chain `call` does, or the service."""
    act = _act(request, services)
    line = repository.get_line(request.session, request.caller, body.order_item_id)
    made = deciding.refund(request.session, line, Asked.of(body, body.reason), prospect.outlook, act)
    return request.answer(showing.show_refund(line.order, made, call_of(prospect.chain, made)))


@router.get("/refunds")
def list_refunds(
    session: Reading,
    caller: Reader,
    filters: Annotated[RefundFilters, Query()],
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[RefundOut]:
    """The newest first; also those that were made on the chain without this service."""
    asked = _filtered(repository.refunds_of(caller), Refund, filters.model_dump(exclude_none=True))
    found = session.scalars(after(asked, Refund.number, cursor, limit)).all()
    orders = repository.orders_by_id(session, [one.order_id for one in found])
    return page(found, limit, lambda one: one.number, lambda one: showing.show_refund(orders[one.order_id], one))


@router.get("/refunds/{refund_id}")
def read_refund(refund_id: Id, session: Reading, caller: Reader, services: TheServices, http: Request) -> RefundOut:
    """One refund, with the call to send while it waits for one."""
    found = repository.get_refund(session, caller, refund_id)
    chain = chain_reader(http, services) if waits_for_wallet(found) else None
    order = repository.orders_by_id(session, [found.order_id])[found.order_id]
    return showing.show_refund(order, found, call_of(chain, found))


@router.post("/refunds/{refund_id}/cancel", response_model=RefundOut)
def cancel_refund(refund_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """Its call is not sent after all; a request for it has failed, and can be decided anew."""
    act = _act(request, services)
    found = repository.get_refund(request.session, request.caller, refund_id)
    found = repository.refund_row(request.session, found.id)
    deciding.cancel(request.session, found, act)
    order = repository.orders_by_id(request.session, [found.order_id])[found.order_id]
    return request.answer(showing.show_refund(order, found), 200)


def _filtered(asked: Select[Any], table: type[Refund] | type[RefundRequest], sent: dict[str, Any]) -> Select[Any]:
    """All filters hold."""
    since, until = sent.pop("created_from", None), sent.pop("created_to", None)
    for name, value in sent.items():
        asked = asked.where(getattr(table, name) == value)
    if since is not None:
        asked = asked.where(table.created_at >= milliseconds(since))
    return asked if until is None else asked.where(table.created_at <= milliseconds(until))
