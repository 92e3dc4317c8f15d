"""Sessions that a merchant opens for a user of his: what they are made of, and what of them may change."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.accounts import user_sessions
from passmanager.service.accounts.external import Elsewhere, put
from passmanager.service.accounts.joining import BY_SESSION, find_member, find_or_add_account, join
from passmanager.service.accounts.models import Account, UserSession
from passmanager.service.accounts.schemas import (
    AccountShown,
    BoughtElsewhereIn,
    InstallationIn,
    InstallationOut,
    UserSessionIn,
    UserSessionOut,
    UserSessionPatch,
)
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import get_product, get_store, stores_of
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, NotFound, bad_field
from passmanager.service.http.shapes import milliseconds
from passmanager.service.news import Tell


def open_for(session: Session, caller: Caller, body: UserSessionIn, now: int, tell: Tell) -> tuple[UserSession, str]:
    """A session and its token; the user joins the account that it names, and has what was bought elsewhere."""
    store = get_store(session, caller, body.store_id)
    customer = find_or_add(session, store.id, Person(external_id=body.user_id, email=body.email or ""), now)
    account = None
    if body.account is not None:
        account = find_or_add_account(session, store.id, body.account.id, body.account.seats, now)
        join(session, account, customer.id, now, by=BY_SESSION)
    made, token = user_sessions.open_session(
        session, store_id=store.id, customer_id=customer.id, now=now, account_id=account.id if account else None,
        seats=body.account.seats if body.account else None, data=body.data,
    )  # fmt: skip
    made.requirements, made.installations = list(dict.fromkeys(body.requirements)), _kept(body.installations)
    session.flush()
    for number, bought in enumerate(body.purchases):
        put(session, store, _elsewhere(session, caller, made, bought, number), now, tell)
    return made, token


def _elsewhere(
    session: Session, caller: Caller, opened: UserSession, bought: BoughtElsewhereIn, number: int
) -> Elsewhere:
    where = f"/body/purchases/{number}"
    product = get_product(session, caller, bought.product_id)
    if product.store_id != opened.store_id:
        raise bad_field(f"{where}/product_id", "store", f"product {product.id} is sold by another store")
    if bought.for_account and opened.account_id is None:
        raise bad_field(f"{where}/for_account", "account", "the session names no account; send `account: {id}`")
    return Elsewhere(
        external_id=bought.external_id, product=product, customer_id=opened.customer_id,
        account_id=opened.account_id if bought.for_account else None, quantity=bought.quantity, active=bought.active,
        active_until=None if bought.active_until is None else milliseconds(bought.active_until),
    )  # fmt: skip


def _kept(given: list[str | InstallationIn]) -> list[dict[str, Any]]:
    """By id and data, whichever way they came."""
    return [
        {"id": one, "data": {}} if isinstance(one, str) else {"id": one.id, "data": one.data}
        for one in given
    ]  # fmt: skip


def sessions_of(caller: Caller) -> Select[UserSession]:
    """The sessions in the stores that a key may touch."""
    return select(UserSession).where(UserSession.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_session(session: Session, caller: Caller, session_id: str) -> UserSession:
    """One of them.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(sessions_of(caller).where(UserSession.id == session_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no session {session_id}; sessions are kept until a day after their end")
    return found


def change(session: Session, found: UserSession, body: UserSessionPatch, now: int) -> None:
    """What was sent.

    Raises:
        Conflict: It is another user, account or number of seats, or the session is over.
    """
    if found.expires_at <= now:
        raise Conflict(detail=f"session {found.id} is over; open a new one")
    customer = session.scalars(select(Customer).where(Customer.id == found.customer_id)).one()
    if body.user_id is not None and body.user_id != customer.external_id:
        raise Conflict(detail=f"session {found.id} is of user {customer.external_id} for ever; open a new one")
    if body.account is not None:
        _require_same_account(session, found, body.account.id, body.account.seats)
    found.data = found.data if body.data is None else body.data
    if body.requirements is not None:
        found.requirements = list(dict.fromkeys(body.requirements))
    if body.installations is not None:
        found.installations = _kept(body.installations)
    session.flush()


def _require_same_account(session: Session, found: UserSession, external_id: str, seats: int | None) -> None:
    there = _account_of(session, found)
    if there is None or there.external_id != external_id:
        named = "no account" if there is None else f"account {there.external_id}"
        raise Conflict(detail=f"session {found.id} is of {named} for ever; open a new one")
    if seats is not None and seats != found.seats:
        raise Conflict(detail=f"session {found.id} is for {found.seats} seats as long as it lasts; open a new one")


def _account_of(session: Session, found: UserSession) -> Account | None:
    if found.account_id is None:
        return None
    return session.scalars(select(Account).where(Account.id == found.account_id)).one()


def end(session: Session, found: UserSession, now: int) -> None:
    """Its token opens nothing any more."""
    found.expires_at = min(found.expires_at, now)
    session.flush()


def show(session: Session, found: UserSession) -> UserSessionOut:
    """As the merchant and the user see it; the token is not kept."""
    customer = session.scalars(select(Customer).where(Customer.id == found.customer_id)).one()
    return UserSessionOut(
        session_id=found.id, store_id=found.store_id, user_id=customer.external_id, customer_id=customer.id,
        account=show_account(session, found), data=found.data, requirements=list(found.requirements),
        installations=[InstallationOut(**one) for one in found.installations], expires_at=found.expires_at,
        created_at=found.created_at,
    )  # fmt: skip


def show_account(session: Session, found: UserSession) -> AccountShown | None:
    """The account of a session, and what the user is in it by now."""
    account = _account_of(session, found)
    if account is None:
        return None
    member = find_member(session, account.id, found.customer_id)
    return AccountShown(
        account_id=account.id, id=account.external_id, seats=found.seats, role=member.role if member else None
    )
