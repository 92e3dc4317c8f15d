"""Requests and answers about checkout links and sessions."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, HttpUrl, StringConstraints

from passmanager.service.http.shapes import (
    Body,
    DecimalText,
    Email,
    Future,
    Id,
    Moment,
    Money,
    Name,
    Symbol,
    Text,
    Wallet,
)
from passmanager.service.orders.schemas import MOST_ITEMS, MOST_UNITS, Address, Consent, ItemIn, OrderOut

SHORTEST, USUAL, LONGEST = 600, 86_400, 30 * 86_400
"""Seconds that a session lasts."""
MOST_FIELDS = 50
MOST_PERIODS = 36

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,64}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Fields = Annotated[dict[FieldName, Text], Field(max_length=MOST_FIELDS)]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{2,35}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Items = Annotated[list[ItemIn], Field(max_length=MOST_ITEMS)]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Delay = Annotated[int, Field(ge=0, le=3_600, description="Seconds that the page waits before it goes there.")]


class Redirects(Body):
    """Where the page in front sends the buyer afterwards; the query of his link goes along."""

    delivered: HttpUrl | None = Field(default=None, description="Paid, and he has everything.")
    declined: HttpUrl | None = Field(default=None, description="The payment failed, or the order was given up.")
    review: HttpUrl | None = Field(default=None, description="A person looks at the order first.")
    waiting: HttpUrl | None = Field(default=None, description="Payment or delivery is still to come.")
    delay: Delay = 0


class CheckoutLinkIn(Body):
    """An address that puts products into a cart. On the chain, items have no other amount."""

    store_id: Id
    name: Name
    slug: Slug | None = Field(default=None, description="The last part of the address; by default one of chance.")
    items: Items = Field(default_factory=list[ItemIn])
    currency: Symbol | None = None
    coupon: Text | None = None
    locale: Locale | None = None
    payment_method: Name | None = None
    custom_fields: Fields = Field(default_factory=dict[str, str])
    redirects: Redirects = Redirects()
    lasts: int = Field(default=USUAL, ge=SHORTEST, le=LONGEST, description="Seconds until a cart is forgotten.")
    test: bool = False
    expires_at: Future | None = None


class CheckoutLinkPatch(Body):
    """What changes of a link; carts that are there keep what they had."""

    name: Name | None = None
    items: Items | None = None
    currency: Symbol | None = None
    coupon: Text | None = None
    locale: Locale | None = None
    payment_method: Name | None = None
    custom_fields: Fields | None = None
    redirects: Redirects | None = None
    lasts: int | None = Field(default=None, ge=SHORTEST, le=LONGEST)
    test: bool | None = None
    expires_at: Future | None = None


class CheckoutLinkOut(BaseModel):
    """A link."""

    id: str
    store_id: str
    name: str
    slug: str
    url: str
    items: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    currency: str | None = None
    coupon: str | None = None
    locale: str | None = None
    payment_method: str | None = None
    custom_fields: dict[str, str] = Field(default_factory=dict[str, str])
    redirects: dict[str, Any] = Field(default_factory=dict[str, Any])
    lasts: int = USUAL
    test: bool = False
    expires_at: Moment | None
    archived: bool
    created_at: Moment
    updated_at: Moment


class SignIn(Body):
    """Parameters that nobody can change afterwards; prices other than the catalog's need that."""

    product_id: list[Id] = Field(default_factory=list[str], max_length=MOST_ITEMS)
    qty: list[Units] = Field(default_factory=list[int], max_length=MOST_ITEMS)
    amount: list[DecimalText] = Field(
        default_factory=list[str], max_length=MOST_ITEMS,
        description="Price of one unit, by position, of these products, or of the link's items if none are given.",
    )  # fmt: skip
    currency: Symbol | None = None
    discount_code: Text | None = None
    email: Email | None = None
    custom_fields: Fields = Field(default_factory=dict[str, str], description="Names begin with `x-`.")
    expires_at: Future | None = None


class SignedOut(BaseModel):
    """A signed address."""

    url: str
    expires_at: Moment | None


class Shopper(Body):
    """Who buys, as he says himself."""

    email: Email | None = None
    first_name: Text = ""
    last_name: Text = ""
    wallet: Wallet | None = None


class ConsentIn(Body):
    """What the buyer agreed to: the version of the text that he saw."""

    version: Name


class Consents(Body):
    """Both are needed before there is an order."""

    terms: ConsentIn | None = Field(default=None, description="The terms of sale.")
    personal_data: ConsentIn | None = Field(default=None, description="The processing of personal data.")


class CheckoutSessionPatch(Body):
    """What changes; names that are not sent stay. Nothing at all asks for the prices of now."""

    items: Items | None = None
    currency: Symbol | None = None
    coupon: Text | None = None
    customer: Shopper | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    custom_fields: Fields | None = None
    customer_notes: Text | None = None
    marketing_optin: bool | None = None
    consents: Consents | None = None
    payment_method: Name | None = None
    locale: Locale | None = None
    for_account: bool | None = Field(default=None, description="For the account of the user's session?")


class MySessionIn(CheckoutSessionPatch):
    """A cart of the person who calls."""

    store_id: Id


class CheckoutSessionIn(MySessionIn):
    """A cart that a merchant's server makes; off the chain, items may have other amounts."""

    external_customer_id: Name | None = Field(default=None, description="Your own id of the buyer.")
    user_session_id: Id | None = Field(default=None, description="Of `POST /v1/sessions`: buyer, account and seats.")
    redirects: Redirects = Redirects()
    lasts: int = Field(default=USUAL, ge=SHORTEST, le=LONGEST, description="Seconds until it is forgotten.")
    test: bool = False


class ConfirmIn(Body):
    """The buyer orders; what was said before need not be said again."""

    consents: Consents = Consents()
    payment_method: Name | None = None


class OtherMethodIn(Body):
    """Another way to pay the same order; in another currency its lines are priced again."""

    payment_method: Name
    currency: Symbol | None = None


class IntentIn(Body):
    """Who pays on the chain."""

    payer: Wallet
    to: Wallet | None = Field(default=None, description="Who gets the pass; by default who pays.")
    periods: int = Field(
        default=1, ge=1, le=MOST_PERIODS, description="So many periods of subscriptions are approved, the first too."
    )


class SessionItemOut(BaseModel):
    """A line of a cart."""

    product_id: str
    price_id: str
    name: str
    sku: str
    quantity: int
    price: Money
    subtotal: Money
    discount: Money
    total: Money


class MethodOut(BaseModel):
    """A way to pay."""

    name: str
    instructions: str


class CheckoutSessionOut(BaseModel):
    """A cart, and what became of it."""

    id: str
    store_id: str
    link_id: str | None
    order_id: str | None
    status: str = Field(description="open, confirmed or expired")
    payment_status: str | None
    fulfillment_status: str | None
    outcome: str | None = Field(description="delivered, declined, review or waiting")
    redirect_url: str | None
    redirect_delay: int
    payment_url: str | None
    test: bool
    currency: str
    items: list[SessionItemOut]
    subtotal: Money
    discount: Money
    total: Money
    coupon: str | None
    customer: Shopper
    billing_address: dict[str, Any]
    shipping_address: dict[str, Any]
    custom_fields: dict[str, str]
    customer_notes: str
    marketing_optin: bool
    consents: dict[str, Consent]
    payment_method: str | None
    payment_methods: list[MethodOut]
    locale: str | None
    for_account: bool | None
    seats: int | None
    query: dict[str, str]
    expires_at: Moment
    confirmed_at: Moment | None
    created_at: Moment
    updated_at: Moment


class SessionMade(CheckoutSessionOut):
    """A new cart: its token is shown this once."""

    token: str
    url: str | None = Field(description="The page where the buyer goes on, if the operator has one.")


class ConfirmedOut(BaseModel):
    """The order, and where it is paid."""

    session_id: str
    order: OrderOut
    payment_url: str | None
    payment_method: str
    instructions: str


class IntentCallOut(BaseModel):
    """One transaction to send, in hexadecimal numbers as wallets take them."""

    description: str
    sender: str
    to: str
    value: str
    data: str
    uri: str = Field(description="As EIP-681 has it; the purchase has structs, so its calldata goes as `data`.")


class IntentOut(BaseModel):
    """What to send to pay the order on the chain: step by step, or as one bundle of EIP-5792."""

    order_id: str
    order_reference: str
    chain_id: int
    payer: str
    token: str
    total: Money
    approvals: list[IntentCallOut]
    checkout: IntentCallOut
    wallet_send_calls: dict[str, Any] = Field(description="The parameter of `wallet_sendCalls`.")
    valid_for: int = Field(description="Seconds from the newest block on; then ask again.")
