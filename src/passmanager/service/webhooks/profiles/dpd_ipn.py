"""The form of DPD's notification URL: a form like PayPal's instant payment notification, to be sent back to verify.

A receiver posts what it got to `/notification/verify` and is told whether we sent it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from passmanager.service.webhooks.profiles import Message, Order, Profile, Telling
from passmanager.service.webhooks.signing import is_secret, sign

NAMES = {"order.paid": "Completed", "order.refunded": "Refunded", "order.disputed": "Reversed"}
SIGN = "verify_sign"
MOST_FIELDS = 1_000


def make(telling: Telling) -> Message:
    """One order."""
    fields = form(telling.order or {}, NAMES[telling.envelope["type"]], str(telling.envelope["timestamp"]))
    fields[SIGN] = _sign(fields, telling.verify_key)
    body = urlencode(fields).encode()
    known = [secret for secret in telling.secrets if is_secret(secret)]
    headers = sign(str(telling.envelope["id"]), telling.seconds, body, known, telling.key)
    return Message({"content-type": "application/x-www-form-urlencoded", **headers}, body)


def verify(fields: Mapping[str, str], keys: tuple[bytes, ...]) -> bool:
    """Whether all fields are as we sent them; `keys` as `Sealer.derive_all(VERIFY_PURPOSE)` has them."""
    given = fields.get(SIGN, "").encode()
    rest = {name: value for name, value in fields.items() if name != SIGN}
    return len(rest) <= MOST_FIELDS and any(hmac.compare_digest(given, _sign(rest, key).encode()) for key in keys)


VERIFY_PURPOSE = "dpd-ipn verify"


def _sign(fields: Mapping[str, str], key: bytes) -> str:
    """Over names and values with their lengths, in order of the names, so that nothing can move between them."""
    text = "".join(f"{len(name)}:{name}={len(fields[name])}:{fields[name]};" for name in sorted(fields))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def form(order: Order, status: str, timestamp: str) -> dict[str, str]:
    """The fields of an order, without the signature."""
    customer, address = order.get("customer", {}), order.get("billing_address", {})
    fields = {
        "txn_id": str(order.get("number", "")),
        "txn_type": "cart",
        "payment_status": status,
        "payment_date": str(order.get("paid_at") or timestamp),
        "mc_gross": _amount(order, "total"),
        "mc_currency": str(order.get("currency", "")),
        "discount": _amount(order, "discount"),
        "tax": _amount(order, "tax"),
        "mc_shipping": _amount(order, "shipping"),
        "coupon_code": ",".join(str(coupon.get("code", "")) for coupon in order.get("coupons", [])),
        "payer_email": str(customer.get("email", "")),
        "first_name": str(customer.get("first_name", "")),
        "last_name": str(customer.get("last_name", "")),
        "address_name": " ".join(filter(None, (customer.get("first_name"), customer.get("last_name")))),
        "custom": str(order.get("external_context", "")),
        "num_cart_items": str(len(order.get("items", []))),
    }
    for name, source in ADDRESS.items():
        fields[name] = str(address.get(source, ""))
    for number, line in enumerate(order.get("items", []), 1):
        fields |= _line(line, number)
    return fields


ADDRESS = {
    "address_street": "line1", "address_city": "city", "address_state": "state", "address_zip": "postal_code",
    "address_country_code": "country",
}  # fmt: skip


def _line(line: Mapping[str, Any], number: int) -> dict[str, str]:
    keys = line.get("product_keys", [])
    return {
        f"item_name{number}": str(line.get("product_name", "")),
        f"item_number{number}": str(line.get("number", "")),
        f"quantity{number}": str(line.get("quantity", "")),
        f"mc_gross_{number}": _amount(line, "total"),
        f"sku{number}": str(line.get("sku", "")),
        f"product_key{number}": ",".join(map(str, keys)),
    }


def _amount(thing: Mapping[str, Any], name: str) -> str:
    return str(thing.get(name, {}).get("amount", ""))


DPD_IPN = Profile(make, NAMES, tells_order=True)
