"""Shapes of the answers, for OpenAPI; they are checked against what is really sent in the tests."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """All attributes are always there, and no others."""

    model_config = ConfigDict(extra="forbid")


class Customer(Shape):
    """Who bought."""

    id: int
    firstname: str
    lastname: str
    email: str
    receives_email: bool
    created_at: int
    updated_at: int


class LineItem(Shape):
    """A line of a purchase."""

    id: int
    purchase_id: int
    product_id: int
    price: str
    quantity: int
    subtotal: str
    tax: str
    discount: str
    total: str
    product_name: str
    download_limit: int
    download_count: int
    expires_at: int | None
    product_keys: list[str]
    has_all_keys: bool


class CustomField(Shape):
    """What was asked at checkout."""

    label: str
    response: str


class Coupon(Shape):
    """What made it cheaper."""

    name: str
    code: str
    discount_amount: str
    discount_type: Literal["money", "percent"]


class Purchase(Shape):
    """An order."""

    id: int
    created_at: int
    updated_at: int
    storefront_id: int
    salt: str
    status: Literal["ACT", "PND", "RFD", "ERR", "CAN", "HLD"]
    currency: str
    subtotal: str
    discount: str
    tax: str
    shipping: str
    total: str
    processor_fee: str
    buyer_email: str
    buyer_firstname: str
    buyer_lastname: str
    customer: Customer
    customer_notes: str
    custom_fields: list[CustomField]
    shipping_firstname: str
    shipping_lastname: str
    shipping_street: str
    shipping_street2: str
    shipping_city: str
    shipping_state: str
    shipping_zip_code: str
    shipping_country_code: str
    shipping_country: str
    shipping_phone: str
    shipping_vatin: str
    shipping_business_name: str
    shipping_carrier: str
    shipping_tracking_number: str
    requires_shipping: bool
    tangibles_to_ship: int | None
    billing_firstname: str
    billing_lastname: str
    billing_street: str
    billing_street2: str
    billing_city: str
    billing_state: str
    billing_zip_code: str
    billing_country_code: str
    billing_card_type: str
    billing_card_number: str
    line_items: list[LineItem]
    coupons: list[Coupon]
    ip_address: str
    marketing_optin: bool


class Storefront(Shape):
    """A store."""

    id: int
    created_at: int
    updated_at: int
    name: str
    url: str
    contact_name: str
    contact_email: str
    currency: str
    type: Literal["cart", "subscription", "clickbank"]
    subdomain: str


class Price(Shape):
    """A price of a product; numbered in each product."""

    id: int
    name: str
    price: str


class Product(Shape):
    """Something that is sold."""

    id: int
    created_at: int
    updated_at: int
    storefront_id: int
    name: str
    description: str
    long_description: str
    price: str
    sku: str
    image_file_name: str
    image_updated_at: int
    mime_type: str
    file_size: int
    file_name: str
    prices: list[Price]
    weight: str
    visibility: Literal[0, 1]


class Subscription(Shape):
    """What a subscriber pays for."""

    id: int
    status: Literal["NEW", "TRIAL", "ACTIVE", "CANCELED", "CLOSED", "PAST_DUE"]
    price: str
    period: int
    unit: str
    tax_amount: str
    trial_price: str
    trial_period: int
    trial_unit: str
    trial_tax_amount: str
    created_at: int
    updated_at: int
    started_at: int
    ended_at: int
    trial_started_at: int
    last_payment_at: int
    next_payment_at: int


class Subscriber(Shape):
    """Who has a subscription."""

    id: int
    created_at: int
    updated_at: int
    username: str
    last_login_at: int
    subscription: Subscription


class SubscriberStatus(Shape):
    """Whether somebody may use what he subscribed to."""

    id: int
    username: str
    status: Literal["NEW", "TRIAL", "ACTIVE", "CANCELED", "CLOSED", "PAST_DUE"]


class Ok(Shape):
    """It is done."""

    status: Literal["OK"] = "OK"
