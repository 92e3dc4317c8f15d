"""Every bad habit of a token, on the way in and on the way out."""

import boa
import pytest
from eth_abi import decode

from tests.support.bad_tokens import Move, Read, deploy_huge
from tests.support.system import refused

AMOUNT = 1_000

HARMLESS = [Move.GOOD, Move.NO_ANSWER, Move.LONG_ANSWER, Move.BURNS_SOME_GAS]
UNCLEAR = [Move.MOVES_SAYS_FALSE, Move.SAYS_TWO, Move.SHORT_ANSWER, Move.SAYS_FALSE, Move.REVERTS]


@pytest.fixture
def stocked(collect, bad_token, other_org_id):
    """Both organizations have 1,000 of the bad token."""
    collect(bad_token, AMOUNT)
    collect(bad_token, AMOUNT, org=other_org_id)
    return bad_token


# --- in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [*HARMLESS, Move.EXTRA_FROM_SENDER])
def test_payment_is_booked_when_the_amount_arrives(collect, rows, escrow, bad_token, behave, move):
    behave(move, burn=50_000)
    collect(bad_token, AMOUNT)
    assert rows(bad_token) == (0, AMOUNT, 0)
    assert bad_token.balances(escrow) == AMOUNT


def test_only_the_amount_is_booked_when_more_arrives(collect, rows, escrow, bad_token, behave):
    behave(Move.ARRIVES_MORE)
    collect(bad_token, AMOUNT)
    assert rows(bad_token) == (0, AMOUNT, 0)
    assert bad_token.balances(escrow) == AMOUNT + 10


@pytest.mark.parametrize("move", [*UNCLEAR, Move.MOVES_NOTHING])
def test_payment_is_refused_when_the_token_fails(collect, rows, escrow, bad_token, behave, move):
    behave(move)
    with refused(escrow, "PaymentFailed(address)", bad_token.address):
        collect(bad_token, AMOUNT)
    assert rows(bad_token) == (0, 0, 0)


def test_w19_payment_is_refused_when_less_arrives(collect, rows, escrow, bad_token, behave):
    behave(Move.FEE_ON_TRANSFER)
    with refused(escrow, "PaymentFailed(address)", bad_token.address):
        collect(bad_token, AMOUNT)
    assert rows(bad_token) == (0, 0, 0)


def test_payment_is_refused_when_the_token_moves_backwards(collect, rows, escrow, stocked, behave):
    behave(Move.BACKWARDS)
    with refused(escrow, "PaymentFailed(address)", stocked.address):
        collect(stocked, AMOUNT)
    assert rows(stocked) == (0, AMOUNT, AMOUNT)


@pytest.mark.parametrize("read", [Read.FIXED, Read.REVERT, Read.SHORT])
def test_payment_is_refused_when_the_balance_cannot_be_measured(collect, rows, escrow, bad_token, behave, read):
    behave(read=read, answer=10**12)
    with refused(escrow, "PaymentFailed(address)", bad_token.address):
        collect(bad_token, AMOUNT)


def test_reason_is_named_when_a_failing_token_has_one(collect, escrow, bad_token, behave, buyer, stranger):
    behave(Move.SAYS_FALSE)
    bad_token.approve(escrow, AMOUNT - 1, sender=buyer)
    with refused(escrow, "InsufficientAllowance(uint256,uint256)", AMOUNT - 1, AMOUNT):
        collect(bad_token, AMOUNT)
    bad_token.approve(escrow, AMOUNT, sender=stranger)
    with refused(escrow, "InsufficientBalance(uint256,uint256)", 0, AMOUNT):
        collect(bad_token, AMOUNT, payer=stranger)


def test_payment_is_refused_when_the_token_burns_all_gas(collect, rows, escrow, bad_token, behave):
    behave(Move.BURNS_ALL_GAS)
    with refused(escrow, "PaymentFailed(address)", bad_token.address):
        collect(bad_token, AMOUNT, gas=10_000_000)
    assert rows(bad_token) == (0, 0, 0)


def test_too_little_gas_is_named_when_the_token_leaves_none_for_the_reason(collect, escrow, bad_token, behave):
    behave(Move.BURNS_ALL_GAS)
    with refused(escrow, "NotEnoughGas(uint256,uint256)"):
        collect(bad_token, AMOUNT, gas=1_000_000)
    have, need = decode(["uint256", "uint256"], escrow._computation.output[4:])
    assert have < 1_000_000 // 60 < need


@pytest.mark.parametrize("reverting", [False, True])
def test_answer_is_not_copied_when_it_is_huge(collect, escrow, buyer, reverting):
    token = deploy_huge(1_000_000, reverting=reverting)
    with refused(escrow, "PaymentFailed(address)", token):
        collect(token, AMOUNT, value=0)
    calls = sum(child.get_gas_used() for child in escrow._computation.children)
    assert escrow._computation.get_gas_used() - calls < 10_000


# --- out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [*HARMLESS, Move.FEE_ON_TRANSFER, Move.ARRIVES_MORE])
def test_money_leaves_when_the_escrow_loses_exactly_the_amount(rows, escrow, stocked, behave, org_id, org_owner, move):
    behave(move, burn=50_000)
    escrow.withdraw(org_id, stocked, 400, sender=org_owner)
    assert rows(stocked) == (0, AMOUNT - 400, AMOUNT)
    assert stocked.balances(escrow) == 2 * AMOUNT - 400


@pytest.mark.parametrize(
    "move", [*UNCLEAR, Move.EXTRA_FROM_SENDER, Move.BACKWARDS, Move.MOVES_NOTHING, Move.BURNS_ALL_GAS]
)
def test_withdrawal_is_refused_when_the_token_misbehaves(rows, escrow, stocked, behave, org_id, org_owner, move):
    stocked.mint(org_owner, 10**6)
    behave(move)
    with refused(escrow, "PaymentFailed(address)", stocked.address):
        escrow.withdraw(org_id, stocked, 400, sender=org_owner, gas=10_000_000)
    assert rows(stocked) == (0, AMOUNT, AMOUNT)
    assert stocked.balances(escrow) == 2 * AMOUNT


@pytest.mark.parametrize("read", [Read.FIXED, Read.REVERT, Read.SHORT])
def test_refund_is_refused_when_the_balance_cannot_be_measured(
    rows, escrow, stocked, behave, manager, org_id, buyer, read
):
    behave(read=read, answer=10**12)
    with refused(escrow, "PaymentFailed(address)", stocked.address):
        escrow.refund(org_id, stocked, buyer, 400, sender=manager)
    assert rows(stocked) == (0, AMOUNT, AMOUNT)


def test_w19_loss_of_one_organization_is_not_paid_by_another(
    rows, escrow, stocked, behave, org_id, org_owner, other_org_id, other_org_owner
):
    """A token that takes 1 % more from the sender would let one organization eat the other's money."""
    behave(Move.EXTRA_FROM_SENDER)
    for _ in range(3):
        with refused(escrow, "PaymentFailed(address)", stocked.address):
            escrow.withdraw(org_id, stocked, AMOUNT, sender=org_owner)
    behave(Move.GOOD)
    escrow.withdraw(other_org_id, stocked, AMOUNT, sender=other_org_owner)
    escrow.withdraw(org_id, stocked, AMOUNT, sender=org_owner)
    assert rows(stocked) == (0, 0, 0)
    assert stocked.balances(escrow) == 0


# --- reentrancy ------------------------------------------------------------------------------------


@pytest.fixture(params=["collect", "refund", "withdraw", "withdrawFees"])
def armed(request, system, escrow, stocked, behave, buyer, org_id, org_owner):
    """Holds the organization and calls back into the escrow whenever it is to move."""
    token = stocked.address
    system.org_nft.transferFrom(org_owner, token, org_id, sender=org_owner)
    attacks = {
        "collect": escrow.collect.prepare_calldata(org_id, token, buyer, 1, 0),
        "refund": escrow.refund.prepare_calldata(org_id, token, token, 1),
        "withdraw": escrow.withdraw.prepare_calldata(org_id, token, 1),
        "withdrawFees": escrow.withdrawFees.prepare_calldata(token, 1),
    }
    stocked.callBack(escrow, attacks[request.param])
    behave(Move.REENTERS)
    return stocked


def test_reentering_call_is_refused_when_money_comes_in(collect, rows, armed):
    collect(armed, AMOUNT)
    assert (armed.calls(), armed.succeeded()) == (1, 0)
    assert rows(armed) == (0, 2 * AMOUNT, AMOUNT)


def test_reentering_call_is_refused_when_money_goes_out(rows, escrow, armed, org_id):
    escrow.withdraw(org_id, armed, AMOUNT, sender=armed.address)
    assert (armed.calls(), armed.succeeded()) == (1, 0)
    assert rows(armed) == (0, 0, AMOUNT)


@pytest.mark.parametrize(("way", "seen"), [("in", AMOUNT), ("out", AMOUNT - 400)])
def test_rows_never_exceed_what_is_there_when_read_during_a_call(
    collect, escrow, stocked, behave, org_id, org_owner, way, seen
):
    stocked.callBack(escrow, escrow.orgBalance.prepare_calldata(org_id, stocked.address))
    behave(Move.REENTERS)
    if way == "in":
        collect(stocked, AMOUNT)
    else:
        escrow.withdraw(org_id, stocked, 400, sender=org_owner)
    assert int.from_bytes(stocked.returned()) == seen


def test_another_token_is_untouched_when_one_misbehaves(collect, rows, escrow, token, stocked, behave):
    collect(token, AMOUNT)
    behave(Move.BACKWARDS)
    with boa.reverts():
        collect(stocked, AMOUNT)
    assert rows(token) == (0, AMOUNT, 0)
    assert token.balanceOf(escrow) == AMOUNT
