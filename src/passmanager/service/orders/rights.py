"""Rights of the chain: what the word of an item means at a time, for the row of a purchase."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from passmanager.core.state import ItemState, Status
from passmanager.service.clock import SECOND
from passmanager.units import Address

ACTIVE, REVOKED, EXPIRED = "active", "revoked", "expired"
REVOKED_BIT, ONE_TIME = 1 << 249, 1 << 250  # of packing.vy
NAMES = {status: status.name.lower() for status in Status}


class View(NamedTuple):
    """What a word says at a time.

    Attributes:
        status: Of the contracts for subscriptions; else `active` or `revoked`.
        active: May it be used?
        active_until: End of what is paid, in ms; None if it does not end, or is paused.
        changes_at: When the status changes by itself, in ms.
    """

    status: str
    active: bool
    active_until: int | None
    changes_at: int | None
    subscription: bool
    quantity: int


def view(word: int, at: int) -> View:
    """A word at a time in ms."""
    if word & ONE_TIME:  # most sales; the whole word is not read for them
        revoked = bool(word & REVOKED_BIT)
        return View(REVOKED if revoked else ACTIVE, not revoked, None, None, False, 1)  # noqa: FBT003
    item = ItemState.from_word(word)
    status = item.status(at // SECOND)
    until = None if item.paused else item.end * SECOND
    running = status in (Status.ACTIVE, Status.CANCELLED)
    changes = until if running else item.grace_end * SECOND if status is Status.PAST_DUE else None
    return View(NAMES[status], running, until, changes, True, max(item.quantity, 1))  # noqa: FBT003


@dataclass(slots=True)
class Right:
    """A row of `purchases`, while facts are worked through.

    Attributes:
        stored: Is it in the database?
        state: Word of the item, as of `state_at`.
        pass_id: 0 after a reorg that took it away.
        details: `gone`, if its pass is burned or no longer on the chain; `last_item`, the line that was paid last
            for it, such as its newest renewal; `state`, the word.
    """

    id: str
    store_id: str
    stored: bool
    order_item_id: str | None
    customer_id: str | None
    product_id: str | None
    source: str
    owner: Address
    chain_id: int
    pass_id: int
    chain_product_id: int
    created_at: int
    state: int
    state_at: int
    status: str = ""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    dirty: bool = False

    def write(self, word: int, at: int) -> tuple[str, str]:
        """A new word, or the same at a later time; the status before it and after it."""
        before = view(self.state, at).status
        self.state, self.state_at, self.dirty = word, at, True
        return before, view(word, at).status

    @property
    def last_item(self) -> str | None:
        """The line that was paid last for it."""
        return self.details.get("last_item", self.order_item_id)

    def row(self, now: int) -> dict[str, Any]:
        """Its columns."""
        found = view(self.state, self.state_at)
        if "gone" in self.details:
            found = found._replace(status=EXPIRED if found.subscription else REVOKED, active=False, changes_at=None)
        return {
            "id": self.id, "store_id": self.store_id, "order_item_id": self.order_item_id,
            "customer_id": self.customer_id, "product_id": self.product_id, "source": self.source,
            "owner": self.owner, "chain_id": self.chain_id, "pass_id": self.pass_id or None,
            "chain_product_id": self.chain_product_id, "subscription": found.subscription,
            "quantity": found.quantity, "status": found.status, "active": found.active,
            "active_until": found.active_until, "changes_at": found.changes_at, "consumed_at": None,
            "details": {**self.details, "state": hex(self.state), "state_at": self.state_at},
            "created_at": self.created_at, "updated_at": now,
        }  # fmt: skip
