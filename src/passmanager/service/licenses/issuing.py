"""Keys for units of lines: from a pool, made by pattern, or handed in. Each unit gets one at most, for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.licenses import repository
from passmanager.service.licenses.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One thing that is owed to a buyer.

    Attributes:
        unit: From 1 to the line's count.
        kind: The deliverable.
        expires_at: End of the license; null if it has none.
        terms: See `terms.py`.
        test: It is owed by a test order.
    """

    store_id: str
    order_id: str
    order_item_id: str
    product_id: str | None
    unit: int
    purchase_id: str | None
    kind: str
    activation_limit: int | None = None
    expires_at: int | None = None
    terms: Mapping[str, Any] = field(default_factory=dict[str, Any])
    test: bool = False

    def columns(self) -> dict[str, Any]:
        """What of a row says whose it is."""
        return {
            "order_id": self.order_id, "order_item_id": self.order_item_id, "product_id": self.product_id,
            "purchase_id": self.purchase_id, "unit": self.unit, "kind": self.kind,
            "activation_limit": self.activation_limit, "expires_at": self.expires_at, "terms": self.terms,
            "test": self.test,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """What is delivered for a unit.

    Attributes:
        shared: Every buyer gets the same.
    """

    unit: Unit
    data: bytes
    file_name: str = ""
    shared: bool = False


def issue_from_pool(session: Session, pool_id: str, units: Sequence[Unit], now: int) -> int:
    """Keys of a pool for the first units, as far as it has them; how many."""
    numbers = repository.take_free(session, pool_id, len(units), now) if units else []
    repository.assign(
        session, [{"row": number, **unit.columns()} for number, unit in zip(numbers, units, strict=False)]
    )
    return len(numbers)


def issue(session: Session, vault: Vault, contents: Sequence[Content], now: int) -> int:
    """Stores what was made or handed in; a unit that has its key already keeps that one. How many are new."""
    rows = [
        {
            **vault.columns(content.data, file=bool(content.file_name)),
            **content.unit.columns(),
            "store_id": content.unit.store_id, "pool_id": None, "file_name": content.file_name,
            "shared": content.shared, "status": repository.ISSUED, "activations": 0, "issued_at": now,
            "created_at": now,
        }
        for content in contents
    ]  # fmt: skip
    return len(repository.add_keys(session, rows)) if rows else 0
