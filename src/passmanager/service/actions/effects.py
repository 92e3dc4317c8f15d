"""What each kind of action does. Nothing here calls the outside: messages and mails are work for later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.actions import forms
from passmanager.service.actions.forms import FormField
from passmanager.service.actions.models import Action, FormAnswer
from passmanager.service.catalog.models import Product, Store
from passmanager.service.clock import DAY
from passmanager.service.files import links
from passmanager.service.http.problems import Conflict
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.patterns import STANDARD, make_key
from passmanager.service.licenses.showing import key_news
from passmanager.service.licenses.terms import GENERATED, terms_of
from passmanager.service.licenses.vault import Vault
from passmanager.service.mail.letters import Letter, write
from passmanager.service.news import Tell
from passmanager.service.orders.models import Purchase
from passmanager.service.settings import Settings
from passmanager.service.webhooks import bound
from passmanager.service.webhooks.repository import OFF

AUTOMATIC = frozenset({"webhook", "email", "zapier", "key"})
"""Kinds that happen by themselves when a purchase becomes active."""


class NotConnected(Conflict):
    """The merchant has nothing there that could be told."""

    code = "action-not-connected"


@dataclass(frozen=True, slots=True)
class User:
    """Who uses an action, or has the purchase.

    Attributes:
        person: By which uses are counted; empty for what happens by itself.
        user_id: The merchant's own id of him.
    """

    person: str
    customer_id: str | None
    user_id: str
    email: str
    name: str
    wallet: str

    def shown(self) -> dict[str, Any]:
        """As the merchant is told."""
        return {
            "customer_id": self.customer_id, "user_id": self.user_id, "email": self.email, "name": self.name,
            "wallet": self.wallet,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """What effects need of the service.

    Attributes:
        at: Milliseconds.
    """

    settings: Settings
    vault: Vault
    tell: Tell
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One use of an action.

    Attributes:
        holder: Who calls; None for what happens by itself.
        order: Id of the order, and whether it was a test.
    """

    session: Session
    desk: Desk
    execution_id: str
    action: Action
    right: Purchase
    store: Store
    product: Product
    user: User
    holder: Holder | None = None
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    order_id: str | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of it.

    Attributes:
        result: Kept, and shown; without secrets.
        license_key: That was made.
        answers: That were given.
    """

    result: Mapping[str, Any] = field(default_factory=dict[str, Any])
    license_key: LicenseKey | None = None
    answers: FormAnswer | None = None


def _link(run: Run) -> Effect:
    filled: str = run.action.config["url"]
    values = {
        "purchase_id": run.right.id, "product_id": run.product.id, "customer_id": run.user.customer_id or "",
        "user_id": run.user.user_id,
    }  # fmt: skip
    for name, value in values.items():
        filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
    return Effect({"url": filled})


def _callback(run: Run) -> Effect:
    return Effect({"name": run.action.config["name"], "payload": run.action.config["payload"]})


def _download(run: Run) -> Effect:
    """The link itself is made when the answer is: it is a secret, and good for a short time."""
    if run.holder is None:
        raise NotConnected(detail="a download needs somebody who downloads")
    wanted = run.action.config.get("file_id")
    link = links.make_link(run.session, run.desk.settings, run.holder, run.right.id, wanted, run.desk.at)
    return Effect({"file_id": link.offer.file.id})


def _webhook(run: Run) -> Effect:
    if all(endpoint.status == OFF for endpoint in bound.of(run.session, run.action.id)):
        raise NotConnected(detail=f"action {run.action.key} has no webhook endpoint any more, or it is off")
    return Effect()


def _zapier(run: Run) -> Effect:
    hooks = [endpoint for endpoint in bound.of(run.session, run.action.id) if endpoint.status != OFF]
    if not hooks:
        raise NotConnected(detail=f"no hook is subscribed to action {run.action.key}")
    return Effect({"hooks": len(hooks)})


def _email(run: Run) -> Effect:
    config = run.action.config
    letter = Letter(
        store_id=run.store.id, template="action", fact=run.execution_id,
        recipient=config.get("to") or run.store.settings.get("contact_email", ""),
        data={
            "action_name": run.action.name, "subject": config.get("subject", ""), "text": config.get("text", ""),
            "product_name": run.product.name, "purchase_id": run.right.id, "user": run.user.shown(),
        },
    )  # fmt: skip
    write(run.session, letter, run.desk.at)
    return Effect()


def _form(run: Run) -> Effect:
    fields = [FormField.model_validate(one) for one in run.action.config["fields"]]
    kept = forms.check(fields, run.answers)
    made = FormAnswer(
        id=new_id("frm"), store_id=run.store.id, action_id=run.action.id, purchase_id=run.right.id,
        customer_id=run.user.customer_id, wallet=run.user.wallet, answers=kept, created_at=run.desk.at,
    )  # fmt: skip
    run.session.add(made)
    run.session.flush()
    return Effect({"answers_id": made.id}, answers=made)


def _key(run: Run) -> Effect:
    """Of no line and no unit, so that it is not counted among what is owed for the order."""
    config = run.action.config
    terms = terms_of(GENERATED, {name: config.get(name) for name in ("pattern", "prefix")})
    days: int | None = config.get("valid_days")
    row = {
        **run.desk.vault.columns(make_key(config.get("pattern") or STANDARD, config.get("prefix", "")).encode()),
        "store_id": run.store.id, "pool_id": None, "order_id": run.order_id, "order_item_id": None, "unit": None,
        "product_id": run.product.id, "purchase_id": run.right.id, "kind": "key", "terms": terms, "test": run.test,
        "activation_limit": config.get("activation_limit"), "activations": 0, "status": licenses.ISSUED,
        "expires_at": None if days is None else run.desk.at + days * DAY, "issued_at": run.desk.at,
        "created_at": run.desk.at,
    }  # fmt: skip
    licenses.add_keys(run.session, [row])
    made = run.session.scalars(select(LicenseKey).where(LicenseKey.id == row["id"])).one()
    run.desk.tell(run.session, key_news(made, run.store.merchant_id, "license_key.issued", run.desk.at))
    return Effect({"hint": made.hint}, license_key=made)


EFFECTS: dict[str, Callable[[Run], Effect]] = {
    "link": _link, "callback": _callback, "download": _download, "webhook": _webhook, "email": _email,
    "zapier": _zapier, "form": _form, "key": _key,
}  # fmt: skip
"""By kind."""
