"""Price arithmetic: the model's tiers against a sum unit by unit, the contract's module against the model."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fuzz.model import pricing as model
from tests.fuzz.model.pricing import NATIVE, RATE_ONE, Terms, Tier
from tests.fuzz.model.refusal import Refusal
from tests.fuzz.profiles import quickly
from tests.support.system import partial

COSTS = st.integers(0, 2**149) | st.integers(0, 10**6)
RATES = st.integers(0, RATE_ONE)
SECONDS = st.integers(0, 3_650 * 86_400)
CYCLES = st.sampled_from([86_400 * days for days in (1, 7, 30, 90, 365)])
STYLES = st.sampled_from([model.TIERED_VOLUME, model.TIERED_GRADUATED, model.USAGE_VOLUME, model.USAGE_GRADUATED])


@pytest.fixture(scope="session")
def arithmetic():
    return partial("mocks/MockPricing").deploy()


def tiered(style: int, widths: list[int], prices: list[tuple[int, int]]) -> Terms:
    """Tiers of these widths, the last one endless."""
    lower, tiers = 1 if style in (model.TIERED_VOLUME, model.USAGE_VOLUME) else 0, []
    for i, (unit, flat) in enumerate(prices):
        upper = 0 if i == len(prices) - 1 else max(lower, 1) + widths[i] - 1
        tiers.append(Tier(lower, upper, unit, flat))
        lower = upper + 1
    return Terms(style, 3, NATIVE, tiers=tuple(tiers))


TIERED = st.builds(
    tiered,
    STYLES,
    st.lists(st.integers(1, 9), min_size=16, max_size=16),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=16),
)


def tier_at(terms: Terms, unit: int) -> int:
    return next(i for i, t in enumerate(terms.tiers) if t.upper == 0 or unit <= t.upper)


def cost_by_counting(terms: Terms, units: int) -> int:
    """Volume: all units at the last one's tier. Graduated: each unit at its own, a flat price a reached tier."""
    if units == 0:
        return 0
    if terms.volume:
        tier = terms.tiers[tier_at(terms, units)]
        return sum(tier.unit_price for _ in range(units)) + tier.flat_price
    reached = range(tier_at(terms, units) + 1)
    flats = sum(terms.tiers[i].flat_price for i in reached)
    return sum(terms.tiers[tier_at(terms, unit)].unit_price for unit in range(1, units + 1)) + flats


@given(terms=TIERED, units=st.integers(0, 160))
@quickly(500)
def test_tier_formulas_agree_with_counting_unit_by_unit(terms, units):
    model.check_terms(terms)
    model.check_tiers(terms)
    assert model.list_cost(terms, units) == cost_by_counting(terms, units)


def test_a_first_graduated_tier_of_no_unit_is_refused():
    tiers = (Tier(0, 0, 1, 0), Tier(1, 0, 1, 0))
    with pytest.raises(Refusal, match="InvalidTiers"):
        model.check_tiers(Terms(model.TIERED_GRADUATED, 3, NATIVE, tiers=tiers))


@pytest.mark.parametrize("frequency", range(8))
def test_cycles(arithmetic, frequency):
    assert arithmetic.cycle(frequency) == model.CYCLES.get(frequency, 0)


@given(cost=COSTS, coupon=st.integers(0, 10_000), discount=st.integers(0, 10_000))
@quickly(300)
def test_coupon_and_discounts(arithmetic, cost, coupon, discount):
    price = model.after(model.after(cost, coupon), discount)
    assert arithmetic.after(arithmetic.after(cost, coupon), discount) == price
    assert 0 <= price <= cost


@given(cost=COSTS, rate=RATES, seconds=SECONDS, cycle=CYCLES)
@quickly(300)
def test_value_and_rate(arithmetic, cost, rate, seconds, cycle):
    worth = model.value_of(cost, rate, seconds, cycle)
    assert arithmetic.worth(cost, rate, seconds, cycle) == worth
    paid = cost * rate // RATE_ONE
    assert arithmetic.rate(paid, cost) == model.rate_of(paid, cost) <= rate


@given(left=SECONDS, old=RATES, cycle=CYCLES, new=RATES)
@quickly(300)
def test_a_blend_lies_between_its_rates_and_never_above_the_mean(arithmetic, left, old, cycle, new):
    blended = model.blend(left, old, cycle, new)
    assert arithmetic.blend(left, old, cycle, new) == blended
    assert min(old, new) <= blended <= max(old, new)
    assert blended * (left + cycle) <= left * old + cycle * new


@given(cost=st.integers(1, 2**96), coupon=st.integers(0, 10_000), discount=st.integers(0, 10_000))
@quickly(500)
def test_the_rate_is_exact_for_every_coupon_and_discount(cost, coupon, discount):
    """Unit 10^-8: nothing of what was paid is lost for a refund, but the rounding of amounts to whole units."""
    cost *= RATE_ONE
    assume(coupon < 10_000 and discount < 10_000)
    paid = model.after(model.after(cost, coupon), discount)
    assert cost * model.rate_of(paid, cost) // RATE_ONE == paid
