"""Endpoints of the sessions that a merchant's server opens for its users, and of who they are in them."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import select

from passmanager.service.accounts import opening
from passmanager.service.accounts.holders import TheHolder
from passmanager.service.accounts.models import UserSession
from passmanager.service.accounts.schemas import (
    MeOut,
    UserSessionIn,
    UserSessionMade,
    UserSessionOut,
    UserSessionPatch,
)
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.shapes import Id

router = make_router(prefix="/v1", tag="sessions")

Reader = Annotated[Caller, Depends(require("sessions:read"))]
Writer = Annotated[Caller, Depends(require("sessions:write"))]


@router.post("/sessions", status_code=201)
def open_session(
    body: UserSessionIn, session: Writing, caller: Writer, services: TheServices, now: Now
) -> UserSessionMade:
    """Called by your server, for a user whom it has recognized; each call makes another session of one hour."""
    made, token = opening.open_for(session, caller, body, now, services.wire.tell)
    return UserSessionMade(session_id=made.id, token=token, expires_at=made.expires_at)


@router.get("/sessions/{session_id}")
def get_session(session_id: Id, session: Reading, caller: Reader) -> UserSessionOut:
    """One session, without its token."""
    return opening.show(session, opening.get_session(session, caller, session_id))


@router.patch("/sessions/{session_id}")
def change_session(
    session_id: Id, body: UserSessionPatch, session: Writing, caller: Writer, now: Now
) -> UserSessionOut:
    """Changes what is sent; 409 for another user, another account or another number of seats."""
    found = opening.get_session(session, caller, session_id)
    opening.change(session, found, body, now)
    return opening.show(session, found)


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(session_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """Its token opens nothing any more, from the next request on."""
    opening.end(session, opening.get_session(session, caller, session_id), now)


@router.get("/me")
def who_am_i(session: Reading, holder: TheHolder) -> MeOut:
    """The user, wallet and account whose token this is."""
    customer = session.scalar(select(Customer).where(Customer.id == holder.customer_id))
    opened = session.scalar(select(UserSession).where(UserSession.id == holder.session_id))
    shown = None if opened is None else opening.show(session, opened)
    return MeOut(
        wallet=holder.wallet or None, store_id=holder.store_id or None, user_id=customer and customer.external_id,
        customer_id=holder.customer_id or None, email=customer.email if customer else "",
        account=shown and shown.account, session=shown,
    )  # fmt: skip
