"""Tables of orders, their lines, payments and history, and of the access rights that come of them."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import VALUE_DIGITS, Amount, Base, BigKey, Hex, KeyText, index_where


class Order(Base):
    """What somebody bought, or wants to buy.

    Attributes:
        number: The integer id that the DPD interface shows.
        source: `api`, `checkout`, `chain`, `renewal`, `airdrop`, `usage` or `external`.
        payment_status: See `status.py`; likewise `fulfillment_status`.
        reason: Why it is held, deleted or failed.
        reference: The chain's `orderReference`, 0x and 64 digits, by which a payment finds the order.
        subtotal: In base units of the currency, like the other amounts; the discount is subtracted from it.
        total_value: The total at 36 decimals, to compare totals of different currencies.
        email_key: Address and names as they were at purchase, NFC and casefolded, for searches by their beginning.
        to_ship: Units of tangible goods that are not shipped yet; null if there are none in the order.
        elsewhere: It is older than the binding of its organization: nothing is delivered for it.
        account_id: The account that it is bought for; its members share what comes of it.
        details: What is only shown: addresses, custom fields, consents, coupons.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "store_id", "number"),
        Index(None, "store_id", "payment_status", "number"),
        Index(None, "store_id", "customer_id", "number"),
        index_where("email_key <> ''", "store_id", "email_key", "number"),
        index_where("first_key <> ''", "store_id", "first_key", "number"),
        index_where("last_key <> ''", "store_id", "last_key", "number"),
        Index(None, "store_id", "created_at", "number"),
        Index(None, "store_id", "currency", "total_value", "number"),
        index_where("to_ship IS NOT NULL", "store_id", "to_ship", "number"),
        index_where("reference IS NOT NULL", "merchant_id", "reference", unique=True),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    source: Mapped[str]
    test: Mapped[bool] = mapped_column(default=False)
    payment_status: Mapped[str]
    fulfillment_status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    reference: Mapped[str | None]
    salt: Mapped[str]
    currency: Mapped[str]
    decimals: Mapped[int]
    subtotal: Mapped[int] = mapped_column(Amount())
    discount: Mapped[int] = mapped_column(Amount(), default=0)
    tax: Mapped[int] = mapped_column(Amount(), default=0)
    shipping: Mapped[int] = mapped_column(Amount(), default=0)
    total: Mapped[int] = mapped_column(Amount())
    fee: Mapped[int] = mapped_column(Amount(), default=0)
    total_value: Mapped[int] = mapped_column(Amount(VALUE_DIGITS))
    email: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    email_key: Mapped[str] = mapped_column(KeyText, default="")
    first_key: Mapped[str] = mapped_column(KeyText, default="")
    last_key: Mapped[str] = mapped_column(KeyText, default="")
    wallet: Mapped[str] = mapped_column(default="")
    ip_address: Mapped[str] = mapped_column(default="")
    marketing_optin: Mapped[bool] = mapped_column(default=False)
    to_ship: Mapped[int | None]
    elsewhere: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[int | None]
    paid_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class OrderItem(Base):
    """A line of an order; its amounts add up to the order's.

    Attributes:
        product_id: Null if the merchant's catalog does not have the product that the chain sold.
        method: How it is delivered, copied from the template when the order came to be.
        units_owed: How many things are to be delivered; 0 for a line that delivers nothing.
    """

    __tablename__ = "order_items"
    __table_args__ = (Index(None, "order_id"), Index(None, "product_id", "order_id"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    chain_product_id: Mapped[int | None] = mapped_column(Amount())
    pricing_id: Mapped[int | None] = mapped_column(Amount())
    product_name: Mapped[str]
    sku: Mapped[str] = mapped_column(default="")
    tangible: Mapped[bool] = mapped_column(default=False)
    quantity: Mapped[int]
    price: Mapped[int] = mapped_column(Amount())
    subtotal: Mapped[int] = mapped_column(Amount())
    discount: Mapped[int] = mapped_column(Amount(), default=0)
    tax: Mapped[int] = mapped_column(Amount(), default=0)
    total: Mapped[int] = mapped_column(Amount())
    fulfillment_status: Mapped[str]
    fulfillment_template_id: Mapped[str | None]
    method: Mapped[str] = mapped_column(default="")
    units_owed: Mapped[int] = mapped_column(default=0)
    shipped: Mapped[int] = mapped_column(default=0)
    refunded_at: Mapped[int | None]


class OrderHistory(Base):
    """One move of an order on one of its axes."""

    __tablename__ = "order_history"
    __table_args__ = (Index(None, "order_id"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    axis: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    at: Mapped[int]


class Payment(Base):
    """An attempt to pay an order; at most one of an order is open.

    Attributes:
        method: `chain` or the name of an offline method.
        status: pending, confirmed, finalized, late, underpaid, overpaid, duplicate, reorged or failed.
        position: Of the purchase inside its transaction: unlike the block's log index it survives a reorg.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index(None, "order_id"),
        index_where("tx_hash IS NOT NULL", "chain_id", "tx_hash", "position", unique=True),
        index_where("block_number IS NOT NULL", "chain_id", "status", "block_number"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    method: Mapped[str]
    status: Mapped[str]
    amount: Mapped[int] = mapped_column(Amount())
    fee: Mapped[int] = mapped_column(Amount(), default=0)
    token: Mapped[str | None]
    payer: Mapped[str] = mapped_column(default="")
    chain_id: Mapped[int | None]
    tx_hash: Mapped[str | None] = mapped_column(Hex)
    position: Mapped[int | None]
    block_number: Mapped[int | None]
    block_hash: Mapped[str | None] = mapped_column(Hex)
    marked_by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Purchase(Base):
    """A right of access: what somebody has, whatever was delivered for it.

    Attributes:
        source: `chain`, `airdrop`, `order` or `external`.
        account_id: The account that it belongs to: all of its members hold it, and its buyer only as one of them.
        pass_id: The pass that carries it, for rights of the chain.
        status: For subscriptions the status of the contracts, by block time; else `active` or `revoked`.
        active_until: End of what is paid; null if it does not end.
        changes_at: Block time at which the status of a subscription changes by itself; null if it does not.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        index_where("external_id IS NOT NULL", "store_id", "source", "external_id", unique=True),
        index_where("pass_id IS NOT NULL", "chain_id", "pass_id", "chain_product_id", unique=True),
        Index(None, "store_id", "number"),
        Index(None, "store_id", "owner", "number"),
        Index(None, "customer_id"),
        Index(None, "account_id"),
        Index(None, "order_item_id"),
        index_where("changes_at IS NOT NULL", "chain_id", "changes_at"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    order_item_id: Mapped[str | None] = mapped_column(ForeignKey("order_items.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    source: Mapped[str]
    external_id: Mapped[str | None]
    owner: Mapped[str] = mapped_column(default="")
    chain_id: Mapped[int | None]
    pass_id: Mapped[int | None] = mapped_column(Amount())
    chain_product_id: Mapped[int | None] = mapped_column(Amount())
    subscription: Mapped[bool] = mapped_column(default=False)
    quantity: Mapped[int] = mapped_column(default=1)
    status: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    active_until: Mapped[int | None]
    changes_at: Mapped[int | None]
    consumed_at: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Shipment(Base):
    """Goods on their way."""

    __tablename__ = "shipments"
    __table_args__ = (Index(None, "order_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    carrier: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="")
    units: Mapped[dict[str, Any]]
    created_at: Mapped[int]


class Refund(Base):
    """Money that goes back; at most one of a pass and product is open.

    Attributes:
        status: `processing` until the chain says it, `succeeded`, `failed`, `canceled`, or `reorged`: it was paid, and
            the chain took that back.
        asked: Somebody asked for it here; the others are known by their logs only.
        by_service: The service signs it; otherwise the merchant sends the call.
        open_key: Chain, pass and product while it is open, see `refunding.open_key`.
        recipient: Who got the money on the chain: the holder of the pass.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        Index(None, "order_id"),
        Index(None, "store_id", "number"),
        Index(None, "chain_id", "pass_id", "chain_product_id", "status"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    order_item_id: Mapped[str | None] = mapped_column(ForeignKey("order_items.id"))
    status: Mapped[str]
    amount: Mapped[int] = mapped_column(Amount())
    revoke: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(default="")
    asked: Mapped[bool] = mapped_column(default=True)
    by_service: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str] = mapped_column(default="")
    open_key: Mapped[str | None] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(default="")
    chain_id: Mapped[int | None]
    pass_id: Mapped[int | None] = mapped_column(Amount())
    chain_product_id: Mapped[int | None] = mapped_column(Amount())
    tx_hash: Mapped[str | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class RefundTransaction(Base):
    """A transaction that the service signed for a refund, kept before it is sent.

    All of one nonce are attempts with higher fees: the chain takes one of them.

    Attributes:
        raw: As the network takes it, in hexadecimal digits.
        ceiling: Wei per gas at most, and `tip` in it.
        status: `live`; `reverted`, or `lost` when another transaction of the wallet used the nonce for good.
    """

    __tablename__ = "refund_transactions"
    __table_args__ = (UniqueConstraint("chain_id", "sender", "nonce", "attempt"), Index(None, "refund_id"))

    tx_hash: Mapped[str] = mapped_column(primary_key=True)
    refund_id: Mapped[str] = mapped_column(ForeignKey("refunds.id"))
    chain_id: Mapped[int]
    sender: Mapped[str]
    nonce: Mapped[int]
    attempt: Mapped[int]
    raw: Mapped[str]
    gas: Mapped[int]
    ceiling: Mapped[int] = mapped_column(Amount())
    tip: Mapped[int] = mapped_column(Amount())
    legacy: Mapped[bool]
    status: Mapped[str]
    signed_at: Mapped[int]


class BlockRule(Base):
    """Orders that match it are held before delivery: an e-mail, domain, wallet, country or IP address."""

    __tablename__ = "block_rules"
    __table_args__ = (UniqueConstraint("store_id", "field", "value"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    field: Mapped[str]
    value: Mapped[str]
    created_at: Mapped[int]


class OfflineDiscount(Base):
    """A coupon for orders that are not paid on the chain; the chain has its own."""

    __tablename__ = "offline_discounts"
    __table_args__ = (UniqueConstraint("store_id", "code"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str]
    amount: Mapped[int] = mapped_column(Amount())
    currency: Mapped[str] = mapped_column(default="")
    uses_left: Mapped[int | None]
    ends_at: Mapped[int | None]
    created_at: Mapped[int]
