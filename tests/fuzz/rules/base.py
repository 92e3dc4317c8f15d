from collections.abc import Callable, Sequence
from random import Random
from typing import Any, ClassVar
from zlib import crc32

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.fuzz.consent import Key
from tests.fuzz.driver import Answer
from tests.fuzz.model.items import Item
from tests.fuzz.model.pricing import DAY
from tests.fuzz.model.shop import State
from tests.fuzz.profiles import SHRINKS
from tests.fuzz.rules.draws import action, actions_of, choice, number, sometimes
from tests.fuzz.session import Session
from tests.fuzz.world import BUYERS, IDS, ORG, PEOPLE

Carts = tuple[tuple[str, tuple[str, ...]], ...]
JUMPS = [1, 60, 3_600, 21_600, DAY, DAY, 3 * DAY]
LONG_JUMPS = [30 * DAY, 30 * DAY, 400 * DAY]


class ShopMachine(RuleBasedStateMachine):
    """Starts from a copy of the world; compares everything once more at its end."""

    world: ClassVar[Session]
    carts: ClassVar[Carts] = (
        ("alice", ("monthly", "seats", "weekly_seats")),
        ("bob", ("monthly", "free", "daily", "once")),
        ("carol", ("coin_weekly", "coin_seats")),
        ("keeper", ("yearly", "daily")),
    )

    def __init__(self) -> None:
        super().__init__()
        self.session = self.world.fork()
        self.history = crc32(type(self).__name__.encode())
        self.actions = actions_of(type(self))
        self.prepare()

    @rule(die=st.integers(0, 2**64 - 1))
    def act(self, die: int) -> None:
        """One action with its draws."""
        random = Random(die if SHRINKS else self._mix(die))
        possible = [action for action in self.actions if action.when(self)]
        chosen = random.choices(possible, [action.weight for action in possible])[0]
        drawn = chosen.drawn(random)
        note(f"{chosen.name}({', '.join(f'{name}={value!r}' for name, value in drawn.items())})")
        getattr(self, chosen.name)(**drawn)

    def _mix(self, die: int) -> int:
        """With all dice before it: Hypothesis likes to repeat whole runs but for one of them."""
        self.history = crc32(die.to_bytes(8), self.history)
        return self.history << 64 | die

    def prepare(self) -> None:
        """Everybody holds something when the run begins; the keeper was given his."""
        for person, names in self.carts:
            to = self.person(person)
            by = self.person("alice") if person == "keeper" else to
            quantities = [7 if "seats" in name else 0 for name in names]
            products = list(range(1, len(names) + 1))
            lines = (products, [self.pricing_id(name) for name in names], quantities)
            params = (to, ORG, *lines, [], "", False, False)
            self.do_paid("PurchaseManager.purchaseProducts", params, by=by)

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

    @action(weight=3, seconds=choice(JUMPS))
    def wait(self, seconds: int) -> None:
        self.session.travel(seconds)

    @action(weight=1, seconds=choice(LONG_JUMPS))
    def wait_long(self, seconds: int) -> None:
        self.session.travel(seconds)

    @action(weight=6, n=number, second=choice([-1, 0, 0, 0, 1]), grace=sometimes)
    def wait_for_an_end(self, n: int, second: int, grace: bool) -> None:
        key = self.pick(n, lambda item: not item.paused and item.end > self.now)
        item = self.item(key)
        if item is not None and not item.paused:
            moment = (item.grace_end if grace else item.end) + second
            self.session.travel(max(moment - self.now, 0))
