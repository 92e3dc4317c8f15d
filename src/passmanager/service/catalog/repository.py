"""All queries about merchants, stores and what they sell."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, bindparam, column, select, table
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Currency, Organization, Price, Product, ProductType, Store
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound

_TEMPLATES = table("fulfillment_templates", column("id"), column("store_id"))
"""They belong to a room above this one; here it only matters whose they are."""
_OWN_STORES = select(Store.id).where(Store.merchant_id == bindparam("merchant_id")).limit(2)


def stores_of(caller: Caller) -> Select[Store]:
    """The stores that a key may touch."""
    mine = select(Store).where(Store.merchant_id == caller.merchant_id)
    return mine if caller.store_id is None else mine.where(Store.id == caller.store_id)


def narrowed(session: Session, caller: Caller) -> Caller:
    """The same caller, with his store if he has one only: of one store an index gives a list in its order."""
    if caller.store_id is not None:
        return caller
    found = session.connection().execute(_OWN_STORES, {"merchant_id": caller.merchant_id}).scalars().all()
    return replace(caller, store_id=found[0]) if len(found) == 1 else caller


def in_stores(column: SQLColumnExpression[str], caller: Caller) -> ColumnElement[bool]:
    """Rows of the stores that a key may touch, none of another merchant's."""
    mine = stores_of(caller).with_only_columns(Store.id)
    return column.in_(mine) if caller.store_id is None else column == mine.scalar_subquery()


def products_of(caller: Caller) -> Select[Product]:
    """The products of these stores."""
    return select(Product).where(in_stores(Product.store_id, caller))


def get_store(session: Session, caller: Caller, store_id: str) -> Store:
    """One store.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(stores_of(caller).where(Store.id == store_id))
    if found is None:
        raise NotFound(detail=f"there is no store {store_id}; see GET /v1/stores")
    return found


def get_product(session: Session, caller: Caller, product_id: str) -> Product:
    """One product.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(products_of(caller).where(Product.id == product_id))
    if found is None:
        raise NotFound(detail=f"there is no product {product_id}; see GET /v1/products")
    return found


def get_type(session: Session, store: Store, type_id: str) -> ProductType:
    """One product type of a store.

    Raises:
        NotFound: There is none of this id in it.
    """
    found = session.scalar(select(ProductType).where(ProductType.id == type_id, ProductType.store_id == store.id))
    if found is None:
        raise NotFound(detail=f"there is no product type {type_id} in store {store.id}")
    return found


def get_own_type(session: Session, caller: Caller, type_id: str) -> ProductType:
    """One product type of these stores.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(select(ProductType).where(ProductType.id == type_id, ProductType.store_id.in_(stores)))
    if found is None:
        raise NotFound(detail=f"there is no product type {type_id}")
    return found


def check_template(session: Session, store_id: str, template_id: str | None) -> None:
    """A product is delivered by a template of its own store: another's would give away that shop's keys.

    Raises:
        NotFound: The store has none of this id.
    """
    own = select(_TEMPLATES.c.id).where(_TEMPLATES.c.id == template_id, _TEMPLATES.c.store_id == store_id)
    if template_id is not None and session.scalar(own) is None:
        raise NotFound(detail=f"store {store_id} has no fulfillment template {template_id}")


def currencies_of(session: Session, store: Store) -> list[Currency]:
    """All of a store, by symbol; a store has few."""
    return list(session.scalars(select(Currency).where(Currency.store_id == store.id).order_by(Currency.symbol)))


def types_of(session: Session, store: Store) -> list[ProductType]:
    """All of a store, by name; a store has few."""
    return list(session.scalars(select(ProductType).where(ProductType.store_id == store.id).order_by(ProductType.name)))


def find_currency(session: Session, store: Store, symbol: str) -> Currency | None:
    """By the symbol that is unique in a store."""
    return session.scalar(select(Currency).where(Currency.store_id == store.id, Currency.symbol == symbol))


def get_currency(session: Session, store: Store, symbol: str) -> Currency:
    """By the symbol.

    Raises:
        NotFound: The store does not sell in it.
    """
    found = find_currency(session, store, symbol)
    if found is None:
        raise NotFound(detail=f"store {store.id} has no currency {symbol}; see POST /v1/currencies")
    return found


def prices_of(session: Session, product: Product) -> list[tuple[Price, Currency]]:
    """Prices that are not archived, the oldest first."""
    found = session.execute(
        select(Price, Currency)
        .join(Currency, Price.currency_id == Currency.id)
        .where(Price.product_id == product.id, Price.archived_at.is_(None))
        .order_by(Price.created_at, Price.id)
    )
    return [(price, currency) for price, currency in found]


def get_price(session: Session, product: Product, price_id: str) -> tuple[Price, Currency]:
    """One price of a product.

    Raises:
        NotFound: There is none of this id.
    """
    for price, currency in prices_of(session, product):
        if price.id == price_id:
            return price, currency
    raise NotFound(detail=f"product {product.id} has no price {price_id}")


def organizations_of(caller: Caller) -> Select[Organization]:
    """The organizations bound by a merchant."""
    mine = select(Organization).where(Organization.merchant_id == caller.merchant_id)
    return mine if caller.store_id is None else mine.where(Organization.store_id == caller.store_id)
