"""What the sender asks the chain, in as few requests as possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from passmanager.airdrop.campaign import Campaign
from passmanager.airdrop.errors import ReferenceTaken
from passmanager.airdrop.events import Given, read_given
from passmanager.airdrop.journal import Batch, pack
from passmanager.client import PassManager
from passmanager.core.transactions import Transaction
from passmanager.errors import Reverted, RpcError
from passmanager.node import Block, Request
from passmanager.units import Address, BlockId

REORG_REACH = 64  # blocks below its first sending in which a batch may turn up


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One block's view of the airdrop.

    Attributes:
        head: The block.
        nonce: Of the sender's next transaction.
        used: Numbers of the batches whose reference is used.
    """

    head: Block
    nonce: int
    used: frozenset[int]


class AirdropChain:
    """The chain as one airdrop sees it."""

    def __init__(self, client: PassManager, campaign: Campaign, sender: Address) -> None:
        """For the batches of one campaign that one wallet sends."""
        self._client = client
        self._campaign = campaign
        self._sender = sender
        self._node = client.node

    def look(self, batches: Sequence[Batch]) -> View:
        """Head, nonce, and which of the batches were executed, all of one block.

        Raises:
            NoNode: No answer.
            RpcError: The node refuses, for instance because it is behind.
        """
        head = self._node.head()
        at = hex(head.number)
        calls = self._client.manager.calls
        asked: list[Request] = [("eth_getTransactionCount", (self._sender, at))]
        for batch in batches:
            call = calls.is_reference_used(self._campaign.org_id, batch.reference)
            asked.append(("eth_call", ({"to": call.to, "data": f"0x{call.data.hex()}"}, at)))
        nonce, *used = _values(self._node.request_many(asked))
        numbers = (batch.number for batch, word in zip(batches, used, strict=True) if int(word, 16))
        return View(head=head, nonce=int(nonce, 16), used=frozenset(numbers))

    def find(self, batches: Sequence[Batch], *, from_block: int, to_block: int) -> dict[int, Given]:
        """Where batches were executed, by number.

        Raises:
            ReferenceTaken: One was executed with other contents.
        """
        references = [batch.reference for batch in batches]
        found = read_given(self._client, self._campaign, references, from_block=from_block, to_block=to_block)
        return {
            batch.number: self._checked(batch, found[batch.reference]) for batch in batches if batch.reference in found
        }

    def _checked(self, batch: Batch, given: Given) -> Given:
        if pack(given.recipients) != batch.packed or given.lines != self._campaign.lines:
            raise ReferenceTaken(
                campaign=self._campaign.name,
                number=batch.number,
                tx_hash=given.tx_hash,
                given=len(given.recipients),
                planned=len(set(given.recipients) & set(batch.recipients)),
            )
        return given

    def hashes(self, numbers: Sequence[int]) -> dict[int, str]:
        """Hashes of the blocks that are on the chain under these numbers now."""
        asked: list[Request] = [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        blocks = _values(self._node.request_many(asked))
        return {number: block["hash"] for number, block in zip(numbers, blocks, strict=True) if block}

    def refusal(self, batch: Batch) -> tuple[str, str] | None:
        """The transaction of a batch that was mined but reverted, and why; None if there is none."""
        asked: list[Request] = [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in batch.tx_hashes]
        for receipt in _values(self._node.request_many(asked)):
            if receipt is not None and int(receipt["status"], 16) == 0:
                return receipt["transactionHash"], self._reason(batch, int(receipt["blockNumber"], 16))
        return None

    def simulate(self, batch: Batch, *, block: BlockId = "latest") -> Reverted | None:
        """Why the chain would refuse a batch; None if it would not."""
        call = self._campaign.call(batch.recipients, batch.reference)
        transaction = Transaction(to=call.to, data=call.data, sender=self._sender)
        try:
            self._node.call(transaction, name=call.name, block=block)
        except Reverted as refusal:
            return refusal
        return None

    def _reason(self, batch: Batch, block_number: int) -> str:
        try:
            refusal = self.simulate(batch, block=block_number - 1)
        except RpcError:  # the node may have forgotten the state of that block
            refusal = None
        return str(refusal) if refusal else "the node does not say why."


def _values(answers: list[Any]) -> list[Any]:
    """The answers, if none is an error."""
    for answer in answers:
        if isinstance(answer, RpcError):
            raise answer
    return answers
