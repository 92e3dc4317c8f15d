"""Endpoints of actions for who has the purchase: a wallet that signed in, or a user of the merchant."""

from typing import Annotated, Any

from fastapi import Query, Response
from sqlalchemy.orm import Session

from passmanager.service.accounts.codes import CodeInvalid, TooManyCodes
from passmanager.service.accounts.holders import Holder, TheHolder, get_held
from passmanager.service.actions import rearming, repository, showing
from passmanager.service.actions.effects import Desk, NotConnected
from passmanager.service.actions.executing import Request, execute, user_of
from passmanager.service.actions.limits import ActionLimitReached
from passmanager.service.actions.models import ActionExecution
from passmanager.service.actions.rearming import Asked, RearmLimitReached, RearmRefused, Signing
from passmanager.service.actions.schemas import (
    ActionOfMine,
    ActionsOfMine,
    ExecuteIn,
    ExecutionOfMine,
    Key,
    LinkResult,
    RearmCodeIn,
    RearmCodeSent,
    RearmMessage,
    RearmSignedIn,
    WalletIn,
)
from passmanager.service.catalog.binding_api import TheChain
from passmanager.service.files.problems import PurchaseInactive, PurchaseNotReady
from passmanager.service.http import siwe
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.idempotency import JSON, IdempotencyKey
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import IdempotencyMismatch, refuses
from passmanager.service.http.shapes import Id
from passmanager.service.licenses.vault import Vault
from passmanager.service.services import Services

router = make_router(prefix="/v1/me/purchases/{purchase_id}", tag="buyers")

REDIRECT: dict[int | str, dict[str, Any]] = {
    302: {"description": "Of a link, if `redirect` is true."},
    200: {"model": ExecutionOfMine},
}


def _desk(services: Services, now: int) -> Desk:
    return Desk(services.settings, Vault.of(services.settings), services.wire.tell, now)


def _asked(session: Session, holder: Holder, purchase_id: str, action_key: str) -> Asked:
    right = get_held(session, holder, purchase_id)
    return Asked(repository.action_for(session, right, action_key), right, user_of(session, holder, right), holder)


@router.get("/actions")
def list_actions(purchase_id: Id, session: Reading, holder: TheHolder, now: Now) -> ActionsOfMine:
    """What can be done with a purchase."""
    right = repository.held(session, holder, purchase_id)
    person = user_of(session, holder, right).person
    return ActionsOfMine(data=showing.show_mine(session, right, person, now))


@router.post("/actions/{action_key}", status_code=201, response_model=ExecutionOfMine, responses=REDIRECT)
@refuses(ActionLimitReached, NotConnected, IdempotencyMismatch, PurchaseInactive, PurchaseNotReady)
def execute_action(  # noqa: PLR0913, PLR0917 - each is a part of the request
    purchase_id: Id,
    action_key: Key,
    session: Writing,
    holder: TheHolder,
    services: TheServices,
    now: Now,
    body: ExecuteIn | None = None,
    idempotency_key: IdempotencyKey = None,
    redirect: Annotated[bool, Query(description="Answer a link with 302.")] = False,  # noqa: FBT002
) -> Response:
    """Uses an action. The same `Idempotency-Key` again does nothing, and answers what was done: with 200."""
    right = get_held(session, holder, purchase_id)
    request = Request(holder, body.answers if body else None, idempotency_key)
    made, before = execute(session, right, action_key, request, _desk(services, now))
    return _answer(showing.show_done(session, holder, made, _desk(services, now)), before=before, redirect=redirect)


def _answer(shown: ExecutionOfMine, *, before: bool, redirect: bool) -> Response:
    headers = {"Idempotent-Replayed": "true"} if before else {}
    status = 200 if before else 201
    if redirect and isinstance(shown.result, LinkResult):
        status, headers["Location"] = 302, shown.result.url
    return Response(shown.model_dump_json(), status, headers=headers, media_type=JSON)


@router.get("/executions")
def list_executions(
    purchase_id: Id,
    session: Reading,
    holder: TheHolder,
    services: TheServices,
    now: Now,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[ExecutionOfMine]:
    """What you did with a purchase, and what happened by itself, with keys in clear; the newest first."""
    right = repository.held(session, holder, purchase_id)
    asked = repository.executions_by(right.id, user_of(session, holder, right).person)
    found = session.scalars(after(asked, ActionExecution.number, cursor, limit)).all()
    shown = showing.show_executions(session, found, _desk(services, now))
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.post("/actions/{action_key}/rearm/code", status_code=202)
@refuses(TooManyCodes, RearmRefused, RearmLimitReached)
def send_rearm_code(purchase_id: Id, action_key: Key, session: Writing, holder: TheHolder, now: Now) -> RearmCodeSent:
    """Sends a code by which an action that is used up begins again."""
    return RearmCodeSent(sent_to=rearming.send_code(session, _asked(session, holder, purchase_id, action_key), now))


@router.post("/actions/{action_key}/rearm/message")
def make_rearm_message(
    purchase_id: Id,
    action_key: Key,
    body: WalletIn,
    session: Writing,
    holder: TheHolder,
    services: TheServices,
    chain: TheChain,
    now: Now,
) -> RearmMessage:
    """A message by whose signature an action that is used up begins again."""
    asked = _asked(session, holder, purchase_id, action_key)
    signing = Signing(str(services.settings.public_url), chain.chain_id, chain)
    text = rearming.message(session, asked, body.address, signing, now)
    return RearmMessage(message=text, expires_at=now + siwe.NONCE_MS)


def _armed(session: Session, asked: Asked, now: int) -> ActionOfMine:
    shown = showing.show_mine(session, asked.right, asked.user.person, now)
    return next(one for one in shown if one.key == asked.action.key)


@router.post("/actions/{action_key}/rearm")
@refuses(CodeInvalid, RearmRefused, RearmLimitReached)
def rearm(
    purchase_id: Id, action_key: Key, body: RearmCodeIn, session: Writing, holder: TheHolder, now: Now
) -> ActionOfMine:
    """Counting begins at 0 again, by the code of a mail."""
    asked = _asked(session, holder, purchase_id, action_key)
    rearming.by_code(session, asked, body.code, now)
    return _armed(session, asked, now)


@router.post("/actions/{action_key}/rearm/signature")
@refuses(siwe.SignatureInvalid, RearmRefused, RearmLimitReached)
def rearm_by_signature(
    purchase_id: Id,
    action_key: Key,
    body: RearmSignedIn,
    session: Writing,
    holder: TheHolder,
    services: TheServices,
    chain: TheChain,
    now: Now,
) -> ActionOfMine:
    """Counting begins at 0 again, by the signature of a wallet."""
    asked = _asked(session, holder, purchase_id, action_key)
    rearming.by_signature(session, asked, body, Signing(str(services.settings.public_url), chain.chain_id, chain), now)
    return _armed(session, asked, now)
