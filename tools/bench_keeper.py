"""The keeper's work on its index, for few and for many subscriptions, with the same number due.

Usage: python tools/bench_keeper.py [--due N]
A round finds what is due, puts half of it to its next period, as the events of renewals do, and half off.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from passmanager.abi.events import SubscriptionStateChanged
from passmanager.core.follower import BlockRef, Header, Position
from passmanager.core.state import ItemState, Outcome
from passmanager.events import Progress
from passmanager.keeper.index import Index, Origin
from passmanager.models import Event, EventLog
from passmanager.units import DAY, NATIVE

END = 1_800_000_000
END_BIT = 152  # of the item's word
SIZES = (1_000, 100_000)
ROUNDS = 7
MOST = 2.0  # times as long may a round take with a hundred times as many subscriptions
ITEM = ItemState(
    pricing_id=1,
    next_product_id=0,
    quantity=0,
    start=END - 30 * DAY,
    end=0,
    rate=10**8,
    coupon_bps=0,
    coupon_renewals_left=0,
    grace_days=3,
    auto_renew=True,
    cancelled=False,
    paused=False,
    revoked=False,
    one_time=False,
    usage=False,
    native=False,
    transferable=True,
    pausable=True,
    billed=False,
).word


def told(index: Index, ends: dict[int, int]) -> None:
    """One block in which these passes get these ends."""
    before = index.position
    number = before.next_block
    logs = tuple(log(number, pass_id, end) for pass_id, end in ends.items())
    after = Position(number + 1, number + 1, (BlockRef(number, f"0x{number:x}"),))
    tip = Header(number=number, hash=f"0x{number:x}", parent="0x", timestamp=END)
    index.apply(before, Progress(after, (), logs, tip, caught_up=True))


def log(block: int, pass_id: int, end: int) -> EventLog[Event]:
    event = SubscriptionStateChanged(product_pass_id=pass_id, product_id=1, state=ITEM | end << END_BIT)
    return EventLog(
        event=event, address=NATIVE, block_number=block, block_hash="0x", transaction_hash="0x", log_index=0
    )


def one_round(index: Index, now: int) -> int:
    done = 0
    while pairs := index.due(now, 100):
        renewed, failing = pairs[::2], pairs[1::2]
        index.postpone(renewed, now + 60)
        for pair in failing:
            index.failed(pair, Outcome.BALANCE_TOO_SMALL, now)
        told(index, dict.fromkeys((pair.pass_id for pair in renewed), now + 30 * DAY))
        done += len(pairs)
    return done


def seconds_of_a_round(folder: Path, size: int, due: int) -> float:
    origin = Origin(chain_id=1, manager=NATIVE, product_pass=NATIVE, first_block=1, first_hash="0x1")
    index = Index(folder / f"{size}.sqlite", origin)
    told(index, {number: END if number < due else END + DAY + number for number in range(size)})
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        done = one_round(index, END)
        times.append(time.perf_counter() - start)
        if done != due:
            sys.exit(f"{done} were found, {due} are due")
        told(index, dict.fromkeys(range(due), END))
    index.close()
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--due", type=int, default=200)
    due = parser.parse_args().due
    with tempfile.TemporaryDirectory() as folder:
        times = {size: seconds_of_a_round(Path(folder), size, due) for size in SIZES}
    for size, seconds in times.items():
        print(f"{size:>8,} subscriptions, {due} due: {1_000 * seconds:7.1f} ms a round")
    factor = times[SIZES[-1]] / times[SIZES[0]]
    print(f"{factor:.2f} times as long; at most {MOST:g} are allowed")
    sys.exit(factor > MOST)


if __name__ == "__main__":
    main()
