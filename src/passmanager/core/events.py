"""Logs of a node as events: found by their topic, read by decoders that are made once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from passmanager.abi.events import EVENTS
from passmanager.core.decoding import BadEncoding, decoder, topic_reader
from passmanager.models import Event, EventLog
from passmanager.units import checksum

Log = Mapping[str, Any]
"""A log as the node's JSON gives it."""

_Decode = Callable[[list[str], bytes], Event]


def _compile(kind: type[Event]) -> _Decode:
    """Reader of one kind of event, its indexed fields and its data put in the order of the ABI."""
    indexed = [(i, topic_reader(name)) for i, (name, is_indexed) in enumerate(kind.FIELDS) if is_indexed]
    plain = [i for i, (_, is_indexed) in enumerate(kind.FIELDS) if not is_indexed]
    read_data = decoder(tuple(kind.FIELDS[i][0] for i in plain))
    count = len(kind.FIELDS)

    def decode(topics: list[str], data: bytes) -> Event:
        raw: list[Any] = [None] * count
        for topic, (i, read) in zip(topics[1:], indexed, strict=True):
            raw[i] = read(topic)
        for i, value in zip(plain, read_data(data), strict=True):
            raw[i] = value
        return kind.from_abi(tuple(raw))

    return decode


_DECODERS: dict[tuple[str, int], _Decode] = {
    (f"0x{kind.TOPIC.hex()}", 1 + sum(is_indexed for _, is_indexed in kind.FIELDS)): _compile(kind) for kind in EVENTS
}


def topic_of(kind: type[Event]) -> str:
    """First topic of an event, for filters."""
    return f"0x{kind.TOPIC.hex()}"


def decode_event(topics: list[str], data: bytes) -> Event | None:
    """The event, or None if it is none of this system."""
    found = _DECODERS.get((topics[0], len(topics))) if topics else None
    if found is None:
        return None
    try:
        return found(topics, data)
    except BadEncoding:
        return None


def decode_log(log: Log) -> EventLog[Event] | None:
    """One log with its place on the chain, or None if it is no event of this system.

    Tokens emit events of the same names: ask for the logs of this system's addresses only.
    """
    event = decode_event(log["topics"], bytes.fromhex(log["data"][2:]))
    if event is None:
        return None
    return EventLog(
        event=event,
        address=checksum(log["address"]),
        block_number=int(log["blockNumber"], 16),
        block_hash=log["blockHash"],
        transaction_hash=log["transactionHash"],
        log_index=int(log["logIndex"], 16),
    )


def decode_logs(logs: Iterable[Log], addresses: Iterable[str]) -> tuple[EventLog[Event], ...]:
    """The events of contracts at `addresses`, in order."""
    ours = {address.lower() for address in addresses}
    found = (decode_log(log) for log in logs if log["address"].lower() in ours)
    return tuple(log for log in found if log is not None)
