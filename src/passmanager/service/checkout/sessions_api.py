"""Endpoints of checkout sessions: for buyers by the session's token, for merchants by a key."""

from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response

from passmanager.service.accounts.holders import TheHolder
from passmanager.service.checkout import changing, confirming, intents, opening, repository, showing, streaming
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.schemas import (
    CheckoutSessionIn,
    CheckoutSessionOut,
    CheckoutSessionPatch,
    ConfirmedOut,
    ConfirmIn,
    IntentIn,
    IntentOut,
    MySessionIn,
    OtherMethodIn,
    SessionMade,
)
from passmanager.service.checkout.shopper import READ, WRITE, Actor, Changer, Looker, Watcher
from passmanager.service.db import read_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.limits import client_address
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import Id
from passmanager.service.orders.settling import Act
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="checkout")

Reader = Annotated[Caller, Depends(require(READ))]
WriteOnce = Annotated[Once, Depends(once(WRITE), scope="function")]
# The caller comes before the session of the database: who holds a connection must not wait for another one.
LastEvent = Annotated[str | None, Header(alias="Last-Event-ID", max_length=20, description="Goes on after this one.")]


def _act(actor: Actor, now: int, services: Services) -> Act:
    return Act(actor.name, now, services.wire.tell)


@router.post("/checkout-sessions", status_code=201, response_model=SessionMade)
def create(body: CheckoutSessionIn, request: WriteOnce, services: TheServices) -> Response:
    """A cart that a merchant's server makes; its token goes to the buyer's browser."""
    act = Act(request.caller.name, request.now, services.wire.tell)
    made, token = opening.open_for_merchant(request.session, request.caller, body, act)
    return request.answer(showing.show_made(request.session, made, token, services.settings, request.now))


@router.post("/me/checkout-sessions", status_code=201)
def open_my_own(
    body: MySessionIn, holder: TheHolder, services: TheServices, now: Now, _limited: Limited, session: Writing
) -> SessionMade:
    """A cart of the person who signed in; seats of the account are the quantity of what is priced by seats."""
    made, token = opening.open_for_holder(session, holder, body, Act(holder.name, now, services.wire.tell))
    return showing.show_made(session, made, token, services.settings, now)


@router.get("/checkout-sessions")
def list_sessions(
    caller: Reader,
    services: TheServices,
    now: Now,
    session: Reading,
    store_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[CheckoutSessionOut]:
    """The newest first; those that were never confirmed, too."""
    asked = repository.sessions_of(caller)
    asked = asked if store_id is None else asked.where(CheckoutSession.store_id == store_id)
    found = session.scalars(after(asked, CheckoutSession.number, cursor, limit)).all()
    shown = dict(zip(found, showing.show_sessions(session, found, services.settings, now), strict=True))
    return page(found, limit, lambda one: one.number, lambda one: shown[one])


@router.get("/checkout-sessions/{session_id}")
def read(session_id: Id, actor: Looker, services: TheServices, now: Now, session: Reading) -> CheckoutSessionOut:
    """The cart, and what became of it."""
    return showing.show_session(session, actor.find(session, session_id), services.settings, now)


@router.patch("/checkout-sessions/{session_id}")
def change(
    session_id: Id, body: CheckoutSessionPatch, actor: Changer, services: TheServices, now: Now, session: Writing
) -> CheckoutSessionOut:
    """Changes what is sent, and prices the cart again."""
    found = actor.find(session, session_id, lock=True)
    changing.change(session, found, body, _act(actor, now, services), promised=actor.promises)
    return showing.show_session(session, found, services.settings, now)


@router.post("/checkout-sessions/{session_id}/confirm", status_code=201)
def confirm(
    session_id: Id,
    body: ConfirmIn,
    http: Request,
    actor: Changer,
    services: TheServices,
    now: Now,
    session: Writing,
) -> ConfirmedOut:
    """The buyer orders: both consents are needed. A second time answers with the same order."""
    found = actor.find(session, session_id, lock=True)
    address = "" if actor.promises else client_address(http, services.settings)
    order = confirming.confirm(session, found, body, _act(actor, now, services), address)
    return showing.show_confirmed(session, found, order, services.settings)


@router.post("/checkout-sessions/{session_id}/payment-method")
def change_method(
    session_id: Id, body: OtherMethodIn, actor: Changer, services: TheServices, now: Now, session: Writing
) -> ConfirmedOut:
    """Another way to pay the same order."""
    found = actor.find(session, session_id, lock=True)
    order = confirming.change_method(session, found, body, _act(actor, now, services))
    return showing.show_confirmed(session, found, order, services.settings)


@router.post("/checkout-sessions/{session_id}/intent")
def make_intent(
    session_id: Id,
    body: IntentIn,
    http: Request,
    actor: Changer,
    services: TheServices,
    now: Now,
    _limited: Limited,
) -> IntentOut:
    """What to send to pay the order on the chain, as the chain would take it now."""
    with read_scope(services.sessions) as session:
        asked = intents.ask(session, actor.find(session, session_id), body, now)
    return intents.build(intents.client_of(http, services), asked)


@router.get(
    "/checkout-sessions/{session_id}/events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        204: {"description": "Nothing more will come."},
    },
)
def events(
    session_id: Id,
    watcher: Watcher,
    services: TheServices,
    now: Now,
    wait: Annotated[int, Query(ge=0, le=streaming.LONGEST, description="Seconds until the browser asks again.")] = 30,
    last:
    # The caller comes before the session of the database: who holds a connection must not wait for another one.
    LastEvent = None,
) -> Response:
    """Server-sent events: open, confirmed, paid, delivered and what else happens, each once."""
    with read_scope(services.sessions) as session:
        found = watcher.find(session, session_id)
        position = streaming.Position.of(session, found, last, now)
    return streaming.stream(services, found.id, position, wait)
