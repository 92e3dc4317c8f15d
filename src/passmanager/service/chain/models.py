"""Tables of what was read from the chain."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Amount, Base, Hex, HexWords


class ChainCursor(Base):
    """Where the follower of a chain is.

    Attributes:
        position: `core.follower.Position` as JSON.
        head: Newest block that was seen; likewise `safe` and `finalized`.
        block_at: Time of the newest block read.
    """

    __tablename__ = "chain_cursors"

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[str]
    head: Mapped[int] = mapped_column(default=0)
    safe: Mapped[int] = mapped_column(default=0)
    finalized: Mapped[int] = mapped_column(default=0)
    block_at: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[int]


class ChainLog(Base):
    """A log of the contracts as the node gave it; those of replaced blocks are deleted.

    Its key is block hash and index; the number before them makes new rows the last ones of the key's index.

    Attributes:
        position: Of what makes an order or a refund, among such logs of its transaction.
        org_id: Of the organization, as text; to derive its orders when it is bound later.
        pass_id: Of the pass, as text, if the log is about one; to find out what it holds after a reorg.
    """

    __tablename__ = "chain_logs"
    __table_args__ = (
        Index(None, "chain_id", "org_id", "block_number"),
        Index(None, "chain_id", "pass_id", "block_number"),
    )

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_hash: Mapped[str] = mapped_column(Hex, primary_key=True)
    block_at: Mapped[int]
    tx_hash: Mapped[str] = mapped_column(Hex)
    tx_index: Mapped[int]
    address: Mapped[str]
    topics: Mapped[list[str]] = mapped_column(HexWords)
    data: Mapped[str] = mapped_column(Hex)
    position: Mapped[int | None]
    org_id: Mapped[str] = mapped_column(default="")
    pass_id: Mapped[str] = mapped_column(default="")


class ChainOffer(Base):
    """What organizations offer, as their logs say: the newest block's row of a product counts, pricings never change.

    Attributes:
        kind: `pricing`, `product`, `coupon`, `discount`, or `token`, which was asked of the token itself.
        number: Id on the chain; of a token its address as a number.
        data: Of a pricing its terms, of a product name and description, of a token symbol and decimals.
    """

    __tablename__ = "chain_offers"
    __table_args__ = (Index(None, "chain_id", "block_number"),)

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Amount(), primary_key=True)
    block_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    org_id: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]]
