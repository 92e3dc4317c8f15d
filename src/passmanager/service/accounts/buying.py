"""What a user's session says of an order: who buys, how many seats, whether for his account, and whether he may."""

from dataclasses import replace
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.gating import check_requirements
from passmanager.service.accounts.holders import Holder
from passmanager.service.accounts.joining import find_member
from passmanager.service.accounts.opening import get_session
from passmanager.service.accounts.schemas import MOST_SEATS
from passmanager.service.accounts.user_sessions import require_open
from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Product, Store
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import bad_field
from passmanager.service.orders.placing import Origin
from passmanager.service.orders.schemas import ItemIn, OrderIn
from passmanager.service.orders.settling import Act

OFF, ALWAYS, CHOICE = "off", "always", "choice"


class Seated(Protocol):
    """A holder of purchases, or a session."""

    @property
    def seats(self) -> int | None:
        """Of the account."""
        ...


def seats_for(
    _session: Session, holder: Seated, product: Product, *, asked: int | None = None, pointer: str = "/body/items"
) -> int | None:
    """How many units of a product that is priced per seat are bought; None for other products.

    Args:
        holder: Whose account counts.
        product: What is bought.
        asked: How many units the buyer asked for, if he did.
        pointer: To the line, for the refusal.

    Raises:
        InvalidInput: The session says of no seats, or the buyer asked for another number.
    """
    if not product.per_seat:
        return None
    if holder.seats is None or not 1 <= holder.seats <= MOST_SEATS:
        detail = f"product {product.id} is priced per seat; open the session with `account: {{id, seats}}`"
        raise bad_field(f"{pointer}/quantity", "seats", detail)
    if asked is not None and asked != holder.seats:
        detail = f"product {product.id} is priced per seat: {asked} units, and the account has {holder.seats} seats"
        raise bad_field(f"{pointer}/quantity", "seats", detail)
    return holder.seats


def account_for(
    session: Session, holder: Holder, store: Store, *, for_account: bool | None, pointer: str = "/body/for_account"
) -> str | None:
    """The account that a purchase is to belong to, by the store's setting and the buyer's choice.

    Raises:
        InvalidInput: The store does not have this choice, or the buyer acts for no account.
    """
    mode = store.settings.get("account_purchases", OFF)
    if for_account and mode == OFF:
        raise bad_field(pointer, "account_purchases", f"store {store.id} sells to users, not to accounts")
    if for_account is False and mode == ALWAYS and holder.account_id is not None:
        raise bad_field(pointer, "account_purchases", f"in store {store.id} users buy for their account, always")
    if mode == OFF or (mode == CHOICE and not for_account):
        return None
    account_id = holder.account_id
    if account_id is not None and find_member(session, account_id, holder.customer_id) is not None:
        return account_id
    if for_account:
        raise bad_field(pointer, "account", "the session has no account, or the user has left it")
    return None


def order_for_user(session: Session, caller: Caller, body: OrderIn, origin: Origin, act: Act) -> tuple[OrderIn, Origin]:
    """An order as the session of its buyer says; unchanged for an order that names no session.

    Raises:
        RequirementUnmet: The user lacks what a product asks for.
        SessionExpired: The session is over.
        InvalidInput: The order does not fit the session.
    """
    if body.user_session_id is None:
        if body.for_account:
            raise bad_field("/body/for_account", "session", "for_account needs user_session_id: whose account?")
        return body, origin
    opened = get_session(session, caller, body.user_session_id)
    require_open(opened, act.at)
    store = catalog.get_store(session, caller, body.store_id)
    if opened.store_id != store.id:
        raise bad_field("/body/user_session_id", "store", f"session {opened.id} is of another store")
    holder = Holder(
        store_id=store.id, customer_id=opened.customer_id, session_id=opened.id, account_id=opened.account_id,
        seats=opened.seats,
    )  # fmt: skip
    products = [catalog.get_product(session, caller, item.product_id) for item in body.items]
    check_requirements(session, holder, store, products, act.at, act.tell)
    items = [
        _seated(session, holder, *pair, number) for number, pair in enumerate(zip(body.items, products, strict=True))
    ]
    account_id = account_for(session, holder, store, for_account=body.for_account)
    customer = _buyer(session, body, holder, act.at)
    details = {**origin.details, "user_session_id": opened.id}
    asked = body.model_copy(update={"items": items})
    return asked, replace(origin, customer=customer, account_id=account_id, details=details)


def _seated(session: Session, holder: Holder, item: ItemIn, product: Product, number: int) -> ItemIn:
    asked = item.quantity if "quantity" in item.model_fields_set else None
    seats = seats_for(session, holder, product, asked=asked, pointer=f"/body/items/{number}")
    return item if seats is None else item.model_copy(update={"quantity": seats})


def _buyer(session: Session, body: OrderIn, holder: Holder, now: int) -> Customer:
    """The user of the session; what the order says of him is learned, unless it says that he is somebody else."""
    known = session.scalars(select(Customer).where(Customer.id == holder.customer_id)).one()
    said = body.customer
    if said.external_id and said.external_id != known.external_id:
        detail = f"session {holder.session_id} is of user {known.external_id}, the order of {said.external_id}"
        raise bad_field("/body/customer/external_id", "user", detail)
    person = Person(
        external_id=known.external_id, email=said.email or "", first_name=said.first_name, last_name=said.last_name,
        wallet=said.wallet or "", receives_email=said.receives_email,
    )  # fmt: skip
    return find_or_add(session, holder.store_id, person, now)
