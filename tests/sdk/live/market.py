"""A chain like real ones: a block each second, a base fee that moves, and others who pay more."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from passmanager.node import Node

GWEI = 10**9
BASE_FEE = 20 * GWEI
BLOCK_GAS = 12_000_000
RUSH_BLOCKS = 6
RUSH_FEE, RUSH_TIP = 1_000 * GWEI, 50 * GWEI
LOOP = "0x625b5f565f526003601df3"  # creates a contract that burns all gas it gets: JUMPDEST PUSH0 JUMP


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in a block; fees in wei per gas."""

    tx_hash: str
    nonce: int
    ceiling: int
    gas_used: int
    price: int
    base_fee: int
    block_number: int


class Market(threading.Thread):
    """Watches the pool; when a transaction waits in it, somebody who pays more takes the next blocks."""

    def __init__(self, node: Node) -> None:
        super().__init__(daemon=True)
        self.node = node
        self.over = threading.Event()
        self.rival = node.accounts()[-1]
        nonce = node.nonce(self.rival)
        sent = node.request("eth_sendTransaction", {"from": self.rival, "data": LOOP})
        self.loop = node.wait(sent, self.rival, nonce, seconds=30)["contractAddress"]
        self.stuck: dict[int, int] = {}  # nonce -> first ceiling of a transaction that waited for more than a block

    def __enter__(self) -> Self:
        """From now on there is a block each second."""
        self.node.request("evm_setAutomine", False)
        self.node.request("anvil_setNextBlockBaseFeePerGas", hex(BASE_FEE))
        self.node.request("evm_mine")
        self.first_block = self.node.head().number
        self.node.request("evm_setIntervalMining", 1)
        self.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        while not self._waiting() and not self.over.wait(0.02):
            pass
        self._rush()
        while self._pool().get(self.rival.lower()) and not self.over.is_set():
            before, number = self._waiting(), self.node.head().number
            while self.node.head().number == number and not self.over.wait(0.02):
                pass
            for nonce in before.keys() & self._waiting().keys():
                self.stuck.setdefault(nonce, before[nonce])

    def _rush(self) -> None:
        fees = {"maxFeePerGas": hex(RUSH_FEE), "maxPriorityFeePerGas": hex(RUSH_TIP)}
        for _ in range(RUSH_BLOCKS):
            fields = {"from": self.rival, "to": self.loop, "gas": hex(BLOCK_GAS), **fees}
            self.node.request("eth_sendTransaction", fields)

    def _waiting(self) -> dict[int, int]:
        """Nonce and ceiling of what waits, the rival's aside."""
        others = [one for wallet, some in self._pool().items() if wallet != self.rival.lower() for one in some]
        return {int(one["nonce"], 16): int(one["maxFeePerGas"], 16) for one in others}

    def _pool(self) -> dict[str, list[dict]]:
        pending = self.node.request("txpool_content")["pending"]
        return {wallet.lower(): list(some.values()) for wallet, some in pending.items()}

    # --- afterwards

    def base_fees(self) -> list[int]:
        """Of each block since the start."""
        numbers = range(self.first_block, self.node.head().number + 1)
        return [block.base_fee for number in numbers if (block := self.node.block(number))]

    def mined(self, sender: str) -> Iterator[Mined]:
        """What a wallet has in the blocks since the start."""
        for number in range(self.first_block, self.node.head().number + 1):
            block = self.node.request("eth_getBlockByNumber", hex(number), True)
            for one in block["transactions"]:
                if one["from"] == sender.lower():
                    yield self._mined(one, int(block["baseFeePerGas"], 16))

    def _mined(self, one: dict, base_fee: int) -> Mined:
        receipt = self.node.request("eth_getTransactionReceipt", one["hash"])
        return Mined(
            tx_hash=one["hash"],
            nonce=int(one["nonce"], 16),
            ceiling=int(one["maxFeePerGas"], 16),
            gas_used=int(receipt["gasUsed"], 16),
            price=int(receipt["effectiveGasPrice"], 16),
            base_fee=base_fee,
            block_number=int(receipt["blockNumber"], 16),
        )


def check_fees(market: Market, mined: list[Mined], paid: int) -> None:
    """The base fee rose and fell, all was paid at it, and what was stuck went with a higher fee, same nonce."""
    fees = market.base_fees()
    steps = [after - before for before, after in itertools.pairwise(fees)]
    assert max(steps) > 0 > min(steps)
    assert max(fees) > 3 * min(fees[: fees.index(max(fees)) + 1]) // 2
    assert all(one.base_fee < one.price <= one.ceiling for one in mined)
    assert sum(one.gas_used * one.price for one in mined) == paid
    replaced = [one for one in mined if 10 * one.ceiling >= 11 * market.stuck.get(one.nonce, one.ceiling)]
    assert replaced
    assert len({one.nonce for one in mined}) == len(mined)
