"""Making and changing links."""

import secrets
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Store
from passmanager.service.checkout.models import CheckoutLink
from passmanager.service.checkout.repository import store_of
from passmanager.service.checkout.schemas import CheckoutLinkIn, CheckoutLinkOut, CheckoutLinkPatch, SignedOut, SignIn
from passmanager.service.checkout.signing import CUSTOM, sign
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.http.shapes import milliseconds
from passmanager.service.ids import new_id
from passmanager.service.orders.carts import Wish, price_cart
from passmanager.service.orders.schemas import ItemIn
from passmanager.service.sealing import Sealer

ROW = frozenset({"store_id", "name", "slug", "expires_at"})
NULLABLE = frozenset({"currency", "coupon", "locale", "payment_method", "expires_at"})


def add_link(session: Session, caller: Caller, body: CheckoutLinkIn, now: int) -> CheckoutLink:
    """A new link; what it offers is looked at, so that buyers do not find the mistake."""
    store = catalog.get_store(session, caller, body.store_id)
    link = CheckoutLink(
        id=new_id("lnk"), store_id=store.id, slug=body.slug or secrets.token_urlsafe(12), name=body.name,
        offer=body.model_dump(mode="json", exclude=set(ROW)), created_at=now, updated_at=now,
        expires_at=None if body.expires_at is None else milliseconds(body.expires_at),
    )  # fmt: skip
    _look_at(session, caller, store, link, now)
    try:
        with session.begin_nested():
            session.add(link)
    except IntegrityError as problem:
        raise Conflict(detail=f"slug {body.slug!r} is taken; leave it out to get one") from problem
    return link


def change_link(session: Session, caller: Caller, link: CheckoutLink, body: CheckoutLinkPatch, now: int) -> None:
    """What was sent, and nothing else."""
    sent = body.model_dump(mode="json", exclude_unset=True)
    for name in sent.keys() - NULLABLE:
        if sent[name] is None:
            raise bad_field(f"/body/{name}", "null", f"{name} cannot be null; leave it out to keep it")
    link.offer = {**link.offer, **{name: value for name, value in sent.items() if name not in ROW}}
    link.name = sent.get("name", link.name)
    if "expires_at" in sent:
        link.expires_at = None if body.expires_at is None else milliseconds(body.expires_at)
    link.updated_at = now
    _look_at(session, caller, store_of(session, link.store_id), link, now)
    session.flush()


def _look_at(session: Session, caller: Caller, store: Store, link: CheckoutLink, now: int) -> None:
    """Without a currency it is the browser's cart that has one; then products only are looked at."""
    items = items_of(link)
    symbol = link.offer["currency"]
    if symbol is not None:
        currency = catalog.get_currency(session, store, symbol)
        price_cart(session, caller, store, currency, Wish(items, link.offer["coupon"] or None, now, redeem=False))
    for index, item in enumerate(items):
        product = catalog.get_product(session, caller, item.product_id)
        if product.store_id != store.id:
            raise bad_field(f"/body/items/{index}/product_id", "store", f"product {product.id} is in another store")
        if item.amount is not None and symbol is None:
            raise bad_field("/body/currency", "missing", "an amount needs the currency in which it is")


def items_of(link: CheckoutLink) -> list[ItemIn]:
    """What it puts into a cart."""
    return [ItemIn(**item) for item in link.offer["items"]]


def archive_link(session: Session, link: CheckoutLink, now: int) -> None:
    """Puts nothing into a cart any more. A second time changes nothing."""
    if link.archived_at is None:
        link.archived_at = link.updated_at = now
        session.flush()


def signed(link: CheckoutLink, body: SignIn, base: str, sealer: Sealer) -> SignedOut:
    """Its address with parameters that nobody can change."""
    pairs: list[tuple[str, str]] = []
    for name in ("product_id", "qty", "amount"):
        pairs += [(name, str(value)) for value in getattr(body, name)]
    pairs += _said(link, body)
    for name, value in body.custom_fields.items():
        if not name.startswith(CUSTOM):
            raise bad_field(f"/body/custom_fields/{name}", "name", f"names of custom fields begin with {CUSTOM}")
        pairs.append((name, value))
    ends = None if body.expires_at is None else milliseconds(body.expires_at) // 1000
    if ends is not None:
        pairs.append(("exp", str(ends)))
    query = urlencode([*pairs, ("sig", sign(sealer, link, pairs))])
    return SignedOut(url=f"{address(link, base)}?{query}", expires_at=None if ends is None else ends * 1000)


def _said(link: CheckoutLink, body: SignIn) -> list[tuple[str, str]]:
    """An amount is signed together with its currency: in a cart that has another one it would be something else."""
    currency = body.currency or (link.offer["currency"] if body.amount else None)
    if body.amount and currency is None:
        raise bad_field("/body/currency", "missing", "an amount needs the currency in which it is")
    said = {"currency": currency, "discount_code": body.discount_code, "email": body.email}
    return [(name, value) for name, value in said.items() if value]


def address(link: CheckoutLink, base: str) -> str:
    """Where buyers go."""
    return f"{base.rstrip('/')}/c/{link.slug}"


def show_link(link: CheckoutLink, base: str) -> CheckoutLinkOut:
    """As answers have it."""
    offer: dict[str, Any] = link.offer
    return CheckoutLinkOut(
        id=link.id, store_id=link.store_id, name=link.name, slug=link.slug, url=address(link, base),
        expires_at=link.expires_at, archived=link.archived_at is not None, created_at=link.created_at,
        updated_at=link.updated_at, **offer,
    )  # fmt: skip
