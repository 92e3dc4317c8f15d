"""A node in memory whose newest blocks can be replaced, and that refuses what it is told to refuse."""

from typing import Any

from eth_utils import keccak

from passmanager.abi.events import Transfer
from passmanager.errors import NoNode, RpcError
from passmanager.models import Contracts
from passmanager.units import checksum
from tests.sdk.samples import log_of

CONTRACTS = Contracts(
    **{name: checksum("0x" + f"{number:02x}" * 20) for number, name in enumerate(Contracts.__slots__, 17)}
)
AT = CONTRACTS.product_pass


class FakeChain:
    """Answers like a node's client; `mine` and `replace` change the chain."""

    def __init__(self, *, most_blocks: int | None = None, most_logs: int | None = None) -> None:
        self.url = "a node in memory"
        self.blocks: list[dict[str, Any]] = []
        self.most_blocks, self.most_logs = most_blocks, most_logs
        self.problems: list[Exception] = []
        self.ranges: list[tuple[int, int]] = []
        self.visible: int | None = None
        self.serial = 0
        self.mine()

    # --- the chain

    def mine(self, *token_ids: int) -> str:
        self.serial += 1
        number = len(self.blocks)
        block_hash = "0x" + keccak(text=f"{number}/{self.serial}").hex()
        parent = self.blocks[-1]["hash"] if self.blocks else "0x" + "00" * 32
        logs = [self._log(number, block_hash, place, token_id) for place, token_id in enumerate(token_ids)]
        self.blocks.append({"number": number, "hash": block_hash, "parent": parent, "logs": logs})
        return block_hash

    def replace(self, depth: int, *instead: tuple[int, ...]) -> None:
        """The newest `depth` blocks go; blocks with these events come."""
        del self.blocks[len(self.blocks) - depth :]
        for token_ids in instead:
            self.mine(*token_ids)

    def events(self, first: int = 0) -> list[int]:
        return [int(log["topics"][3], 16) for block in self.blocks[first:] for log in block["logs"]]

    @staticmethod
    def _log(number: int, block_hash: str, place: int, token_id: int) -> dict[str, Any]:
        topics, data = log_of(Transfer, (AT, AT, token_id))
        return {
            "address": AT.lower(),
            "topics": topics,
            "data": f"0x{data.hex()}",
            "blockNumber": hex(number),
            "blockHash": block_hash,
            "transactionHash": "0x71",
            "logIndex": hex(place),
        }

    # --- the node

    def head(self) -> int:
        return len(self.blocks) - 1 if self.visible is None else self.visible

    def request(self, method: str, *params: Any) -> Any:
        methods = {
            "eth_getBlockByNumber": self.block_by_number,
            "eth_getBlockByHash": self.block_by_hash,
            "eth_getLogs": self.logs,
        }
        return methods[method](*params)

    def request_many(self, requests: list[tuple[str, tuple[Any, ...]]]) -> list[Any]:
        return [self._answer_or_error(method, params) for method, params in requests]

    def _answer_or_error(self, method: str, params: tuple[Any, ...]) -> Any:
        try:
            return self.request(method, *params)
        except RpcError as problem:
            return problem

    def block_by_number(self, block: str, _bodies: bool) -> Any:
        number = self.head() if block == "latest" else int(block, 16)
        return self._header(self.blocks[number]) if number <= self.head() else None

    def block_by_hash(self, block_hash: str, _bodies: bool) -> Any:
        return next((self._header(block) for block in self.blocks if block["hash"] == block_hash), None)

    def logs(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        if self.problems:
            raise self.problems.pop(0)
        if "blockHash" in query:
            found = [block["logs"] for block in self.blocks if block["hash"] == query["blockHash"]]
            if not found:
                raise RpcError(method="eth_getLogs", code=-32000, message="unknown block")
            return found[0]
        return self._logs_between(int(query["fromBlock"], 16), int(query["toBlock"], 16))

    def _logs_between(self, first: int, last: int) -> list[dict[str, Any]]:
        logs = [log for block in self.blocks[first : last + 1] for log in block["logs"]]
        too_far = self.most_blocks is not None and last - first + 1 > self.most_blocks
        if too_far or (self.most_logs is not None and len(logs) > self.most_logs):
            raise RpcError(method="eth_getLogs", code=-32005, message="query returned too much")
        self.ranges.append((first, last))
        return logs

    @staticmethod
    def _header(block: dict[str, Any]) -> dict[str, Any]:
        return {
            "number": hex(block["number"]),
            "hash": block["hash"],
            "parentHash": block["parent"],
            "timestamp": hex(1_700_000_000 + 12 * block["number"]),
        }


def busy() -> RpcError:
    return RpcError(method="eth_getLogs", code=-32005, message="Rate limit exceeded")


def no_answer() -> NoNode:
    return NoNode(url="a node in memory", problem="ReadTimeout")
