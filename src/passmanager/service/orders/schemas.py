"""Requests and answers about orders."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from typing_extensions import TypedDict

from passmanager.service.http.shapes import (
    Body,
    DecimalText,
    Email,
    Future,
    Id,
    Instant,
    Moment,
    Money,
    Name,
    Symbol,
    Text,
    Wallet,
)

MOST_ITEMS = 24
MOST_UNITS = 10_000

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(str)]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=_-]{0,4096}$")]


class Address(Body):
    """Where something goes, or where the bill goes."""

    name: Text = ""
    company: Text = ""
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Country | None = None
    phone: Text = ""
    vat_number: Text = ""


class Buyer(Body):
    """Who buys; all of it may be missing for somebody who is known by wallet only."""

    external_id: Text | None = None
    email: Email | None = None
    first_name: Text = ""
    last_name: Text = ""
    wallet: Wallet | None = None
    receives_email: bool = False


class ItemIn(Body):
    """A line: so many of a product, at one of its prices."""

    product_id: Id
    quantity: int = Field(default=1, ge=1, le=MOST_UNITS)
    price_id: Id | None = Field(default=None, description="Needed if several prices are in the currency.")
    amount: DecimalText | None = Field(default=None, description="Another price of one unit; never on the chain.")


class OrderIn(Body):
    """A new order that is not paid yet. On the chain, tax and shipping are 0."""

    store_id: Id
    items: list[ItemIn] = Field(min_length=1, max_length=MOST_ITEMS)
    currency: Symbol
    customer: Buyer = Buyer()
    coupon: Text | None = None
    tax: DecimalText = "0"
    shipping: DecimalText = "0"
    payment_method: Name = Field(default="chain", description="`chain`, or the name of an offline method.")
    instructions: Text = Field(default="", description="How to pay by the offline method.")
    billing_address: Address = Address()
    shipping_address: Address = Address()
    custom_fields: dict[Name, Text] = Field(default_factory=dict, max_length=50)
    customer_notes: Text = ""
    external_context: Base64 = Field(default="", description="Given back with the order, raw and decoded.")
    marketing_optin: bool = False
    test: bool = False
    user_session_id: Id | None = Field(default=None, description="Of the buyer, opened by POST /v1/sessions.")
    for_account: bool | None = Field(
        default=None, description="For the account of that session, where the store leaves the choice to buyers."
    )


class Consent(TypedDict):
    """What a buyer agreed to, and when."""

    version: str
    at: Instant


class MethodIn(Body):
    """Another way to pay the same order."""

    payment_method: Name
    instructions: Text = ""


class ReasonIn(Body):
    """Why."""

    reason: Text = ""


class ShipmentIn(Body):
    """Goods that left: units by line; all that is left if none are given."""

    carrier: Text = ""
    tracking: Text = ""
    units: dict[Id, Annotated[int, Field(ge=1, le=MOST_UNITS)]] = Field(default_factory=dict, max_length=MOST_ITEMS)


class BlockRuleIn(Body):
    """Orders that match it wait for a person."""

    store_id: Id
    field: Literal["email", "domain", "wallet", "country", "ip"]
    value: Name


class BlockRuleOut(BaseModel):
    """A rule of the block list."""

    id: str
    store_id: str
    field: str
    value: str
    created_at: Moment


class DiscountIn(Body):
    """A coupon for orders that are not paid on the chain."""

    store_id: Id
    name: Name
    code: Name
    percent: DecimalText | None = None
    money: DecimalText | None = None
    currency: Symbol | None = None
    uses: int | None = Field(default=None, ge=1)
    ends_at: Future | None = None


class DiscountOut(BaseModel):
    """A coupon of a store."""

    id: str
    store_id: str
    name: str
    code: str
    percent: str | None
    money: Money | None
    uses_left: int | None
    ends_at: Moment | None


class ItemOut(TypedDict):
    """A line of an order."""

    id: str
    number: int
    product_id: str | None
    product_name: str
    sku: str
    quantity: int
    price: Money
    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    fulfillment_status: str
    fulfillment_method: str
    units_owed: int
    shipped: int
    refunded_at: Instant | None


class PaymentOut(TypedDict):
    """An attempt to pay."""

    id: str
    method: str
    status: str
    amount: Money
    token: str | None
    payer: str
    chain_id: int | None
    tx_hash: str | None
    block_number: int | None
    marked_by: str
    reason: str
    instructions: str
    created_at: Instant
    updated_at: Instant


class CustomerShown(TypedDict):
    """The buyer as of the purchase."""

    id: str | None
    email: str
    first_name: str
    last_name: str
    wallet: str


class OrderOut(TypedDict):
    """An order with its lines and payments."""

    id: str
    number: int
    store_id: str
    account_id: str | None
    source: str
    test: bool
    payment_status: str
    fulfillment_status: str
    reason: str
    order_reference: str | None
    currency: str
    subtotal: Money
    discount: Money
    tax: Money
    shipping: Money
    total: Money
    fee: Money
    customer: CustomerShown
    items: list[ItemOut]
    payments: list[PaymentOut]
    coupons: list[dict[str, Any]]
    billing_address: dict[str, Any]
    shipping_address: dict[str, Any]
    custom_fields: dict[str, str]
    customer_notes: str
    external_context: str
    external_context_decoded: str | None
    marketing_optin: bool
    consents: Annotated[
        dict[str, Consent], Field(description="`terms` and `personal_data`, if it comes from a checkout.")
    ]
    checkout_session_id: str | None
    to_ship: int | None
    fulfilled_elsewhere: bool
    expires_at: Instant | None
    paid_at: Instant | None
    created_at: Instant
    updated_at: Instant


class MoveOut(BaseModel):
    """One line of an order's history."""

    axis: str
    old: str
    new: str
    reason: str
    actor: str
    at: Moment


class ShipmentOut(BaseModel):
    """Goods that left."""

    id: str
    order_id: str
    carrier: str
    tracking: str
    units: dict[str, int]
    created_at: Moment
