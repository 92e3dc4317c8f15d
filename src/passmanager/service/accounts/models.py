"""Tables of accounts of the merchants' users, of the sessions that merchants open for them, and of codes."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class Account(Base):
    """A team or company among a merchant's users; its members share what is bought for it.

    Attributes:
        external_id: The merchant's own id of it.
        seats: How many people it counts, as the newest session said.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("store_id", "external_id"), Index(None, "store_id", "number"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    external_id: Mapped[str]
    seats: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class UserSession(Base):
    """A user whom the merchant's server vouched for; the token is kept as a hash.

    Attributes:
        customer_id: The user. A session never changes it.
        seats: Of the account, when the session was opened; fixed for as long as it lasts.
        data: What the merchant gave along; shown back, and never read.
        requirements: What the user brings along, by name; products may ask for some of it.
        installations: Where the user has the merchant's program: `{"id", "data"}` each; shown back, and never read.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    seats: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    requirements: Mapped[list[Any]] = mapped_column(default=list)
    installations: Mapped[list[Any]] = mapped_column(default=list)
    expires_at: Mapped[int]
    created_at: Mapped[int]


class OneTimeCode(Base):
    """A code that went out by e-mail and is good once. Only a hash of it is kept.

    Attributes:
        purpose: What it proves, such as `action.rearm`.
        subject: What it is about: with the purpose, only the newest code counts.
        tries: How often somebody guessed wrong.
        sent: How many codes went out since the row is there, so that nobody's mailbox is flooded.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (UniqueConstraint("purpose", "subject"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    purpose: Mapped[str]
    subject: Mapped[str]
    salt: Mapped[str]
    hash: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int]
    expires_at: Mapped[int]
