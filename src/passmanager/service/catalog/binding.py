"""Which merchant an organization of a chain belongs to: whoever signs as the present holder of its NFT."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Organization, Product, Store
from passmanager.service.engine import enqueue
from passmanager.service.http import siwe
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Forbidden, bad_field
from passmanager.service.ids import new_id

DERIVE = "organization.derive"


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody wants to bind, and the proof.

    Attributes:
        deliver_from_block: Orders of older blocks are delivered elsewhere; None for those before now.
    """

    store: Store
    org_id: int
    message: str
    signature: str
    deliver_from_block: int | None


@dataclass(frozen=True, slots=True)
class Present:
    """What the chain says now.

    Attributes:
        holder: None if there is no such organization.
    """

    wallets: siwe.Wallets
    holder: str | None
    head: int


def statement(store_id: str, org_id: int) -> str:
    """What the holder signs; a signature for anything else binds nothing."""
    return f"Bind organization {org_id} to store {store_id}."


def bind(session: Session, caller: Caller, claim: Claim, present: Present, *, url: str, now: int) -> Organization:
    """Binds an organization to a store, or binds it anew after it was moved.

    Raises:
        SignatureInvalid: The message or the signature is not right.
        Forbidden: Somebody else holds the organization.
        InvalidInput: There is no such organization.
    """
    message = siwe.parse(claim.message)
    siwe.check(session, message, url=url, chain_id=present.wallets.chain_id, now=now)
    if message.statement != statement(claim.store.id, claim.org_id):
        raise siwe.SignatureInvalid(detail=f"the message has to say: {statement(claim.store.id, claim.org_id)}")
    siwe.verify(message, claim.signature, present.wallets)
    if present.holder is None:
        raise bad_field("/body/org_id", "organization", f"there is no organization {claim.org_id} on this chain")
    if present.holder != message.address:
        raise Forbidden(detail=f"organization {claim.org_id} is held by {present.holder}, not by {message.address}")
    return _bound(session, caller, claim, present, message.address, now)


def _bound(session: Session, caller: Caller, claim: Claim, present: Present, holder: str, now: int) -> Organization:
    chain_id = present.wallets.chain_id
    here = select(Organization).where(Organization.chain_id == chain_id, Organization.org_id == claim.org_id)
    found = session.scalar(here.with_for_update())
    first = present.head + 1 if claim.deliver_from_block is None else claim.deliver_from_block
    if found is None:
        found = Organization(
            id=new_id("org"), chain_id=chain_id, org_id=claim.org_id, merchant_id=caller.merchant_id,
            store_id=claim.store.id, deliver_from_block=first, holder=holder, bound=True, derived_to=-1, created_at=now,
        )  # fmt: skip
        session.add(found)
    elif found.store_id != claim.store.id:
        _move(session, found, claim.store, first)
    elif claim.deliver_from_block is not None:
        found.deliver_from_block = first
    found.holder, found.bound = holder, True
    session.flush()
    if found.derived_to is not None:
        enqueue(session, DERIVE, found.id, now)
    return found


def _move(session: Session, organization: Organization, store: Store, first: int) -> None:
    """The new holder's store sells from now on; the old one keeps its orders, and its products sell offline only."""
    session.execute(
        update(Product).where(Product.org_ref == organization.id).values(org_ref=None, chain_product_id=None)
    )
    organization.merchant_id, organization.store_id = store.merchant_id, store.id
    organization.deliver_from_block = first
