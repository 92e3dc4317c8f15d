"""Endpoints of purchases: rights of access, for the merchant."""

from typing import Annotated

from fastapi import Depends, Query, Response

from passmanager.service.buyers import rights
from passmanager.service.buyers.rights import RightFilters, RightIn, RightOut
from passmanager.service.catalog.repository import narrowed
from passmanager.service.db import rows
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page_answer
from passmanager.service.http.shapes import Id
from passmanager.service.orders.models import Purchase

router = make_router(prefix="/v1", tag="purchases")

Reader = Annotated[Caller, Depends(require("purchases:read"))]
PutOnce = Annotated[Once, Depends(once("purchases:write", required=True), scope="function")]
WriteOnce = Annotated[Once, Depends(once("purchases:write"), scope="function")]


@router.get("/purchases", response_model=Page[RightOut])
def list_purchases(
    session: Reading,
    caller: Reader,
    now: Now,
    filters: Annotated[RightFilters, Query()],
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Response:
    """The newest first."""
    asked = rights.filtered(narrowed(session, caller), filters, now)
    found = rows(session, after(asked, Purchase.number, cursor, limit))
    return page_answer(found, limit, lambda right: right.number, lambda some: rights.show(session, some, now))


@router.get("/purchases/{purchase_id}")
def get_purchase(purchase_id: Id, session: Reading, caller: Reader, now: Now) -> RightOut:
    """One right of access."""
    return rights.show(session, [rights.get_right(session, caller, purchase_id)], now)[0]


@router.post("/purchases", status_code=201, response_model=RightOut, responses={200: {"model": RightOut}})
def put_purchase(body: RightIn, request: PutOnce, services: TheServices) -> Response:
    """What was sold elsewhere: 201 if it is new, 200 if it was changed."""
    right, new = rights.put_external(request.session, request.caller, body, request.now, services.wire.tell)
    return request.answer(rights.show(request.session, [right], request.now)[0], 201 if new else 200)


@router.post("/purchases/{purchase_id}/consume", response_model=RightOut)
def consume_purchase(purchase_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """Uses it up."""
    right = rights.get_right(request.session, request.caller, purchase_id)
    rights.consume(request.session, request.caller, right, request.now, services.wire.tell)
    return request.answer(rights.show(request.session, [right], request.now)[0], 200)
