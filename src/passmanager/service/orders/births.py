"""Orders that come from the chain: their rows are gathered and written for a whole batch at once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from passmanager.service.catalog.models import Organization
from passmanager.service.chain.facts import Levels, Place, Reduction
from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.db import add_rows
from passmanager.service.http.shapes import value36
from passmanager.service.orders import repository
from passmanager.service.orders.amounts import LineAmounts
from passmanager.service.orders.finality import default_depth, newest
from passmanager.service.orders.hooks import Line
from passmanager.service.orders.lookups import Lookups
from passmanager.service.orders.models import Order, OrderItem, Payment, Purchase
from passmanager.service.orders.repository import Buyer
from passmanager.service.orders.status import AttemptStatus, Axis, FulfillmentStatus, PaymentStatus
from passmanager.units import Address, format_units

ACTOR = "chain"
SALT_BYTES = 16
PAID, NOTHING_YET = PaymentStatus.PAID.value, FulfillmentStatus.NONE.value
BIRTH = ((Axis.PAYMENT.value, PAID), (Axis.FULFILLMENT.value, NOTHING_YET))
"""With which statuses orders of the chain come to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """One order to be.

    Attributes:
        key: Chain, transaction and position: the ids are made of it.
        owner: Holder of the pass, who is the customer.
        lines: Product and pricing of each, beside its amounts.
        deliver: Does it deliver anything? A renewal does not.
        elsewhere: Is it older than the binding of its organization?
    """

    organization: Organization
    key: tuple[object, ...]
    place: Place
    source: str
    owner: Address
    payer: Address
    pass_id: int
    lines: Sequence[tuple[int, int]]
    amounts: Sequence[LineAmounts]
    token: Address
    fee: int
    reference: str = ""
    reductions: Sequence[Reduction] = ()
    reason: str = ""
    deliver: bool = True
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    elsewhere: bool


@dataclass(slots=True)
class Desk:
    """Rows of a batch that are not written yet.

    Attributes:
        born: Ids of orders that the merchant is to hear of.
        deep: Lines that are deep enough to be delivered at once.
    """

    lookups: Lookups
    levels: Levels
    now: int
    orders: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    items: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    payments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    history: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    customers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    wallets: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    born: list[str] = field(default_factory=list[str])
    deep: list[Line] = field(default_factory=list[Line])

    def flush(self) -> None:
        """Writes everything, parents first."""
        session = self.lookups.session
        self._salt()
        add_rows(session, Customer, self.customers)
        add_rows(session, CustomerWallet, self.wallets)
        add_rows(session, Order, self.orders)
        add_rows(session, OrderItem, self.items)
        add_rows(session, Payment, self.payments)
        repository.add_history(session, self.history)
        fresh = [right for right in self.lookups.rights.values() if not right.stored]
        changed = [right for right in self.lookups.rights.values() if right.stored and right.dirty]
        add_rows(session, Purchase, [right.row(self.now) for right in fresh])
        repository.change_rights(session, [right.row(self.now) for right in changed])
        for right in (*fresh, *changed):
            right.stored, right.dirty = True, False
        for rows in (self.customers, self.wallets, self.orders, self.items, self.payments, self.history):
            rows.clear()

    def _salt(self) -> None:
        """All at once: the system takes as long for one as for a thousand."""
        digits = secrets.token_hex(SALT_BYTES * len(self.orders))
        for number, order in enumerate(self.orders):
            order["salt"] = digits[2 * SALT_BYTES * number :][: 2 * SALT_BYTES]

    # --- customers

    def buyer(self, store_id: str, wallet: Address, place: Place) -> Buyer:
        """The customer of a wallet; a new one if the store does not know it."""
        found = self.lookups.buyers.get((store_id, wallet))
        if found is None:
            at = place.at
            found = Buyer(place.id_of("cus", store_id, wallet), "", "", "", "")
            self.lookups.buyers[store_id, wallet] = found
            self.customers.append({
                "id": found.id, "store_id": store_id, "external_id": None, "email": "", "first_name": "",
                "last_name": "", "email_key": "", "receives_email": False, "created_at": at, "updated_at": at,
            })  # fmt: skip
            self.wallets.append({
                "id": place.id_of("wal", store_id, wallet), "store_id": store_id, "customer_id": found.id,
                "address": wallet, "created_at": at,
            })  # fmt: skip
        return found

    # --- orders

    def add(self, sold: Sold) -> list[str]:
        """An order that is paid; the ids of its lines."""
        order_id = sold.place.id_of("ord", *sold.key)
        buyer = self.buyer(sold.organization.store_id, sold.owner, sold.place)
        items = [self._item(sold, order_id, number) for number in range(len(sold.lines))]
        self.orders.append(self._order(sold, order_id, buyer, items))
        self.items += items
        self.payments.append(self._payment(sold, order_id))
        for axis, new in BIRTH:
            self.history.append({
                "order_id": order_id, "axis": axis, "old": "", "new": new, "reason": sold.reason, "actor": ACTOR,
                "at": sold.place.at,
            })  # fmt: skip
        if not sold.elsewhere:
            self.born.append(order_id)
        return [item["id"] for item in items]

    def _order(self, sold: Sold, order_id: str, buyer: Buyer, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        organization, at = sold.organization, sold.place.at
        currency = self.lookups.currency(organization.store_id, sold.token)
        subtotal = sum(line.subtotal for line in sold.amounts)
        total = sum(line.total for line in sold.amounts)
        goods = [item["quantity"] for item in items if item["tangible"]]
        return {
            "id": order_id, "merchant_id": organization.merchant_id, "store_id": organization.store_id,
            "customer_id": buyer.id, "source": sold.source, "test": False,
            "payment_status": PAID, "fulfillment_status": NOTHING_YET,
            "reason": sold.reason, "reference": None, "salt": "", "currency": currency.symbol,
            "decimals": currency.decimals, "subtotal": subtotal, "discount": subtotal - total, "tax": 0,
            "shipping": 0, "total": total, "fee": sold.fee, "total_value": value36(total, currency.decimals),
            "email": buyer.email, "first_name": buyer.first_name, "last_name": buyer.last_name,
            "email_key": buyer.email_key, "first_key": search_key(buyer.first_name) if buyer.first_name else "",
            "last_key": search_key(buyer.last_name) if buyer.last_name else "", "wallet": sold.owner,
            "ip_address": "", "marketing_optin": False,
            "to_ship": (0 if sold.elsewhere else sum(goods)) if goods else None, "elsewhere": sold.elsewhere,
            "details": self._details(sold), "expires_at": None, "paid_at": at, "created_at": at, "updated_at": at,
        }  # fmt: skip

    def _details(self, sold: Sold) -> dict[str, Any]:
        found: dict[str, Any] = {"chain": {"org_id": str(sold.organization.org_id), "pass_id": str(sold.pass_id)}}
        if sold.reference:
            found["chain"]["order_reference"] = sold.reference
        if sold.reductions:
            found["coupons"] = [self._reduction(one) for one in sold.reductions]
        return {**found, **sold.details, "chain": {**found["chain"], **sold.details.get("chain", {})}}

    @staticmethod
    def _reduction(one: Reduction) -> dict[str, str]:
        """Codes are on the chain as hashes only."""
        name = f"{one.kind} {one.number}"
        return {"name": name, "code": "", "discount_amount": format_units(one.bps, 2), "discount_type": "percent"}

    def _item(self, sold: Sold, order_id: str, number: int) -> dict[str, Any]:
        (product_id, pricing_id), amounts = sold.lines[number], sold.amounts[number]
        offered = self.lookups.products.get((sold.organization.id, product_id))
        item_id = sold.place.id_of("itm", *sold.key, number)
        template = offered.template_id if offered and sold.deliver and not sold.elsewhere else None
        if template is not None:
            self._look_how_deep(sold, order_id, item_id, offered.deliver_on if offered else None)
        return {
            "id": item_id, "order_id": order_id, "product_id": offered.id if offered else None,
            "chain_product_id": product_id, "pricing_id": pricing_id,
            "product_name": offered.name if offered else self.lookups.names.get(product_id, f"Product {product_id}"),
            "sku": offered.sku if offered else "",
            "tangible": bool(offered and offered.tangible and sold.deliver), "quantity": amounts.quantity,
            "price": amounts.price, "subtotal": amounts.subtotal, "discount": amounts.discount, "tax": 0,
            "total": amounts.total, "fulfillment_status": NOTHING_YET,
            "fulfillment_template_id": template, "method": "", "units_owed": 0, "shipped": 0, "refunded_at": None,
        }  # fmt: skip

    def _look_how_deep(self, sold: Sold, order_id: str, item_id: str, deliver_on: str | None) -> None:
        depth = deliver_on or default_depth(sold.place.chain_id)
        if sold.place.block_number <= newest(self.levels, depth):
            self.deep.append((order_id, item_id))

    def _payment(self, sold: Sold, order_id: str) -> dict[str, Any]:
        place = sold.place
        final = place.block_number <= self.levels.finalized
        _, _, position = sold.key
        return {
            "id": place.id_of("pay", *sold.key), "order_id": order_id, "method": ACTOR,
            "status": (AttemptStatus.FINALIZED if final else AttemptStatus.CONFIRMED).value,
            "amount": sum(line.total for line in sold.amounts), "fee": sold.fee, "token": sold.token,
            "payer": sold.payer, "chain_id": place.chain_id, "tx_hash": place.tx_hash, "position": position,
            "block_number": place.block_number, "block_hash": place.block_hash, "marked_by": "", "reason": "",
            "created_at": place.at, "updated_at": place.at,
        }  # fmt: skip
