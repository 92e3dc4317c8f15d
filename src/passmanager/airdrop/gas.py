"""How much gas batches take on this chain, and so how many recipients fit a transaction."""

from dataclasses import dataclass
from typing import Self

from eth_utils.crypto import keccak

from passmanager.airdrop.campaign import Campaign
from passmanager.client import GAS_LIMIT, PassManager
from passmanager.core.transactions import Transaction
from passmanager.errors import Reverted, RpcError
from passmanager.node import Node
from passmanager.units import Address

MOST_ITEMS = 200  # recipients x lines of airdropProducts
BLOCK_SHARE = (3, 4)  # a transaction that wants all of a block waits long
MARGIN = (11, 10)  # gas limit over the estimate
SAMPLE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GasModel:
    """Gas of a batch: a part for the call and one for each recipient, both measured on this chain."""

    base: int
    each: int
    most: int

    @classmethod
    def usual(cls, lines: int) -> Self:
        """Without measuring: more than a batch uses."""
        return cls(base=200_000, each=80_000 * lines, most=GAS_LIMIT)

    def estimate(self, recipients: int) -> int:
        """What a batch uses."""
        return self.base + self.each * recipients

    def limit(self, recipients: int) -> int:
        """What a batch may use."""
        return min(self.estimate(recipients) * MARGIN[0] // MARGIN[1], self.most)

    def largest(self) -> int:
        """Recipients that fit the limit of a transaction."""
        return max((self.most * MARGIN[1] // MARGIN[0] - self.base) // self.each, 0)


def measure_gas(client: PassManager, campaign: Campaign, sender: Address) -> GasModel:
    """Estimates batches for wallets that never had a pass: they cost most.

    Raises:
        ContractError: The chain would refuse the airdrop; the subclass says why.
    """
    most = min(GAS_LIMIT, block_gas(client.node) * BLOCK_SHARE[0] // BLOCK_SHARE[1])
    items = max(MOST_ITEMS // len(campaign.lines), 1)
    model = _model(client, campaign, sender, min(SAMPLE, items), most)
    while (count := min(model.largest(), items)) > SAMPLE:
        try:
            return _model(client, campaign, sender, count, most)
        except (RpcError, Reverted):  # a node's own limit: what is known of small batches is near enough
            items = count // 2
    return model


def _model(client: PassManager, campaign: Campaign, sender: Address, count: int, most: int) -> GasModel:
    one, many = _estimate(client, campaign, sender, 1), _estimate(client, campaign, sender, count)
    each = -(-(many - one) // (count - 1)) if count > 1 else one
    return GasModel(base=max(one - each, 0), each=each, most=most)


def _estimate(client: PassManager, campaign: Campaign, sender: Address, count: int) -> int:
    wallets = [Address(f"0x{keccak(text=f'{i}')[:20].hex()}") for i in range(count)]  # pyright: ignore[reportArgumentType]
    call = campaign.call(wallets, keccak(campaign.id))
    return client.node.estimate_gas(Transaction(to=call.to, data=call.data, sender=sender), name=call.name)


def block_gas(node: Node) -> int:
    """Gas that a block holds."""
    return int(node.request("eth_getBlockByNumber", "latest", False)["gasLimit"], 16)  # noqa: FBT003 - hashes only
