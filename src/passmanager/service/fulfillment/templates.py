"""What merchants say about deliveries. What is secret is sealed, and shown to nobody."""

import base64
import json
from typing import Any

from pydantic import BaseModel, HttpUrl, SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.fulfillment.delivering import shared_context
from passmanager.service.fulfillment.models import FulfillmentTemplate
from passmanager.service.fulfillment.schemas import TemplateIn, TemplatePatch, Terms
from passmanager.service.http.auth import Caller
from passmanager.service.http.outbound import CallFailed, Outbound
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.ids import new_id
from passmanager.service.licenses.patterns import LEAST_PLACES, places
from passmanager.service.licenses.repository import get_pool
from passmanager.service.licenses.terms import ON_TRANSFER
from passmanager.service.licenses.vault import hint_of
from passmanager.service.sealing import Sealer
from passmanager.service.webhooks.signing import is_secret

LICENSE = frozenset({
    "activation_limit", "valid_days", "activation_rate", "keys_on_transfer", "devices_on_transfer", "offline_days",
})  # fmt: skip
FIELDS: dict[str, frozenset[str]] = {
    "generated": LICENSE | {"pattern", "prefix", "holder_may_rotate", "rotation_grace"},
    "pool": LICENSE | {"pool_id", "holder_may_rotate"},
    "shared": LICENSE | {"shared_key"},
    "web_service": LICENSE | {"urls", "form", "names", "answer", "auth", "signing_secret"},
    "information": frozenset({"subject", "text"}),
    "manual": LICENSE | {"text"},
}
"""What each method has."""

NEEDED = {"pool": "pool_id", "shared": "shared_key", "web_service": "urls", "information": "text"}
ALWAYS_TEXT = frozenset({"generated", "pool", "shared"})
NO_TEXT = frozenset({"certificate", "acknowledgement"})


def add_template(
    session: Session, caller: Caller, body: TemplateIn, sealer: Sealer, outbound: Outbound, now: int
) -> FulfillmentTemplate:
    """A new way to deliver."""
    store = catalog.get_store(session, caller, body.store_id)
    needed = NEEDED.get(body.method)
    if needed is not None and getattr(body, needed) is None:
        raise bad_field(f"/body/{needed}", "missing", f"the method {body.method} needs {needed}")
    deliverable = "acknowledgement" if body.method == "information" else body.deliverable
    template = FulfillmentTemplate(
        id=new_id("tpl"), store_id=store.id, name=body.name, method=body.method, deliverable=deliverable,
        config={}, give_up_after=body.give_up_after, created_at=now, updated_at=now,
    )  # fmt: skip
    _apply(session, caller, template, body, sealer, outbound)
    return _saved(session, template)


def change_template(
    session: Session, caller: Caller, template: FulfillmentTemplate, body: TemplatePatch, sealer: Sealer,
    outbound: Outbound, now: int,
) -> FulfillmentTemplate:  # fmt: skip
    """What was sent, and nothing else; orders that are there have their copy."""
    sent = body.model_fields_set
    if "name" in sent and body.name is not None:
        template.name = body.name
    if "deliverable" in sent and body.deliverable is not None:
        template.deliverable = body.deliverable
    if "give_up_after" in sent:
        template.give_up_after = body.give_up_after
    _apply(session, caller, template, body, sealer, outbound)
    template.updated_at = now
    return _saved(session, template)


def archive_template(session: Session, template: FulfillmentTemplate, now: int) -> None:
    """Later orders are not delivered by it."""
    if template.archived_at is None:
        template.archived_at = template.updated_at = now
        session.flush()


def _saved(session: Session, template: FulfillmentTemplate) -> FulfillmentTemplate:
    try:
        with session.begin_nested():
            session.add(template)
    except IntegrityError as problem:
        raise Conflict(detail=f"store {template.store_id} has a template {template.name!r} already") from problem
    return template


def _apply(
    session: Session, caller: Caller, template: FulfillmentTemplate, body: Terms, sealer: Sealer, outbound: Outbound
) -> None:  # fmt: skip
    sent = {name for name in body.model_fields_set if name in Terms.model_fields}
    _check_fields(template, sent)
    _check(session, caller, template, body, outbound)
    plain, secret = _parted({name: getattr(body, name) for name in sent})
    if "shared_key" in secret:
        key = secret.pop("shared_key")
        plain["sealed_key"] = base64.b64encode(sealer.seal(key.encode(), shared_context(template.id))).decode()
        plain["key_hint"] = hint_of(key)
    kept = {name: value for name, value in template.config.items() if name not in plain}
    template.config = {name: value for name, value in {**kept, **plain}.items() if value is not None}
    if secret or "auth" in sent:
        _seal(template, secret, sealer, replace_auth="auth" in sent)


def _check_fields(template: FulfillmentTemplate, sent: set[str]) -> None:
    for name in sorted(sent - FIELDS[template.method]):
        raise bad_field(f"/body/{name}", "method", f"the method {template.method} has no {name}")
    if template.method in ALWAYS_TEXT and template.deliverable in NO_TEXT:
        raise bad_field(
            "/body/deliverable", "method", f"the method {template.method} cannot deliver a {template.deliverable}"
        )


def _check(session: Session, caller: Caller, template: FulfillmentTemplate, body: Terms, outbound: Outbound) -> None:
    if body.pool_id is not None and get_pool(session, caller, body.pool_id).store_id != template.store_id:
        raise bad_field("/body/pool_id", "store", f"key pool {body.pool_id} is of another store")
    if body.pattern is not None and places(body.pattern) < LEAST_PLACES:
        raise bad_field(
            "/body/pattern", "weak", f"{places(body.pattern)} random characters; at least {LEAST_PLACES} X are needed"
        )
    _check_transfer(template.method, body.keys_on_transfer)
    signing = body.signing_secret
    if signing is not None and not is_secret(signing.get_secret_value()):
        raise bad_field("/body/signing_secret", "form", "a signing secret is `whsec_` and 24 to 64 bytes in base64")
    urls = body.urls.model_dump(exclude_none=True) if body.urls else {}
    for verb, url in urls.items():
        try:
            outbound.check(str(url))
        except CallFailed as problem:
            raise bad_field(f"/body/urls/{verb}", problem.reason, str(problem)) from problem


def _check_transfer(method: str, choice: str | None) -> None:
    choices = ON_TRANSFER.get(method, ())
    if choice is not None and choice not in choices:
        raise bad_field(
            "/body/keys_on_transfer",
            "method",
            f"keys of the method {method} cannot {choice}; choose {' or '.join(choices)}",
        )


def _parted(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What may be shown, and what may not."""
    plain: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, SecretStr):
            secret[name] = value.get_secret_value()
        elif isinstance(value, BaseModel):
            inner = {field: getattr(value, field) for field in type(value).model_fields}
            plain[name], hidden = _parted(inner)
            secret |= hidden
        elif value is not None or name not in Terms.model_fields:
            plain[name] = str(value) if isinstance(value, HttpUrl) else value
        else:
            plain[name] = None
    return {name: value for name, value in plain.items() if value is not None or name in Terms.model_fields}, secret


def _seal(template: FulfillmentTemplate, secret: dict[str, str], sealer: Sealer, *, replace_auth: bool) -> None:
    before = read_secret(template, sealer)
    kept = {"signing_secret": before["signing_secret"]} if "signing_secret" in before else {}
    merged = {**(kept if replace_auth else before), **secret}
    plain = json.dumps(merged).encode()
    template.secret = sealer.seal(plain, f"{template.id} secret") if merged else None


def read_secret(template: FulfillmentTemplate, sealer: Sealer) -> dict[str, str]:
    """What the merchant's web service asks for."""
    if template.secret is None:
        return {}
    return json.loads(sealer.open(template.secret, f"{template.id} secret"))
