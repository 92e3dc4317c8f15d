"""Endpoints of checkout links, for merchants."""

from typing import Annotated

from fastapi import Depends, Query, Response

from passmanager.service.checkout import links, repository
from passmanager.service.checkout.models import CheckoutLink
from passmanager.service.checkout.schemas import CheckoutLinkIn, CheckoutLinkOut, CheckoutLinkPatch, SignedOut, SignIn
from passmanager.service.checkout.shopper import READ, WRITE
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="checkout")

Reader = Annotated[Caller, Depends(require(READ))]
Writer = Annotated[Caller, Depends(require(WRITE))]
WriteOnce = Annotated[Once, Depends(once(WRITE), scope="function")]


def _shown(link: CheckoutLink, services: Services) -> CheckoutLinkOut:
    return links.show_link(link, str(services.settings.public_url))


@router.post("/checkout-links", status_code=201, response_model=CheckoutLinkOut)
def create(body: CheckoutLinkIn, request: WriteOnce, services: TheServices) -> Response:
    """An address that puts products into a buyer's cart."""
    link = links.add_link(request.session, request.caller, body, request.now)
    return request.answer(_shown(link, services))


@router.get("/checkout-links")
def list_links(
    session: Reading,
    caller: Reader,
    services: TheServices,
    store_id: Annotated[Id | None, Query()] = None,
    archived: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[CheckoutLinkOut]:
    """The newest first; archived ones on request."""
    asked = repository.links_of(caller)
    asked = asked if store_id is None else asked.where(CheckoutLink.store_id == store_id)
    asked = asked if archived else asked.where(CheckoutLink.archived_at.is_(None))
    found = session.scalars(after(asked, CheckoutLink.number, cursor, limit)).all()
    return page(found, limit, lambda link: link.number, lambda link: _shown(link, services))


@router.get("/checkout-links/{link_id}")
def read(link_id: Id, session: Reading, caller: Reader, services: TheServices) -> CheckoutLinkOut:
    """One link."""
    return _shown(repository.get_link(session, caller, link_id), services)


@router.patch("/checkout-links/{link_id}")
def change(
    link_id: Id, body: CheckoutLinkPatch, session: Writing, caller: Writer, services: TheServices, now: Now
) -> CheckoutLinkOut:
    """Changes what is sent; carts that are there keep what they had."""
    link = repository.get_link(session, caller, link_id)
    links.change_link(session, caller, link, body, now)
    return _shown(link, services)


@router.post("/checkout-links/{link_id}/archive")
def archive(link_id: Id, session: Writing, caller: Writer, services: TheServices, now: Now) -> CheckoutLinkOut:
    """Its address answers 410 from now on."""
    link = repository.get_link(session, caller, link_id)
    links.archive_link(session, link, now)
    return _shown(link, services)


@router.post("/checkout-links/{link_id}/sign")
def sign(link_id: Id, body: SignIn, session: Reading, caller: Writer, services: TheServices) -> SignedOut:
    """Its address with parameters that nobody can change, such as other prices off the chain."""
    link = repository.get_link(session, caller, link_id)
    return links.signed(link, body, str(services.settings.public_url), sealer_of(services.settings))
