"""Endpoints of organizations: a message to sign, the binding, and what is bound."""

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from passmanager.service.catalog import repository
from passmanager.service.catalog.binding import Claim, Present, bind, statement
from passmanager.service.catalog.models import Organization
from passmanager.service.chain.reader import ChainReader, open_reader
from passmanager.service.http import siwe
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.problems import NotFound, Unavailable, refuses
from passmanager.service.http.shapes import Body, ChainNumber, Id, Moment, Wallet

router = make_router(prefix="/v1", tag="catalog")

Reader = Annotated[Caller, Depends(require("catalog:read"))]
Writer = Annotated[Caller, Depends(require("catalog:write"))]
WriteOnce = Annotated[Once, Depends(once("catalog:write"), scope="function")]
SignedText = Annotated[str, StringConstraints(min_length=1, max_length=siwe.LONGEST)]
Signature = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{2,4096}$")]


class MessageIn(Body):
    """Who is going to sign what."""

    store_id: Id
    org_id: ChainNumber
    address: Wallet


class MessageOut(BaseModel):
    """The text to sign with `personal_sign`, as it is."""

    message: str
    expires_at: Moment


class OrganizationIn(Body):
    """An organization of the chain, and the proof that its holder wants this."""

    store_id: Id
    org_id: ChainNumber
    message: SignedText
    signature: Signature
    deliver_from_block: ChainNumber | None = Field(
        default=None, description="Orders of older blocks were delivered elsewhere; those before now if null."
    )


class OrganizationOut(BaseModel):
    """An organization that is bound to a store."""

    id: str
    store_id: str
    chain_id: int
    org_id: str
    holder: str
    bound: bool = Field(description="False while its NFT is with somebody who did not sign.")
    complete: bool = Field(description="Are all of its older orders there?")
    deliver_from_block: int
    created_at: Moment


def show_organization(one: Organization) -> OrganizationOut:
    """As the API shows it."""
    return OrganizationOut(
        id=one.id, store_id=one.store_id, chain_id=one.chain_id, org_id=str(one.org_id), holder=one.holder,
        bound=one.bound, complete=one.derived_to is None, deliver_from_block=one.deliver_from_block,
        created_at=one.created_at,
    )  # fmt: skip


@refuses(Unavailable)
def chain_reader(request: Request, services: TheServices) -> ChainReader:
    """The chain, opened by the first request that needs it."""
    found = getattr(request.app.state, "chain_reader", None)
    if found is None:
        found = request.app.state.chain_reader = open_reader(services.settings)
    return found


TheChain = Annotated[ChainReader, Depends(chain_reader)]


def present(body: OrganizationIn, _caller: Writer, chain: TheChain) -> Present:
    """What the chain says, asked before the transaction begins, so that nobody waits for the node."""
    return Present(chain, chain.holder_of(body.org_id), chain.head())


@router.post("/organizations/message")
def make_message(
    body: MessageIn, session: Writing, caller: Writer, services: TheServices, chain: TheChain, now: Now
) -> MessageOut:
    """The message that the organization's holder signs."""
    store = repository.get_store(session, caller, body.store_id)
    text = siwe.compose(
        url=str(services.settings.public_url), address=body.address, statement=statement(store.id, body.org_id),
        chain_id=chain.chain_id, nonce=siwe.new_nonce(session, now), now=now,
    )  # fmt: skip
    return MessageOut(message=text, expires_at=now + siwe.NONCE_MS)


@router.post("/organizations", status_code=201, response_model=OrganizationOut)
def bind_organization(
    body: OrganizationIn, now: Annotated[Present, Depends(present)], request: WriteOnce, services: TheServices
) -> Response:
    """Binds it; its orders come, the older ones a little later."""
    store = repository.get_store(request.session, request.caller, body.store_id)
    claim = Claim(store, body.org_id, body.message, body.signature, body.deliver_from_block)
    url = str(services.settings.public_url)
    found = bind(request.session, request.caller, claim, now, url=url, now=request.now)
    return request.answer(show_organization(found))


@router.get("/organizations")
def list_organizations(session: Reading, caller: Reader) -> list[OrganizationOut]:
    """Those of the merchant; a merchant has few."""
    found = session.scalars(repository.organizations_of(caller).order_by(Organization.created_at, Organization.id))
    return [show_organization(one) for one in found]


@router.get("/organizations/{organization_id}")
def get_organization(organization_id: Id, session: Reading, caller: Reader) -> OrganizationOut:
    """One organization."""
    found = session.scalar(repository.organizations_of(caller).where(Organization.id == organization_id))
    if found is None:
        raise NotFound(detail=f"there is no organization {organization_id}; see GET /v1/organizations")
    return show_organization(found)
