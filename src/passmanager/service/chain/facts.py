"""What the chain says, as typed facts for the domains above: one for each thing that happened.

Logs are handed to subscribers in batches: `take` what is new, `take_back` what is no longer on the chain, and
`reached` when older blocks became safe or final. All three run in the transaction that moves the cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from passmanager.service.ids import dated_id
from passmanager.units import Address


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened.

    Attributes:
        at: Time of the block in milliseconds.
    """

    chain_id: int
    block_number: int
    block_hash: str
    at: int
    tx_hash: str
    log_index: int

    def id_of(self, prefix: str, *natural_key: object) -> str:
        """Id of a row that comes of what happened here."""
        return dated_id(prefix, self.at, self.block_hash, *natural_key)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart; `state` is the word of its item."""

    product_id: int
    pricing_id: int
    quantity: int
    state: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """A coupon or discount that was used: its id, and basis points."""

    kind: str
    number: int
    bps: int


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an organization's business."""

    place: Place
    org_id: int


@dataclass(frozen=True, slots=True)
class Purchased(Fact):
    """Somebody bought.

    Attributes:
        position: Among the facts of its transaction that make orders or refunds.
        owner: Holds the pass; the purchaser paid.
        fee: Of the platform, part of `paid`.
        reference: The shop's, 0x and 64 digits; empty if there is none.
    """

    position: int
    pass_id: int
    owner: Address
    purchaser: Address
    lines: tuple[Line, ...]
    token: Address
    subtotal: int
    paid: int
    fee: int
    reference: str
    reductions: tuple[Reduction, ...]


@dataclass(frozen=True, slots=True)
class Airdropped(Fact):
    """The organization gave a new pass to each recipient: the i-th has pass `first_pass_id + i`."""

    position: int
    first_pass_id: int
    purchaser: Address
    recipients: tuple[Address, ...]
    lines: tuple[Line, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Renewed(Fact):
    """A further period; of usage subscriptions the bill is a fact of its own, and nothing is paid here."""

    position: int
    pass_id: int
    product_id: int
    payer: Address
    token: Address
    paid: int
    fee: int
    usage: bool
    period_start: int
    period_end: int


@dataclass(frozen=True, slots=True)
class Billed(Fact):
    """Usage was paid; `payer` is not in the log of a bill, but in that of its payment."""

    position: int
    pass_id: int
    product_id: int
    payer: Address
    token: Address
    units: int
    paid: int
    fee: int


@dataclass(frozen=True, slots=True)
class Changed(Fact):
    """Another plan or quantity; `paid` beside the value that was left, 0 of usage plans, which are billed."""

    position: int
    pass_id: int
    product_id: int
    pricing_id: int
    quantity: int
    payer: Address
    token: Address
    paid: int
    fee: int
    usage: bool
    value_left: int


@dataclass(frozen=True, slots=True)
class Refunded(Fact):
    """The organization paid back; `revoked` ended the product."""

    position: int
    pass_id: int
    product_id: int
    recipient: Address
    token: Address
    amount: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class StateWritten(Fact):
    """The word of an item changed."""

    pass_id: int
    product_id: int
    state: int


@dataclass(frozen=True, slots=True)
class RenewalFailed(Fact):
    """A renewal was tried, and why it failed: an `Outcome`."""

    pass_id: int
    product_id: int
    reason: int


@dataclass(frozen=True, slots=True)
class PassMoved(Fact):
    """A pass has another holder; the zero address if it was burned."""

    pass_id: int
    sender: Address
    receiver: Address


@dataclass(frozen=True, slots=True)
class OrganizationMoved(Fact):
    """The organization itself has another holder."""

    receiver: Address


@dataclass(frozen=True, slots=True)
class Levels:
    """How far the chain is: newest blocks that were read and are in it, safe, and final; and the newest time in ms."""

    included: int
    safe: int
    finalized: int
    block_at: int


@dataclass(frozen=True, slots=True)
class Batch:
    """New facts of whole blocks, in order."""

    chain_id: int
    facts: Sequence[Fact]
    levels: Levels


@dataclass(frozen=True, slots=True)
class Dropped:
    """Blocks that are no longer on the chain, from `first_block` on, and the facts that were in them."""

    chain_id: int
    first_block: int
    facts: Sequence[Fact]


class Subscriber(Protocol):
    """A domain that makes something of facts."""

    def take(self, session: Session, batch: Batch) -> None:
        """New facts."""
        ...

    def take_back(self, session: Session, dropped: Dropped) -> None:
        """Their raw logs are deleted already."""
        ...

    def reached(self, session: Session, chain_id: int, before: Levels, now: Levels) -> None:
        """Blocks above `before` and up to `now` became included, safe or final."""
        ...
