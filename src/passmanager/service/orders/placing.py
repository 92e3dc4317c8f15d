"""New orders: what is in them, what it costs, and how it is to be paid."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Currency, Price, Product, ProductType, Store
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Gone, bad_field
from passmanager.service.http.shapes import base_units, value36
from passmanager.service.ids import new_id
from passmanager.service.news import INTERNAL
from passmanager.service.orders import coupons
from passmanager.service.orders.amounts import spread
from passmanager.service.orders.models import Order, OrderItem, Payment
from passmanager.service.orders.schemas import Buyer, ItemIn, OrderIn
from passmanager.service.orders.settling import Act, schedule, settle
from passmanager.service.orders.status import AttemptStatus, FulfillmentStatus, PaymentStatus, begin
from passmanager.service.orders.telling import order_news
from passmanager.units import checksum

CHAIN = "chain"
PLACED = f"{INTERNAL}order.placed"
"""Told before `order.created`: who delivers plans the lines."""


@dataclass(frozen=True, slots=True)
class _Line:
    product: Product
    price: Price
    quantity: int

    @property
    def subtotal(self) -> int:
        return self.price.amount * self.quantity


def place(session: Session, caller: Caller, body: OrderIn, act: Act, ip_address: str = "") -> Order:
    """A new order, not paid; one that costs nothing is paid at once, without a payment."""
    store = catalog.get_store(session, caller, body.store_id)
    currency = catalog.get_currency(session, store, body.currency)
    lines = [_line(session, caller, store, currency, item, i) for i, item in enumerate(body.items)]
    customer = find_or_add(session, store.id, _person(body.customer), act.at)
    order = _order(store, currency, customer, body, lines, act.at)
    order.ip_address = ip_address
    _price(session, store, currency, order, body, lines)
    session.add(order)
    session.flush()
    begin(session, order, actor=act.actor)
    _add_items(session, order, lines)
    act.tell(session, order_news(session, order, PLACED, act.at))
    schedule(session, store, order)
    if order.total:
        add_payment(session, order, currency, body.payment_method, act)
    act.tell(session, order_news(session, order, "order.created", act.at))
    if not order.total:
        settle(session, order, act, reason="free")
    return order


def _person(buyer: Buyer) -> Person:
    return Person(
        external_id=buyer.external_id or None, email=buyer.email or "", first_name=buyer.first_name,
        last_name=buyer.last_name, wallet=buyer.wallet or "", receives_email=buyer.receives_email,
    )  # fmt: skip


def _line(session: Session, caller: Caller, store: Store, currency: Currency, item: ItemIn, index: int) -> _Line:
    where = f"/body/items/{index}"
    product = catalog.get_product(session, caller, item.product_id)
    if product.store_id != store.id:
        raise bad_field(f"{where}/product_id", "store", f"product {product.id} is sold by another store")
    if product.archived_at is not None:
        raise Gone(detail=f"product {product.id} is archived and cannot be bought any more")
    fitting = [
        price for price, of in catalog.prices_of(session, product)
        if of.id == currency.id and item.price_id in {None, price.id}
    ]  # fmt: skip
    if not fitting:
        raise bad_field(f"{where}/price_id", "price", f"product {product.id} has no such price in {currency.symbol}")
    if len(fitting) > 1:
        raise bad_field(f"{where}/price_id", "price", f"product {product.id} has several prices in {currency.symbol}")
    return _Line(product, fitting[0], item.quantity)


def _order(store: Store, currency: Currency, customer: Customer, body: OrderIn, lines: list[_Line], now: int) -> Order:
    buyer = body.customer
    goods = sum(line.quantity for line in lines if line.product.kind == "tangible")
    return Order(
        id=new_id("ord"), merchant_id=store.merchant_id, store_id=store.id, customer_id=customer.id, source="api",
        test=body.test, payment_status=PaymentStatus.NOT_PAID, fulfillment_status=FulfillmentStatus.NONE,
        reference="0x" + secrets.token_hex(32), salt=secrets.token_hex(16), currency=currency.symbol,
        decimals=currency.decimals, email=buyer.email or customer.email,
        first_name=buyer.first_name or customer.first_name, last_name=buyer.last_name or customer.last_name,
        email_key=search_key(buyer.email or customer.email),
        first_key=search_key(buyer.first_name or customer.first_name),
        last_key=search_key(buyer.last_name or customer.last_name),
        wallet=checksum(buyer.wallet) if buyer.wallet else "", marketing_optin=body.marketing_optin,
        to_ship=goods or None, created_at=now, updated_at=now,
        details={
            "billing_address": body.billing_address.model_dump(exclude_defaults=True),
            "shipping_address": body.shipping_address.model_dump(exclude_defaults=True),
            "custom_fields": body.custom_fields, "customer_notes": body.customer_notes,
            "external_context": body.external_context, "instructions": {body.payment_method: body.instructions},
        },
    )  # fmt: skip


def _price(session: Session, store: Store, currency: Currency, order: Order, body: OrderIn, lines: list[_Line]) -> None:
    """Subtotal, less the coupon, plus tax and shipping."""
    order.subtotal = sum(line.subtotal for line in lines)
    order.discount, used = coupons.redeem(session, store, currency, body.coupon, order.subtotal, order.created_at)
    order.details = {**order.details, "coupons": used}
    order.tax = base_units(body.tax, currency.decimals, "/body/tax")
    order.shipping = base_units(body.shipping, currency.decimals, "/body/shipping")
    if currency.chain_id is not None and order.tax + order.shipping:
        raise bad_field("/body/tax", "chain", "on the chain tax and shipping are 0: put them into the price")
    if currency.chain_id is not None and used:
        raise bad_field("/body/coupon", "chain", "the chain has coupons of its own: the buyer enters it when he pays")
    order.total = order.subtotal - order.discount + order.tax + order.shipping
    order.total_value = value36(order.total, order.decimals)


def _add_items(session: Session, order: Order, lines: list[_Line]) -> None:
    """Discount and tax are spread over the lines to the last unit."""
    weights = [line.subtotal for line in lines]
    discounts = spread(order.discount, weights)
    taxes = spread(order.tax, weights if any(weights) else [1] * len(lines))
    for line, discount, tax in zip(lines, discounts, taxes, strict=True):
        session.add(_item(session, order, line, discount, tax))
    session.flush()


def _item(session: Session, order: Order, line: _Line, discount: int, tax: int) -> OrderItem:
    product = line.product
    return OrderItem(
        id=new_id("itm"), order_id=order.id, product_id=product.id, chain_product_id=product.chain_product_id,
        pricing_id=line.price.pricing_id, product_name=product.name, sku=product.sku,
        tangible=product.kind == "tangible", quantity=line.quantity, price=line.price.amount, subtotal=line.subtotal,
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
