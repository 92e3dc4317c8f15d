"""What an airdrop is: who gives what under which name. The references of its batches follow from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from passmanager.core.calls import Call
from passmanager.core.contracts import PurchaseManagerCalls
from passmanager.errors import BadArgument
from passmanager.units import Address

PURPOSE = "passmanager.airdrop.v1"


class Line(NamedTuple):
    """A product of each pass, its pricing, and the quantity: 0 unless the pricing is tiered."""

    product_id: int
    pricing_id: int
    quantity: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `product:pricing` or `product:pricing:quantity`.

        Raises:
            BadArgument: Another form.
        """
        parts = text.split(":")
        if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() for part in parts):
            raise BadArgument(function="--line", problem=f"{text!r} is not product:pricing or product:pricing:quantity")
        return cls(*map(int, parts))

    def __str__(self) -> str:
        return ":".join(map(str, self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An airdrop.

    Attributes:
        name: Two campaigns of an organization with one name are the same; nobody gets anything twice in it.
        chain_id: Number of the chain.
        manager: The PurchaseManager.
        org_id: The organization that gives.
        lines: What each pass holds.
    """

    name: str
    chain_id: int
    manager: Address
    org_id: int
    lines: tuple[Line, ...]

    @property
    def id(self) -> bytes:
        """32 bytes that stand for this campaign; the lines are not in it, so that a name means one airdrop."""
        values = (PURPOSE, self.name, self.chain_id, self.manager, self.org_id)
        return keccak(encode(["string", "string", "uint256", "address", "uint256"], values))

    def reference(self, number: int) -> bytes:
        """The order reference of a batch; the chain takes each one once."""
        return _reference(self.id, number)

    def references(self, count: int) -> list[bytes]:
        """The references of the first `count` batches."""
        campaign_id = self.id
        return [_reference(campaign_id, number) for number in range(count)]

    def call(self, recipients: Sequence[Address], reference: bytes) -> Call[int]:
        """The transaction of one batch.

        Raises:
            BadArgument: A number that does not fit.
        """
        return PurchaseManagerCalls(self.manager).airdrop_products(
            self.org_id,
            recipients=recipients,
            product_ids=[line.product_id for line in self.lines],
            pricing_ids=[line.pricing_id for line in self.lines],
            quantities=[line.quantity for line in self.lines],
            order_reference=reference,
        )


def _reference(campaign_id: bytes, number: int) -> bytes:
    return keccak(campaign_id + number.to_bytes(32))
