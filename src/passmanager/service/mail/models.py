"""Table of mails."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class Mail(Base):
    """A mail of one fact.

    Attributes:
        fact: What it tells; a second mail of the same fact is not written.
        recipient: Empty while it waits for an address.
        status: `pending`, `sent`, `awaiting_contact` or `failed`.
        data: For its template; secrets such as keys are read when it is sent, not kept here.
    """

    __tablename__ = "mails"
    __table_args__ = (UniqueConstraint("template", "fact"), Index(None, "store_id", "status"), Index(None, "order_id"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    template: Mapped[str]
    fact: Mapped[str]
    recipient: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[int | None]
    created_at: Mapped[int]
