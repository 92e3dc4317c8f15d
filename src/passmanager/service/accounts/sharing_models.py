"""Tables of what several people share: members of accounts, invitations, seats."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey, KeyText


class AccountMember(Base):
    """A person who belongs to an account; the row goes when he leaves.

    Attributes:
        role: `owner`, `admin` or `member`.
        joined_by: `session`, `invitation` or `merchant`. Who joined by a session shares in sessions of the account
            only.
    """

    __tablename__ = "account_members"
    __table_args__ = (UniqueConstraint("account_id", "customer_id"), Index(None, "customer_id"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    role: Mapped[str]
    joined_by: Mapped[str]
    created_at: Mapped[int]


class AccountInvitation(Base):
    """A person who was asked to join an account, by a link to his mailbox.

    Attributes:
        email_key: The address in NFC and casefolded.
        hash: Of the token in the link.
        status: `pending`, `accepted` or `revoked`; pending ones are good until `expires_at`.
    """

    __tablename__ = "account_invitations"
    __table_args__ = (Index(None, "account_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(KeyText)
    role: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    invited_by: Mapped[str]
    expires_at: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Seat(Base):
    """One unit of a purchase that one person uses. Revoked ones stay, for the record.

    Attributes:
        customer_id: Who uses it; null while nobody has claimed it.
        email: To which its link was sent; empty if it was given by id.
        hash: Of the token in its newest link; null if it never had one.
        sent: How many links there were.
        status: `pending`, `claimed` or `revoked`.
        reason: Why it was revoked.
    """

    __tablename__ = "seats"
    __table_args__ = (Index(None, "purchase_id", "status", "number"), Index(None, "customer_id", "status"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    email: Mapped[str] = mapped_column(default="")
    hash: Mapped[str | None] = mapped_column(unique=True)
    sent: Mapped[int] = mapped_column(default=0)
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[int | None]
    claimed_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]
