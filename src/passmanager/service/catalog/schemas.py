"""Requests and answers about stores and products."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, HttpUrl

from passmanager.service.http.shapes import Body, ChainNumber, DecimalText, Email, Id, Moment, Money, Name, Symbol, Text
from passmanager.service.http.shapes import Wallet as Address

ProductKind = Literal["digital", "tangible"]
DeliverOn = Literal["included", "safe", "finalized"]
AccountPurchases = Literal["off", "always", "choice"]
SeatsOnTransfer = Literal["revoke", "keep"]
OfflineMethods = Annotated[
    dict[Name, Text], Field(max_length=20, description="Ways to pay off the chain, with instructions for buyers.")
]
Requirements = Annotated[list[Name], Field(max_length=20, description="What a user has to bring along to buy it.")]

RefundDays = Annotated[
    int | None,
    Field(ge=0, le=3_650, description="So long after payment buyers may ask for a refund; always if null."),
]


class StoreIn(Body):
    """A new store."""

    name: Name
    url: HttpUrl | None = None
    currency: Symbol = "EUR"
    contact_name: Text = ""
    contact_email: Email | None = None
    unpaid_days: int = Field(default=90, ge=1, le=3_650)
    reminder_after: int | None = Field(default=None, ge=60, description="Seconds; no reminder if null.")
    hold_above: DecimalText | None = Field(default=None, description="Totals from here on wait for a person.")
    deliver_by_hand: bool = Field(default=False, description="You are asked for what no template delivers.")
    account_purchases: AccountPurchases = Field(default="off", description="Do users buy for their account?")
    seats_on_transfer: SeatsOnTransfer = Field(default="revoke", description="What becomes of seats with a new holder.")
    refund_days: RefundDays = None
    offline_methods: OfflineMethods = Field(default_factory=dict[str, str])


class StorePatch(Body):
    """What changes of a store; names that are not sent stay."""

    name: Name | None = None
    url: HttpUrl | None = None
    contact_name: Text | None = None
    contact_email: Email | None = None
    unpaid_days: int | None = Field(default=None, ge=1, le=3_650)
    reminder_after: int | None = Field(default=None, ge=60)
    hold_above: DecimalText | None = None
    deliver_by_hand: bool | None = None
    account_purchases: AccountPurchases | None = None
    seats_on_transfer: SeatsOnTransfer | None = None
    refund_days: RefundDays = None
    offline_methods: OfflineMethods | None = None


class StoreOut(BaseModel):
    """A store."""

    id: str
    number: int
    name: str
    url: str
    currency: str
    contact_name: str
    contact_email: str
    unpaid_days: int
    reminder_after: int | None
    hold_above: str | None
    account_purchases: AccountPurchases
    seats_on_transfer: SeatsOnTransfer
    deliver_by_hand: bool
    refund_days: int | None
    offline_methods: dict[str, str]
    created_at: Moment
    updated_at: Moment


class CurrencyIn(Body):
    """A token of a chain, or a national currency if `chain_id` and `token` are left out."""

    store_id: Id
    symbol: Symbol
    decimals: int = Field(ge=0, le=36)
    chain_id: ChainNumber | None = None
    token: Address | None = None


class CurrencyOut(BaseModel):
    """A currency of a store."""

    id: str
    store_id: str
    symbol: str
    decimals: int
    chain_id: int | None
    token: str | None


class ProductTypeIn(Body):
    """A new kind of product."""

    store_id: Id
    name: Name
    fulfillment_template_id: Id | None = None
    requirements: Requirements = Field(default_factory=list[str])


class ProductTypePatch(Body):
    """What changes of a kind of product."""

    name: Name | None = None
    fulfillment_template_id: Id | None = None
    requirements: Requirements | None = None


class ProductTypeOut(BaseModel):
    """A kind of product."""

    id: str
    store_id: str
    name: str
    fulfillment_template_id: str | None
    requirements: list[str]
    created_at: Moment


class ProductIn(Body):
    """A new product; with `organization_id` and `chain_product_id` it is the one that the chain sells."""

    store_id: Id
    name: Name
    sku: Text = ""
    description: Text = ""
    kind: ProductKind = "digital"
    type_id: Id | None = None
    organization_id: Id | None = None
    chain_product_id: ChainNumber | None = None
    fulfillment_template_id: Id | None = None
    deliver_on: DeliverOn | None = None
    one_for_all: bool = False
    per_seat: bool = Field(default=False, description="The price is of one seat of the buyer's account.")
    requirements: Requirements = Field(default_factory=list[str])


class ProductPatch(Body):
    """What changes of a product; orders that are there keep what they had."""

    name: Name | None = None
    sku: Text | None = None
    description: Text | None = None
    type_id: Id | None = None
    fulfillment_template_id: Id | None = None
    deliver_on: DeliverOn | None = None
    one_for_all: bool | None = None
    per_seat: bool | None = None
    requirements: Requirements | None = None


class PriceIn(Body):
    """A new price: an offline one, or a pricing of the chain."""

    amount: DecimalText
    currency: Symbol
    pricing_id: ChainNumber | None = None
    minimum: DecimalText | None = Field(
        default=None, description="Offline: buyers choose what they pay, from here on; `amount` is proposed."
    )


class PriceOut(BaseModel):
    """A price of one unit."""

    id: str
    price: Money
    minimum: Money | None = Field(description="Buyers choose what they pay, from here on.")
    pricing_id: int | None


class ProductOut(BaseModel):
    """A product with its prices."""

    id: str
    number: int
    store_id: str
    name: str
    sku: str
    description: str
    kind: str
    type_id: str | None
    organization_id: str | None
    chain_product_id: int | None
    fulfillment_template_id: str | None
    deliver_on: str | None
    one_for_all: bool
    per_seat: bool
    requirements: list[str]
    prices: list[PriceOut]
    archived: bool
    created_at: Moment
    updated_at: Moment
