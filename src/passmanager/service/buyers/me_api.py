"""Endpoints of buyers: signing in with a wallet, and what the wallet has."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select

from passmanager.service.accounts.holders import TheHolder, held_by
from passmanager.service.accounts.wallet_sessions import LASTS_MS, open_session
from passmanager.service.buyers import rights
from passmanager.service.catalog.binding_api import Signature, SignedText, TheChain
from passmanager.service.catalog.models import Product, Store
from passmanager.service.http import siwe
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import Body, Id, Moment, Wallet
from passmanager.service.licenses.reading import delivered_to
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.models import Purchase

STATEMENT = "Sign in to see your purchases."
router = make_router(prefix="/v1", tag="buyers")


class NonceIn(Body):
    """Which wallet is going to sign."""

    address: Wallet


class NonceOut(BaseModel):
    """The text to sign with `personal_sign`, as it is."""

    nonce: str
    message: str
    expires_at: Moment


class SignedIn(Body):
    """The text and its signature."""

    message: SignedText
    signature: Signature


class SessionOut(BaseModel):
    """Send the token as `Authorization: Bearer`."""

    token: str
    address: str
    expires_at: Moment


class KeyOfMine(BaseModel):
    """What was delivered for one unit; of a file only its name. More at `GET /v1/me/purchases/{id}/license-keys`."""

    id: str
    kind: str
    key: str
    file_name: str
    usable: bool


class RightOfMine(rights.RightOut):
    """A right of access, with what was delivered for it."""

    product_name: str
    store_name: str
    keys: list[KeyOfMine]


@router.post("/auth/siwe/nonce")
def make_nonce(
    body: NonceIn, session: Writing, services: TheServices, chain: TheChain, now: Now, _: Limited
) -> NonceOut:
    """A message that the wallet signs; good once and for five minutes."""
    nonce = siwe.new_nonce(session, now)
    text = siwe.compose(
        url=str(services.settings.public_url), address=body.address, statement=STATEMENT, chain_id=chain.chain_id,
        nonce=nonce, now=now,
    )  # fmt: skip
    return NonceOut(nonce=nonce, message=text, expires_at=now + siwe.NONCE_MS)


@router.post("/auth/siwe/verify")
def sign_in(
    body: SignedIn, session: Writing, services: TheServices, chain: TheChain, now: Now, _: Limited
) -> SessionOut:
    """A session of one hour for the wallet that signed."""
    message = siwe.parse(body.message)
    if message.statement != STATEMENT:
        raise siwe.SignatureInvalid(detail=f"the message has to say: {STATEMENT}")
    siwe.check(session, message, url=str(services.settings.public_url), chain_id=chain.chain_id, now=now)
    siwe.verify(message, body.signature, chain)
    token = open_session(session, message.address, chain.chain_id, now)
    return SessionOut(token=token, address=message.address, expires_at=now + LASTS_MS)


@router.get("/me/purchases")
def list_mine(
    session: Reading,
    holder: TheHolder,
    services: TheServices,
    now: Now,
    product_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[RightOfMine]:
    """What the caller has, with its keys in clear: his own, his account's, and what he has a seat of; newest first.

    A wallet sees this of all stores, a user of the store that opened the session.
    """
    asked = select(Purchase).where(held_by(holder))
    asked = asked if product_id is None else asked.where(Purchase.product_id == product_id)
    found = session.scalars(after(asked, Purchase.number, cursor, limit)).all()
    products = _names(session, Product, {right.product_id for right in found if right.product_id})
    stores = _names(session, Store, {right.store_id for right in found})
    items = [right.order_item_id for right in found if right.order_item_id]
    keys = delivered_to(session, Vault.of(services.settings), items) if items else {}
    shown = {
        one["id"]: RightOfMine(
            **one,
            product_name=products.get(one["product_id"] or "", ""),
            store_name=stores[one["store_id"]],
            keys=[
                KeyOfMine(id=unit.key_id, kind=unit.kind, key=unit.text, file_name=unit.file_name, usable=unit.usable)
                for unit in keys.get(one["order_item_id"] or "", [])
            ],
        )
        for one in rights.show(session, found, now)
    }
    return page(found, limit, lambda right: right.number, lambda right: shown[right.id])


def _names(session: Reading, table: type[Product] | type[Store], ids: set[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(table.id, table.name).where(table.id.in_(ids)))}
