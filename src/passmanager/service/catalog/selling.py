"""What a merchant does with stores, currencies, products and prices."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository
from passmanager.service.catalog.models import Currency, Organization, Price, Product, ProductType, Store
from passmanager.service.catalog.schemas import (
    CurrencyIn,
    PriceIn,
    ProductIn,
    ProductPatch,
    ProductTypeIn,
    ProductTypePatch,
    StoreIn,
    StorePatch,
)
from passmanager.service.db import Base
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, Forbidden, NotFound, bad_field
from passmanager.service.http.shapes import MOST_DECIMALS, base_units
from passmanager.service.ids import new_id
from passmanager.units import checksum

Row = TypeVar("Row", bound=Base)

CONTACT = ("contact_name", "contact_email")
CHOICES = ("deliver_by_hand", "account_purchases", "seats_on_transfer", "offline_methods")


def add_store(session: Session, caller: Caller, body: StoreIn, now: int) -> Store:
    """A new store of a merchant."""
    if caller.store_id is not None:
        raise Forbidden(detail="this key is for one store only; use one of the whole merchant")
    store = Store(
        id=new_id("sto"), merchant_id=caller.merchant_id, name=body.name, url=str(body.url or ""),
        currency=body.currency, unpaid_days=body.unpaid_days, reminder_after=body.reminder_after,
        hold_above=_threshold(body.hold_above), created_at=now, updated_at=now,
        settings={"contact_name": body.contact_name, "contact_email": body.contact_email or "",
                  "account_purchases": body.account_purchases, "seats_on_transfer": body.seats_on_transfer,
                  "deliver_by_hand": body.deliver_by_hand, "refund_days": body.refund_days,
                  "offline_methods": body.offline_methods},
    )  # fmt: skip
    return _added(session, store, "")


def change_store(session: Session, store: Store, body: StorePatch, now: int) -> None:
    """What was sent, and nothing else."""
    sent = body.model_dump(exclude_unset=True)
    contact = {name: sent.pop(name) or "" for name in CONTACT if name in sent}
    contact |= {name: sent.pop(name) for name in CHOICES if sent.get(name) is not None}
    if "refund_days" in sent:
        contact["refund_days"] = sent.pop("refund_days")
    if "hold_above" in sent:
        sent["hold_above"] = _threshold(sent["hold_above"])
    if "url" in sent:
        sent["url"] = str(sent["url"] or "")
    _change(store, sent, nullable={"reminder_after", "hold_above"})
    store.settings = {**store.settings, **contact}
    store.updated_at = now
    session.flush()


def _threshold(amount: str | None) -> int | None:
    return None if amount is None else base_units(amount, MOST_DECIMALS, "/body/hold_above")


def _change(row: Base, sent: dict[str, Any], nullable: set[str]) -> None:
    for name, value in sent.items():
        if value is None and name not in nullable:
            raise bad_field(f"/body/{name}", "null", f"{name} cannot be null; leave it out to keep it")
        setattr(row, name, value)


def add_currency(session: Session, caller: Caller, body: CurrencyIn) -> Currency:
    """A token or a national currency for a store."""
    store = repository.get_store(session, caller, body.store_id)
    if (body.chain_id is None) != (body.token is None):
        raise bad_field("/body/token", "pair", "a token has chain_id and token, a national currency neither")
    token = checksum(body.token) if body.token else None
    currency = Currency(
        id=new_id("cur"), store_id=store.id, symbol=body.symbol, decimals=body.decimals, chain_id=body.chain_id,
        token=token,
    )  # fmt: skip
    return _added(session, currency, f"store {store.id} has {body.symbol}, or this token, already")


def add_type(session: Session, caller: Caller, body: ProductTypeIn, now: int) -> ProductType:
    """A new kind of product."""
    store = repository.get_store(session, caller, body.store_id)
    repository.check_template(session, store.id, body.fulfillment_template_id)
    kind = ProductType(
        id=new_id("typ"), store_id=store.id, name=body.name, fulfillment_template_id=body.fulfillment_template_id,
        requirements=body.requirements, created_at=now,
    )  # fmt: skip
    return _added(session, kind, f"store {store.id} has a product type {body.name!r} already")


def change_type(session: Session, kind: ProductType, body: ProductTypePatch) -> None:
    """What was sent, and nothing else."""
    repository.check_template(session, kind.store_id, body.fulfillment_template_id)
    try:
        with session.begin_nested():
            _change(kind, body.model_dump(exclude_unset=True), nullable={"fulfillment_template_id"})
    except IntegrityError as problem:
        raise Conflict(detail=f"store {kind.store_id} has a product type {body.name!r} already") from problem


def add_product(session: Session, caller: Caller, body: ProductIn, now: int) -> Product:
    """A new product of a store."""
    store = repository.get_store(session, caller, body.store_id)
    if body.type_id is not None:
        repository.get_type(session, store, body.type_id)
    repository.check_template(session, store.id, body.fulfillment_template_id)
    organization = _organization(session, caller, body)
    product = Product(
        id=new_id("prd"), store_id=store.id, type_id=body.type_id, org_ref=organization and organization.id,
        chain_product_id=body.chain_product_id, name=body.name, sku=body.sku, kind=body.kind,
        deliver_on=body.deliver_on, one_for_all=body.one_for_all, per_seat=body.per_seat,
        requirements=body.requirements,
        fulfillment_template_id=body.fulfillment_template_id, details={"description": body.description},
        created_at=now, updated_at=now,
    )  # fmt: skip
    return _added(session, product, f"product {body.chain_product_id} of this organization is in the catalog already")


def _organization(session: Session, caller: Caller, body: ProductIn) -> Organization | None:
    if (body.organization_id is None) != (body.chain_product_id is None):
        raise bad_field("/body/chain_product_id", "pair", "give organization_id and chain_product_id, or neither")
    if body.organization_id is None:
        return None
    mine = repository.organizations_of(caller)
    found = session.scalar(mine.where(Organization.id == body.organization_id, Organization.store_id == body.store_id))
    if found is None:
        raise NotFound(detail=f"store {body.store_id} has no organization {body.organization_id}; bind it first")
    return found


def change_product(session: Session, product: Product, body: ProductPatch, now: int) -> None:
    """What was sent, and nothing else."""
    sent = body.model_dump(exclude_unset=True)
    repository.check_template(session, product.store_id, body.fulfillment_template_id)
    if "description" in sent:
        product.details = {**product.details, "description": sent.pop("description") or ""}
    if sent.get("type_id") is not None:
        store = session.scalars(select(Store).where(Store.id == product.store_id)).one()
        repository.get_type(session, store, sent["type_id"])
    _change(product, sent, nullable={"type_id", "fulfillment_template_id", "deliver_on"})
    product.updated_at = now
    session.flush()


def archive_product(session: Session, product: Product, now: int) -> None:
    """Sells no more; who has it keeps it. A second time changes nothing."""
    if product.archived_at is None:
        product.archived_at = product.updated_at = now
        session.flush()


def add_price(session: Session, product: Product, body: PriceIn, now: int) -> tuple[Price, Currency]:
    """A new price of a product."""
    store = session.scalars(select(Store).where(Store.id == product.store_id)).one()
    currency = repository.get_currency(session, store, body.currency)
    if (body.pricing_id is not None) != (currency.chain_id is not None):
        raise bad_field("/body/pricing_id", "pair", "a price in a token needs its pricing_id, an offline one has none")
    price = Price(
        id=new_id("pri"), product_id=product.id, currency_id=currency.id, pricing_id=body.pricing_id, created_at=now,
        amount=base_units(body.amount, currency.decimals, "/body/amount"), minimum=_minimum(body, currency),
    )  # fmt: skip
    return _added(session, price, ""), currency


def _minimum(body: PriceIn, currency: Currency) -> int | None:
    """From where on buyers choose what they pay."""
    if body.minimum is None:
        return None
    if currency.chain_id is not None:
        raise bad_field("/body/minimum", "chain", "on the chain a pricing is a promise: it has no other amount")
    found = base_units(body.minimum, currency.decimals, "/body/minimum")
    if found > base_units(body.amount, currency.decimals, "/body/amount"):
        raise bad_field("/body/minimum", "range", f"the minimum of {body.minimum} is above the amount {body.amount}")
    return found


def archive_price(session: Session, price: Price, now: int) -> None:
    """For no later order."""
    price.archived_at = now
    session.flush()


def _added(session: Session, row: Row, taken: str) -> Row:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as problem:
        raise Conflict(detail=taken or "it is there already") from problem
    session.refresh(row)
    return row
