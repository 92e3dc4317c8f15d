"""Endpoints of actions for the merchant: what they are, how purchases use them, what came of it."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from passmanager.service.actions import defining, exporting, repository, showing
from passmanager.service.actions.configs import Kind
from passmanager.service.actions.models import Action, ActionExecution, FormAnswer
from passmanager.service.actions.schemas import (
    ActionIn,
    ActionMade,
    ActionOut,
    ActionPatch,
    ExecutionOut,
    FormAnswerOut,
    HookIn,
    HookList,
    HookOut,
    Key,
    LimitIn,
    PurchaseAction,
    PurchaseActions,
    PurchaseActionWhole,
    ResetIn,
)
from passmanager.service.db import read_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import Conflict, Forbidden
from passmanager.service.http.shapes import Id
from passmanager.service.orders.models import Purchase
from passmanager.service.webhooks import bound
from passmanager.service.webhooks.repository import delete_endpoint
from passmanager.units import checksum

router = make_router(prefix="/v1", tag="actions")

WRITE = "actions:write"
Reader = Annotated[Caller, Depends(require("actions:read"))]
Writer = Annotated[Caller, Depends(require(WRITE))]
WriteOnce = Annotated[Once, Depends(once(WRITE), scope="function")]

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


# --- actions


# Answers with a secret are not kept for an Idempotency-Key: stored answers are not sealed.
@router.post("/actions", status_code=201)
def create_action(body: ActionIn, session: Writing, caller: Writer, services: TheServices, now: Now) -> ActionMade:
    """A new action, for later purchases and for those that are there."""
    made, secret = defining.add(session, caller, body, defining.desk_of(services.settings, now))
    return ActionMade(**dict(showing.show_action(session, made)), webhook_secret=secret)


@router.get("/actions")
def list_actions(  # noqa: PLR0913, PLR0917 - each is a query parameter
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    product_id: Annotated[Id | None, Query()] = None,
    product_type_id: Annotated[Id | None, Query()] = None,
    type: Annotated[Kind | None, Query()] = None,  # noqa: A002 - a query parameter
    archived: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[ActionOut]:
    """The newest first; archived ones on request."""
    asked = repository.actions_of(caller)
    for column, value in (
        (Action.store_id, store_id), (Action.product_id, product_id), (Action.type_id, product_type_id),
        (Action.kind, type),
    ):  # fmt: skip
        asked = asked if value is None else asked.where(column == value)
    asked = asked if archived else asked.where(Action.archived_at.is_(None))
    found = session.scalars(after(asked, Action.number, cursor, limit)).all()
    return page(found, limit, lambda action: action.number, lambda action: showing.show_action(session, action))


@router.get("/actions/{action_id}")
def read_action(action_id: Id, session: Reading, caller: Reader) -> ActionOut:
    """One action."""
    return showing.show_action(session, repository.get_action(session, caller, action_id))


@router.patch("/actions/{action_id}")
def change_action(
    action_id: Id, body: ActionPatch, session: Writing, caller: Writer, services: TheServices, now: Now
) -> ActionOut:
    """Changes what is sent. A higher limit is for all purchases, a lower one for later ones."""
    action = repository.get_action(session, caller, action_id)
    defining.change(session, action, body, defining.desk_of(services.settings, now))
    return showing.show_action(session, action)


@router.delete("/actions/{action_id}", status_code=204)
def archive_action(action_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """It cannot be used any more; its executions and answers stay."""
    defining.archive(session, repository.get_action(session, caller, action_id), now)


# --- hooks


@router.post("/actions/{action_id}/hooks", status_code=201, response_model=HookOut)
def subscribe(action_id: Id, body: HookIn, request: WriteOnce, services: TheServices) -> Response:
    """Subscribes an address to the uses of a Zapier action. An answer of 410 unsubscribes it."""
    action = repository.get_action(request.session, request.caller, action_id)
    desk = defining.desk_of(services.settings, request.now)
    return request.answer(showing.show_hook(defining.subscribe(request.session, action, body, desk)))


@router.get("/actions/{action_id}/hooks")
def list_hooks(action_id: Id, session: Reading, caller: Reader) -> HookList:
    """All addresses that are or were subscribed."""
    action = repository.get_action(session, caller, action_id)
    hooks = bound.of(session, action.id) if action.kind == defining.ZAPIER else []
    return HookList(data=[showing.show_hook(hook) for hook in hooks])


@router.delete("/actions/{action_id}/hooks/{endpoint_id}", status_code=204)
def unsubscribe(action_id: Id, endpoint_id: Id, session: Writing, caller: Writer) -> None:
    """Nothing more is sent to it."""
    action = repository.get_action(session, caller, action_id)
    delete_endpoint(session, defining.hook_of(session, action, endpoint_id))


# --- purchases


def _one(session: Session, right: Purchase, action: Action, now: int, *, whole: bool) -> PurchaseAction:
    return showing.show_for_team(session, right, [action], now, whole=whole)[0]


@router.get("/purchases/{purchase_id}/actions")
def list_of_purchase(purchase_id: Id, session: Reading, caller: Reader, now: Now) -> PurchaseActions:
    """What the holder can do, and how often he did; with its configuration for keys that may change it."""
    right = repository.get_purchase(session, caller, purchase_id)
    actions = repository.actions_for(session, right.product_id)
    return PurchaseActions(data=showing.show_for_team(session, right, actions, now, whole=_may_write(caller)))


def _may_write(caller: Caller) -> bool:
    try:
        caller.require(WRITE)
    except Forbidden:
        return False
    return True


@router.post("/purchases/{purchase_id}/actions/{action_key}/reset", response_model=PurchaseActionWhole)
def reset(purchase_id: Id, action_key: Key, body: ResetIn, request: WriteOnce) -> Response:
    """Counting begins at 0 again, for one person or for all."""
    right = repository.get_purchase(request.session, request.caller, purchase_id)
    action = repository.action_for(request.session, right, action_key)
    person = checksum(body.person) if body.person and body.person.startswith("0x") else body.person
    if person is not None and action.limit_per == "purchase":
        raise Conflict(detail=f"the limit of action {action_key} is per purchase: reset it without a person")
    repository.start_counting_again(request.session, right.id, action.id, person)
    return request.answer(_one(request.session, right, action, request.now, whole=True), 200)


@router.patch("/purchases/{purchase_id}/actions/{action_key}", response_model=PurchaseActionWhole)
def limit(
    purchase_id: Id, action_key: Key, body: LimitIn, session: Writing, caller: Writer, now: Now
) -> PurchaseActionWhole | PurchaseAction:
    """Another limit for this purchase; null for the action's again."""
    right = repository.get_purchase(session, caller, purchase_id)
    action = repository.action_for(session, right, action_key)
    repository.set_own_limit(session, right.id, action.id, body.max_executions)
    return _one(session, right, action, now, whole=True)


# --- what came of it


@router.get("/action-executions")
def list_executions(  # noqa: PLR0913, PLR0917 - each is a query parameter
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    action_id: Annotated[Id | None, Query()] = None,
    purchase_id: Annotated[Id | None, Query()] = None,
    trigger: Annotated[Literal["call", "activation"] | None, Query()] = None,
    status: Annotated[Literal["done", "failed"] | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[ExecutionOut]:
    """Uses of actions, the newest first."""
    asked = repository.executions_of(caller)
    for column, value in (
        (ActionExecution.store_id, store_id), (ActionExecution.action_id, action_id),
        (ActionExecution.purchase_id, purchase_id), (ActionExecution.trigger, trigger),
        (ActionExecution.status, status),
    ):  # fmt: skip
        asked = asked if value is None else asked.where(column == value)
    found = session.scalars(after(asked, ActionExecution.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, showing.show_execution)


def _form(session: Session, caller: Caller, action_id: str) -> Action:
    action = repository.get_action(session, caller, action_id)
    if action.kind != "form":
        raise Conflict(detail=f"action {action.key} is a {action.kind}; only forms have answers")
    return action


@router.get("/actions/{action_id}/answers")
def list_answers(
    action_id: Id, session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[FormAnswerOut]:
    """Filled in forms, the newest first."""
    asked = repository.answers_to(_form(session, caller, action_id))
    found = session.scalars(after(asked, FormAnswer.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, showing.show_answers)


@router.get("/actions/{action_id}/answers.csv", response_class=StreamingResponse, responses=CSV)
def export_answers(action_id: Id, caller: Reader, services: TheServices) -> StreamingResponse:
    """All filled in forms, the oldest first, one on each line."""
    with read_scope(services.sessions) as session:
        action = _form(session, caller, action_id)
        session.expunge(action)
    name = f'attachment; filename="{action.key}.csv"'
    lines = exporting.rows(services.sessions, action)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
