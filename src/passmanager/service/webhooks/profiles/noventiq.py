"""The form of Noventiq's checkout: one message for each product of an order, with a hash of seven fields.

The hash leaves amount and status unsigned; the headers of Standard Webhooks are sent besides and sign all.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from passmanager.service.webhooks.profiles import Message, Order, Profile, Telling
from passmanager.service.webhooks.signing import is_secret, sign

NAMES = {
    "order.created": "order.created",
    "payment.succeeded": "order.payment.succeeded",
    "payment.failed": "order.payment.failed",
    "product.delivered": "product.delivered",
    "order.refunded": "product.returned",
    "order.disputed": "product.returned",
    "subscription.canceled": "subscription.cancelled",
    "subscription.uncanceled": "subscription.restored",
}
DELETED = {"deleted", "refunded", "charged_back"}
PAID = {"paid", "partially_refunded"}


def signature(
    secret: str, event: str, order_id: str, create_date: str, payment_method: str, currency: str, email: str
) -> str:
    """Hex SHA-512 of the secret and six fields, as Noventiq documents it."""
    text = f"{secret};{event};{order_id};{create_date};{payment_method};{currency};{email}"
    return hashlib.sha512(text.encode()).hexdigest()


def make(telling: Telling) -> Message:
    """One product of an order, or of no order: then the fields of the order are empty."""
    content = document(telling)
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    hashed = signature(
        telling.secrets[0], content["event"], content["order_id"], content["create_date"],
        content["payment"]["payment_method"], content["currency"], content["customer"]["email"],
    )  # fmt: skip
    message_id = f"{telling.envelope['id']}-{telling.part}"
    known = [secret for secret in telling.secrets if is_secret(secret)]
    headers = sign(message_id, telling.seconds, body, known, telling.key)
    return Message({"content-type": "application/json", "signature": hashed, **headers}, body)


def document(telling: Telling) -> dict[str, Any]:
    """The body, before it is written."""
    order = telling.order or {}
    line = _line(telling, order)
    return {
        "event": NAMES[telling.envelope["type"]],
        "event_date": telling.envelope["timestamp"],
        "document_part": f"{telling.part}-of-{telling.parts}",
        "order_id": str(order.get("number", "")),
        "order_name": str(order.get("id", "")),
        "status": status(str(order.get("payment_status", ""))),
        "external_id": str(order.get("external_context", "")),
        "create_date": str(order.get("created_at", "")),
        "pay_date": order.get("paid_at") or "",
        "currency": str(order.get("currency", "")),
        "locale": "",
        "order_detail_url": "",
        "customer": _customer(order),
        "product": _product(line),
        "payment": {"payment_method": _method(order), "payment_system_name": "", "is_installment_payment": False},
    }


def _line(telling: Telling, order: Order) -> Mapping[str, Any]:
    """The line of this part; of an event about one line, that one."""
    lines: list[Mapping[str, Any]] = list(order.get("items", []))
    wanted = telling.envelope["data"].get("order_item_id")
    named = [line for line in lines if line.get("id") == wanted]
    return (named or lines[telling.part - 1 :] or [{}])[0]


def status(payment_status: str) -> str:
    """Our payment status in their words: a full refund is `deleted`, a partial one still `paid`."""
    if payment_status in PAID:
        return "paid"
    if payment_status in DELETED:
        return "deleted"
    return "terminated" if payment_status == "terminated" else "not paid"


def _method(order: Order) -> str:
    payments: list[Mapping[str, Any]] = list(order.get("payments", []))
    return str(payments[-1]["method"]) if payments else ""


def _customer(order: Order) -> dict[str, str]:
    customer, address = order.get("customer", {}), order.get("billing_address", {})
    return {
        "country": str(address.get("country", "")),
        "type": "company" if address.get("company") else "person",
        "email": str(customer.get("email", "")),
        "first_name": str(customer.get("first_name", "")),
        "last_name": str(customer.get("last_name", "")),
        "phone": str(address.get("phone", "")),
        "vat_number": str(address.get("vat_number", "")),
        "company_name": str(address.get("company", "")),
    }


def _product(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(line.get("product_id") or ""),
        "vendor_code": "",
        "sku": str(line.get("sku", "")),
        "business_segment": "",
        "name": str(line.get("product_name", "")),
        "price": _amount(line, "price"),
        "quantity": line.get("quantity", 0),
        "discount_percent": "",
        "discount_amount": _amount(line, "discount"),
        "vat_amount": _amount(line, "tax"),
        "amount": _amount(line, "total"),
        "margin": "",
    }


def _amount(line: Mapping[str, Any], name: str) -> str:
    return str(line.get(name, {}).get("amount", ""))


NOVENTIQ = Profile(make, NAMES, tells_order=True, one_per_line=True)
