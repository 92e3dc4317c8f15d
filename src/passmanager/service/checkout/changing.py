"""Changing a session: what is in it, and what the buyer enters."""

from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.checkout import carting
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.problems import CheckoutExpired
from passmanager.service.checkout.repository import store_of
from passmanager.service.checkout.schemas import CheckoutSessionPatch, Consents
from passmanager.service.checkout.signing import CUSTOM
from passmanager.service.checkout.telling import session_news
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.orders.settling import Act

FORM = ("billing_address", "shipping_address", "customer", "customer_notes", "marketing_optin", "custom_fields")
CHOICES = ("payment_method", "locale", "for_account")
NULLABLE = frozenset({"coupon", *CHOICES})


def change(session: Session, found: CheckoutSession, body: CheckoutSessionPatch, act: Act, *, promised: bool) -> None:
    """What was sent; the cart is priced again in any case.

    Raises:
        CheckoutExpired: It was not confirmed in time.
        Conflict: It is an order already.
    """
    require_open(found, act.at)
    store = store_of(session, found.store_id)
    fill(session, found, store, body, act.at, promised=promised)
    session.flush()
    act.tell(session, session_news(session, found, "checkout.updated", act.at))


def require_open(found: CheckoutSession, now: int) -> None:
    """Refuses what is over."""
    if found.status == "confirmed":
        raise Conflict(detail=f"session {found.id} is order {found.order_id} already; open a new one for another order")
    if found.status != "open" or found.expires_at <= now:
        raise CheckoutExpired(detail=f"session {found.id} was not confirmed in time; begin a new one")


def fill(
    session: Session, found: CheckoutSession, store: Store, body: CheckoutSessionPatch, now: int, *, promised: bool
) -> None:
    """Takes over what was sent, and prices the cart.

    Args:
        session: Flushed by the caller.
        found: A session that is open.
        store: Its store.
        body: What was sent.
        now: Milliseconds.
        promised: The merchant speaks: other amounts are his word.
    """
    sent = body.model_dump(mode="json", exclude_unset=True)
    for name in (*FORM, *CHOICES, "items", "currency", "consents", "coupon"):
        if name in sent and sent[name] is None and name not in NULLABLE:
            raise bad_field(f"/body/{name}", "null", f"{name} cannot be null; leave it out to keep it")
    if body.currency is not None:
        carting.switch_currency(found, body.currency)
    if body.items is not None:
        carting.put(found, body.items, promised=promised)
    if "coupon" in sent:
        found.cart = {**found.cart, "coupon": sent["coupon"] or None}
    if "custom_fields" in sent:  # those of the link stay with the order, whatever the page sends
        sent["custom_fields"] = {**_of_link(found), **sent["custom_fields"]}
    found.form = {**found.form, **{name: sent[name] for name in (*FORM, *CHOICES) if name in sent}}
    if body.consents is not None:
        agree(found, body.consents, now)
    carting.reprice(session, found, store, now)


def _of_link(found: CheckoutSession) -> dict[str, str]:
    fields: dict[str, str] = found.form["custom_fields"]
    return {name: value for name, value in fields.items() if name.startswith(CUSTOM)}


def agree(found: CheckoutSession, consents: Consents, now: int) -> None:
    """Notes what the buyer agreed to, and when; the same version a second time keeps the first time."""
    kept: dict[str, Any] = dict(found.form["consents"])
    for name in ("terms", "personal_data"):
        said = getattr(consents, name)
        if said is not None and kept.get(name, {}).get("version") != said.version:
            kept[name] = {"version": said.version, "at": now}
        elif said is None and name in consents.model_fields_set:
            kept.pop(name, None)
    found.form = {**found.form, "consents": kept}
    found.updated_at = now
