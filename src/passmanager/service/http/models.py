"""Tables of the HTTP interface: keys, sessions and stored answers."""

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base


class ApiKey(Base):
    """A key of a merchant's program. Only its hash is kept.

    Attributes:
        hint: First characters, by which a person tells keys apart.
        scopes: `resource:read` or `resource:write`; `*` for all.
        store_id: The only store it may touch; all of the merchant's if null.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "merchant_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    merchant_id: Mapped[str] = mapped_column(ForeignKey("merchants.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    role: Mapped[str] = mapped_column(default="admin")
    scopes: Mapped[list[Any]]
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
    last_used_at: Mapped[int | None]
    created_at: Mapped[int]


class BuyerSession(Base):
    """A buyer who proved a wallet; the token is kept as a hash."""

    __tablename__ = "buyer_sessions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    chain_id: Mapped[int]
    expires_at: Mapped[int]
    created_at: Mapped[int]


class SignInNonce(Base):
    """A nonce for Sign-In with Ethereum, good once and for five minutes."""

    __tablename__ = "sign_in_nonces"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int]


class StoredAnswer(Base):
    """The answer to a POST with an `Idempotency-Key`, written in the same transaction as its effect.

    Attributes:
        scope: Merchant, method and path.
        body_hash: Of the request, so that the same key with another body is refused.
        status: 0 while the first request runs.
    """

    __tablename__ = "stored_answers"
    __table_args__ = (UniqueConstraint("scope", "key"), Index(None, "created_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    created_at: Mapped[int]
