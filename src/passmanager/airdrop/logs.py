"""Logs of one contract, picked by topics, over any range of blocks."""

import time
from collections.abc import Sequence
from typing import Any

from passmanager.core.ranges import Window, is_busy
from passmanager.errors import RpcError
from passmanager.node import Node
from passmanager.units import Address

Topics = Sequence[str | list[str] | None]
BUSY_TRIES = 6
BUSY_PAUSE_S = 1.0


def find_logs(
    node: Node, address: Address, topics: Topics, *, from_block: int, to_block: int | None = None
) -> list[dict[str, Any]]:
    """Logs in order, up to the latest block by default; reads as many blocks at once as the node allows.

    Raises:
        RpcError: The node refuses even a single block.
    """
    last = node.head().number if to_block is None else to_block
    window = Window()
    found: list[dict[str, Any]] = []
    busy = 0
    while from_block <= last:
        until = window.range_from(from_block, last)
        query = {"address": address, "topics": list(topics), "fromBlock": hex(from_block), "toBlock": hex(until)}
        try:
            logs = node.request("eth_getLogs", query)
        except RpcError as problem:
            busy += is_busy(problem)
            if busy > BUSY_TRIES or not (is_busy(problem) or window.failed(until - from_block + 1)):
                raise
            time.sleep(BUSY_PAUSE_S if is_busy(problem) else 0)
            continue
        window.worked(len(logs))
        found += logs
        from_block = until + 1
    return found
