"""Decoding events: this package against web3.py's `process_log`, on the same logs, in one run.

Usage: python tools/bench_events.py [--logs N] [--at-least X]
Both start at the logs as the node's JSON gives them. web3.py's own formatting of an answer, without which
`process_log` cannot work, is measured apart and not counted against it.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, cast

from eth_abi.abi import encode
from web3 import Web3
from web3._utils.method_formatters import log_entry_formatter

from passmanager.abi import artifact
from passmanager.abi.events import (
    PaymentReceived,
    ProductsPurchased,
    SubscriptionRenewed,
    SubscriptionStateChanged,
    Transfer,
)
from passmanager.core.events import decode_logs
from passmanager.models import Event
from passmanager.units import checksum

# What a shop with many subscriptions emits: event, contract, share of all logs.
MIX: list[tuple[type[Event], str, int]] = [
    (SubscriptionStateChanged, "PurchaseManager", 35),
    (SubscriptionRenewed, "PurchaseManager", 25),
    (PaymentReceived, "PaymentEscrow", 25),
    (Transfer, "ProductPass", 10),
    (ProductsPurchased, "PurchaseManager", 5),
]
WALLETS = 2_000
AT = {name: checksum(f"0x{number:040x}") for number, (_, name, _) in enumerate(MIX, 0x1000)}
ROUNDS = 3


def made_logs(count: int) -> list[dict[str, Any]]:
    """Logs with random values, the same in each run."""
    chance = random.Random(7)  # noqa: S311 - no secret
    wallets = [f"0x{chance.getrandbits(160):040x}" for _ in range(WALLETS)]
    kinds = chance.choices(MIX, [share for _, _, share in MIX], k=count)
    return [log_of(place, kind, AT[name], chance, wallets) for place, (kind, name, _) in enumerate(kinds)]


def log_of(place: int, kind: type[Event], at: str, chance: random.Random, wallets: list[str]) -> dict[str, Any]:
    values = [(name, is_indexed, value_of(name, chance, wallets)) for name, is_indexed in kind.FIELDS]
    topics = [kind.TOPIC, *(encode([name], [value]) for name, is_indexed, value in values if is_indexed)]
    plain = [(name, value) for name, is_indexed, value in values if not is_indexed]
    return {
        "address": at.lower(),
        "topics": [f"0x{topic.hex()}" for topic in topics],
        "data": f"0x{encode([name for name, _ in plain], [value for _, value in plain]).hex()}",
        "blockNumber": hex(20_000_000 + place // 100),
        "blockHash": f"0x{place // 100:064x}",
        "transactionHash": f"0x{place:064x}",
        "transactionIndex": hex(place % 100),
        "logIndex": hex(place % 100),
        "removed": False,
    }


def value_of(kind: str, chance: random.Random, wallets: list[str]) -> Any:
    if kind.endswith("[]"):
        return [value_of(kind[:-2], chance, wallets) for _ in range(chance.randint(1, 4))]
    if kind == "address":
        return chance.choice(wallets)
    if kind == "bytes32":
        return chance.randbytes(32)
    return bool(chance.getrandbits(1)) if kind == "bool" else chance.getrandbits(64)


def ours(logs: list[dict[str, Any]]) -> list[Any]:
    return [log.event for log in decode_logs(logs, AT.values())]


def web3_events() -> dict[str, Any]:
    """web3.py's event objects by topic, looked up once."""
    w3 = Web3()
    found: dict[str, Any] = {}
    for kind, name, _ in MIX:
        contract = w3.eth.contract(address=AT[name], abi=artifact(name)["abi"])
        found[f"0x{kind.TOPIC.hex()}"] = contract.events[kind.__name__]()
    return found


def best(run: Callable[[], list[Any]]) -> tuple[float, list[Any]]:
    """Seconds of the fastest of some runs, and the result."""
    found: list[Any] = []
    times: list[float] = []
    for _ in range(ROUNDS):
        checksum.cache_clear()
        start = time.perf_counter()
        found = run()
        times.append(time.perf_counter() - start)
    return min(times), found


def differences(events: list[Event], processed: list[Any]) -> Iterator[str]:
    for mine, theirs in zip(events, processed, strict=True):
        values = [getattr(mine, field.name) for field in fields(cast(Any, mine))]
        if [plain(value) for value in values] != [plain(value) for value in theirs["args"].values()]:
            yield f"{mine} is not {theirs['args']}"


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=int, default=20_000)
    parser.add_argument("--at-least", type=float, default=5.0)
    options = parser.parse_args()
    logs = made_logs(options.logs)
    formatted = [log_entry_formatter(log) for log in logs]
    by_topic = web3_events()
    topics = [log["topics"][0] for log in logs]
    our_time, events = best(lambda: ours(logs))
    their_time, processed = best(
        lambda: [by_topic[topic].process_log(log) for topic, log in zip(topics, formatted, strict=True)]
    )
    wrong = next(differences(events, processed), None)
    factor = their_time / our_time
    print(f"{len(logs):,} logs, {WALLETS:,} wallets, best of {ROUNDS}")
    print(f"passmanager  {our_time:7.3f} s  {len(logs) / our_time:10,.0f} logs/s  from the node's JSON")
    print(f"process_log  {their_time:7.3f} s  {len(logs) / their_time:10,.0f} logs/s  from logs web3.py has formatted")
    print(f"{factor:.1f} times as fast; at least {options.at_least:g} are asked for")
    if wrong is not None:
        print(f"DIFFERENT VALUES: {wrong}")
    sys.exit(wrong is not None or factor < options.at_least)


if __name__ == "__main__":
    main()
