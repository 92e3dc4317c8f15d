"""What is in a cart and what it costs: the same for orders of the API and for checkouts.

Offline a line is price times quantity, and one coupon takes off the sum. On the chain it is what the terms of
the pricing say, and a coupon of the organization takes off each line, rounded as the contracts round: what is
priced here is what the chain charges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Currency, Organization, Price, Product, Store
from passmanager.service.chain import offers
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Gone, bad_field
from passmanager.service.http.shapes import base_units
from passmanager.service.orders import coupons
from passmanager.service.orders.amounts import spread
from passmanager.service.orders.schemas import ItemIn
from passmanager.units import format_units


@dataclass(frozen=True, slots=True)
class CartLine:
    """So many of a product, at one of its prices.

    Attributes:
        unit: Of one unit; with flat fees in tiers, unit times quantity may be less than the subtotal.
        subtotal: Before any coupon.
    """

    product: Product
    price: Price
    quantity: int
    unit: int
    subtotal: int


@dataclass(frozen=True, slots=True)
class Cart:
    """Lines of one store in one currency.

    Attributes:
        discounts: What the coupon takes off each line.
        coupons: As an order remembers them.
    """

    store: Store
    currency: Currency
    lines: Sequence[CartLine]
    discounts: Sequence[int] = ()
    coupons: Sequence[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def subtotal(self) -> int:
        """Before the coupon."""
        return sum(line.subtotal for line in self.lines)

    @property
    def discount(self) -> int:
        """What the coupon takes off in all."""
        return sum(self.discounts)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to buy.

    Attributes:
        redeem: The use of a coupon counts; else it is only looked at.
    """

    items: Sequence[ItemIn]
    coupon: str | None
    now: int
    redeem: bool


def price_cart(session: Session, caller: Caller, store: Store, currency: Currency, wish: Wish) -> Cart:
    """Finds the lines and prices them.

    Raises:
        InvalidInput: A line or the coupon cannot be had; `errors` says which.
        NotFound: There is no such product.
        Gone: A product is archived.
    """
    lines = [_line(session, caller, store, currency, item, i) for i, item in enumerate(wish.items)]
    if currency.chain_id is not None:
        return _on_chain(session, Cart(store, currency, lines), wish)
    take = coupons.redeem if wish.redeem else coupons.look
    off, used = take(session, store, currency, wish.coupon, sum(line.subtotal for line in lines), wish.now)
    return Cart(store, currency, lines, spread(off, [line.subtotal for line in lines]), used)


def _line(session: Session, caller: Caller, store: Store, currency: Currency, item: ItemIn, index: int) -> CartLine:
    where = f"/body/items/{index}"
    product = catalog.get_product(session, caller, item.product_id)
    if product.store_id != store.id:
        raise bad_field(f"{where}/product_id", "store", f"product {product.id} is sold by another store")
    if product.archived_at is not None:
        raise Gone(detail=f"product {product.id} is archived and cannot be bought any more")
    price = _price(session, product, currency, item, where)
    if currency.chain_id is None or price.pricing_id is None:
        unit = _unit(price, currency, item, where)
        return CartLine(product, price, item.quantity, unit, unit * item.quantity)
    if item.amount is not None:
        raise bad_field(f"{where}/amount", "chain", "on the chain a pricing is a promise: it has no other amount")
    cost = offers.cost_of(session, currency.chain_id, price.pricing_id, item.quantity, where)
    if cost is None:
        cost = price.amount * item.quantity
    return CartLine(product, price, item.quantity, cost // item.quantity, cost)


def _price(session: Session, product: Product, currency: Currency, item: ItemIn, where: str) -> Price:
    fitting = [
        price for price, of in catalog.prices_of(session, product)
        if of.id == currency.id and item.price_id in {None, price.id}
    ]  # fmt: skip
    if not fitting:
        raise bad_field(f"{where}/price_id", "price", f"product {product.id} has no such price in {currency.symbol}")
    if len(fitting) > 1:
        raise bad_field(f"{where}/price_id", "price", f"product {product.id} has several prices in {currency.symbol}")
    return fitting[0]


def _unit(price: Price, currency: Currency, item: ItemIn, where: str) -> int:
    """The price of one unit, or another one that was asked for, but no less than the minimum."""
    if item.amount is None:
        return price.amount
    found = base_units(item.amount, currency.decimals, f"{where}/amount")
    if price.minimum is not None and found < price.minimum:
        least = format_units(price.minimum, currency.decimals)
        raise bad_field(
            f"{where}/amount", "minimum", f"{item.amount} is less than the minimum of {least} {currency.symbol}"
        )
    return found


def _on_chain(session: Session, cart: Cart, wish: Wish) -> Cart:
    organization = _organization(session, cart)
    _require_each_once(cart)
    none = [0] * len(cart.lines)
    if not wish.coupon:
        return Cart(cart.store, cart.currency, cart.lines, none)
    bps = None
    if organization is not None:
        bps = offers.coupon_bps(session, organization.chain_id, organization.org_id, wish.coupon)
    if bps is None:
        raise bad_field("/body/coupon", "coupon", f"the organization has made no coupon {wish.coupon!r} on the chain")
    off = [line.subtotal - offers.less_coupon(line.subtotal, bps) for line in cart.lines]
    return Cart(cart.store, cart.currency, cart.lines, off, [_remembered(wish.coupon, bps)])


def _require_each_once(cart: Cart) -> None:
    """The chain takes no product twice in one purchase."""
    seen: set[str] = set()
    for index, line in enumerate(cart.lines):
        if line.product.id in seen:
            name = f"product {line.product.id} is in the cart already; on the chain a purchase has each product once"
            raise bad_field(f"/body/items/{index}/product_id", "twice", name)
        seen.add(line.product.id)


def _remembered(code: str, bps: int) -> dict[str, str]:
    return {"name": code, "code": code, "discount_amount": format_units(bps, 2), "discount_type": "percent"}


def _organization(session: Session, cart: Cart) -> Organization | None:
    """Who sells all of it; None if the catalog does not say."""
    sellers = {line.product.org_ref for line in cart.lines if line.product.org_ref is not None}
    if len(sellers) > 1:
        raise bad_field("/body/items", "organizations", "one purchase on the chain is of one organization only")
    return session.get(Organization, next(iter(sellers))) if sellers else None
