"""Purchases: rows of orders, without objects in between, because lists of them are asked for all day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, outerjoin, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.compat.dpd.answers import Rows
from passmanager.service.compat.dpd.auth import Visit
from passmanager.service.compat.dpd.countries import country_name
from passmanager.service.compat.dpd.money import at_least_two_places, money_text
from passmanager.service.compat.dpd.people import customer_object
from passmanager.service.compat.dpd.ports import Downloads, Ports
from passmanager.service.compat.dpd.statuses import DPD
from passmanager.service.customers.models import Customer
from passmanager.service.orders.models import Order, OrderItem, Shipment

_O, _C, _I, _P, _S = (cast("Table", one.__table__).c for one in (Order, Customer, OrderItem, Product, Shipment))
# columns of tables, because the ORM's own cost as much as all the SQL
_ORDERS = select(
    _O.number, _O.id, _O.created_at, _O.updated_at, _O.store_id, _O.salt, _O.payment_status, _O.currency, _O.decimals,
    _O.subtotal, _O.discount, _O.tax, _O.shipping, _O.total, _O.fee, _O.email, _O.first_name, _O.last_name, _O.details,
    _O.to_ship, _O.ip_address, _O.marketing_optin, _C.number.label("customer_number"),
    _C.first_name.label("customer_first_name"), _C.last_name.label("customer_last_name"),
    _C.email.label("customer_email"), _C.receives_email, _C.created_at.label("customer_created_at"),
    _C.updated_at.label("customer_updated_at"),
).select_from(outerjoin(Order.__table__, Customer.__table__, _C.id == _O.customer_id))  # fmt: skip
_ITEMS = (
    select(
        _I.number, _I.id, _I.order_id, _I.product_name, _I.quantity, _I.price, _I.subtotal, _I.discount, _I.tax,
        _I.total, _I.fulfillment_status, _I.units_owed, _P.number.label("product_number"),
    )
    .select_from(outerjoin(OrderItem.__table__, Product.__table__, _P.id == _I.product_id))
    .where(_I.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(_I.number)
)  # fmt: skip
_SHIPMENTS = (
    select(_S.order_id, _S.carrier, _S.tracking)
    .where(_S.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(_S.created_at, _S.id)
)
_NO_FILE = Downloads()
_COMPLETE = frozenset({"none", "delivered"})


def rows(where: ColumnElement[bool]) -> Rows:
    """Orders with their customers; the oldest first, so that pages stay when new ones arrive."""
    return _ORDERS.where(where).order_by(_O.number)


def count(where: ColumnElement[bool]) -> Select[int]:
    """How many."""
    return select(func.count()).select_from(Order.__table__).where(where)


def show(of: Visit, orders: Sequence[Any], ports: Ports) -> list[dict[str, Any]]:
    """Purchases of these rows, with everything of them in five queries at most."""
    ids = [order.id for order in orders]
    items: dict[str, list[Any]] = defaultdict(list)
    if ids:
        for item in of.session.execute(_ITEMS, {"orders": ids}):
            items[item.order_id].append(item)
    lines = [item.id for found in items.values() for item in found]
    keys, files = ports.keys(of.session, lines), ports.files(of.session, lines)
    shipments = _shipments(of.session, [order.id for order in orders if order.to_ship is not None])
    return [
        _purchase(of, order, shipments.get(order.id, ("", "")))
        | {"line_items": [_line(order, item, keys, files) for item in items[order.id]]}
        for order in orders
    ]


def _shipments(session: Session, orders: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The newest shipment of each."""
    if not orders:
        return {}
    found = session.execute(_SHIPMENTS, {"orders": orders})
    return {order: (carrier, tracking) for order, carrier, tracking in found}


def _purchase(of: Visit, order: Any, shipment: tuple[str, str]) -> dict[str, Any]:
    decimals, details = order.decimals, order.details
    return {
        "id": order.number,
        "created_at": order.created_at // 1000,
        "updated_at": order.updated_at // 1000,
        "storefront_id": of.stores[order.store_id].number,
        "salt": order.salt,
        "status": DPD[order.payment_status],
        "currency": order.currency,
        "subtotal": money_text(order.subtotal, decimals),
        "discount": money_text(-order.discount, decimals),
        "tax": money_text(order.tax, decimals),
        "shipping": money_text(order.shipping, decimals),
        "total": money_text(order.total, decimals),
        "processor_fee": money_text(order.fee, decimals),
        "buyer_email": order.email,
        "buyer_firstname": order.first_name,
        "buyer_lastname": order.last_name,
        "customer": _customer(order),
        "customer_notes": details.get("customer_notes", ""),
        "custom_fields": _custom_fields(details),
        **_shipping(order, details.get("shipping_address"), shipment),
        **(_billing(order, address) if (address := details.get("billing_address")) else _NO_BILLING),
        "coupons": [_coupon(coupon) for coupon in details.get("coupons", [])],
        "ip_address": order.ip_address,
        "marketing_optin": order.marketing_optin,
    }


def _customer(order: Any) -> dict[str, Any]:
    """As he is today; of an order that nobody is known of, what the order says."""
    if order.customer_number is None:
        name = (order.first_name, order.last_name, order.email)
        return customer_object(0, *name, False, order.created_at, order.updated_at)  # noqa: FBT003
    return customer_object(
        order.customer_number, order.customer_first_name, order.customer_last_name, order.customer_email,
        order.receives_email, order.customer_created_at, order.customer_updated_at,
    )  # fmt: skip


def _custom_fields(details: Mapping[str, Any]) -> list[dict[str, str]]:
    fields: Mapping[str, str] = details.get("custom_fields", {})
    return [{"label": label, "response": response} for label, response in fields.items() if response]


def _coupon(coupon: Mapping[str, str]) -> dict[str, str]:
    amount = coupon["discount_amount"]
    over_money = coupon["discount_type"] == "money"
    return {
        "name": coupon["name"],
        "code": coupon["code"],
        "discount_amount": at_least_two_places(amount) if over_money else amount,
        "discount_type": coupon["discount_type"],
    }


def _names(order: Any, address: Mapping[str, Any]) -> tuple[str, str]:
    """An address has one name; the buyer's own is divided as he gave it, others before the last word."""
    name = address.get("name", "")
    if name and name == f"{order.first_name} {order.last_name}":
        return order.first_name, order.last_name
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


def _shipping(order: Any, address: Mapping[str, Any] | None, shipment: tuple[str, str]) -> dict[str, Any]:
    return {
        **(_shipping_address(order, address) if address else _NO_SHIPPING),
        "shipping_carrier": shipment[0],
        "shipping_tracking_number": shipment[1],
        "requires_shipping": order.to_ship is not None,
        "tangibles_to_ship": order.to_ship,
    }


def _shipping_address(order: Any, address: Mapping[str, Any]) -> dict[str, str]:
    first, last = _names(order, address)
    country = address.get("country") or ""
    return {
        "shipping_firstname": first,
        "shipping_lastname": last,
        "shipping_street": address.get("line1", ""),
        "shipping_street2": address.get("line2", ""),
        "shipping_city": address.get("city", ""),
        "shipping_state": address.get("state", ""),
        "shipping_zip_code": address.get("postal_code", ""),
        "shipping_country_code": country,
        "shipping_country": country_name(country),
        "shipping_phone": address.get("phone", ""),
        "shipping_vatin": address.get("vat_number", ""),
        "shipping_business_name": address.get("company", ""),
    }


def _billing(order: Any, address: Mapping[str, Any]) -> dict[str, Any]:
    """Cards are with payment providers, of which none is connected."""
    first, last = _names(order, address)
    return {
        "billing_firstname": first,
        "billing_lastname": last,
        "billing_street": address.get("line1", ""),
        "billing_street2": address.get("line2", ""),
        "billing_city": address.get("city", ""),
        "billing_state": address.get("state", ""),
        "billing_zip_code": address.get("postal_code", ""),
        "billing_country_code": address.get("country") or "",
        "billing_card_type": "",
        "billing_card_number": "",
    }


_NO_SHIPPING = _shipping_address(None, {})
_NO_BILLING = _billing(None, {})


def _line(order: Any, item: Any, keys: Mapping[str, Sequence[str]], files: Mapping[str, Downloads]) -> dict[str, Any]:
    """Price times quantity is the subtotal: where fees of a tier break it, the line counts as one piece."""
    exact = item.price * item.quantity == item.subtotal
    found, file = keys.get(item.id, ()), files.get(item.id, _NO_FILE)
    return {
        "id": item.number,
        "purchase_id": order.number,
        "product_id": item.product_number or 0,
        "price": money_text(item.price if exact else item.subtotal, order.decimals),
        "quantity": item.quantity if exact else 1,
        "subtotal": money_text(item.subtotal, order.decimals),
        "tax": money_text(item.tax, order.decimals),
        "discount": money_text(-item.discount, order.decimals),
        "total": money_text(item.total, order.decimals),
        "product_name": item.product_name,
        "download_limit": file.limit,
        "download_count": file.count,
        "expires_at": file.expires_at,
        "product_keys": list(found),
        "has_all_keys": len(found) >= item.units_owed or item.fulfillment_status in _COMPLETE,
    }
