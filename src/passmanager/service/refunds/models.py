"""Table of what buyers ask back."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Amount, Base, BigKey


class RefundRequest(Base):
    """A buyer's wish to get the price of a line back.

    Attributes:
        open_item: The line while the request is open: there is one open request of a line.
        asked_by: The customer, or the wallet of nobody known.
        status: `requested`, `approved` until the money is there, `refused`, `withdrawn`, `fulfilled`, or `failed`: it
            was approved and could not be paid, and can be tried again.
        amount: What was approved, in base units of the order's currency.
        answer: The merchant's words to the buyer.
        problem: Why it failed, for the merchant.
        refund_id: The newest attempt to pay.
    """

    __tablename__ = "refund_requests"
    __table_args__ = (
        Index(None, "store_id", "number"),
        Index(None, "store_id", "status", "number"),
        Index(None, "asked_by", "number"),
        Index(None, "order_id"),
        Index(None, "refund_id"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    order_item_id: Mapped[str] = mapped_column(ForeignKey("order_items.id"))
    open_item: Mapped[str | None] = mapped_column(unique=True)
    asked_by: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    amount: Mapped[int | None] = mapped_column(Amount())
    answer: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[int | None]
    refund_id: Mapped[str | None] = mapped_column(ForeignKey("refunds.id"))
    created_at: Mapped[int]
    updated_at: Mapped[int]
