"""Follows a chain whose newest blocks may be replaced: a state machine of block hashes, without network.

A `Position` says which block is read next, and knows the hashes of the blocks before it that may still
vanish. `plan` compares it with the chain's tip and says what to do: wait, read a range far below the tip,
read single blocks near it, or go back because a block was replaced. Whoever reads hands the answer in
with `read_range` and `read_blocks` and gets the next position. A position can be stored as JSON, in the
same transaction as what was made of the events.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from passmanager.errors import ReorgTooDeep

HORIZON = 128  # blocks below the tip that are read one by one and may still be replaced
AT_ONCE = 50  # single blocks in one step


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block that is known by its hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """As much of a block's header as is needed to follow."""

    number: int
    hash: str
    parent: str
    timestamp: int

    @classmethod
    def from_rpc(cls, answer: Mapping[str, Any] | None) -> "Header | None":
        """From the node's JSON; None if the node does not have the block."""
        if not answer:
            return None
        return cls(
            number=int(answer["number"], 16),
            hash=answer["hash"],
            parent=answer["parentHash"],
            timestamp=int(answer["timestamp"], 16),
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader of the chain is.

    Attributes:
        next_block: The block to read next.
        floor: Blocks below are settled: they are never read again.
        tail: The blocks before the next one that may still be replaced, and one settled before them if known.
    """

    next_block: int
    floor: int
    tail: tuple[BlockRef, ...] = ()

    @classmethod
    def start(cls, block: int) -> Self:
        """Before the first block to be read."""
        return cls(next_block=block, floor=block)

    def to_json(self) -> str:
        """For a file or a database."""
        return json.dumps([self.next_block, self.floor, [[block.number, block.hash] for block in self.tail]])

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` made."""
        next_block, floor, tail = json.loads(text)
        return cls(next_block, floor, tuple(BlockRef(number, of) for number, of in tail))

    def known(self, number: int) -> str | None:
        """Hash of a block in the tail."""
        return next((block.hash for block in reversed(self.tail) if block.number == number), None)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to read."""


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Settled blocks, to be read by their numbers; at most up to `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """Blocks near the tip, to be read by their hashes."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rewind:
    """Blocks were replaced: the position before them, and they, the newest first."""

    position: Position
    dropped: tuple[BlockRef, ...]


def plan(position: Position, tip: Header, horizon: int = HORIZON) -> Wait | ReadRange | ReadBlocks | Rewind:
    """What to do next.

    A tip below the position is another chain only if its hash differs; else the node lags, and it is waited for.

    Raises:
        ReorgTooDeep: A block was replaced that was taken as settled.
    """
    if tip.number < position.next_block:
        known = position.known(tip.number)
        return Wait() if known in (None, tip.hash) else rewind(position, tip.number, found=tip.hash)
    settled = tip.number - horizon
    if position.next_block <= settled:
        return ReadRange(position.next_block, settled)
    return ReadBlocks(position.next_block, min(tip.number, position.next_block + AT_ONCE - 1))


def rewind(position: Position, number: int, *, found: str) -> Rewind:
    """Drops the blocks from `number` on; `found` is the hash that is there now.

    Raises:
        ReorgTooDeep: One of them was taken as settled.
    """
    dropped = tuple(block for block in reversed(position.tail) if block.number >= number)
    deepest = dropped[-1]
    if deepest.number < position.floor:
        raise ReorgTooDeep(block_number=deepest.number, expected=deepest.hash, found=found)
    tail = position.tail[: len(position.tail) - len(dropped)]
    return Rewind(replace(position, next_block=deepest.number, tail=tail), dropped)


def check_anchor(position: Position, anchor: Header | None) -> Rewind | None:
    """Before a range: is the newest block of the tail still there? `anchor` is the one with its number now.

    Raises:
        ReorgTooDeep: It is another one, and it was taken as settled.
    """
    if not position.tail or anchor is None or anchor.hash == position.tail[-1].hash:
        return None
    return rewind(position, position.tail[-1].number, found=anchor.hash)


def read_range(last: Header) -> Position:
    """The position after a range of settled blocks that ended with `last`."""
    return Position(last.number + 1, last.number + 1, (BlockRef(last.number, last.hash),))


def linked(position: Position, headers: Sequence[Header | None]) -> Rewind | list[Header]:
    """The headers that follow on each other and on the position; a rewind if already the first does not.

    The chain may change while headers are read one by one, so the rest waits for the next step.

    Raises:
        ReorgTooDeep: The first does not follow on a block that was taken as settled.
    """
    before = position.tail[-1] if position.tail else None
    found: list[Header] = []
    for number, header in enumerate(headers, position.next_block):
        if header is None or header.number != number:
            break
        if before is not None and header.parent != before.hash:
            return found or rewind(position, before.number, found=header.parent)
        found.append(header)
        before = BlockRef(header.number, header.hash)
    return found


def read_blocks(position: Position, headers: Sequence[Header], tip: Header, horizon: int = HORIZON) -> Position:
    """The position after single blocks; what lies deeper than the horizon is settled now."""
    tail = (*position.tail, *(BlockRef(header.number, header.hash) for header in headers))
    settled = sum(block.number <= tip.number - horizon for block in tail)
    floor = position.floor if not settled else max(position.floor, tail[settled - 1].number + 1)
    return Position(tail[-1].number + 1 if tail else position.next_block, floor, tail[max(settled - 1, 0) :])
