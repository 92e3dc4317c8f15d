"""Reading and changing customers."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.customers.schemas import CustomerOut, CustomerPatch
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.news import News, Tell

CONTACT_ADDED = "customer.contact_added"


def get_customer(session: Session, customers: Select[Customer], customer_id: str) -> Customer:
    """One of them.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(customers.where(Customer.id == customer_id))
    if found is None:
        raise NotFound(detail=f"there is no customer {customer_id}; see GET /v1/customers")
    return found


def change(session: Session, caller: Caller, customer: Customer, body: CustomerPatch, now: int, tell: Tell) -> None:
    """Changes what is sent; a first address, or another one, lets out the mails that waited for it."""
    before = customer.email
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(customer, name, value if value is not None else (False if name == "receives_email" else ""))
    customer.email_key, customer.updated_at = search_key(customer.email), now
    session.flush()
    if customer.email and customer.email != before:
        tell(session, _contact_added(caller, customer, now))


def _contact_added(caller: Caller, customer: Customer, now: int) -> News:
    return News(
        type=CONTACT_ADDED, merchant_id=caller.merchant_id, store_id=customer.store_id, aggregate_type="customer",
        aggregate_id=customer.id, at=now, data={"id": customer.id, "email": customer.email},
    )  # fmt: skip


def show(session: Session, customers: Sequence[Customer]) -> list[CustomerOut]:
    """Many at once, their wallets in one query."""
    wallets: dict[str, list[str]] = {customer.id: [] for customer in customers}
    asked = select(CustomerWallet.customer_id, CustomerWallet.address).where(CustomerWallet.customer_id.in_(wallets))
    for customer_id, address in session.execute(asked.order_by(CustomerWallet.created_at, CustomerWallet.id)):
        wallets[customer_id].append(address)
    return [_show(customer, wallets[customer.id]) for customer in customers]


def _show(customer: Customer, wallets: list[str]) -> CustomerOut:
    return CustomerOut(
        id=customer.id,
        number=customer.number,
        store_id=customer.store_id,
        external_id=customer.external_id,
        email=customer.email,
        first_name=customer.first_name,
        last_name=customer.last_name,
        receives_email=customer.receives_email,
        wallets=wallets,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )
