"""Endpoint for the operator's mail server: it hands over the mails that come for the address of licenses."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.fulfillment import by_hand, repository
from passmanager.service.fulfillment.inbound import PURPOSE, find_number, license_in, read_mail
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.starting import Act
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.models import StoredAnswer
from passmanager.service.http.problems import NotFound
from passmanager.service.ids import new_id
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.lists import get_order
from passmanager.service.sealing import sealer_of

router = make_router(prefix="/v1", tag="fulfillment")

Postbox = Annotated[Caller, Depends(require("mail:inbound"))]
MAIL: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The mail as it came, with its head (RFC 5322).",
        "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class InboundOut(BaseModel):
    """What became of a mail: `repeated` if it had come before, `ignored` if a machine wrote it."""

    outcome: Literal["delivered", "repeated", "ignored"]
    order_id: str
    order_item_id: str


async def _raw(request: Request) -> bytes:
    return await request.body()


@router.post("/inbound-mail", openapi_extra=MAIL)
def receive_mail(
    raw: Annotated[bytes, Depends(_raw)], session: Writing, caller: Postbox, services: TheServices, now: Now
) -> InboundOut:
    """Delivers the license in an answer to the mail that asked the merchant for it: its text, or one file."""
    mail = read_mail(raw)
    one = _delivery(session, caller, find_number(mail.recipients, sealer_of(services.settings).derive_all(PURPOSE)))
    shown = InboundOut(outcome="delivered", order_id=one.order_id, order_item_id=one.order_item_id)
    if mail.automatic:
        return shown.model_copy(update={"outcome": "ignored"})
    if not _is_first(session, f"{caller.merchant_id} inbound {one.id}", mail.name, now):
        return shown.model_copy(update={"outcome": "repeated"})
    order, vault = get_order(session, caller, one.order_id), Vault.of(services.settings)
    act = Act("inbound mail", now, services.wire)
    by_hand.deliver_by_hand(session, order, one.order_item_id, license_in(mail.message), vault, act)
    return shown


def _delivery(session: Session, caller: Caller, number: int | None) -> Fulfillment:
    asked = repository.fulfillments_of(caller).where(Fulfillment.number == number)
    found = None if number is None else session.scalar(asked)
    if found is None:
        raise NotFound(detail="no address of the mail belongs to a delivery; answer to the address that asked")
    return found


def _is_first(session: Session, where: str, name: str, now: int) -> bool:
    """In the transaction of the delivery; another process with the same mail waits for it."""
    if session.scalar(select(StoredAnswer.id).where(StoredAnswer.scope == where, StoredAnswer.key == name)):
        return False
    try:
        with session.begin_nested():
            session.add(StoredAnswer(id=new_id("ans"), scope=where, key=name, body_hash="", status=200, created_at=now))
    except IntegrityError:
        return False
    return True
