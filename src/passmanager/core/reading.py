"""What a read is made of: the block it is of, and the logs it looks for. No network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from passmanager.core.events import decode_logs, topic_of
from passmanager.models import Event, EventLog
from passmanager.units import Address

Logs = Sequence[EventLog[Event]]
Topic = int | Address | Sequence[int] | None
"""What an indexed field has to be: one value, one of several, or anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The block that all parts of a read are of.

    Attributes:
        number: Its number.
        timestamp: Its unix seconds; statuses are those of this second.
        packs: The chain has Multicall3 at this block.
    """

    number: int
    timestamp: int
    packs: bool


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Logs of one contract: of these kinds, with these indexed fields."""

    address: Address
    kinds: Sequence[type[Event]]
    topics: Sequence[Topic] = ()

    def fields(self, first: int, last: str) -> dict[str, Any]:
        """As `eth_getLogs` takes it."""
        topics = [[topic_of(kind) for kind in self.kinds], *map(_words, self.topics)]
        return {"address": self.address, "topics": topics, "fromBlock": hex(first), "toBlock": last}

    def decoded(self, logs: Iterable[Any], last: int) -> Logs:
        """The events in order, up to block `last`."""
        return [log for log in decode_logs(logs, [self.address]) if log.block_number <= last]


def in_order(logs: Iterable[EventLog[Event]]) -> Logs:
    """As they are on the chain."""
    return sorted(logs, key=lambda log: (log.block_number, log.log_index))


def _words(topic: Topic) -> str | list[str] | None:
    if topic is None:
        return None
    if isinstance(topic, str):
        return f"0x{topic[2:].lower():0>64}"
    return f"0x{topic:064x}" if isinstance(topic, int) else [f"0x{value:064x}" for value in topic]
