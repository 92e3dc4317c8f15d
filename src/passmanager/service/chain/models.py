"""Tables of what was read from the chain."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base


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

    Attributes:
        org_id: Of the organization, as text, if the log names one; to derive its orders when it is bound later.
    """

    __tablename__ = "chain_logs"
    __table_args__ = (Index(None, "chain_id", "block_number"), Index(None, "chain_id", "org_id"))

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_hash: Mapped[str] = mapped_column(primary_key=True)
    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_number: Mapped[int]
    block_at: Mapped[int]
    tx_hash: Mapped[str]
    tx_index: Mapped[int]
    address: Mapped[str]
    topics: Mapped[list[Any]]
    data: Mapped[str]
    org_id: Mapped[str] = mapped_column(default="")
