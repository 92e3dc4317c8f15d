"""Transactions before they are signed, and their forms for keys and for nodes."""

from dataclasses import dataclass, replace
from typing import Self

from passmanager.models import TxOptions
from passmanager.units import Address

Signable = dict[str, int | bytes | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """Wei per gas: at most, and the tip in it. A chain without base fee has one price (`legacy`)."""

    ceiling: int
    tip: int = 0
    legacy: bool = False

    def with_options(self, options: TxOptions) -> Self:
        """What the caller said wins over what the node suggests."""
        tip = self.tip if options.max_priority_fee_per_gas is None else options.max_priority_fee_per_gas
        if options.max_fee_per_gas is None:
            return replace(self, ceiling=max(self.ceiling, tip), tip=tip)
        return replace(self, ceiling=options.max_fee_per_gas, tip=min(tip, options.max_fee_per_gas))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A transaction or a call. Without `to` it creates a contract; gas 0 and no fees leave that to the node."""

    to: Address | None = None
    data: bytes = b""
    value: int = 0
    sender: Address | None = None
    gas: int = 0
    nonce: int = -1
    chain_id: int = 0
    fees: Fees | None = None

    @property
    def cost(self) -> int:
        """Wei that the sender has to have."""
        return self.value + self.gas * (self.fees.ceiling if self.fees else 0)

    def signable(self) -> Signable:
        """The fields that are signed, by their names in Ethereum."""
        made: Signable = {"data": self.data, "value": self.value}
        if self.to is not None:
            made["to"] = self.to
        if self.gas:
            made["gas"] = self.gas
        if self.nonce >= 0:
            made["nonce"] = self.nonce
        if self.chain_id:
            made["chainId"] = self.chain_id
        return made | self._fee_fields()

    def _fee_fields(self) -> Signable:
        if self.fees is None:
            return {}
        if self.fees.legacy:
            return {"gasPrice": self.fees.ceiling}
        return {"maxFeePerGas": self.fees.ceiling, "maxPriorityFeePerGas": self.fees.tip}

    def rpc_fields(self) -> dict[str, str]:
        """The fields as a node's JSON takes them."""
        made = {name: _text(value) for name, value in self.signable().items()}
        if self.sender is not None:
            made["from"] = self.sender
        return made


def _text(value: int | bytes | str) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return hex(value) if isinstance(value, int) else value
