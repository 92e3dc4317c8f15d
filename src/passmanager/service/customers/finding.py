"""The customer of an order: known by the merchant's own id, by wallet, or by address; else a new one."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.db import filled
from passmanager.service.ids import new_id
from passmanager.units import checksum


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of a buyer; empty texts are not known."""

    external_id: str | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    wallet: str = ""
    receives_email: bool = False


def find_or_add(session: Session, store_id: str, person: Person, now: int) -> Customer:
    """The customer; what was not known of him before is added."""
    wallet = checksum(person.wallet) if person.wallet else ""
    found = _find(session, store_id, person, wallet) or _add(session, store_id, person, now)
    _learn(found, person, now)
    if wallet:
        _own(session, found, wallet, now)
    session.flush()
    return found


def _find(session: Session, store_id: str, person: Person, wallet: str) -> Customer | None:
    mine = select(Customer).where(Customer.store_id == store_id)
    if person.external_id:
        return session.scalar(mine.where(Customer.external_id == person.external_id))
    if wallet:
        owned = select(CustomerWallet.customer_id).where(
            CustomerWallet.store_id == store_id, CustomerWallet.address == wallet
        )
        found = session.scalar(mine.where(Customer.id.in_(owned)))
        if found is not None:
            return found
    if not person.email:
        return None
    same = (
        mine.where(Customer.email_key == search_key(person.email), filled(Customer.email_key))
        .order_by(Customer.number)
        .limit(1)
    )
    return session.scalar(same)


def _add(session: Session, store_id: str, person: Person, now: int) -> Customer:
    made = Customer(id=new_id("cus"), store_id=store_id, external_id=person.external_id, created_at=now, updated_at=now)
    session.add(made)
    session.flush()
    return made


def _learn(customer: Customer, person: Person, now: int) -> None:
    changed = False
    for name in ("email", "first_name", "last_name"):
        if getattr(person, name) and not getattr(customer, name):
            setattr(customer, name, getattr(person, name))
            changed = True
    if person.receives_email and not customer.receives_email:
        customer.receives_email = changed = True
    if changed:
        customer.email_key = search_key(customer.email)
        customer.updated_at = now


def _own(session: Session, customer: Customer, wallet: str, now: int) -> None:
    """A wallet stays with the customer who had it first."""
    there = select(CustomerWallet.id).where(
        CustomerWallet.store_id == customer.store_id, CustomerWallet.address == wallet
    )
    if session.scalar(there) is None:
        session.add(
            CustomerWallet(
                id=new_id("wal"), store_id=customer.store_id, customer_id=customer.id, address=wallet, created_at=now
            )
        )
