"""The outcome of a pair does not depend on the gas that the caller chose (R14, W30)."""

import boa
import pytest
from eth_abi import decode

from tests.support.bad_tokens import Move, Read
from tests.support.offers import MONTH_PRICE, make_offer
from tests.support.shop import FLAT, MONTHLY, travel
from tests.support.system import partial, refused

STIPEND = 300_000
RESERVE = STIPEND + STIPEND // 63 + 60_000
RENEWED, ALLOWANCE, BALANCE, TOKEN_FAILED = 0, 8, 9, 11

# Habit of the token, gas it burns, and the outcome with all the gas in the world.
TOKENS = [
    pytest.param(Move.GOOD, 0, RENEWED, id="good"),
    pytest.param(Move.BURNS_SOME_GAS, 110_000, RENEWED, id="costs 110,000"),
    pytest.param(Move.BURNS_SOME_GAS, 210_000, RENEWED, id="costs 210,000"),
    pytest.param(Move.BURNS_SOME_GAS, 400_000, TOKEN_FAILED, id="costs more than its stipend"),
    pytest.param(Move.BURNS_ALL_GAS, 0, TOKEN_FAILED, id="burns all"),
    pytest.param(Move.REVERTS, 0, TOKEN_FAILED, id="reverts"),
    pytest.param(Move.SAYS_FALSE, 0, TOKEN_FAILED, id="says false"),
]
LIMITS = [*range(30_000, 360_000, 15_000), *range(360_000, 560_000, 5_000), *range(560_000, 1_200_000, 80_000)]


@pytest.fixture
def pair(shop, system, buyer):
    """A subscription past due, in a token that behaves until told otherwise."""
    token = partial("mocks/MockBadToken").deploy()
    token.mint(buyer, 10**12)
    token.approve(system.escrow.address, 10**12, sender=buyer)
    offer = make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=token.address)
    pass_id = shop.buy(buyer, offer.line)
    travel(days=31)
    return token, pass_id, offer.product


def outcomes_with(manager, keeper, pairs, gas):
    """The outcomes, or None if the call as a whole reverted."""
    passes, products = map(list, zip(*pairs, strict=True))
    with boa.env.anchor():
        try:
            return manager.renewSubscriptions(passes, products, sender=keeper, gas=gas)
        except boa.BoaError:
            return None


@pytest.mark.parametrize(("habit", "burn", "expected"), TOKENS)
def test_outcome_is_the_same_when_the_gas_limit_is_any(manager, keeper, pair, habit, burn, expected):
    token, *key = pair
    token.behave(habit, Read.WELL, 0, burn)
    outcomes = [outcomes_with(manager, keeper, [key], gas) for gas in LIMITS]
    assert [outcome for outcome in outcomes if outcome is not None][-1:] == [[expected]]
    assert {outcome[0] for outcome in outcomes if outcome is not None} == {expected}
    answered = [outcome is not None for outcome in outcomes]
    assert answered == sorted(answered), "a larger limit that reverts"


@pytest.mark.parametrize("reason", [ALLOWANCE, BALANCE])
@pytest.mark.parametrize("reading", [Read.WELL, Read.COSTLY])
def test_reason_is_the_same_when_the_gas_limit_is_any(manager, system, keeper, buyer, pair, reason, reading):
    token, *key = pair
    if reason == ALLOWANCE:
        token.approve(system.escrow.address, 1, sender=buyer)
    else:
        gift = token.transfer.prepare_calldata(keeper, token.balances(buyer))
        boa.env.raw_call(token.address, sender=buyer, data=gift)
    token.behave(Move.GOOD, reading, 0, 20_000)
    outcomes = [outcomes_with(manager, keeper, [key], gas) for gas in LIMITS]
    assert {outcome[0] for outcome in outcomes if outcome is not None} == {reason}


@pytest.mark.parametrize("gas", [100_000, 200_000, 300_000, RESERVE])
def test_refused_when_a_fair_try_is_not_possible(manager, keeper, pair, gas):
    _, *key = pair
    with refused(manager, "NotEnoughGas(uint256,uint256)"):
        manager.renewSubscriptions([key[0]], [key[1]], sender=keeper, gas=gas)
    have, need = decode(["uint256", "uint256"], manager._computation.output[4:])
    assert (have < need, need) == (True, RESERVE)


@pytest.mark.parametrize("habit", [Move.BURNS_ALL_GAS, Move.REVERTS, Move.SAYS_FALSE])
def test_outcomes_are_the_same_when_a_bad_pair_comes_first(shop, manager, keeper, buyer, pair, monthly, habit):
    token, *key = pair
    good = shop.buy(buyer, monthly.line)
    manager.renewSubscriptions([key[0]], [key[1]], sender=keeper)
    travel(days=30)
    token.behave(habit, Read.WELL, 0, 0)
    pairs = [key, (good, monthly.product)]
    outcomes = [outcomes_with(manager, keeper, pairs, gas) for gas in LIMITS]
    assert {tuple(outcome) for outcome in outcomes if outcome} == {(TOKEN_FAILED, RENEWED)}


def test_pairs_that_pay_nothing_need_no_reserve_when_tried(shop, manager, keeper, buyer, monthly):
    pass_id = shop.buy(buyer, monthly.line)
    assert outcomes_with(manager, keeper, [(pass_id, monthly.product)], 100_000) == [1]


def test_gas_burning_token_costs_one_stipend_when_tried(manager, keeper, pair):
    token, *key = pair
    token.behave(Move.BURNS_ALL_GAS, Read.WELL, 0, 0)
    manager.renewSubscriptions([key[0]], [key[1]], sender=keeper)
    assert manager._computation.get_gas_used() < STIPEND + 60_000


def test_reads_that_burn_gas_do_not_forge_an_outcome_when_the_limit_is_any(manager, keeper, pair):
    token, *key = pair
    token.behave(Move.REVERTS, Read.BURN, 0, 0)
    outcomes = {str(outcomes_with(manager, keeper, [key], gas)) for gas in LIMITS}
    assert outcomes <= {"None", f"[{TOKEN_FAILED}]"}
