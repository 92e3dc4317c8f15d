"""Tables of checkout links and sessions."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class CheckoutLink(Base):
    """An address that puts products into a cart.

    Attributes:
        slug: The last part of its address; it cannot be guessed unless the merchant chose it.
        offer: What it puts into a cart: items, currency, coupon, custom fields, thank-you addresses.
        expires_at: It is over from then on; never if null.
    """

    __tablename__ = "checkout_links"
    __table_args__ = (Index(None, "store_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    offer: Mapped[dict[str, Any]]
    expires_at: Mapped[int | None]
    archived_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class CheckoutSession(Base):
    """A cart of somebody, until it is an order or forgotten.

    Attributes:
        token_hash: Of the token of the buyer's browser.
        status: `open`, `confirmed` or `expired`.
        test: Its order is a test.
        customer_id: Who buys, if a merchant's server or a wallet vouched for him; guests prove nothing.
        user_session_id: The merchant's session in which it was opened; likewise account and seats.
        cart: Items, and what is paid for them other than the catalog says: `promised` by a signed link or the merchant.
        quote: What it costs, as the buyer saw it last.
        form: What the buyer entered: person, addresses, fields, notes, consents, method.
        context: Where it comes from: query of the links, thank-you addresses, the merchant's own id of the buyer.
    """

    __tablename__ = "checkout_sessions"
    __table_args__ = (Index(None, "store_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    link_id: Mapped[str | None] = mapped_column(ForeignKey("checkout_links.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default="open")
    test: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str]
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    user_session_id: Mapped[str | None]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    seats: Mapped[int | None]
    cart: Mapped[dict[str, Any]]
    quote: Mapped[dict[str, Any]]
    form: Mapped[dict[str, Any]]
    context: Mapped[dict[str, Any]]
    expires_at: Mapped[int]
    confirmed_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]
