"""How actions and their uses look in answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.actions import limits, repository
from passmanager.service.actions.effects import Desk
from passmanager.service.actions.models import Action, ActionExecution, ActionUse, FormAnswer
from passmanager.service.actions.schemas import (
    ActionOfMine,
    ActionOut,
    CallbackResult,
    DownloadResult,
    ExecutionOfMine,
    ExecutionOut,
    FormAnswerOut,
    FormResult,
    HookOut,
    KeyResult,
    LinkResult,
    PurchaseAction,
    PurchaseActionWhole,
    Result,
    SentResult,
    UseOut,
)
from passmanager.service.files import links
from passmanager.service.files.access import require_usable
from passmanager.service.http.problems import Problem
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.repository import REVOKED
from passmanager.service.orders.models import Purchase
from passmanager.service.webhooks import bound
from passmanager.service.webhooks.models import WebhookEndpoint

SENT = frozenset({"webhook", "email", "zapier"})


def show_action(session: Session, action: Action) -> ActionOut:
    """As the merchant made it."""
    return ActionOut.model_validate(_action(action, bound.of(session, action.id) if action.kind == "webhook" else ()))


def _action(action: Action, endpoints: Sequence[WebhookEndpoint]) -> dict[str, Any]:
    return {
        "id": action.id, "store_id": action.store_id, "product_id": action.product_id,
        "product_type_id": action.type_id, "key": action.key, "name": action.name, "type": action.kind,
        "config": config_of(action, endpoints), "max_executions": action.max_executions,
        "limit_per": action.limit_per, "rearm": action.rearm, "max_rearms": action.max_rearms,
        "webhook_endpoint_id": endpoints[0].id if endpoints else None, "archived": action.archived_at is not None,
        "created_at": action.created_at, "updated_at": action.updated_at,
    }  # fmt: skip


def config_of(action: Action, endpoints: Sequence[WebhookEndpoint]) -> dict[str, Any]:
    """As it was sent; the address of a webhook may have been changed where endpoints are."""
    shown = {name: value for name, value in action.config.items() if name != "former"}
    return shown | {"url": endpoints[0].url} if endpoints else shown


def show_hook(hook: WebhookEndpoint) -> HookOut:
    """Of a Zap."""
    return HookOut(id=hook.id, target_url=hook.url, status=hook.status, created_at=hook.created_at)


# --- for the merchant's team


def show_for_team(
    session: Session, right: Purchase, actions: Sequence[Action], now: int, *, whole: bool
) -> list[PurchaseActionWhole | PurchaseAction]:
    """The actions of a purchase; `whole` with what they are made of."""
    uses: dict[str, list[ActionUse]] = {}
    for use in repository.uses_of(session, right.id):
        uses.setdefault(use.action_id, []).append(use)
    basis, counts = limits.Basis.of(session, right), repository.counts_of(session, right.id)
    problem = _problem(session, right, now)
    found: list[PurchaseActionWhole | PurchaseAction] = []
    for action in actions:
        shown = PurchaseAction(
            id=action.id, key=action.key, name=action.name, type=action.kind, limit_per=action.limit_per,
            max_executions=basis.limit(action), own_limit=basis.own.get(action.id),
            rearm=action.rearm, executions=counts.get(action.id, 0), usable=not problem, problem=problem,
            uses=[
                UseOut(person=use.person or None, count=use.count, rearms=use.rearms)
                for use in uses.get(action.id, [])
            ],
        )  # fmt: skip
        if whole:
            endpoints = bound.of(session, action.id) if action.kind == "webhook" else ()
            shown = PurchaseActionWhole.model_validate({**shown.model_dump(), "config": config_of(action, endpoints)})
        found.append(shown)
    return found


def _problem(session: Session, right: Purchase, now: int) -> str:
    try:
        require_usable(session, right, now)
    except Problem as problem:
        return problem.code
    return ""


def show_execution(made: ActionExecution) -> ExecutionOut:
    """Without what only the holder may see."""
    return ExecutionOut(
        id=made.id, store_id=made.store_id, purchase_id=made.purchase_id, action_id=made.action_id, number=made.n,
        trigger=made.trigger, person=made.person, status=made.status, problem=made.problem, result=made.result,
        license_key_id=made.license_key_id, created_at=made.created_at,
    )  # fmt: skip


def show_answers(one: FormAnswer) -> FormAnswerOut:
    """A filled in form."""
    return FormAnswerOut.model_validate(one, from_attributes=True)


# --- for the holder


def show_mine(session: Session, right: Purchase, person: str, now: int) -> list[ActionOfMine]:
    """What can be done with a purchase, and how often still."""
    problem, counts = _problem(session, right, now), repository.counts_of(session, right.id)
    return [
        _mine(action, limits.standing(session, action, right, person), counts.get(action.id, 0), problem)
        for action in repository.actions_for(session, right.product_id)
    ]


def _mine(action: Action, now: limits.Standing, executions: int, problem: str) -> ActionOfMine:
    why = problem or (limits.ActionLimitReached.code if now.remaining == 0 else "")
    return ActionOfMine(
        key=action.key, name=action.name, type=action.kind, fields=action.config.get("fields"), executions=executions,
        max_executions=now.most, remaining=now.remaining, rearm=action.rearm, usable=not why, problem=why,
    )  # fmt: skip


def show_executions(session: Session, executions: Sequence[ActionExecution], desk: Desk) -> dict[str, ExecutionOfMine]:
    """What came of uses, by id; keys in clear, and no links to downloads: those are made when one is asked for."""
    actions = repository.names_of(session, {one.action_id for one in executions})
    ids = {one.license_key_id for one in executions if one.license_key_id}
    keys = {one.id: one for one in session.scalars(select(LicenseKey).where(LicenseKey.id.in_(ids)))}
    return {
        one.id: _execution(one, actions[one.action_id], _result(one, actions[one.action_id], keys, desk))
        for one in executions
    }


def show_done(session: Session, holder: Holder, one: ActionExecution, desk: Desk) -> ExecutionOfMine:
    """What was just done, or was done by an earlier request like this one."""
    shown = show_executions(session, [one], desk)[one.id]
    file_id: str | None = one.result.get("file_id")
    if file_id is None:
        return shown
    link = links.make_link(session, desk.settings, holder, one.purchase_id, file_id, desk.at)
    result = DownloadResult(url=link.url, file_name=link.offer.file.name, expires_at=link.expires_at)
    return shown.model_copy(update={"result": result})


def _execution(one: ActionExecution, action: Action, result: Result | None) -> ExecutionOfMine:
    return ExecutionOfMine(
        id=one.id, purchase_id=one.purchase_id, key=action.key, number=one.n, trigger=one.trigger,
        status=one.status, result=result, created_at=one.created_at,
    )  # fmt: skip


def _result(one: ActionExecution, action: Action, keys: Mapping[str, LicenseKey], desk: Desk) -> Result | None:
    if one.status != "done" or action.kind == "download":
        return None
    if action.kind == "link":
        return LinkResult(url=one.result["url"])
    if action.kind == "callback":
        return CallbackResult(name=one.result["name"], payload=one.result["payload"])
    if action.kind == "form":
        return FormResult(answers_id=one.result["answers_id"])
    if action.kind == "key" and one.license_key_id is not None:
        key = keys[one.license_key_id]
        return KeyResult(license_key_id=key.id, key="" if key.status == REVOKED else desk.vault.text(key))
    return SentResult.model_validate({"type": action.kind})
