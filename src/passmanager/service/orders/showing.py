"""How orders look in answers and events."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, bindparam
from sqlalchemy.orm import Session

from passmanager.service.clock import rfc3339, written
from passmanager.service.db import plain, rows
from passmanager.service.http.shapes import Money, money
from passmanager.service.orders.models import Order, OrderItem, Payment
from passmanager.service.orders.schemas import Consent, ItemOut, OrderOut, PaymentOut

_IDS = bindparam("orders", expanding=True, type_=String())
_ITEMS = plain(OrderItem).where(OrderItem.order_id.in_(_IDS)).order_by(OrderItem.number)
_PAYMENTS = plain(Payment).where(Payment.order_id.in_(_IDS)).order_by(Payment.created_at, Payment.id)


def show_order(session: Session, order: Order) -> OrderOut:
    """One order."""
    return show_orders(session, [order])[0]


def show_orders(session: Session, orders: Sequence[Order]) -> list[OrderOut]:
    """Many at once: two queries for all of their lines and payments."""
    ids = [order.id for order in orders]
    given = {"orders": ids}
    items: dict[str, list[OrderItem]] = {of: [] for of in ids}
    payments: dict[str, list[Payment]] = {of: [] for of in ids}
    for item in rows(session, _ITEMS, given):
        items[item.order_id].append(item)
    for payment in rows(session, _PAYMENTS, given):
        payments[payment.order_id].append(payment)
    return [_show(order, items[order.id], payments[order.id]) for order in orders]


def _show(order: Order, items: list[OrderItem], payments: list[Payment]) -> OrderOut:
    currency, decimals, details = order.currency, order.decimals, order.details

    def amount(units: int) -> Money:
        return money(units, currency, decimals)

    context = details.get("external_context", "")
    return {
        "id": order.id,
        "number": order.number,
        "store_id": order.store_id,
        "account_id": order.account_id,
        "source": order.source,
        "test": order.test,
        "payment_status": order.payment_status,
        "fulfillment_status": order.fulfillment_status,
        "reason": order.reason,
        "order_reference": order.reference,
        "currency": currency,
        "subtotal": amount(order.subtotal),
        "discount": amount(order.discount),
        "tax": amount(order.tax),
        "shipping": amount(order.shipping),
        "total": amount(order.total),
        "fee": amount(order.fee),
        "customer": {
            "id": order.customer_id,
            "email": order.email,
            "first_name": order.first_name,
            "last_name": order.last_name,
            "wallet": order.wallet,
        },
        "items": [_show_item(order, item) for item in items],
        "payments": [_show_payment(order, payment) for payment in payments],
        "coupons": details.get("coupons", []),
        "billing_address": details.get("billing_address", {}),
        "shipping_address": details.get("shipping_address", {}),
        "custom_fields": details.get("custom_fields", {}),
        "customer_notes": details.get("customer_notes", ""),
        "external_context": context,
        "external_context_decoded": _decoded(context) if context else "",
        "marketing_optin": order.marketing_optin,
        "consents": show_consents(details),
        "checkout_session_id": details.get("checkout_session_id"),
        "to_ship": order.to_ship,
        "fulfilled_elsewhere": order.elsewhere,
        "expires_at": rfc3339(order.expires_at),
        "paid_at": rfc3339(order.paid_at),
        "created_at": written(order.created_at),
        "updated_at": written(order.updated_at),
    }


def show_consents(details: Mapping[str, Any]) -> dict[str, Consent]:
    """What the buyer agreed to, by name."""
    said: dict[str, dict[str, Any]] = details.get("consents", {})
    return {name: Consent(version=one["version"], at=written(one["at"])) for name, one in said.items()}


def _decoded(context: str) -> str | None:
    """Base64 of a text; None if it is something else."""
    try:
        return base64.b64decode(context, validate=True).decode()
    except ValueError:
        return None


def _show_item(order: Order, item: OrderItem) -> ItemOut:
    currency, decimals = order.currency, order.decimals

    def amount(units: int) -> Money:
        return money(units, currency, decimals)

    return {
        "id": item.id,
        "number": item.number,
        "product_id": item.product_id,
        "product_name": item.product_name,
        "sku": item.sku,
        "quantity": item.quantity,
        "price": amount(item.price),
        "subtotal": amount(item.subtotal),
        "discount": amount(item.discount),
        "tax": amount(item.tax),
        "total": amount(item.total),
        "fulfillment_status": item.fulfillment_status,
        "fulfillment_method": item.method,
        "units_owed": item.units_owed,
        "shipped": item.shipped,
        "refunded_at": rfc3339(item.refunded_at),
    }


def _show_payment(order: Order, payment: Payment) -> PaymentOut:
    return {
        "id": payment.id,
        "method": payment.method,
        "status": payment.status,
        "amount": money(payment.amount, order.currency, order.decimals),
        "token": payment.token,
        "payer": payment.payer,
        "chain_id": payment.chain_id,
        "tx_hash": payment.tx_hash,
        "block_number": payment.block_number,
        "marked_by": payment.marked_by,
        "reason": payment.reason,
        "instructions": order.details.get("instructions", {}).get(payment.method, ""),
        "created_at": written(payment.created_at),
        "updated_at": written(payment.updated_at),
    }
