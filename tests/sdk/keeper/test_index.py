import sqlite3
import time

import pytest

from passmanager.abi.events import SubscriptionStateChanged, Transfer, UsageCapSet
from passmanager.core.follower import BlockRef, Header, Position
from passmanager.core.state import Outcome
from passmanager.events import Progress
from passmanager.keeper.errors import IndexMismatch, UnreadableIndex
from passmanager.keeper.index import Index, Origin, Pair
from passmanager.models import EventLog
from passmanager.units import DAY, NATIVE, checksum
from tests.sdk.keeper.test_schedule import END, state

MANAGER, PASSES, ORGS = (checksum("0x" + digits * 20) for digits in ("11", "22", "33"))
BASE, END_BIT = state("auto_renew", end=0).word, 152
TIP = Header(number=10, hash="0xb10", parent="0xb9", timestamp=END)


def origin(**other) -> Origin:
    base = {"chain_id": 1, "manager": MANAGER, "product_pass": PASSES, "first_block": 1, "first_hash": "0xb1"}
    return Origin(**{**base, **other})


@pytest.fixture
def index(tmp_path):
    opened = Index(tmp_path / "index", origin())
    yield opened
    opened.close()


def log(event, block: int = 10, address: str = MANAGER) -> EventLog:
    return EventLog(
        event=event,
        address=address,
        block_number=block,
        block_hash=f"0xb{block}",
        transaction_hash="0x71",
        log_index=0,
    )


def changed_at(pass_id: int, end: int) -> SubscriptionStateChanged:
    """The same, made fast."""
    return SubscriptionStateChanged(product_pass_id=pass_id, product_id=1, state=BASE + (end << END_BIT))


def changed(pass_id: int, *on: str, **fields: int) -> SubscriptionStateChanged:
    word = state(*(on or ("auto_renew",)), **fields).word
    return SubscriptionStateChanged(product_pass_id=pass_id, product_id=1, state=word)


def told(index: Index, *logs: EventLog, dropped: tuple[BlockRef, ...] = (), floor: int = 5) -> bool:
    before = index.position
    tail = (BlockRef(before.next_block, f"0xb{before.next_block}"),)
    after = Position(before.next_block + 1, floor, tail)
    return index.apply(before, Progress(after, dropped, tuple(logs), TIP, caught_up=True))


def test_due_when_the_period_ends_and_over_when_the_grace_ends(index):
    told(index, log(changed(1)), log(changed(2, end=END + 5)))
    assert index.due(END - 1, 9) == []
    assert index.due(END, 9) == [Pair(1, 1)]
    assert (index.count_due(END), index.next_due()) == (1, END)
    assert index.due(END + 5, 9) == [Pair(1, 1), Pair(2, 1)]
    assert index.due(END + 5, 1) == [Pair(1, 1)]
    assert index.due(END + 3 * DAY, 9) == [Pair(2, 1)]


def test_a_new_word_replaces_the_schedule(index):
    told(index, log(changed(1)))
    told(index, log(changed(1, "auto_renew", "cancelled")))
    assert index.next_due() is None
    told(index, log(changed(1, end=END + 30)))
    assert index.next_due() == END + 30


def test_failures_wait_longer_each_time_and_nothing_is_dropped(index):
    told(index, log(changed(1)))
    index.failed(Pair(1, 1), Outcome.BALANCE_TOO_SMALL, END)
    assert (index.due(END, 9), index.next_due(), index.tries(Pair(1, 1))) == ([], END + 600, 1)
    index.failed(Pair(1, 1), Outcome.BALANCE_TOO_SMALL, END + 600)
    assert index.next_due() == END + 1_800
    told(index, log(changed(1)))
    assert (index.next_due(), index.tries(Pair(1, 1))) == (END, 0)


def test_a_new_cap_is_tried_at_once(index):
    told(index, log(changed(1, "usage")))
    index.failed(Pair(1, 1), Outcome.CAP_EXCEEDED, END)
    told(index, log(UsageCapSet(product_pass_id=1, product_id=1, holder=NATIVE, cap=9)))
    assert index.due(END + 1, 9) == [Pair(1, 1)]


def test_burned_passes_leave_the_schedule(index):
    told(index, log(changed(1)), log(changed(2)))
    told(index, log(Transfer(sender=MANAGER, receiver=NATIVE, token_id=1), address=PASSES))
    told(index, log(Transfer(sender=MANAGER, receiver=MANAGER, token_id=2), address=PASSES))
    told(index, log(Transfer(sender=MANAGER, receiver=NATIVE, token_id=2), address=ORGS))
    assert index.due(END, 9) == [Pair(2, 1)]
    index.failed(Pair(2, 1), Outcome.NO_SUCH_SUBSCRIPTION, END)
    assert index.next_due() is None


def test_what_a_replaced_block_changed_is_read_again(index):
    told(index, log(changed(1, end=END + 30), block=7), log(changed(2), block=3))
    told(index, log(Transfer(sender=MANAGER, receiver=NATIVE, token_id=1), block=8, address=PASSES))
    told(index, dropped=(BlockRef(8, "0xb8"), BlockRef(7, "0xb7"), BlockRef(3, "0xb3")))
    assert index.stale(9) == [Pair(1, 1)]
    index.refresh([(Pair(1, 1), changed(1).state)])
    assert (index.stale(9), index.due(END, 9)) == ([], [Pair(1, 1), Pair(2, 1)])


@pytest.mark.parametrize("outcome", [Outcome.NOT_DUE, Outcome.CANCELLED, Outcome.NO_CONSENT])
def test_the_chain_is_asked_when_it_does_not_agree(index, outcome):
    told(index, log(changed(1)))
    index.failed(Pair(1, 1), outcome, END)
    assert index.stale(9) == [Pair(1, 1)]
    index.refresh([(Pair(1, 1), changed(1).state)])
    assert (index.stale(9), index.next_due()) == ([], END + 60)


def test_only_one_of_two_writers_goes_on_from_a_position(index, tmp_path):
    other = Index(tmp_path / "index", origin())
    before = index.position
    after = Position(2, 1, (BlockRef(1, "0xb1"),))
    assert index.apply(before, Progress(after, (), (log(changed(1)),), TIP, caught_up=True))
    assert not other.apply(before, Progress(after, (), (log(changed(2)),), TIP, caught_up=True))
    assert other.due(END, 9) == [Pair(1, 1)]
    other.close()


def test_the_file_remembers(index, tmp_path):
    told(index, log(changed(1)))
    position = index.position
    index.close()
    again = Index(tmp_path / "index", origin())
    assert (again.position, again.due(END, 9)) == (position, [Pair(1, 1)])
    again.rebuild()
    assert (again.position, again.due(END, 9)) == (Position.start(1), [])
    again.close()


def test_a_development_chain_that_began_anew_is_read_anew(index, tmp_path):
    told(index, log(changed(1)))
    again = Index(tmp_path / "index", origin(first_hash="0xother"))
    assert again.position == Position.start(1)
    again.close()


def test_refused_when_the_file_is_of_another_deployment_or_no_index(index, tmp_path):
    with pytest.raises(IndexMismatch, match="chain 1,"):
        Index(tmp_path / "index", origin(chain_id=5))
    (tmp_path / "text").write_text("no database, but long enough to be taken for one" * 100)
    with pytest.raises(UnreadableIndex, match="Delete it"):
        Index(tmp_path / "text", origin())


# --- the work of a round grows with what is due, not with all subscriptions


def filled(path, count: int, due: int) -> Index:
    made = Index(path, origin())
    later = [log(changed_at(number, END + DAY + number), block=2) for number in range(due, count)]
    told(made, *(log(changed(number), block=2) for number in range(due)), *later, floor=9)
    return made


def steps_of_a_round(index: Index) -> int:
    """Instructions of SQLite's machine for finding what is due and noting what became of it."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    index._db.set_progress_handler(count, 1)
    while pairs := index.due(END, 100):
        index.postpone(pairs[::2], END + 60)
        for pair in pairs[1::2]:
            index.failed(pair, Outcome.BALANCE_TOO_SMALL, END)
    index.count_due(END)
    index.next_due()
    index._db.set_progress_handler(None, 1)
    return steps


def test_work_grows_with_what_is_due_and_not_with_all(tmp_path):
    steps, seconds = {}, {}
    for count, due in ((1_000, 50), (1_000, 500), (100_000, 50)):
        index = filled(tmp_path / f"{count}-{due}", count, due)
        start = time.perf_counter()
        steps[count, due] = steps_of_a_round(index)
        seconds[count, due] = time.perf_counter() - start
        index.close()
    assert steps[100_000, 50] < 1.1 * steps[1_000, 50], (steps, seconds)
    assert 5 < steps[1_000, 500] / steps[1_000, 50] < 12, (steps, seconds)


def test_no_question_reads_the_whole_table(index):
    questions = [
        "SELECT pass_id, product_id FROM items WHERE due <= 5 ORDER BY due LIMIT 9",
        "SELECT count(*) FROM items WHERE due <= 5",
        "SELECT min(due) FROM items WHERE due IS NOT NULL",
        "UPDATE items SET due = NULL WHERE due <= 5 AND until <= 5",
        "UPDATE items SET due = 5 WHERE pass_id = 1 AND product_id = 1 AND due IS NOT NULL",
        "UPDATE items SET due = NULL WHERE pass_id = 1",
        "SELECT pass_id, product_id FROM seen WHERE block_hash = '0xb1'",
        "DELETE FROM seen WHERE block_number < 5",
    ]
    with sqlite3.connect(index._path) as db:
        plans = {text: db.execute(f"EXPLAIN QUERY PLAN {text}").fetchall() for text in questions}
    db.close()
    assert all(row[3].startswith("SEARCH") for plan in plans.values() for row in plan), plans
