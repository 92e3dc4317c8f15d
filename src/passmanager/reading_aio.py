"""Reads of many values at once, all of one block, in as few requests as the node allows.

Where the chain has Multicall3 the calls are packed for it, elsewhere they are a JSON-RPC batch.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from passmanager.core.calls import Call
from passmanager.core.multicall import MULTICALL3, aggregate, needs_repeat, packs, settled, settled_alone
from passmanager.core.ranges import Window, is_busy
from passmanager.core.reading import LogQuery, Logs, Snapshot
from passmanager.errors import PassManagerError, RpcError, UnexpectedAnswer
from passmanager.node_aio import WIDE_BATCH, AsyncNode, block_id, header_of
from passmanager.units import BlockId

T = TypeVar("T")
BUSY_TRIES = 6


class AsyncReader:
    """Reads for the rooms of the client."""

    def __init__(self, node: AsyncNode, first_block: int = 0) -> None:
        """Logs are looked for from `first_block` on."""
        self._node = node
        self.first_block = first_block

    async def open(self, block: BlockId = "latest", queries: Sequence[LogQuery] = ()) -> tuple[Snapshot, list[Logs]]:
        """The block to read at, and the logs up to it; one request if the node gives the logs at once.

        Raises:
            UnexpectedAnswer: The node does not have the block.
            RpcError: The node refuses even the logs of single blocks.
            NoNode: No answer.
        """
        tag = block_id(block)
        requests: list[Any] = [("eth_getBlockByNumber", (tag, False)), ("eth_getCode", (MULTICALL3, tag))]
        requests += [("eth_getLogs", (query.fields(self.first_block, tag),)) for query in queries]
        header, code, *answers = await self._node.request_many(requests)
        snapshot = self._snapshot(block, header, code)
        logs: list[Logs] = []
        for query, answer in zip(queries, answers, strict=True):
            found = await self._walk(query, snapshot.number) if isinstance(answer, RpcError) else answer
            logs.append(query.decoded(found, snapshot.number))
        return snapshot, logs

    def _snapshot(self, block: BlockId, header: Any, code: Any) -> Snapshot:
        for answer in (header, code):
            if isinstance(answer, RpcError):
                raise answer
        found = header_of(header)
        if found is None:
            raise UnexpectedAnswer(what=self._node.url, answer=f"no block {block}")
        return Snapshot(number=found.number, timestamp=found.timestamp, packs=len(code) > len("0x"))

    async def logs(self, snapshot: Snapshot, queries: Sequence[LogQuery]) -> list[Logs]:
        """Logs up to the block, read range by range.

        Raises:
            RpcError: The node refuses even single blocks.
        """
        return [query.decoded(await self._walk(query, snapshot.number), snapshot.number) for query in queries]

    async def _walk(self, query: LogQuery, last: int) -> list[Any]:
        """All at once was too much: as many blocks at a time as the node gives."""
        window, first, pauses = Window(), self.first_block, 0
        found: list[Any] = []
        while first <= last:
            until = window.range_from(first, last)
            try:
                part = await self._node.request("eth_getLogs", query.fields(first, hex(until)))
            except RpcError as problem:
                if is_busy(problem) and pauses < BUSY_TRIES:
                    await asyncio.sleep(0.25 * 2**pauses)
                    pauses += 1
                elif is_busy(problem) or not window.failed(until - first + 1):
                    raise
                continue
            window.worked(len(part))
            found += part
            first = until + 1
        return found

    async def read(self, snapshot: Snapshot, calls: Sequence[Call[T]]) -> list[T]:
        """The answers of views, in their order.

        Raises:
            ContractError: One of the contracts refuses.
            PassManagerError: One of them has no answer; the first is raised.
        """
        values: list[T] = []
        for value in await self.read_each(snapshot, calls):
            if isinstance(value, PassManagerError):
                raise value
            values.append(value)
        return values

    async def read_each(self, snapshot: Snapshot, calls: Sequence[Call[T]]) -> list[T | PassManagerError]:
        """The answers of views, in their order; where there is none, the error that says why.

        Raises:
            NoNode: No answer at all.
        """
        if not snapshot.packs:
            return await self._alone(snapshot, calls)
        answers = await self._packed(snapshot, calls)
        missing = [number for number, answer in enumerate(answers) if answer is None or needs_repeat(answer)]
        again = dict(zip(missing, await self._alone(snapshot, [calls[i] for i in missing]), strict=True))
        return [
            again[i] if answer is None or i in again else settled(calls[i], succeeded=answer[0], data=answer[1])
            for i, answer in enumerate(answers)
        ]

    async def _packed(self, snapshot: Snapshot, calls: Sequence[Call[Any]]) -> list[tuple[bool, bytes] | None]:
        """The answers of all packs; None for the calls of a pack that the node did not do."""
        groups = packs(calls)
        outer = [aggregate(group) for group in groups]
        found: list[tuple[bool, bytes] | None] = []
        for group, answer in zip(groups, await self._alone(snapshot, outer), strict=True):
            done = isinstance(answer, list) and len(answer) == len(group)
            found += answer if done and isinstance(answer, list) else [None] * len(group)
        return found

    async def _alone(self, snapshot: Snapshot, calls: Sequence[Call[T]]) -> list[T | PassManagerError]:
        if not calls:
            return []
        number = block_id(snapshot.number)
        requests = [("eth_call", ({"to": call.to, "data": f"0x{call.data.hex()}"}, number)) for call in calls]
        answers = await self._node.request_many(requests, batch=WIDE_BATCH)
        return [settled_alone(call, answer) for call, answer in zip(calls, answers, strict=True)]
