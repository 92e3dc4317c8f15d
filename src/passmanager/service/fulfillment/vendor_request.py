"""What the merchant's web service is told: Nexway's `LicenseRequest` as JSON, or Noventiq's parameters as a form."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from passmanager.service.clock import DAY, rfc3339
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.units import format_units

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NEW = "new"


@dataclass(frozen=True, slots=True)
class Request:
    """Of what a call is.

    Attributes:
        right: What came with the line; null if nothing did.
        keys: That were delivered for the line, in clear.
        reference: Of this call: the delivery for the first one, the renewal's for a renewal.
    """

    verb: str
    fulfillment: Fulfillment
    order: Order
    item: OrderItem
    right: Purchase | None
    keys: Sequence[str]
    unit: int
    reference: str

    @property
    def quantity(self) -> int:
        """A call is for one unit; of a product that delivers one thing for all, for all of them."""
        return self.item.quantity if self.fulfillment.units == 1 else 1


def body_of(request: Request) -> tuple[str, bytes]:
    """Media type and body, with the merchant's own names."""
    names: dict[str, str] = request.fulfillment.config.get("names") or {}
    if request.fulfillment.config.get("form") == "parameters":
        fields = {names.get(name, name): value for name, value in parameters(request).items()}
        return FORM, urlencode({name: value for name, value in fields.items() if name}).encode()
    return JSON, json.dumps(_nested(license_request(request), names), ensure_ascii=False).encode()


def license_request(request: Request) -> dict[str, Any]:
    """By path; `publisherProductId` is the SKU of the product."""
    order, item, one = request.order, request.item, request.fulfillment
    right, address = request.right, order.details.get("billing_address", {})
    return {
        "verb": request.verb,
        "metadata.externalContext": order.details.get("external_context", ""),
        "metadata.order": {
            "id": order.id, "number": order.number, "currency": order.currency, "test": order.test,
            "total": format_units(order.total, order.decimals), "createdAt": rfc3339(order.created_at),
        },
        "product.nexwayProductId": item.product_id or "",
        "product.publisherProductId": item.sku,
        "product.nexwayFulfillmentId": request.reference,
        "product.initialNexwayFulfillmentId": one.id,
        "product.publisherFulfillmentId": one.vendor_id,
        "product.quantity": request.quantity,
        "product.startDate": rfc3339(right.created_at if right else one.started_at),
        "product.endDate": rfc3339(right.active_until) if right else None,
        "product.licenses": [{"activationCode": key} for key in request.keys],
        "user.companyName": address.get("company", ""),
        "user.email": order.email,
        "user.firstName": order.first_name,
        "user.lastName": order.last_name,
    }  # fmt: skip


def parameters(request: Request) -> dict[str, str]:
    """Noventiq's names; the keys are those of the first delivery and of the newest one."""
    order, item, right = request.order, request.item, request.right
    subscription = right is not None and right.subscription
    return {
        "Order": str(order.number),
        "Item": str(item.number),
        "ID": item.product_id or "",
        "Quantity": str(request.quantity),
        "Order_sum": format_units(order.total, order.decimals),
        "Currency": order.currency,
        "Zone": order.details.get("billing_address", {}).get("country") or "",
        "Subscription_ID": right.id if right is not None and subscription else "",
        "Subscription_period": period(right) if right is not None and subscription else "",
        "Key_first_renew": request.keys[0] if request.keys else "",
        "Key_last_renew": request.keys[-1] if request.keys else "",
    }


def period(right: Purchase) -> str:
    """Length of what is paid, in ISO 8601; empty if it does not end."""
    if right.active_until is None:
        return ""
    days = round((right.active_until - right.created_at) / DAY)
    return {365: "P1Y", 366: "P1Y", 28: "P1M", 29: "P1M", 30: "P1M", 31: "P1M"}.get(days, f"P{days}D")


def _nested(flat: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in flat.items():
        *parents, last = names.get(name, name).split(".")
        if not last:
            continue
        level = found
        for parent in parents:
            inner: Any = level.setdefault(parent, {})
            level = cast("dict[str, Any]", inner) if isinstance(inner, dict) else level
        level[last] = value
    return found
