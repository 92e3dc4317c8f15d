import boa
import pytest
from eth_abi import decode
from eth_utils import keccak

from tests.support.bad_tokens import Move, Read, deploy_huge
from tests.support.system import NATIVE, refused

READ_GAS = 30_000
NOT_ENOUGH_GAS = keccak(text="NotEnoughGas(uint256,uint256)")[:4]
NEED = READ_GAS + READ_GAS // 63 + 4_000


def test_names_the_allowance_when_it_is_too_small(escrow, token, buyer):
    token.approve(escrow, 999, sender=buyer)
    assert escrow.obstacle(token, buyer, 1_000) == (8, 999)


def test_names_the_balance_when_it_is_too_small(escrow, token, stranger):
    token.mint(stranger, 999)
    token.approve(escrow, 1_000, sender=stranger)
    assert escrow.obstacle(token, stranger, 1_000) == (9, 999)


def test_names_the_token_when_both_suffice(escrow, token, buyer):
    assert escrow.obstacle(token, buyer, 1_000) == (11, 0)


@pytest.mark.parametrize("read", [Read.REVERT, Read.SHORT, Read.BURN])
def test_names_the_token_when_it_does_not_answer(escrow, bad_token, behave, stranger, read):
    behave(read=read)
    assert escrow.obstacle(bad_token, stranger, 1_000) == (11, 0)


@pytest.mark.parametrize("reverting", [False, True])
def test_names_the_token_when_its_answer_is_huge(escrow, stranger, reverting):
    token = deploy_huge(1_000_000, reverting=reverting)
    assert escrow.obstacle(token, stranger, 1_000) == (11, 0)
    assert escrow._computation.get_gas_used() < 2 * READ_GAS + 10_000


def test_names_the_token_when_there_is_none(escrow, stranger):
    assert escrow.obstacle(stranger, stranger, 1_000) == (11, 0)
    assert escrow.obstacle(NATIVE, stranger, 1_000) == (11, 0)


def test_believes_a_token_that_lies(escrow, bad_token, behave, buyer):
    behave(read=Read.FIXED, answer=7)
    assert escrow.obstacle(bad_token, buyer, 1_000) == (8, 7)


@pytest.mark.parametrize(("cost", "answer"), [(0, (8, 0)), (20_000, (8, 0)), (30_000, (11, 0))])
def test_answer_does_not_depend_on_the_gas_of_the_caller(escrow, bad_token, behave, stranger, cost, answer):
    """Either a refusal or one and the same answer, at any gas limit, also for a cold token."""
    behave(Move.GOOD, Read.COSTLY, burn=cost)
    answers, refusals = set(), 0
    for gas in range(30_000, 110_000, 997):
        try:
            answers.add(escrow.obstacle(bad_token, stranger, 1_000, gas=gas))
        except boa.BoaError:
            refusals += 1
            assert not escrow._computation.output or escrow._computation.output[:4] == NOT_ENOUGH_GAS
    assert answers == {answer}
    assert refusals


def test_refused_when_there_is_too_little_gas(escrow, token, buyer):
    with refused(escrow, "NotEnoughGas(uint256,uint256)"):
        escrow.obstacle(token, buyer, 1_000, gas=NEED)
    have, need = decode(["uint256", "uint256"], escrow._computation.output[4:])
    assert have < need == NEED
