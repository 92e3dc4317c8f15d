"""What a pricing costs (rules R3, R18, R21). Mirrors nothing: tiers are summed from the design's formulas."""

import itertools
from dataclasses import dataclass

from .refusal import refuse_if

NATIVE = "0x" + "00" * 20
DAY = 86_400
BPS = 10_000
RATE_ONE = 10**8
MAX_AHEAD = 3_650 * DAY

ONE_TIME, FLAT, TIERED_VOLUME, TIERED_GRADUATED, USAGE_VOLUME, USAGE_GRADUATED = range(6)
CYCLES = {0: 0, 1: DAY, 2: 7 * DAY, 3: 30 * DAY, 4: 90 * DAY, 5: 365 * DAY}
MAX_TIERS = 16


@dataclass(frozen=True)
class Tier:
    lower: int
    upper: int  # 0 = no bound, only in the last tier
    unit_price: int
    flat_price: int

    def abi(self) -> tuple:
        return (self.lower, self.upper, self.unit_price, self.flat_price)


@dataclass(frozen=True)
class Terms:
    """The promise of a pricing: never changes."""

    charge_style: int
    frequency: int
    token: str
    flat_price: int = 0
    meter_id: int = 0
    restricted: bool = False  # only the value at creation
    tiers: tuple[Tier, ...] = ()

    @property
    def cycle(self) -> int:
        return CYCLES[self.frequency]

    @property
    def tiered(self) -> bool:
        return self.charge_style in (TIERED_VOLUME, TIERED_GRADUATED)

    @property
    def usage(self) -> bool:
        return self.charge_style in (USAGE_VOLUME, USAGE_GRADUATED)

    @property
    def one_time(self) -> bool:
        return self.charge_style == ONE_TIME

    @property
    def volume(self) -> bool:
        return self.charge_style in (TIERED_VOLUME, USAGE_VOLUME)

    def abi(self) -> tuple:
        tiers = [tier.abi() for tier in self.tiers]
        return (
            self.charge_style,
            self.frequency,
            self.token,
            self.flat_price,
            self.meter_id,
            self.restricted,
            tiers,
        )


def list_cost(terms: Terms, units: int) -> int:
    """List cost of one cycle: of `units` seats or used units, of one piece for one-time and flat."""
    if not terms.tiers:
        return terms.flat_price
    if units == 0:
        return 0
    return _volume_cost(terms.tiers, units) if terms.volume else _graduated_cost(terms.tiers, units)


def _volume_cost(tiers: tuple[Tier, ...], units: int) -> int:
    tier = next(t for t in tiers if t.upper == 0 or units <= t.upper)
    return units * tier.unit_price + tier.flat_price


def _graduated_cost(tiers: tuple[Tier, ...], units: int) -> int:
    """Each reached tier charges its units and its flat price; the first tier's bound 0 is no unit."""
    total = 0
    for tier in tiers:
        first = max(tier.lower, 1)
        if units < first:
            break
        last = units if tier.upper == 0 else min(units, tier.upper)
        total += (last - first + 1) * tier.unit_price + tier.flat_price
    return total


def after(cost: int, bps: int) -> int:
    return cost - cost * bps // BPS


def rate_of(paid: int, cost: int) -> int:
    return paid * RATE_ONE // cost if cost else 0


def value_of(cost: int, rate: int, seconds: int, cycle: int) -> int:
    return cost * rate * seconds // (cycle * RATE_ONE)


def blend(left: int, old_rate: int, cycle: int, new_rate: int) -> int:
    return (left * old_rate + cycle * new_rate) // (left + cycle)


def check_terms(terms: Terms) -> None:
    """What no pricing may be (the token's code and the meter's org are the catalog's business)."""
    refuse_if(terms.charge_style > USAGE_GRADUATED, "InvalidChargeStyle")
    right = terms.frequency == 0 if terms.one_time else 1 <= terms.frequency <= 5
    refuse_if(not right, "InvalidFrequency")
    refuse_if(terms.flat_price >= 2**96, "NumberTooLarge")


def check_tiers(terms: Terms) -> None:
    if terms.charge_style in (ONE_TIME, FLAT):
        refuse_if(bool(terms.tiers), "InvalidTiers")
        return
    refuse_if(terms.flat_price != 0, "InvalidFlatPrice")
    refuse_if(not _tiers_are_valid(terms), "InvalidTiers")
    for tier in terms.tiers:
        refuse_if(tier.unit_price >= 2**96 or tier.flat_price >= 2**96, "NumberTooLarge")


def _tiers_are_valid(terms: Terms) -> bool:
    tiers = terms.tiers
    if not 1 <= len(tiers) <= MAX_TIERS or tiers[-1].upper != 0:
        return False
    if tiers[0].lower != (1 if terms.volume else 0):
        return False
    bounded = all(1 <= t.upper < 2**48 and t.lower <= t.upper for t in tiers[:-1])
    return bounded and all(b.lower == a.upper + 1 for a, b in itertools.pairwise(tiers))
