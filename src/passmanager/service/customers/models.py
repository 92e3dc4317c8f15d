"""Tables of customers and their wallets."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey, KeyText, index_where


class Customer(Base):
    """A buyer of one store.

    Attributes:
        number: The integer id that the DPD interface shows.
        external_id: The merchant's own id of the person.
        email_key: The address in NFC and casefolded, for searches by its beginning; likewise the names.
    """

    __tablename__ = "customers"
    __table_args__ = (
        index_where("external_id IS NOT NULL", "store_id", "external_id", unique=True),
        index_where("email_key <> ''", "store_id", "email_key"),
        Index(None, "store_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    external_id: Mapped[str | None]
    email: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    email_key: Mapped[str] = mapped_column(KeyText, default="")
    receives_email: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class CustomerWallet(Base):
    """A wallet of a customer; one wallet is one customer of a store."""

    __tablename__ = "customer_wallets"
    __table_args__ = (UniqueConstraint("store_id", "address"), Index(None, "customer_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    address: Mapped[str]
    created_at: Mapped[int]
