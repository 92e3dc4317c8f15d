"""Tables of key pools, keys and their activations."""

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
        activation_limit: Devices at the same time; null if there is no limit.
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
    activation_limit: Mapped[int | None]
    activations: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[int | None]
    issued_at: Mapped[int | None]
    created_at: Mapped[int]


class LicenseActivation(Base):
    """A device on which a key is used."""

    __tablename__ = "license_activations"
    __table_args__ = (UniqueConstraint("license_key_id", "fingerprint"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    license_key_id: Mapped[str] = mapped_column(ForeignKey("license_keys.id"))
    fingerprint: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]
