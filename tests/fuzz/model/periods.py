"""New periods and new plans: pure, the heart of R14, R17 and R18."""

from dataclasses import dataclass

from .items import Item, value_left
from .pricing import DAY, MAX_AHEAD, RATE_ONE, Terms, after, blend, list_cost, rate_of
from .refusal import refuse_if


@dataclass(frozen=True)
class Step:
    """The item after a move, what it charges, and what was left before it."""

    item: Item
    amount: int = 0
    value: int = 0


def price(item: Item, terms: Terms, discount_bps: int) -> int:
    """One cycle (or the units of a bill as `quantity`) at the item's coupon and the pass's discounts."""
    return after(after(list_cost(terms, item.quantity), item.coupon_bps), discount_bps)


def grace_days(org_days: int, cycle: int) -> int:
    """Never longer than a cycle (choice: a one-time item has none)."""
    return min(org_days or 3, cycle // DAY)


def next_period(item: Item, terms: Terms, discount_bps: int) -> Step:
    """Paid in grace: the new period starts where the old one ended."""
    cost = price(item, terms, discount_bps)
    rate = rate_of(cost, list_cost(terms, item.quantity))
    used = item.coupon_used()
    return Step(used.having(start=item.end, end=item.end + terms.cycle, rate=rate, billed=False), cost)


def early(item: Item, terms: Terms, discount_bps: int, now: int) -> Step:
    cost = price(item, terms, discount_bps)
    rate = rate_of(cost, list_cost(terms, item.quantity))
    return Step(_longer(item.coupon_used(), terms, rate, now), cost)


def early_free(item: Item, terms: Terms, now: int) -> Step:
    return Step(_longer(item, terms, 0, now))


def _longer(item: Item, terms: Terms, rate: int, now: int) -> Item:
    end = item.end + terms.cycle
    refuse_if(end > now + MAX_AHEAD, "TooFarAhead")
    mixed = blend(item.end - now, item.rate, terms.cycle, rate)
    return item.having(start=now, end=end, rate=mixed)


def restart(item: Item, terms: Terms, discount_bps: int, now: int) -> Step:
    """From now, at list less discounts, with everything that ended it taken back, and consent given."""
    fresh = _from_now(item.without_coupon(), terms, now).having(auto_renew=True)
    cost = 0 if terms.usage else price(fresh, terms, discount_bps)
    return Step(fresh.having(rate=rate_of(cost, list_cost(terms, item.quantity))), cost)


def restart_free(item: Item, terms: Terms, now: int) -> Step:
    return Step(_from_now(item.without_coupon(), terms, now).having(auto_renew=False, rate=0))


def _from_now(item: Item, terms: Terms, now: int) -> Item:
    back = item.having(cancelled=False, revoked=False, billed=False)
    return back.having(start=now, end=now + terms.cycle)


def change(item: Item, old: Terms, new: Terms, moved: Item, cost: int, now: int) -> Step:
    """The holder's change: `moved` is the item with its new pricing and quantity, `cost` one new cycle."""
    value = value_left(item, old, now)
    seconds = new.cycle if value <= cost else _surplus(value, cost, new.cycle)
    rate = rate_of(cost, list_cost(new, moved.quantity))
    return Step(moved.having(start=now, end=now + seconds, rate=rate), max(cost - value, 0), value)


def change_free(item: Item, old: Terms, new: Terms, moved: Item, cost: int, now: int) -> Step:
    """The org's change: it only adds; the value left is kept, the end does not come earlier (R17)."""
    value = value_left(item, old, now)
    moved = moved.having(auto_renew=False)
    refuse_if(item.quantity > moved.quantity, "ChangeWouldTakeAway")
    full = list_cost(new, moved.quantity)
    if value <= cost:
        seconds = max(new.cycle, item.end - now)
        rate = value * new.cycle * RATE_ONE // (full * seconds) if full else 0
    else:
        seconds, rate = _surplus(value, cost, new.cycle), rate_of(cost, full)
    refuse_if(now + seconds < item.end, "ChangeWouldTakeAway")
    return Step(moved.having(start=now, end=now + seconds, rate=rate), 0, value)


def _surplus(value: int, cost: int, cycle: int) -> int:
    refuse_if(cost == 0, "SurplusTooLong")
    seconds = cycle * value // cost
    refuse_if(seconds > MAX_AHEAD, "SurplusTooLong")
    return seconds


def rounding_loss(item: Item, terms: Terms, now: int) -> int:
    """The most that one move may cost its customer by rounding (R18), the item being what it is after it."""
    cost = list_cost(terms, item.quantity)
    seconds = item.seconds_left(now) + 2 * terms.cycle
    return 4 + -(-cost * seconds // (terms.cycle * RATE_ONE)) + -(-cost // terms.cycle)
