"""Endpoints of mails: what was written, and once more."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Reading, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.http.shapes import Body, Email, Id, Moment
from passmanager.service.mail import letters
from passmanager.service.mail.models import Mail

router = make_router(prefix="/v1/mails", tag="mails")

Reader = Annotated[Caller, Depends(require("mails:read"))]
WriteOnce = Annotated[Once, Depends(once("mails:write"), scope="function")]


class MailOut(BaseModel):
    """A mail; what it says is not shown, since it may hold keys."""

    id: str
    store_id: str
    order_id: str | None
    template: str
    recipient: str
    status: str
    problem: str
    sent_at: Moment | None
    created_at: Moment


class SendIn(Body):
    """To the same address, or to another."""

    recipient: Email | None = None


def _mine(caller: Caller) -> Select[Mail]:
    return select(Mail).where(Mail.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def _get(session: Session, caller: Caller, mail_id: str) -> Mail:
    found = session.scalar(_mine(caller).where(Mail.id == mail_id))
    if found is None:
        raise NotFound(detail=f"there is no mail {mail_id}; see GET /v1/mails")
    return found


def _show(mail: Mail) -> MailOut:
    return MailOut.model_validate(mail, from_attributes=True)


@router.get("")
def list_mails(
    session: Reading,
    caller: Reader,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
    order_id: Id | None = None,
    status: Annotated[str | None, Query(pattern="^(pending|sent|awaiting_contact|failed)$")] = None,
) -> Page[MailOut]:
    """The newest first."""
    found = _mine(caller)
    for column, value in ((Mail.order_id, order_id), (Mail.status, status)):
        found = found if value is None else found.where(column == value)
    rows = session.scalars(after(found, Mail.number, cursor, limit)).all()
    return page(rows, limit, lambda row: row.number, _show)


@router.get("/{mail_id}")
def get_mail(mail_id: Id, session: Reading, caller: Reader) -> MailOut:
    """One mail."""
    return _show(_get(session, caller, mail_id))


@router.post("/{mail_id}/send", status_code=202, response_model=MailOut)
def send(mail_id: Id, body: SendIn, request: WriteOnce) -> Response:
    """Sends it once more."""
    mail = _get(request.session, request.caller, mail_id)
    recipient = body.recipient or mail.recipient
    if not recipient:
        raise Conflict(detail="nobody knows the address; send one as `recipient`")
    letters.send_again(request.session, mail, recipient, request.now)
    return request.answer(_show(mail), 202)
