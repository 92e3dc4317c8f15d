"""Endpoints of requirements, and of the attempts that they stopped."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field, HttpUrl, UrlConstraints
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.accounts.gating_models import BlockedAttempt, Requirement
from passmanager.service.accounts.schemas import Data
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import get_store, stores_of
from passmanager.service.clock import rfc3339
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.http.shapes import Body, Id, Moment, Name
from passmanager.service.ids import new_id

router = make_router(prefix="/v1", tag="requirements")

Reader = Annotated[Caller, Depends(require("requirements:read"))]
Writer = Annotated[Caller, Depends(require("requirements:write"))]
WriteOnce = Annotated[Once, Depends(once("requirements:write"), scope="function")]
Link = Annotated[HttpUrl, UrlConstraints(max_length=1_000)]

COLUMNS = ("id", "created_at", "store_id", "product_id", "user_id", "customer_id", "session_id", "missing")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvResponse(Response):
    """A table."""

    media_type = "text/csv; charset=utf-8"


class CallbackIn(Body):
    """What the page in front is told, as by an action of type callback."""

    name: Name
    payload: Data = Field(default_factory=dict[str, Any])


class RequirementIn(Body):
    """What happens when a user lacks something that products ask for by this name."""

    store_id: Id
    name: Name
    redirect_url: Link | None = None
    callback: CallbackIn | None = None
    mail: bool = False


class RequirementPatch(Body):
    """What changes of it."""

    redirect_url: Link | None = None
    callback: CallbackIn | None = None
    mail: bool | None = None


class RequirementOut(BaseModel):
    """What happens when a user lacks it; `mail`: your team is told at the store's contact address."""

    id: str
    store_id: str
    name: str
    redirect_url: str | None
    callback: CallbackIn | None
    mail: bool
    created_at: Moment
    updated_at: Moment


class BlockedAttemptOut(BaseModel):
    """Somebody wanted to buy a product, and lacked something."""

    id: str
    number: int
    store_id: str
    product_id: str
    user_id: str
    customer_id: str | None
    session_id: str
    missing: list[str]
    created_at: Moment


def _show(row: Requirement) -> RequirementOut:
    return RequirementOut(
        id=row.id, store_id=row.store_id, name=row.name, redirect_url=row.redirect_url or None,
        callback=CallbackIn(**row.callback) if row.callback else None, mail=row.mail, created_at=row.created_at,
        updated_at=row.updated_at,
    )  # fmt: skip


def _get(session: Session, caller: Caller, requirement_id: str) -> Requirement:
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(
        select(Requirement).where(Requirement.id == requirement_id, Requirement.store_id.in_(stores))
    )
    if found is None:
        raise NotFound(detail=f"there is no requirement {requirement_id}; see GET /v1/requirements")
    return found


@router.post("/requirements", status_code=201, response_model=RequirementOut)
def create_requirement(body: RequirementIn, request: WriteOnce) -> Response:
    """What happens when a user lacks something; without this he is refused all the same."""
    store = get_store(request.session, request.caller, body.store_id)
    row = Requirement(
        id=new_id("req"), store_id=store.id, name=body.name, redirect_url=str(body.redirect_url or ""),
        callback=body.callback.model_dump() if body.callback else {}, mail=body.mail, created_at=request.now,
        updated_at=request.now,
    )  # fmt: skip
    try:
        with request.session.begin_nested():
            request.session.add(row)
    except IntegrityError as problem:
        raise Conflict(detail=f"store {store.id} has a requirement {body.name!r} already") from problem
    return request.answer(_show(row))


@router.get("/requirements")
def list_requirements(session: Reading, caller: Reader, store_id: Annotated[Id, Query()]) -> list[RequirementOut]:
    """The whole list of a store."""
    store = get_store(session, caller, store_id)
    asked = select(Requirement).where(Requirement.store_id == store.id).order_by(Requirement.name)
    return [_show(row) for row in session.scalars(asked)]


@router.patch("/requirements/{requirement_id}")
def change_requirement(
    requirement_id: Id, body: RequirementPatch, session: Writing, caller: Writer, now: Now
) -> RequirementOut:
    """Changes what is sent."""
    row = _get(session, caller, requirement_id)
    if "redirect_url" in body.model_fields_set:
        row.redirect_url = str(body.redirect_url or "")
    if "callback" in body.model_fields_set:
        row.callback = body.callback.model_dump() if body.callback else {}
    row.mail = row.mail if body.mail is None else body.mail
    row.updated_at = now
    return _show(row)


@router.delete("/requirements/{requirement_id}", status_code=204)
def remove_requirement(requirement_id: Id, session: Writing, caller: Writer) -> None:
    """Who lacks it is refused all the same, as long as a product asks for it."""
    session.delete(_get(session, caller, requirement_id))


def _attempts(caller: Caller, store_id: str | None) -> Select[BlockedAttempt]:
    mine = select(BlockedAttempt).where(BlockedAttempt.store_id.in_(stores_of(caller).with_only_columns(Store.id)))
    return mine if store_id is None else mine.where(BlockedAttempt.store_id == store_id)


@router.get("/blocked-attempts")
def list_attempts(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[BlockedAttemptOut]:
    """Who wanted to buy and lacked something; the newest first."""
    found = session.scalars(after(_attempts(caller, store_id), BlockedAttempt.number, cursor, limit)).all()
    return page(found, limit, lambda row: row.number, _show_attempt)


def _show_attempt(row: BlockedAttempt) -> BlockedAttemptOut:
    return BlockedAttemptOut(
        id=row.id, number=row.number, store_id=row.store_id, product_id=row.product_id, user_id=row.user_id,
        customer_id=row.customer_id, session_id=row.session_id, missing=list(row.missing), created_at=row.created_at,
    )  # fmt: skip


@router.get("/blocked-attempts/export", response_class=CsvResponse)
def export_attempts(session: Reading, caller: Reader, store_id: Annotated[Id | None, Query()] = None) -> Response:
    """All of them as CSV, the oldest first; a cell that a spreadsheet would calculate begins with an apostrophe."""
    asked = _attempts(caller, store_id).order_by(BlockedAttempt.number)
    headers = {"Content-Disposition": 'attachment; filename="blocked-attempts.csv"'}
    return CsvResponse("".join(_lines(session, asked)), headers=headers)


def _lines(session: Session, asked: Select[BlockedAttempt]) -> Iterator[str]:
    yield _line(COLUMNS)
    for row in session.scalars(asked):
        cells = {name: getattr(row, name) for name in COLUMNS}
        cells |= {"created_at": rfc3339(row.created_at), "missing": ";".join(map(str, row.missing))}
        yield _line(["" if value is None else str(value) for value in cells.values()])


def _line(cells: tuple[str, ...] | list[str]) -> str:
    kept = io.StringIO()
    csv.writer(kept).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return kept.getvalue()
