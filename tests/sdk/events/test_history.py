import pytest

from passmanager.core.ranges import Window
from passmanager.errors import NoNode, RpcError
from passmanager.events import Events
from tests.sdk.events.fake_chain import CONTRACTS, FakeChain, busy, no_answer


def history(chain: FakeChain, *arguments, window: Window | None = None) -> list[int]:
    events = Events(chain, CONTRACTS)
    events.window = window or events.window
    return [log.event.token_id for log in events.history(*arguments)]


def filled(blocks: int, **limits) -> FakeChain:
    chain = FakeChain(**limits)
    for number in range(1, blocks + 1):
        chain.mine(*range(10 * number, 10 * number + number % 3))
    return chain


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_all_events_come_in_order_when_ranges_have_any_size(size):
    chain = filled(100)
    assert history(chain, 0, window=Window(size=size, largest=size)) == chain.events()


@pytest.mark.parametrize("limits", [{"most_blocks": 10}, {"most_blocks": 1}, {"most_logs": 5}, {"most_logs": 2}])
def test_nothing_is_lost_when_the_node_limits_ranges(limits):
    chain = filled(200, **limits)
    assert history(chain, 0) == chain.events()
    assert all(first == last + 1 for (_, last), (first, _) in zip(chain.ranges, chain.ranges[1:], strict=False))


def test_ranges_grow_again_after_a_refusal():
    chain = filled(0)
    for _ in range(3_000):
        chain.mine()
    chain.problems = [RpcError(method="eth_getLogs", code=-32000, message="timeout")] * 6
    window = Window(size=64, largest=512)
    history(chain, 0, window=window)
    sizes = [last - first + 1 for first, last in chain.ranges]
    assert sizes[0] == 1
    assert max(sizes) > 40


def test_only_the_asked_blocks_are_read():
    chain = filled(50)
    assert history(chain, 10, 12) == [100, 110, 111]
    assert history(chain, 51) == []


def test_refused_when_the_node_refuses_single_blocks():
    chain = filled(4, most_logs=1)
    with pytest.raises(RpcError, match="returned too much"):
        history(chain, 0)


def test_a_busy_node_is_asked_again_for_the_same():
    chain = filled(20)
    chain.problems = [busy()] * 5
    assert history(chain, 0) == chain.events()
    assert chain.ranges == [(0, 20)]
    chain.problems = [busy()] * 20
    with pytest.raises(RpcError, match="Rate limit"):
        history(chain, 0)


def test_a_range_that_takes_too_long_is_halved():
    chain = filled(20)
    chain.problems = [no_answer()]
    assert history(chain, 0) == chain.events()
    chain.problems = [no_answer()] * 30
    with pytest.raises(NoNode):
        history(chain, 0)
