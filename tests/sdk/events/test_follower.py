"""The follower on a chain in memory, whose blocks are replaced at random."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passmanager.core.follower import Position
from passmanager.errors import BadArgument, NoNode, ReorgTooDeep, RpcError
from passmanager.events import Events
from passmanager.models import Orphaned
from tests.sdk.events.fake_chain import CONTRACTS, FakeChain, no_answer


class Reader:
    """Keeps what the steps tell, as a program with a database would."""

    def __init__(self, chain: FakeChain, *, horizon: int = 8, confirmations: int = 1, start: int = 0) -> None:
        self.events = Events(chain, CONTRACTS)
        self.options = {"horizon": horizon, "confirmations": confirmations}
        self.position = Position.start(start)
        self.blocks: dict[str, list[int]] = {}
        self.dropped = 0

    def step(self) -> bool:
        done = self.events.step(Position.from_json(self.position.to_json()), **self.options)
        for block in done.dropped:
            self.blocks.pop(block.hash, None)
            self.dropped += 1
        for log in done.logs:
            self.blocks.setdefault(log.block_hash, []).append(log.event.token_id)
        self.position = done.position
        return done.caught_up

    def catch_up(self) -> list[int]:
        while not self.step():
            pass
        return self.seen

    @property
    def seen(self) -> list[int]:
        return [token_id for block in self.blocks.values() for token_id in block]


def chain_of(blocks: int) -> FakeChain:
    chain = FakeChain()
    for number in range(1, blocks + 1):
        chain.mine(number)
    return chain


@pytest.mark.parametrize("blocks", [0, 5, 8, 9, 60, 200])
def test_all_events_are_told_when_far_behind(blocks):
    chain = chain_of(blocks)
    assert Reader(chain).catch_up() == chain.events()


def test_events_of_replaced_blocks_are_taken_back():
    chain = chain_of(20)
    reader = Reader(chain)
    reader.catch_up()
    chain.replace(5, (16,), (), (118,), (119,), (120,))
    assert reader.catch_up() == chain.events()
    assert reader.dropped == 5


def test_a_chain_of_the_same_height_is_noticed():
    chain = chain_of(20)
    reader = Reader(chain)
    reader.catch_up()
    chain.replace(1, (99,))
    assert reader.catch_up()[-1] == 99


def test_a_lagging_node_takes_nothing_back():
    chain = chain_of(20)
    reader = Reader(chain)
    reader.catch_up()
    for chain.visible in (19, 15, 3):
        assert reader.catch_up() == chain.events()
    assert reader.dropped == 0


def test_a_shorter_chain_with_other_blocks_takes_back():
    chain = chain_of(20)
    reader = Reader(chain)
    reader.catch_up()
    chain.replace(4, (117,), (118,))
    assert reader.catch_up() == chain.events()


def test_replaced_while_away():
    chain = chain_of(20)
    reader = Reader(chain)
    reader.catch_up()
    chain.replace(3, *((100 + n,) for n in range(50)))
    assert reader.catch_up() == chain.events()


def test_refused_when_settled_blocks_are_replaced():
    chain = chain_of(40)
    reader = Reader(chain, horizon=4)
    reader.catch_up()
    chain.replace(10, *((n,) for n in range(20)))
    with pytest.raises(ReorgTooDeep, match="larger horizon"):
        reader.catch_up()


def test_the_first_block_that_was_asked_for_may_be_replaced():
    chain = chain_of(20)
    reader = Reader(chain, start=20)
    reader.catch_up()
    chain.replace(2, (119,), (120,))
    assert reader.catch_up() == [120]


def test_a_block_that_vanishes_between_two_requests_is_read_later(monkeypatch):
    chain = chain_of(6)
    reader = Reader(chain)
    read_header, replaced = chain.block_by_number, iter([True])

    def header_then_replace(block, bodies):
        found = read_header(block, bodies)
        if block == hex(6) and next(replaced, False):
            chain.replace(3, (104,), (105,), (106,))
        return found

    monkeypatch.setattr(chain, "block_by_number", header_then_replace)
    assert reader.catch_up() == chain.events()


def test_refused_when_the_node_has_the_block_but_not_its_logs():
    chain = chain_of(3)
    chain.problems = [RpcError(method="eth_getLogs", code=-32601, message="blockHash is not supported")]
    with pytest.raises(RpcError, match="not supported"):
        Reader(chain).step()


def test_events_wait_for_their_confirmations():
    chain = chain_of(3)
    reader = Reader(chain, confirmations=3)
    assert reader.catch_up() == [1]
    chain.replace(2, (102,), (103,))
    chain.mine()
    assert reader.catch_up() == [1, 102]
    assert reader.dropped == 0
    with pytest.raises(BadArgument, match="at least 1"):
        Events(chain, CONTRACTS).step(Position.start(0), confirmations=0)


CHANGES = st.one_of(
    st.tuples(st.just("mine"), st.integers(1, 12)),
    st.tuples(st.just("replace"), st.integers(1, 7), st.integers(0, 9)),
    st.tuples(st.just("step"), st.integers(1, 4)),
    st.tuples(st.just("lag"), st.integers(0, 5)),
)


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(CHANGES, max_size=40), confirmations=st.integers(1, 3), start=st.integers(0, 5))
def test_what_is_told_is_what_the_chain_has_when_blocks_are_replaced_at_random(changes, confirmations, start):
    chain, ids, highest = chain_of(5), itertools.count(1_000), 5
    reader = Reader(chain, horizon=8, confirmations=confirmations, start=start)
    for kind, *numbers in changes:
        chain.visible = None
        if kind == "mine":
            for _ in range(numbers[0]):
                chain.mine(next(ids))
        elif kind == "replace":
            depth = min(numbers[0], chain.head() - max(0, highest - 8))  # settled blocks stay
            if depth > 0:
                chain.replace(depth, *((next(ids),) for _ in range(numbers[1])))
        elif kind == "lag":
            chain.visible = max(chain.head() - numbers[0], 0)
            reader.step()
        else:
            for _ in range(numbers[0]):
                reader.step()
        highest = max(highest, len(chain.blocks) - 1)
    chain.visible = None
    for _ in range(20):
        chain.mine(next(ids))
    told = reader.catch_up()
    assert told == chain.events(start)[: len(told)]
    assert len(chain.events(start)) - len(told) == confirmations - 1


# --- follow


def test_follow_tells_and_takes_back(monkeypatch):
    chain = chain_of(3)
    changes = iter([lambda: chain.mine(4, 5), lambda: chain.replace(1, (4,), (6,)), lambda: chain.mine(7)])
    monkeypatch.setattr("time.sleep", lambda _seconds: next(changes, lambda: None)())
    told = itertools.islice(Events(chain, CONTRACTS).follow(from_block=2), 9)
    shown = [("-", one.log.event.token_id) if isinstance(one, Orphaned) else ("+", one.event.token_id) for one in told]
    signs = [f"{sign}{token_id}" for sign, token_id in shown]
    assert signs == ["+2", "+3", "+4", "+5", "-5", "-4", "+4", "+6", "+7"]


def test_follow_starts_after_the_present_block(monkeypatch):
    chain = chain_of(3)
    monkeypatch.setattr("time.sleep", lambda _seconds: chain.mine(50))
    assert next(Events(chain, CONTRACTS).follow()).event.token_id == 50


def test_follow_waits_for_a_node_that_does_not_answer(monkeypatch):
    chain = chain_of(3)
    chain.problems = [no_answer(), no_answer()]
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    assert next(Events(chain, CONTRACTS).follow(from_block=1)).event.token_id == 1
    chain.problems = [no_answer()] * 5
    with pytest.raises(NoNode):
        next(Events(chain, CONTRACTS).follow(from_block=1, patience_seconds=0.0))
