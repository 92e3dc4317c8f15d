"""Tables of what several people share: members of accounts, invitations, seats."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


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
