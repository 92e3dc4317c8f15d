"""How rows of the catalog look in answers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Currency, Price, Product, ProductType, Store
from passmanager.service.catalog.schemas import CurrencyOut, PriceOut, ProductOut, ProductTypeOut, StoreOut
from passmanager.service.http.shapes import MOST_DECIMALS, money
from passmanager.units import format_units


def show_store(store: Store) -> StoreOut:
    """With its settings."""
    return StoreOut(
        id=store.id,
        number=store.number,
        name=store.name,
        url=store.url,
        currency=store.currency,
        contact_name=store.settings.get("contact_name", ""),
        contact_email=store.settings.get("contact_email", ""),
        unpaid_days=store.unpaid_days,
        reminder_after=store.reminder_after,
        hold_above=None if store.hold_above is None else format_units(store.hold_above, MOST_DECIMALS),
        deliver_by_hand=store.settings.get("deliver_by_hand", False),
        account_purchases=store.settings.get("account_purchases", "off"),
        seats_on_transfer=store.settings.get("seats_on_transfer", "revoke"),
        refund_days=store.settings.get("refund_days"),
        offline_methods=store.settings.get("offline_methods", {}),
        created_at=store.created_at,
        updated_at=store.updated_at,
    )


def show_currency(currency: Currency) -> CurrencyOut:
    """With its token, if it is one."""
    return CurrencyOut(
        id=currency.id,
        store_id=currency.store_id,
        symbol=currency.symbol,
        decimals=currency.decimals,
        chain_id=currency.chain_id,
        token=currency.token,
    )


def show_type(kind: ProductType) -> ProductTypeOut:
    """With its template."""
    return ProductTypeOut(
        id=kind.id,
        store_id=kind.store_id,
        name=kind.name,
        fulfillment_template_id=kind.fulfillment_template_id,
        requirements=list(kind.requirements),
        created_at=kind.created_at,
    )


def show_price(price: Price, currency: Currency) -> PriceOut:
    """In the decimals of its currency."""
    least = None if price.minimum is None else money(price.minimum, currency.symbol, currency.decimals)
    return PriceOut(
        id=price.id, price=money(price.amount, currency.symbol, currency.decimals), minimum=least,
        pricing_id=price.pricing_id,
    )  # fmt: skip


def show_products(session: Session, products: list[Product]) -> list[ProductOut]:
    """Many at once, their prices in one query."""
    found = session.execute(
        select(Price, Currency)
        .join(Currency, Price.currency_id == Currency.id)
        .where(Price.product_id.in_([product.id for product in products]), Price.archived_at.is_(None))
        .order_by(Price.created_at, Price.id)
    )
    prices: dict[str, list[PriceOut]] = {}
    for price, currency in found:
        prices.setdefault(price.product_id, []).append(show_price(price, currency))
    return [_show_product(product, prices.get(product.id, [])) for product in products]


def _show_product(product: Product, prices: list[PriceOut]) -> ProductOut:
    return ProductOut(
        id=product.id,
        number=product.number,
        store_id=product.store_id,
        name=product.name,
        sku=product.sku,
        description=product.details.get("description", ""),
        kind=product.kind,
        type_id=product.type_id,
        organization_id=product.org_ref,
        chain_product_id=product.chain_product_id,
        fulfillment_template_id=product.fulfillment_template_id,
        deliver_on=product.deliver_on,
        one_for_all=product.one_for_all,
        per_seat=product.per_seat,
        requirements=list(product.requirements),
        prices=prices,
        archived=product.archived_at is not None,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )
