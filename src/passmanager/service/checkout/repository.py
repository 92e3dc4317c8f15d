"""All queries about links and sessions."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.checkout.models import CheckoutLink, CheckoutSession
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.orders.models import Order


def links_of(caller: Caller) -> Select[CheckoutLink]:
    """The links of the stores that a key may touch."""
    return select(CheckoutLink).where(CheckoutLink.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_link(session: Session, caller: Caller, link_id: str) -> CheckoutLink:
    """One link.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(links_of(caller).where(CheckoutLink.id == link_id))
    if found is None:
        raise NotFound(detail=f"there is no checkout link {link_id}; see GET /v1/checkout-links")
    return found


def find_link(session: Session, slug: str) -> CheckoutLink | None:
    """By the last part of its address."""
    return session.scalar(select(CheckoutLink).where(CheckoutLink.slug == slug))


def sessions_of(caller: Caller) -> Select[CheckoutSession]:
    """The sessions of the stores that a key may touch."""
    return select(CheckoutSession).where(CheckoutSession.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def of_token(token_hash: str) -> Select[CheckoutSession]:
    """The session of a buyer's browser."""
    return select(CheckoutSession).where(CheckoutSession.token_hash == token_hash)


def store_of(session: Session, store_id: str) -> Store:
    """A store that is there, since something refers to it."""
    return session.scalars(select(Store).where(Store.id == store_id)).one()


def orders_of(session: Session, sessions: Collection[CheckoutSession]) -> Mapping[str, Order]:
    """The orders that sessions became, by their ids."""
    ids = [one.order_id for one in sessions if one.order_id is not None]
    if not ids:
        return {}
    return {order.id: order for order in session.scalars(select(Order).where(Order.id.in_(ids)))}
