"""Endpoints of customers."""

from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import Select, select

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import in_stores, narrowed, stores_of
from passmanager.service.customers import changing
from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.customers.schemas import CustomerOut, CustomerPatch
from passmanager.service.db import filled
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id, Text, Wallet
from passmanager.units import checksum

LAST_CHARACTER = "\U0010ffff"
router = make_router(prefix="/v1", tag="customers")

Reader = Annotated[Caller, Depends(require("customers:read"))]
Writer = Annotated[Caller, Depends(require("customers:write"))]


def _customers_of(caller: Caller) -> Select[Customer]:
    return select(Customer).where(in_stores(Customer.store_id, caller))


@router.get("/customers")
def list_customers(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    email: Annotated[Text | None, Query(description="Its beginning, in any case.")] = None,
    user_id: Annotated[Text | None, Query(description="The merchant's own id.")] = None,
    wallet: Annotated[Wallet | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[CustomerOut]:
    """The newest first."""
    asked = _customers_of(narrowed(session, caller))
    for column, value in ((Customer.store_id, store_id), (Customer.external_id, user_id)):
        asked = asked if value is None else asked.where(column == value)
    if email:
        first = search_key(email)
        asked = asked.where(
            Customer.email_key >= first, Customer.email_key < first + LAST_CHARACTER, filled(Customer.email_key)
        )
    if wallet is not None:
        stores = stores_of(caller).with_only_columns(Store.id)
        mine = (CustomerWallet.store_id.in_(stores), CustomerWallet.address == checksum(wallet))
        owners = select(CustomerWallet.customer_id).where(*mine)
        asked = asked.where(Customer.id.in_(owners))
    found = session.scalars(after(asked, Customer.number, cursor, limit)).all()
    shown = {one.id: one for one in changing.show(session, found)}
    return page(found, limit, lambda customer: customer.number, lambda customer: shown[customer.id])


@router.get("/customers/{customer_id}")
def get_customer(customer_id: Id, session: Reading, caller: Reader) -> CustomerOut:
    """One customer."""
    return changing.show(session, [changing.get_customer(session, _customers_of(caller), customer_id)])[0]


@router.patch("/customers/{customer_id}")
def change_customer(
    customer_id: Id, body: CustomerPatch, session: Writing, caller: Writer, services: TheServices, now: Now
) -> CustomerOut:
    """Changes what is sent; mails that waited for an address go out."""
    customer = changing.get_customer(session, _customers_of(caller), customer_id)
    changing.change(session, caller, customer, body, now, services.wire.tell)
    return changing.show(session, [customer])[0]
