"""New orders: what is in them, what it costs, and how it is to be paid."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Currency, Product, ProductType
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.http.shapes import base_units, value36
from passmanager.service.ids import new_id
from passmanager.service.news import INTERNAL
from passmanager.service.orders.amounts import spread
from passmanager.service.orders.carts import Cart, CartLine, Wish, price_cart
from passmanager.service.orders.models import Order, OrderItem, Payment
from passmanager.service.orders.schemas import Buyer, OrderIn
from passmanager.service.orders.settling import Act, schedule, settle
from passmanager.service.orders.status import AttemptStatus, FulfillmentStatus, PaymentStatus, begin
from passmanager.service.orders.telling import order_news
from passmanager.units import checksum, format_units

CHAIN = "chain"
PLACED = f"{INTERNAL}order.placed"
"""Told before `order.created`: who delivers plans the lines."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an order comes from.

    Attributes:
        customer: Who buys, if that is known already; else the person is looked for by what the order says.
        guest: The order shows only what the buyer entered: he proved nothing, and may not learn of the customer.
        details: Kept with the order.
        expected: The total that the buyer saw; None if he saw none.
        account_id: The account that it is bought for.
    """

    source: str = "api"
    ip_address: str = ""
    customer: Customer | None = None
    guest: bool = False
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    expected: int | None = None
    account_id: str | None = None


ForUser: TypeAlias = Callable[[Session, Caller, OrderIn, Origin, Act], tuple[OrderIn, Origin]]
"""An order as the session of its user says; accounts lie above orders, so it comes by `app.state.for_user`."""


class PriceChanged(Conflict):
    """What the buyer saw is not what it costs now."""

    code = "price-changed"


def place(session: Session, caller: Caller, body: OrderIn, act: Act, origin: Origin) -> Order:
    """A new order, not paid; one that costs nothing off the chain is paid at once, without a payment.

    Raises:
        PriceChanged: The total is not the expected one.
    """
    store = catalog.get_store(session, caller, body.store_id)
    currency = catalog.get_currency(session, store, body.currency)
    cart = price_cart(session, caller, store, currency, Wish(body.items, body.coupon, act.at, redeem=True))
    customer = origin.customer or find_or_add(session, store.id, _person(body.customer), act.at)
    order = _order(cart, customer, body, origin, act.at)
    _price(order, cart, body)
    _expect(order, origin)
    session.add(order)
    session.flush()
    begin(session, order, actor=act.actor)
    _add_items(session, order, cart)
    act.tell(session, order_news(session, order, PLACED, act.at))
    schedule(session, store, order)
    free = not order.total and currency.chain_id is None
    if not free:
        add_payment(session, order, currency, body.payment_method, act)
    act.tell(session, order_news(session, order, "order.created", act.at))
    if free:
        settle(session, order, act, reason="free")
    return order


def _person(buyer: Buyer) -> Person:
    return Person(
        external_id=buyer.external_id or None, email=buyer.email or "", first_name=buyer.first_name,
        last_name=buyer.last_name, wallet=buyer.wallet or "", receives_email=buyer.receives_email,
    )  # fmt: skip


def _order(cart: Cart, customer: Customer, body: OrderIn, origin: Origin, now: int) -> Order:
    store, currency, buyer = cart.store, cart.currency, body.customer
    goods = sum(line.quantity for line in cart.lines if line.product.kind == "tangible")
    email, first_name, last_name = _named(customer, buyer, guest=origin.guest)
    return Order(
        id=new_id("ord"), merchant_id=store.merchant_id, store_id=store.id, customer_id=customer.id,
        source=origin.source, test=body.test, payment_status=PaymentStatus.NOT_PAID,
        fulfillment_status=FulfillmentStatus.NONE, reference="0x" + secrets.token_hex(32),
        salt=secrets.token_hex(16), currency=currency.symbol, decimals=currency.decimals, email=email,
        first_name=first_name, last_name=last_name, email_key=search_key(email), first_key=search_key(first_name),
        last_key=search_key(last_name), wallet=checksum(buyer.wallet) if buyer.wallet else "",
        account_id=origin.account_id, ip_address=origin.ip_address, marketing_optin=body.marketing_optin,
        to_ship=goods or None, created_at=now, updated_at=now,
        details={
            "billing_address": body.billing_address.model_dump(exclude_defaults=True),
            "shipping_address": body.shipping_address.model_dump(exclude_defaults=True),
            "custom_fields": body.custom_fields, "customer_notes": body.customer_notes,
            "external_context": body.external_context, "instructions": {body.payment_method: body.instructions},
            **origin.details,
        },
    )  # fmt: skip


def _named(customer: Customer, buyer: Buyer, *, guest: bool) -> tuple[str, str, str]:
    if guest:
        return buyer.email or "", buyer.first_name, buyer.last_name
    return (
        buyer.email or customer.email,
        buyer.first_name or customer.first_name,
        buyer.last_name or customer.last_name,
    )


def _price(order: Order, cart: Cart, body: OrderIn) -> None:
    """Subtotal, less the coupon, plus tax and shipping."""
    order.subtotal, order.discount = cart.subtotal, cart.discount
    order.details = {**order.details, "coupons": list(cart.coupons)}
    order.tax = base_units(body.tax, cart.currency.decimals, "/body/tax")
    order.shipping = base_units(body.shipping, cart.currency.decimals, "/body/shipping")
    if cart.currency.chain_id is not None and order.tax + order.shipping:
        raise bad_field("/body/tax", "chain", "on the chain tax and shipping are 0: put them into the price")
    order.total = order.subtotal - order.discount + order.tax + order.shipping
    order.total_value = value36(order.total, order.decimals)


def _expect(order: Order, origin: Origin) -> None:
    if origin.expected is not None and origin.expected != order.total:
        now, then = (format_units(one, order.decimals) for one in (order.total, origin.expected))
        raise PriceChanged(detail=f"it costs {now} {order.currency} now, not {then}; read the session again")


def _add_items(session: Session, order: Order, cart: Cart) -> None:
    """Tax is spread over the lines to the last unit, as the discount was."""
    weights = [line.subtotal for line in cart.lines]
    taxes = spread(order.tax, weights if any(weights) else [1] * len(weights))
    for line, discount, tax in zip(cart.lines, cart.discounts, taxes, strict=True):
        session.add(_item(session, order, line, discount, tax))
    session.flush()


def _item(session: Session, order: Order, line: CartLine, discount: int, tax: int) -> OrderItem:
    product = line.product
    return OrderItem(
        id=new_id("itm"), order_id=order.id, product_id=product.id, chain_product_id=product.chain_product_id,
        pricing_id=line.price.pricing_id, product_name=product.name, sku=product.sku,
        tangible=product.kind == "tangible", quantity=line.quantity, price=line.unit, subtotal=line.subtotal,
        discount=discount, tax=tax, total=line.subtotal - discount + tax,
        fulfillment_status=FulfillmentStatus.NONE, fulfillment_template_id=template_of(session, product),
    )  # fmt: skip


def template_of(session: Session, product: Product) -> str | None:
    """The template that delivers a product: its own, else that of its type."""
    if product.fulfillment_template_id is not None or product.type_id is None:
        return product.fulfillment_template_id
    return session.scalar(select(ProductType.fulfillment_template_id).where(ProductType.id == product.type_id))


def add_payment(session: Session, order: Order, currency: Currency, method: str, act: Act) -> Payment:
    """A way to pay; the chain's needs a currency of a chain."""
    if (method == CHAIN) != (currency.chain_id is not None):
        raise bad_field(
            "/body/payment_method", "method",
            f"{currency.symbol} is {'paid on the chain only' if currency.chain_id is not None else 'not on a chain'}",
        )  # fmt: skip
    payment = Payment(
        id=new_id("pay"), order_id=order.id, method=method, status=AttemptStatus.PENDING, amount=order.total,
        token=currency.token, chain_id=currency.chain_id, created_at=act.at, updated_at=act.at,
    )  # fmt: skip
    session.add(payment)
    session.flush()
    return payment
