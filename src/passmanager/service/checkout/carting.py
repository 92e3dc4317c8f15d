"""What is in a session's cart, and what it costs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.accounts.buying import seats_for
from passmanager.service.accounts.holders import Holder
from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Currency, Product, Store
from passmanager.service.chain.offers import sold_by_quantity
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import bad_field
from passmanager.service.orders.carts import Cart, CartLine, Wish, price_cart
from passmanager.service.orders.schemas import MOST_ITEMS, MOST_UNITS, ItemIn

BUYER = "buyer"
Line = dict[str, Any]


def seller_of(store: Store) -> Caller:
    """In whose name a buyer's cart is looked up: this store's, and no other."""
    return Caller(store.merchant_id, store.id, BUYER, frozenset(), BUYER)


def holder_of(found: CheckoutSession) -> Holder:
    """The buyer, as the merchant's session knows him; nobody for guests."""
    return Holder(
        store_id=found.store_id, customer_id=found.customer_id or "", session_id=found.user_session_id or "",
        account_id=found.account_id, seats=found.seats,
    )  # fmt: skip


def lines_of(found: CheckoutSession) -> list[Line]:
    """The lines, as they are kept."""
    lines: list[Line] = found.cart["items"]
    return lines


def put(found: CheckoutSession, items: list[ItemIn], *, promised: bool) -> None:
    """These lines and no others.

    Args:
        found: The session.
        items: The lines.
        promised: Their amounts are the merchant's word; else a buyer's wish, for prices that he may choose.
    """
    cart: dict[str, Any] = {**found.cart, "promised": dict(found.cart["promised"])}
    cart["items"] = [_line(found, cart, item, promised=promised) for item in items]
    found.cart = cart


def add(found: CheckoutSession, items: list[ItemIn], *, promised: bool) -> None:
    """More of them: the same product at the same price is one line."""
    cart: dict[str, Any] = {"items": [dict(line) for line in lines_of(found)], "promised": found.cart["promised"]}
    for item in items:
        line = _line(found, cart, item, promised=promised)
        same = next((one for one in cart["items"] if _name(one) == _name(line)), None)
        if same is None:
            cart["items"].append(line)
        else:
            same["quantity"] = min(same["quantity"] + line["quantity"], MOST_UNITS)
            same["added"] = True
    if len(cart["items"]) > MOST_ITEMS:
        raise bad_field("/query/product_id", "count", f"a cart has at most {MOST_ITEMS} lines")
    found.cart = {**found.cart, **cart}


def _name(line: Mapping[str, Any]) -> tuple[str, str | None]:
    return line["product_id"], line["price_id"]


def _line(found: CheckoutSession, cart: dict[str, Any], item: ItemIn, *, promised: bool) -> Line:
    if promised and item.amount is not None:
        key = f"{item.product_id} {found.currency}"
        cart["promised"] = {**cart["promised"], key: item.amount}
    amount = None if promised else item.amount
    return {"product_id": item.product_id, "quantity": item.quantity, "price_id": item.price_id, "amount": amount}


def empty(found: CheckoutSession) -> None:
    """Nothing is in it, and nothing is promised for it."""
    found.cart = {"items": [], "promised": {}, "coupon": None}


def switch_currency(found: CheckoutSession, symbol: str) -> None:
    """The same products, at their prices in another currency."""
    if symbol == found.currency:
        return
    found.currency = symbol
    items = [{**line, "price_id": None, "amount": None} for line in lines_of(found)]
    found.cart = {**found.cart, "items": items}


def reprice(session: Session, found: CheckoutSession, store: Store, now: int) -> Cart:
    """Prices the cart, and keeps what the buyer is shown.

    Raises:
        Problem: Something in it cannot be bought so.
    """
    currency = catalog.find_currency(session, store, found.currency)
    if currency is None:
        raise bad_field("/body/currency", "currency", f"this shop does not sell in {found.currency}")
    _fit_quantities(session, found, store, currency)
    wish = Wish(items_of(found), found.cart["coupon"], now, redeem=False)
    cart = price_cart(session, seller_of(store), store, currency, wish)
    _require_choice(found, cart)
    found.quote = _quote(cart)
    found.updated_at = now
    return cart


def items_of(found: CheckoutSession) -> list[ItemIn]:
    """The lines as orders take them, with what is promised for them."""
    promised = found.cart["promised"]
    return [
        ItemIn(
            product_id=line["product_id"], quantity=line["quantity"], price_id=line["price_id"],
            amount=line["amount"] or promised.get(f"{line['product_id']} {found.currency}"),
        )
        for line in lines_of(found)
    ]  # fmt: skip


def _fit_quantities(session: Session, found: CheckoutSession, store: Store, currency: Currency) -> None:
    """Seats of the buyer's account are the quantity of what is priced by them; what has no quantity is bought once."""
    caller, lines = seller_of(store), [dict(line) for line in lines_of(found)]
    for index, line in enumerate(lines):
        product = catalog.get_product(session, caller, line["product_id"])
        added = line.pop("added", False)
        seats = None
        if found.user_session_id is not None:
            seats = seats_for(session, holder_of(found), product, pointer=f"/body/items/{index}")
        if seats is not None:
            line["quantity"] = seats
        elif added and _once(session, product, line, currency):
            line["quantity"] = 1
    found.cart = {**found.cart, "items": lines}


def _once(session: Session, product: Product, line: Line, currency: Currency) -> bool:
    if currency.chain_id is None:
        return False
    fitting = [
        price for price, of in catalog.prices_of(session, product)
        if of.id == currency.id and line["price_id"] in {None, price.id}
    ]  # fmt: skip
    return any(
        price.pricing_id is not None and sold_by_quantity(session, currency.chain_id, price.pricing_id) is False
        for price in fitting
    )


def _require_choice(found: CheckoutSession, cart: Cart) -> None:
    """A buyer chooses what he pays only where the merchant lets him."""
    for index, (line, priced) in enumerate(zip(lines_of(found), cart.lines, strict=True)):
        if line["amount"] is not None and priced.price.minimum is None:
            where = f"/body/items/{index}/amount"
            raise bad_field(where, "fixed", f"product {priced.product.id} has a fixed price; leave the amount out")


def _quote(cart: Cart) -> dict[str, Any]:
    lines = [_shown(line, off) for line, off in zip(cart.lines, cart.discounts, strict=True)]
    return {
        "currency": cart.currency.symbol, "decimals": cart.currency.decimals, "lines": lines,
        "subtotal": str(cart.subtotal), "discount": str(cart.discount), "total": str(cart.subtotal - cart.discount),
    }  # fmt: skip


def _shown(line: CartLine, off: int) -> dict[str, Any]:
    return {
        "product_id": line.product.id, "price_id": line.price.id, "name": line.product.name, "sku": line.product.sku,
        "quantity": line.quantity, "price": str(line.unit), "subtotal": str(line.subtotal), "discount": str(off),
        "total": str(line.subtotal - off),
    }  # fmt: skip
