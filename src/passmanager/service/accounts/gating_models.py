"""Tables of what users must bring along to buy, and of who was refused because he did not."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class Requirement(Base):
    """What happens when a user lacks something; products name it, sessions bring it.

    Attributes:
        redirect_url: Where the page in front sends the user.
        callback: What the page in front is told: `{"name", "payload"}`.
        mail: The merchant's team gets a mail of each attempt, too.
    """

    __tablename__ = "requirements"
    __table_args__ = (UniqueConstraint("store_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    redirect_url: Mapped[str] = mapped_column(default="")
    callback: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mail: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class BlockedAttempt(Base):
    """Somebody wanted to buy, and lacked something.

    Attributes:
        session_id: Of the user; no reference, since sessions go a day after their end.
        user_id: The merchant's own id of the person.
        missing: Names of what was lacking.
    """

    __tablename__ = "blocked_attempts"
    __table_args__ = (Index(None, "store_id", "number"),)

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    session_id: Mapped[str]
    user_id: Mapped[str]
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    missing: Mapped[list[Any]]
    created_at: Mapped[int]
