"""Tables of merchants, stores, organizations, products and prices."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Amount, Base, BigKey


class Merchant(Base):
    """A tenant: no row of one is ever shown to another."""

    __tablename__ = "merchants"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[int]


class Store(Base):
    """A storefront of a merchant, with its rules.

    Attributes:
        number: The integer id that the DPD interface shows.
        currency: Symbol in which its offline prices are.
        unpaid_days: After so many days an unpaid order is deleted.
        reminder_after: Seconds after creation at which an unpaid order is reminded of once; none if null.
        hold_above: Orders of at least so much, at 36 decimals, wait for a person.
        settings: What is read only as a whole: contact, download defaults, custom field definitions.
    """

    __tablename__ = "stores"
    __table_args__ = (Index(None, "merchant_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    name: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="EUR")
    unpaid_days: Mapped[int] = mapped_column(default=90)
    reminder_after: Mapped[int | None]
    hold_above: Mapped[int | None] = mapped_column(Amount(114))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Currency(Base):
    """A token or a national currency in which a store sells; symbols are unique per store."""

    __tablename__ = "currencies"
    __table_args__ = (UniqueConstraint("store_id", "symbol"), UniqueConstraint("store_id", "chain_id", "token"))

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    symbol: Mapped[str]
    chain_id: Mapped[int | None]
    token: Mapped[str | None]
    decimals: Mapped[int]


class Organization(Base):
    """An organization of a chain that its holder bound to a store.

    Attributes:
        holder: Owner of its NFT when it was bound or last checked, with checksum.
        deliver_from_block: Orders of older blocks were delivered elsewhere.
        bound: False while the NFT is with somebody who did not sign.
        derived_to: Orders up to this block are made of logs that were there before; null once none are left.
    """

    __tablename__ = "organizations"
    __table_args__ = (UniqueConstraint("chain_id", "org_id"), Index(None, "merchant_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    chain_id: Mapped[int]
    org_id: Mapped[int] = mapped_column(Amount())
    holder: Mapped[str]
    deliver_from_block: Mapped[int]
    bound: Mapped[bool] = mapped_column(default=True)
    derived_to: Mapped[int | None]
    created_at: Mapped[int]


class ProductType(Base):
    """A kind of product; templates and actions can be bound to it.

    Attributes:
        requirements: What a user has to bring along to buy products of it, by name.
    """

    __tablename__ = "product_types"
    __table_args__ = (UniqueConstraint("store_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    fulfillment_template_id: Mapped[str | None]
    requirements: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[int]


class Product(Base):
    """Something that is sold.

    Attributes:
        number: The integer id that the DPD interface shows.
        org_ref: The organization on the chain that sells it; null if it is sold offline only.
        chain_product_id: Its id on the chain.
        kind: `digital` or `tangible`.
        deliver_on: `included`, `safe` or `finalized`; the chain's default if null.
        one_for_all: A quantity of n delivers one thing instead of n.
        per_seat: It costs its price for each seat of the buyer's account; who bought n gives n people a seat.
        requirements: What a user has to bring along to buy it, by name, besides what its type asks for.
        details: What is only shown: description, image.
        files: Terms of downloads and the published versions, of which purchases keep a copy: see `releases.py`.
    """

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("org_ref", "chain_product_id"),
        Index(None, "store_id", "number"),
        Index(None, "store_id", "archived_at", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    type_id: Mapped[str | None] = mapped_column(ForeignKey("product_types.id"))
    org_ref: Mapped[str | None] = mapped_column(ForeignKey("organizations.id"))
    chain_product_id: Mapped[int | None] = mapped_column(Amount())
    name: Mapped[str]
    sku: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="digital")
    deliver_on: Mapped[str | None]
    one_for_all: Mapped[bool] = mapped_column(default=False)
    per_seat: Mapped[bool] = mapped_column(default=False)
    requirements: Mapped[list[Any]] = mapped_column(default=list)
    fulfillment_template_id: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)
    archived_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Price(Base):
    """One price of a product: a pricing on the chain, or an offline one.

    Attributes:
        amount: Of one unit, in base units of the currency.
        pricing_id: The pricing on the chain; null for an offline price.
        minimum: Buyers choose what they pay, but no less; `amount` is only proposed. Null for a fixed price.
    """

    __tablename__ = "prices"
    __table_args__ = (Index(None, "product_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    currency_id: Mapped[str] = mapped_column(ForeignKey("currencies.id"))
    amount: Mapped[int] = mapped_column(Amount())
    minimum: Mapped[int | None] = mapped_column(Amount())
    pricing_id: Mapped[int | None] = mapped_column(Amount())
    archived_at: Mapped[int | None]
    created_at: Mapped[int]
