"""Tables of key pools, keys, their activations and earlier texts, and the keys that sign license files."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class KeyPool(Base):
    """Keys that a merchant uploaded.

    Attributes:
        low_at: The merchant is told when so few are left.
        told: What he has been told since the last restock: `low`, `empty` or nothing.
    """

    __tablename__ = "key_pools"
    __table_args__ = (UniqueConstraint("store_id", "name"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    low_at: Mapped[int] = mapped_column(default=0)
    told: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]


class LicenseKey(Base):
    """A key, free in its pool or issued to one unit of one line of an order.

    Attributes:
        number: Keys of a pool are issued in this order.
        kind: The deliverable, see `FulfillmentTemplate`.
        ciphertext: The key itself under AES-GCM, with the id of the row bound to it.
        lookup: HMAC of the key, to find it without decrypting.
        hint: Its last four characters, for lists.
        order_id: Of the order that it was issued for; likewise its line, product and right of access.
        shared: Every buyer of the product has the same one.
        status: `free`, `issued`, `suspended`, `revoked`.
        status_before: What it was when it came to its status, so that a cause that was taken back can be undone.
        reason: Why it is suspended or revoked, such as `merchant`, `refund`, `transfer`; empty if it is neither.
        test: It was issued for a test order.
        terms: What its template says of it, as it was when it was issued; see `terms.py`.
        activation_limit: Devices at the same time; null if there is no limit.
        rotations: How often it got another text.
        replaces: The key of the pool instead of which this one was issued; null if it came first.
        wants_replacement: Another key of its pool is to be issued instead of it, once there is one.
        limit_told_at: When the merchant last heard that devices were refused.
    """

    __tablename__ = "license_keys"
    __table_args__ = (
        UniqueConstraint("order_item_id", "unit"),
        UniqueConstraint("pool_id", "lookup"),
        Index(None, "store_id", "lookup"),
        Index(None, "pool_id", "status", "number"),
        Index(None, "store_id", "number"),
        Index(None, "order_id"),
        Index(None, "purchase_id"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    pool_id: Mapped[str | None] = mapped_column(ForeignKey("key_pools.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    order_item_id: Mapped[str | None] = mapped_column(ForeignKey("order_items.id"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    purchase_id: Mapped[str | None] = mapped_column(ForeignKey("purchases.id"))
    unit: Mapped[int | None]
    kind: Mapped[str] = mapped_column(default="key")
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    lookup: Mapped[str]
    hint: Mapped[str]
    file_name: Mapped[str] = mapped_column(default="")
    shared: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str]
    status_before: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    test: Mapped[bool] = mapped_column(default=False)
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    activation_limit: Mapped[int | None]
    activations: Mapped[int] = mapped_column(default=0)
    rotations: Mapped[int] = mapped_column(default=0)
    replaces: Mapped[str | None]
    wants_replacement: Mapped[bool] = mapped_column(default=False)
    limit_told_at: Mapped[int | None]
    expires_at: Mapped[int | None]
    issued_at: Mapped[int | None]
    created_at: Mapped[int]


class LicenseActivation(Base):
    """A device on which a key is used."""

    __tablename__ = "license_activations"
    __table_args__ = (
        UniqueConstraint("license_key_id", "fingerprint"),
        Index(None, "license_key_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    license_key_id: Mapped[str] = mapped_column(ForeignKey("license_keys.id"))
    fingerprint: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]


class ActivationTick(Base):
    """That a device was activated at a time: kept for as long as activations of the key are counted."""

    __tablename__ = "activation_ticks"
    __table_args__ = (Index(None, "license_key_id", "at"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    license_key_id: Mapped[str] = mapped_column(ForeignKey("license_keys.id"))
    at: Mapped[int]


class FormerKey(Base):
    """What a key was before it was rotated, or its devices were released.

    Attributes:
        ciphertext: Sealed for the same row as the key of today, so that a rotation can be undone.
        ends_at: Until then the old text may still be used.
        owner: The wallet that had the pass until then; empty if the pass was not moved.
        devices: Those that were released with it.
        made_by: `merchant`, `holder`, `transfer` or `reorg`.
    """

    __tablename__ = "former_license_keys"
    __table_args__ = (Index(None, "store_id", "lookup"), Index(None, "license_key_id", "number"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    license_key_id: Mapped[str] = mapped_column(ForeignKey("license_keys.id"))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    lookup: Mapped[str]
    hint: Mapped[str]
    ends_at: Mapped[int]
    owner: Mapped[str] = mapped_column(default="")
    devices: Mapped[list[Any]] = mapped_column(default=list)
    made_by: Mapped[str]
    created_at: Mapped[int]


class LicenseSigningKey(Base):
    """An Ed25519 key with which license files of a store are signed; the newest one that is not withdrawn signs.

    Attributes:
        version: Counts the keys of the store.
        public_key: Its 32 bytes; known to everybody.
        sealed: The private half.
        withdrawn_at: From then on it is not published any more, so that its files are refused.
    """

    __tablename__ = "license_signing_keys"
    __table_args__ = (UniqueConstraint("store_id", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    version: Mapped[int]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    withdrawn_at: Mapped[int | None]
    created_at: Mapped[int]
