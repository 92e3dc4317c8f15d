"""R18 on the model alone: no sequence of moves makes value out of nothing, and little is lost to rounding."""

from dataclasses import dataclass, field
from random import Random

import pytest

from tests.fuzz.model import periods
from tests.fuzz.model.items import ACTIVE, CANCELLED, PAUSED, Item, Usage, refundable, refunded, value_left
from tests.fuzz.model.pricing import CYCLES, DAY, NATIVE, Terms, Tier
from tests.fuzz.model.refusal import Refusal
from tests.fuzz.profiles import DEEP

SEQUENCES = 40_000 if DEEP else 4_000
STEPS, PARTS = 60, 8


@dataclass
class Customer:
    """One subscription and all that was paid for it."""

    random: Random
    now: int = 1_900_000_000
    discount: int = 0
    paid: int = 0
    item: Item = field(init=False)
    terms: Terms = field(init=False)

    def __post_init__(self):
        self.discount = self.random.choice([0, 0, 777, 5_000, 10_000])
        self.terms = self.some_terms()
        self.item = Item(1, quantity=1 if self.terms.tiered else 0, pausable=True)
        self.item = self.item.having(
            coupon_bps=self.random.choice([0, 3_333, 10_000]), coupon_left=self.random.choice([1, 3, 255])
        )

    def some_terms(self) -> Terms:
        """Prices from 0 and 1 to 10^20, flat or by seats."""
        price = self.random.choice([0, 1, 7, 10**6, 10 ** self.random.randrange(1, 21)])
        frequency = self.random.randrange(1, 6)
        if self.random.random() < 0.5:
            return Terms(1, frequency, NATIVE, flat_price=price)
        tiers = (Tier(1, 5, price, price // 3), Tier(6, 0, price * 9 // 10, 0))
        return Terms(2, frequency, NATIVE, tiers=tiers)

    def worth(self) -> int:
        return value_left(self.item, self.terms, self.now)

    def restart(self) -> periods.Step:
        return periods.restart(self.item, self.terms, self.discount, self.now)

    def early(self) -> periods.Step:
        return periods.early(self.item, self.terms, self.discount, self.now)

    def early_free(self) -> periods.Step:
        return periods.early_free(self.item, self.terms, self.now)

    def quantity(self, free: bool) -> periods.Step:
        moved = self.item.having(quantity=self.random.randrange(1, 12)) if self.terms.tiered else self.item
        cost = periods.price(moved, self.terms, self.discount)
        plan = periods.change_free if free else periods.change
        return plan(self.item, self.terms, self.terms, moved.coupon_used(), cost, self.now)

    def pricing(self, new: Terms, free: bool) -> periods.Step:
        quantity = (self.item.quantity or 1) if new.tiered else 0
        moved = self.item.without_coupon().having(quantity=quantity)
        cost = periods.price(moved, new, self.discount)
        plan = periods.change_free if free else periods.change
        return plan(self.item, self.terms, new, moved, cost, self.now)


def move(customer: Customer) -> None:
    """One random move; its bound is checked."""
    before, terms = customer.worth(), customer.terms
    new = customer.some_terms()
    moves = {
        "early": customer.early,
        "early_free": customer.early_free,
        "quantity": lambda: customer.quantity(free=False),
        "quantity_free": lambda: customer.quantity(free=True),
        "pricing": lambda: customer.pricing(new, free=False),
        "pricing_free": lambda: customer.pricing(new, free=True),
    }
    name = customer.random.choice(list(moves))
    try:
        step = moves[name]()
    except Refusal:
        return
    customer.item, customer.paid = step.item, customer.paid + step.amount
    customer.terms = new if name.startswith("pricing") else terms
    after = customer.worth()
    assert after <= before + step.amount, (name, before, step)
    assert after >= before + step.amount - periods.rounding_loss(step.item, customer.terms, customer.now), (
        name,
        before,
        step,
        after,
    )


def refund(customer: Customer) -> None:
    """Part of what may go back; the rest is worth that much less."""
    limit = refundable(customer.item, Usage(), customer.terms)
    amount = customer.random.randint(0, limit)
    before, left = customer.worth(), customer.item.seconds_left(customer.now)
    customer.item = refunded(customer.item, customer.terms, amount)
    assert refundable(customer.item, Usage(), customer.terms) <= limit - amount
    assert customer.worth() <= before
    assert amount + customer.worth() <= limit or left == 0
    customer.paid -= amount


def pause(customer: Customer) -> None:
    """Paused seconds cost nothing and are worth what they were."""
    before, item = customer.worth(), customer.item
    used, left = customer.now - item.start, item.end - customer.now
    customer.item = item.having(paused=True, start=used, end=left)
    customer.now += customer.random.randrange(400 * DAY)
    assert customer.item.status(customer.now) == PAUSED
    assert customer.worth() == before
    customer.item = item.having(start=customer.now - used, end=customer.now + left)
    assert customer.worth() == before


def pass_time(customer: Customer) -> None:
    """Value only falls with time; what lapses is restarted."""
    before = customer.worth()
    longest = max(customer.item.end - customer.now, DAY)
    customer.now += customer.random.choice([0, 1, DAY, customer.random.randrange(longest + 1)])
    assert customer.worth() <= before
    if customer.item.status(customer.now) not in (ACTIVE, CANCELLED):
        step = customer.restart()
        customer.item, customer.paid = step.item, customer.paid + step.amount
        assert customer.worth() <= step.amount


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_r18_no_sequence_of_moves_makes_value_out_of_nothing(part):
    for seed in range(part, SEQUENCES, PARTS):
        customer = Customer(Random(seed))
        step = customer.restart()
        customer.item, customer.paid = step.item, step.amount
        for _ in range(STEPS):
            customer.random.choices([move, pass_time, pause, refund], [6, 3, 1, 1])[0](customer)
            assert customer.worth() <= max(customer.paid, 0)


def test_cycles_of_the_design():
    assert [CYCLES[f] // DAY for f in range(1, 6)] == [1, 7, 30, 90, 365]
