"""Shapes that generated code builds on, and what a call or a transaction gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from passmanager.errors import BadAmount, MissingEvent
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


class Unsigned(Protocol):
    """A transaction for somebody else to sign and send."""

    @property
    def to(self) -> Address | None:
        """The contract."""
        ...

    @property
    def data(self) -> bytes:
        """Function and arguments."""
        ...

    @property
    def value(self) -> int:
        """Wei that go with it."""
        ...

    def rpc_fields(self) -> dict[str, str]:
        """As wallets and nodes take it: JSON with `from`, `to`, `value`, `data`, `chainId`, `nonce`, `gas` and fees."""
        ...

    def signable(self) -> dict[str, int | bytes | str]:
        """As eth-account signs it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Generic[T]):
    """A transaction that was mined and did not revert; or one that was only simulated, or left unsigned.

    Attributes:
        tx_hash: Hash of the transaction; empty after a dry run, which sends nothing.
        block_number: Block that holds it; of a dry run, the block it was simulated on.
        gas_used: Gas it used; of a dry run, the estimate.
        gas_price: Wei per gas that were paid; of a dry run, the limit.
        simulated: What the function returned in the simulation before. Another transaction may have
            come in between: take ids from the events.
        logs: Events of this system's contracts, in order.
        dry_run: Nothing was sent.
        unsigned: Transactions to sign and send, in their order, if the client's signer is an `UnsignedSigner`.
    """

    tx_hash: str
    block_number: int
    block_hash: str
    gas_used: int
    gas_price: int
    simulated: T
    logs: tuple[EventLog[Any], ...]
    dry_run: bool = False
    unsigned: tuple[Unsigned, ...] = ()

    @property
    def gas_cost(self) -> int:
        """Wei that its gas cost; of a dry run, at most."""
        return self.gas_used * self.gas_price

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
class Created:
    """Something new on the chain: its id, and the receipt.

    Attributes:
        id: As the event says; after a dry run as the simulation says, and others may come in between.
    """

    id: int
    receipt: Receipt[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TxOptions:
    """How to send a transaction. What is None is asked of the node. All numbers are whole.

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

    def __post_init__(self) -> None:
        """Refuses floats, which are not exact, by name.

        Raises:
            BadAmount: Gas, a fee or the nonce is no whole number, or negative.
        """
        for name in ("gas", "max_fee_per_gas", "max_priority_fee_per_gas", "nonce"):
            value: object = getattr(self, name)
            if value is not None and (type(value) is not int or value < 0):
                raise BadAmount(amount=repr(value), problem=f"{name} is a whole number")


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
