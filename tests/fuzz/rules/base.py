from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.fuzz.consent import Key
from tests.fuzz.driver import Answer
from tests.fuzz.model.items import Item
from tests.fuzz.model.pricing import DAY
from tests.fuzz.model.shop import State
from tests.fuzz.session import Session
from tests.fuzz.world import BUYERS, IDS, PEOPLE

number = st.integers(0, 9_999)
odd = st.sampled_from([False] * 7 + [True])
often = st.sampled_from([True] * 5 + [False])
sometimes = st.sampled_from([False] * 3 + [True])
JUMPS = [1, 3_600, DAY, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 400 * DAY]


class ShopMachine(RuleBasedStateMachine):
    """Starts from a copy of the world; compares everything once more at its end."""

    world: ClassVar[Session]

    def __init__(self) -> None:
        super().__init__()
        self.session = self.world.fork()
        self.prepare()

    def prepare(self) -> None:
        """What the machine needs before its first rule."""

    def teardown(self) -> None:
        self.session.compare_all()

    @staticmethod
    def pricing_id(name: str) -> int:
        return IDS[name]

    @property
    def state(self) -> State:
        return self.session.shop.state

    @property
    def now(self) -> int:
        return self.state.now

    def person(self, name: str) -> str:
        return self.session.people[name]

    def anybody(self, n: int) -> str:
        return self.person(PEOPLE[n % len(PEOPLE)])

    def buyer(self, n: int) -> str:
        return self.person(BUYERS[n % len(BUYERS)])

    def do(self, name: str, *args: Any, by: str, value: int = 0) -> Answer:
        return self.session.do(name, *args, by=by, value=value)

    def do_paid(self, name: str, *args: Any, by: str, more: int = 0) -> Answer:
        """With as many coins as the call takes if it takes coins, and `more`."""
        value = self.coins_for(name, *args, by=by) + more
        return self.session.do(name, *args, by=by, value=value)

    def coins_for(self, name: str, *args: Any, by: str) -> int:
        return self.session.price_in_coins(name, *args, by=by)

    def live(self, fits: Callable[[Item], bool] = lambda _: True) -> list[Key]:
        """Items of passes that are not burned."""
        state = self.state
        return [key for key, item in state.items.items() if key[0] in state.passes and fits(item)]

    def pick(self, n: int, fits: Callable[[Item], bool]) -> Key:
        """An item that fits if there is one, else any, else one that does not exist."""
        found = self.live(fits) or self.live() or [(1, 1)]
        return found[n % len(found)]

    def item(self, key: Key) -> Item | None:
        return self.state.items.get(key)

    def holder(self, pass_id: int) -> str:
        return self.state.nfts.owners.get(pass_id, self.person("alice"))

    def holder_or(self, pass_id: int, n: int, stranger: bool) -> str:
        return self.anybody(n) if stranger else self.holder(pass_id)

    def status(self, key: Key) -> int:
        return self.state.items[key].status(self.now)

    def some_pass(self, n: int) -> int:
        passes = sorted(self.state.passes) or [1]
        return passes[n % len(passes)]


def one_of(found: Sequence[Any], n: int) -> Any:
    return found[n % len(found)]


class Clock(ShopMachine):
    """Time goes on, often exactly to where something ends."""

    @rule(n=number)
    def wait(self, n: int) -> None:
        self.session.travel(one_of(JUMPS[:6], n))

    @rule(n=number)
    def wait_long(self, n: int) -> None:
        self.session.travel(one_of(JUMPS, n))

    @rule(n=number, second=st.sampled_from([-1, 0, 0, 0, 1]), grace=sometimes)
    def wait_for_an_end(self, n: int, second: int, grace: bool) -> None:
        key = self.pick(n, lambda item: not item.paused and item.end > self.now)
        item = self.item(key)
        if item is not None and not item.paused:
            moment = (item.grace_end if grace else item.end) + second
            self.session.travel(max(moment - self.now, 0))
