"""Storefronts and products."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Currency, Price, Product, Store
from passmanager.service.compat.dpd.answers import Rows
from passmanager.service.compat.dpd.auth import Visit
from passmanager.service.compat.dpd.money import money_text

_STORES = select(
    Store.number, Store.created_at, Store.updated_at, Store.name, Store.url, Store.settings, Store.currency
)
_PRODUCTS = select(
    Product.number, Product.id, Product.created_at, Product.updated_at, Product.store_id, Product.name, Product.sku,
    Product.details, Product.files, Product.archived_at,
)  # fmt: skip
_PRICES = (
    select(Price.product_id, Price.amount, Price.archived_at, Currency.symbol, Currency.decimals)
    .join(Currency, Currency.id == Price.currency_id)
    .order_by(Price.created_at, Price.id)
)


def storefronts(of: Visit) -> tuple[Rows, Select[int]]:
    """Rows and count of what the caller may see."""
    mine = Store.id.in_(of.stores)
    return _STORES.where(mine).order_by(Store.number), select(func.count()).select_from(Store).where(mine)


def storefront(of: Visit, number: int) -> dict[str, Any] | None:
    """One of them."""
    row = of.session.execute(_STORES.where(Store.number == number, Store.id.in_(of.stores))).one_or_none()
    return None if row is None else show_storefront(row)


def show_storefront(row: Any) -> dict[str, Any]:
    """Every store of ours is a cart, at no subdomain of anybody."""
    return {
        "id": row.number,
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
        "name": row.name,
        "url": row.url,
        "contact_name": row.settings.get("contact_name", ""),
        "contact_email": row.settings.get("contact_email", ""),
        "currency": row.currency,
        "type": "cart",
        "subdomain": "",
    }


def products(of: Visit, store_number: int | None) -> tuple[Rows, Select[int]]:
    """Rows and count, of one store or of all."""
    stores = of.stores if store_number is None else [of.store_of_number(store_number) or ""]
    mine = Product.store_id.in_(stores)
    return _PRODUCTS.where(mine).order_by(Product.number), select(func.count()).select_from(Product).where(mine)


def product(of: Visit, number: int) -> dict[str, Any] | None:
    """One of them."""
    rows = of.session.execute(_PRODUCTS.where(Product.number == number, Product.store_id.in_(of.stores))).all()
    return show_products(of, rows)[0] if rows else None


def show_products(of: Visit, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """With their prices, in one query."""
    prices = _prices(of.session, [row.id for row in rows])
    return [_product(of, row, prices[row.id]) for row in rows]


def _prices(session: Session, products: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Prices have no number of their own: they count from 1 in each product, and archived ones keep theirs."""
    seen: dict[str, int] = defaultdict(int)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for price in session.execute(_PRICES.where(Price.product_id.in_(products))) if products else ():
        seen[price.product_id] += 1
        if price.archived_at is None:
            shown = {"id": seen[price.product_id], "name": price.symbol}
            found[price.product_id].append({**shown, "price": money_text(price.amount, price.decimals)})
    return found


def _product(of: Visit, row: Any, prices: list[dict[str, Any]]) -> dict[str, Any]:
    description = row.details.get("description", "")
    file = row.files.get("shown", {})
    return {
        "id": row.number,
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
        "storefront_id": of.stores[row.store_id].number,
        "name": row.name,
        "description": description,
        "long_description": description,
        "price": prices[0]["price"] if prices else money_text(0, 0),
        "sku": row.sku,
        "image_file_name": "",
        "image_updated_at": 0,
        "mime_type": file.get("media_type", ""),
        "file_size": file.get("size", 0),
        "file_name": file.get("name", ""),
        "prices": prices,
        "weight": "0.00",
        "visibility": 0 if row.archived_at is not None else 1,
    }
