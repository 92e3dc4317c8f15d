"""What merchants say about actions: checked where it is said, so that buyers meet no surprises."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.actions.configs import Config
from passmanager.service.actions.models import Action
from passmanager.service.actions.schemas import ActionIn, ActionPatch, HookIn
from passmanager.service.catalog.models import Product, ProductType, Store
from passmanager.service.catalog.repository import get_product, stores_of
from passmanager.service.files.models import ProductFile
from passmanager.service.http.auth import Caller
from passmanager.service.http.outbound import Outbound
from passmanager.service.http.problems import Conflict, NotFound, bad_field
from passmanager.service.ids import new_id
from passmanager.service.licenses.patterns import LEAST_PLACES, places
from passmanager.service.sealing import sealer_of
from passmanager.service.settings import Settings
from passmanager.service.webhooks import bound
from passmanager.service.webhooks.models import WebhookEndpoint

MOST_HOOKS = 20
STANDARD, ZAPIER = "standard", "zapier"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action is bound: to a product, or to all of a type."""

    store: Store
    product: Product | None
    kind: ProductType | None

    @property
    def id(self) -> str:
        """Of either."""
        return self.product.id if self.product else self.kind.id if self.kind else ""


def desk_of(settings: Settings, now: int) -> bound.Desk:
    """What makes endpoints."""
    return bound.Desk(Outbound.of(settings), sealer_of(settings), now)


def add(session: Session, caller: Caller, body: ActionIn, desk: bound.Desk) -> tuple[Action, str | None]:
    """A new action; of a webhook with the secret of its signatures, which is told this once."""
    place = _place(session, caller, body)
    made = Action(
        id=new_id("ppa"), store_id=place.store.id, product_id=place.product.id if place.product else None,
        type_id=place.kind.id if place.kind else None, key=body.key, name=body.name, kind=body.config.type,
        max_executions=body.max_executions, limit_per=body.limit_per, limits=[[desk.at, body.max_executions]],
        rearm=body.rearm, max_rearms=body.max_rearms, place=f"{place.id}:{body.key}", created_at=desk.at,
        updated_at=desk.at,
    )  # fmt: skip
    made.config = _checked(session, place.store, made, body.config)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as problem:
        raise Conflict(detail=f"{place.id} has an action {body.key!r} already") from problem
    if body.config.type != "webhook":
        return made, None
    return made, bound.add(session, desk, place.store, made.id, body.config.url, STANDARD, "/body/config/url")[1]


def change(session: Session, action: Action, body: ActionPatch, desk: bound.Desk) -> None:
    """What was sent, and nothing else; a lower limit does not reach purchases of before."""
    if action.archived_at is not None:
        raise Conflict(detail=f"action {action.key} is archived; make a new one")
    sent = body.model_fields_set
    if body.name is not None:
        action.name = body.name
    if body.config is not None:
        _reconfigure(session, action, body.config, desk)
    if "max_executions" in sent and body.max_executions != action.max_executions:
        action.max_executions = body.max_executions
        action.limits = [*action.limits, [desk.at, body.max_executions]]
    if body.rearm is not None:
        action.rearm = body.rearm
    if "max_rearms" in sent:
        action.max_rearms = body.max_rearms
    action.updated_at = desk.at
    session.flush()


def archive(session: Session, action: Action, now: int) -> None:
    """It cannot be used any more; what was done with it stays."""
    if action.archived_at is None:
        action.archived_at = action.updated_at = now
        action.place = action.id
        session.flush()


def _place(session: Session, caller: Caller, body: ActionIn) -> Place:
    if body.product_id is not None:
        product = get_product(session, caller, body.product_id)
        return Place(_store(session, product.store_id), product, None)
    mine = stores_of(caller).with_only_columns(Store.id)
    asked = select(ProductType).where(ProductType.id == body.product_type_id, ProductType.store_id.in_(mine))
    kind = session.scalar(asked)
    if kind is None:
        raise NotFound(detail=f"there is no product type {body.product_type_id}")
    return Place(_store(session, kind.store_id), None, kind)


def _store(session: Session, store_id: str) -> Store:
    return session.scalars(select(Store).where(Store.id == store_id)).one()


def _checked(session: Session, store: Store, action: Action, config: Config) -> dict[str, Any]:
    """As it is kept."""
    if config.type == "download" and config.file_id is not None:
        _require_file(session, action, config.file_id)
    if config.type == "email" and not (config.to or store.settings.get("contact_email")):
        raise bad_field("/body/config/to", "missing", f"store {store.id} has no contact_email: say where to write")
    if config.type == "key" and config.pattern is not None and places(config.pattern) < LEAST_PLACES:
        found = places(config.pattern)
        raise bad_field(
            "/body/config/pattern", "weak", f"{found} random characters; at least {LEAST_PLACES} X are needed"
        )
    return config.model_dump(mode="json")


def _require_file(session: Session, action: Action, file_id: str) -> None:
    if action.product_id is None:
        raise bad_field("/body/config/file_id", "type", "a file belongs to one product; leave it out for a type")
    asked = select(ProductFile.id).where(
        ProductFile.id == file_id, ProductFile.product_id == action.product_id, ProductFile.removed_at.is_(None)
    )
    if session.scalar(asked) is None:
        raise bad_field("/body/config/file_id", "file", f"product {action.product_id} has no file {file_id}")


def _reconfigure(session: Session, action: Action, config: Config, desk: bound.Desk) -> None:
    if config.type != action.kind:
        raise bad_field(
            "/body/config/type", "type", f"this action is a {action.kind}; make another one for {config.type}"
        )
    store = _store(session, action.store_id)
    before = action.config
    action.config = _checked(session, store, action, config)
    if config.type == "form":
        action.config = {**action.config, "former": _former(before, action.config)}
    if config.type == "webhook":
        bound.require_url(desk, config.url, "/body/config/url")
        for endpoint in bound.of(session, action.id):
            endpoint.url = config.url


def _former(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Names of fields that are not asked any more, for the columns of an export."""
    asked = {one["name"] for one in now["fields"]}
    known = [*before.get("former", []), *(one["name"] for one in before["fields"])]
    return [name for name in dict.fromkeys(known) if name not in asked]


# --- hooks of Zaps


def subscribe(session: Session, action: Action, body: HookIn, desk: bound.Desk) -> WebhookEndpoint:
    """Another hook; the same address again is the same hook.

    Raises:
        Conflict: The action is of another kind, or has too many.
    """
    if action.kind != ZAPIER or action.archived_at is not None:
        raise Conflict(detail=f"action {action.key} takes no hooks; make one of type zapier")
    bound.forget_gone(session, action.id)
    there = bound.of(session, action.id)
    for hook in there:
        if hook.url == body.target_url:
            return hook
    if len(there) >= MOST_HOOKS:
        raise Conflict(detail=f"action {action.key} has {len(there)} hooks already; unsubscribe one first")
    store = _store(session, action.store_id)
    return bound.add(session, desk, store, action.id, body.target_url, ZAPIER, "/body/target_url")[0]


def hook_of(session: Session, action: Action, hook_id: str) -> WebhookEndpoint:
    """One of its hooks.

    Raises:
        NotFound: There is none of this id.
    """
    for hook in bound.of(session, action.id):
        if hook.id == hook_id and action.kind == ZAPIER:
            return hook
    raise NotFound(detail=f"action {action.id} has no hook {hook_id}")
