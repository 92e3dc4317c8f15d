"""Shapes that generated code builds on, and what a call or a transaction gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

from passmanager.errors import MissingEvent
from passmanager.units import Address

T = TypeVar("T")
E = TypeVar("E", bound="Event")


class Event:
    """A log of a contract of this system; one generated subclass per event: `passmanager.abi.events`."""

    __slots__ = ()
    SIGNATURE: ClassVar[str]
    TOPIC: ClassVar[bytes]
    FIELDS: ClassVar[tuple[tuple[str, bool], ...]]
    """ABI type of each field, and whether it is indexed."""

    @classmethod
    def from_abi(cls, raw: tuple[Any, ...]) -> Self:
        """The event with the decoded values `raw`, in the order of the ABI."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog(Generic[E]):
    """An event and where it is on the chain."""

    event: E
    address: Address
    block_number: int
    block_hash: str
    transaction_hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Orphaned:
    """An event that was told and is no longer on the chain: its block was replaced."""

    log: EventLog[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Generic[T]):
    """A transaction that was mined and did not revert.

    Attributes:
        tx_hash: Hash of the transaction; empty after a dry run, which sends nothing.
        block_number: Block that holds it; of a dry run, the block it was simulated on.
        gas_used: Gas it used; of a dry run, the estimate.
        gas_price: Wei per gas that were paid; of a dry run, the limit.
        simulated: What the function returned in the simulation before. Another transaction may have
            come in between: take ids from the events.
        logs: Events of this system's contracts, in order.
        dry_run: Nothing was sent.
    """

    tx_hash: str
    block_number: int
    block_hash: str
    gas_used: int
    gas_price: int
    simulated: T
    logs: tuple[EventLog[Any], ...]
    dry_run: bool = False

    def events_of(self, kind: type[E]) -> tuple[E, ...]:
        """All events of one kind."""
        return tuple(log.event for log in self.logs if isinstance(log.event, kind))

    def event(self, kind: type[E]) -> E:
        """The one event of its kind.

        Raises:
            MissingEvent: There is none, or more than one.
        """
        found = self.events_of(kind)
        if len(found) != 1:
            raise MissingEvent(event=kind.__name__, count=len(found))
        return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TxOptions:
    """How to send a transaction. What is None is asked of the node.

    Attributes:
        gas: Gas limit; by default the estimate and a fifth.
        max_fee_per_gas: Wei per gas at most; by default twice the base fee and the tip.
        max_priority_fee_per_gas: Tip in wei per gas.
        nonce: Number of the transaction of its sender.
        dry_run: Simulate and estimate only.
        wait_seconds: How long to wait for the receipt.
    """

    gas: int | None = None
    max_fee_per_gas: int | None = None
    max_priority_fee_per_gas: int | None = None
    nonce: int | None = None
    dry_run: bool = False
    wait_seconds: float = 120.0


DEFAULT_OPTIONS = TxOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Addresses of the seven contracts."""

    organization_nft: Address
    catalog: Address
    promotions: Address
    product_pass: Address
    payment_escrow: Address
    pass_lens: Address
    purchase_manager: Address

    def all(self) -> dict[str, Address]:
        """Address by the name of the contract."""
        return {
            "OrganizationNFT": self.organization_nft,
            "Catalog": self.catalog,
            "Promotions": self.promotions,
            "ProductPass": self.product_pass,
            "PaymentEscrow": self.payment_escrow,
            "PassLens": self.pass_lens,
            "PurchaseManager": self.purchase_manager,
        }

    @classmethod
    def of(cls, addresses: Mapping[str, Address]) -> Self:
        """From addresses by the names of the contracts."""
        return cls(
            organization_nft=addresses["OrganizationNFT"],
            catalog=addresses["Catalog"],
            promotions=addresses["Promotions"],
            product_pass=addresses["ProductPass"],
            payment_escrow=addresses["PaymentEscrow"],
            pass_lens=addresses["PassLens"],
            purchase_manager=addresses["PurchaseManager"],
        )
