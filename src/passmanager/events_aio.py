"""Events of the seven contracts: those of the past, and those to come while the newest blocks may be replaced."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from passmanager.core.events import decode_logs, topic_of
from passmanager.core.follower import (
    HORIZON,
    BlockRef,
    Header,
    Position,
    ReadBlocks,
    ReadRange,
    Rewind,
    check_anchor,
    linked,
    plan,
    read_blocks,
    read_range,
)
from passmanager.core.ranges import Window, is_busy
from passmanager.errors import BadArgument, NoNode, RpcError, UnexpectedAnswer
from passmanager.models import Contracts, Event, EventLog, Orphaned
from passmanager.node_aio import AsyncNode, block_id
from passmanager.units import BlockId

BUSY_TRIES = 6
Kinds = Sequence[type[Event]]
Logs = tuple[EventLog[Event], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a follower.

    Attributes:
        position: Where to go on; store it together with what was made of the rest.
        dropped: Blocks that are no longer on the chain, the newest first.
        logs: Events of the blocks that were read, in order.
        tip: The newest block that has the confirmations asked for.
        caught_up: There is nothing more to read now.
    """

    position: Position
    dropped: tuple[BlockRef, ...]
    logs: Logs
    tip: Header
    caught_up: bool


class AsyncEvents:
    """The events of one deployment."""

    def __init__(self, node: AsyncNode, contracts: Contracts) -> None:
        """Reads the logs of these contracts only; tokens emit events of the same names."""
        self._node = node
        self._addresses = list(contracts.all().values())
        self.window = Window()

    async def history(
        self, from_block: int, to_block: BlockId = "latest", *, kinds: Kinds = ()
    ) -> AsyncIterator[EventLog[Event]]:
        """All events in a range of blocks, in order; reads as many blocks at once as the node allows.

        Args:
            from_block: First block.
            to_block: Last block; one of the tags means where it is at the first step.
            kinds: Classes of `passmanager.abi.events`; all if none is given.

        Raises:
            RpcError: The node refuses even single blocks.
            NoNode: No answer.
        """
        last = to_block if isinstance(to_block, int) else (await self._require_header(to_block)).number
        while from_block <= last:
            until, logs = await self._range(from_block, last, kinds)
            for log in logs:
                yield log
            from_block = until + 1

    async def follow(
        self,
        *,
        from_block: int | None = None,
        confirmations: int = 1,
        kinds: Kinds = (),
        horizon: int = HORIZON,
        poll_seconds: float = 2.0,
        patience_seconds: float = 300.0,
    ) -> AsyncIterator[EventLog[Event] | Orphaned]:
        """Events as they come, without end; `Orphaned` takes one back whose block was replaced.

        Args:
            from_block: First block; by default the next one.
            confirmations: An event is told when its block and the ones on top of it are so many; 1 = at once.
            kinds: Classes of `passmanager.abi.events`; all if none is given.
            horizon: Blocks that may be replaced; those further down are read in ranges and never taken back.
            poll_seconds: Pause when there is nothing new.
            patience_seconds: How long a node that does not answer is waited for.

        Raises:
            ReorgTooDeep: More blocks were replaced than the horizon has.
            NoNode: No answer for longer than `patience_seconds`.
            RpcError: The node refuses even single blocks.
        """
        tip = await self._tip(confirmations)
        position = Position.start(tip.number + 1 if from_block is None else from_block)
        told: dict[str, list[EventLog[Event]]] = {}
        answered = time.monotonic()
        while True:
            try:
                step = await self.step(position, confirmations=confirmations, kinds=kinds, horizon=horizon)
            except NoNode:
                if time.monotonic() - answered > patience_seconds:
                    raise
                await asyncio.sleep(poll_seconds)
                continue
            for block in step.dropped:
                for log in reversed(told.pop(block.hash, [])):
                    yield Orphaned(log)
            for log in step.logs:
                told.setdefault(log.block_hash, []).append(log)
                yield log
            position = step.position
            open_blocks = {block.hash for block in position.tail}
            told = {block: logs for block, logs in told.items() if block in open_blocks}
            if step.caught_up:
                await asyncio.sleep(poll_seconds)
            answered = time.monotonic()

    async def step(
        self, position: Position, *, confirmations: int = 1, kinds: Kinds = (), horizon: int = HORIZON
    ) -> Progress:
        """The next step from a position: for programs that store positions themselves.

        Raises:
            ReorgTooDeep: More blocks were replaced than the horizon has.
            NoNode: No answer.
            RpcError: The node refuses even single blocks.
        """
        tip = await self._tip(confirmations)
        task = plan(position, tip, horizon)
        if isinstance(task, ReadRange):
            return await self._read_range(position, task, kinds, tip)
        if isinstance(task, ReadBlocks):
            return await self._read_blocks(position, task, kinds, tip, horizon)
        if isinstance(task, Rewind):
            return Progress(task.position, task.dropped, (), tip, caught_up=False)
        return Progress(position, (), (), tip, caught_up=True)

    # --- far below the tip

    async def _read_range(self, position: Position, task: ReadRange, kinds: Kinds, tip: Header) -> Progress:
        if position.tail:
            (anchor,) = await self._headers([position.tail[-1].number])
            back = check_anchor(position, anchor)
            if back is not None:
                return Progress(back.position, back.dropped, (), tip, caught_up=False)
        until, logs = await self._range(task.first, task.last, kinds)
        last = await self._require_header(until)
        return Progress(read_range(last), (), logs, tip, caught_up=False)

    async def _range(self, first: int, last: int, kinds: Kinds) -> tuple[int, Logs]:
        """Events from `first` on, as far as the node lets one read at once; and how far that was."""
        pauses = 0
        while True:
            until = self.window.range_from(first, last)
            try:
                logs = await self._logs({"fromBlock": block_id(first), "toBlock": block_id(until)}, kinds)
            except RpcError as problem:
                if is_busy(problem) and pauses < BUSY_TRIES:
                    await asyncio.sleep(0.25 * 2**pauses)
                    pauses += 1
                elif is_busy(problem) or not self.window.failed(until - first + 1):
                    raise
            except NoNode:
                await self._node.head()  # it is there, so the range was too much for it
                if not self.window.failed(until - first + 1):
                    raise
            else:
                self.window.worked(len(logs))
                return until, logs

    # --- near the tip

    async def _read_blocks(
        self, position: Position, task: ReadBlocks, kinds: Kinds, tip: Header, horizon: int
    ) -> Progress:
        found = linked(position, await self._headers(range(task.first, task.last + 1)))
        if isinstance(found, Rewind):
            return Progress(found.position, found.dropped, (), tip, caught_up=False)
        headers, logs = await self._logs_of(found, kinds)
        after = read_blocks(position, headers, tip, horizon)
        return Progress(after, (), logs, tip, caught_up=not headers or after.next_block > tip.number)

    async def _logs_of(self, headers: list[Header], kinds: Kinds) -> tuple[list[Header], Logs]:
        """Events of blocks, by their hashes; stops before a block that was replaced meanwhile."""
        queries = [("eth_getLogs", (self._query({"blockHash": header.hash}, kinds),)) for header in headers]
        answers = await self._node.request_many(queries)
        logs: Logs = ()
        for count, (header, answer) in enumerate(zip(headers, answers, strict=True)):
            if isinstance(answer, RpcError):
                if not count and await self._node.request("eth_getBlockByHash", header.hash, False):  # noqa: FBT003
                    raise answer
                return headers[:count], logs
            logs += self._decoded(answer)
        return headers, logs

    # --- requests

    async def _tip(self, confirmations: int) -> Header:
        if confirmations < 1:
            raise BadArgument(function="events", problem=f"confirmations is {confirmations}, but must be at least 1")
        head = await self._require_header("latest")
        return head if confirmations == 1 else await self._require_header(max(head.number - confirmations + 1, 0))

    async def _require_header(self, block: BlockId) -> Header:
        (found,) = await self._headers([block])
        if found is None:
            raise UnexpectedAnswer(what=self._node.url, answer=f"no block {block}")
        return found

    async def _headers(self, blocks: Sequence[BlockId]) -> list[Header | None]:
        requests = [("eth_getBlockByNumber", (block_id(block), False)) for block in blocks]
        answers = await self._node.request_many(requests)
        for answer in answers:
            if isinstance(answer, RpcError):
                raise answer
        return [Header.from_rpc(answer) for answer in answers]

    async def _logs(self, where: dict[str, Any], kinds: Kinds) -> Logs:
        return self._decoded(await self._node.request("eth_getLogs", self._query(where, kinds)))

    def _query(self, where: dict[str, Any], kinds: Kinds) -> dict[str, Any]:
        topics = {"topics": [[topic_of(kind) for kind in kinds]]} if kinds else {}
        return {"address": self._addresses, **where, **topics}

    def _decoded(self, logs: Any) -> Logs:
        return decode_logs(logs, self._addresses)
