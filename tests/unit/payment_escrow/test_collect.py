import boa
import pytest
from eth.exceptions import Revert

from tests.support.system import NATIVE, refused

MAX_AMOUNT = 2**160 - 1


def test_row_grows_by_the_amount_when_an_erc20_is_collected(collect, rows, token, escrow, buyer):
    before = token.balanceOf(buyer)
    collect(token, 1_000)
    assert rows(token) == (0, 1_000, 0)
    assert token.balanceOf(escrow) == 1_000
    assert token.balanceOf(buyer) == before - 1_000


def test_row_grows_by_the_amount_when_native_coin_is_collected(collect, rows, escrow):
    collect(NATIVE, 1_000)
    assert rows(NATIVE) == (0, 1_000, 0)
    assert boa.env.get_balance(escrow.address) == 1_000


@pytest.mark.parametrize("asset", ["token", "native"])
def test_fee_goes_to_the_platform_row_when_there_is_one(collect, rows, token, asset):
    asset = token if asset == "token" else NATIVE
    collect(asset, 1_000, 50)
    collect(asset, 10, 10)
    assert rows(asset) == (60, 950, 0)


def test_event_says_gross_amount_and_fee(collect, escrow, token, buyer, org_id):
    collect(token, 1_000, 50)
    (event,) = [log for log in escrow.get_logs() if type(log).__name__ == "PaymentReceived"]
    assert (event.orgId, event.token, event.payer) == (org_id, token.address, buyer)
    assert (event.amount, event.fee) == (1_000, 50)


def test_platform_row_is_not_written_when_the_fee_is_zero(collect, escrow, token):
    collect(token, 1_000)  # the organization's own row exists from here on
    collect(token, 1_000)
    without = escrow._computation.get_gas_used()
    collect(token, 1_000, 1)
    assert escrow._computation.get_gas_used() > without + 20_000


def test_refused_when_not_called_by_purchase_manager(system, escrow, token, buyer, org_id, org_owner, stranger):
    for caller in (stranger, org_owner, system.owner, buyer):
        with refused(escrow, "NotSystemContract(address)", caller):
            escrow.collect(org_id, token, buyer, 1, 0, sender=caller)


@pytest.mark.parametrize("sent", [0, 999, 1_001])
def test_refused_when_the_native_coin_is_not_exact(collect, escrow, sent):
    with refused(escrow, "WrongValue(uint256,uint256)", sent, 1_000):
        collect(NATIVE, 1_000, value=sent)


def test_w18_refused_when_native_coin_comes_with_an_erc20(collect, escrow, token):
    with refused(escrow, "WrongValue(uint256,uint256)", 1, 0):
        collect(token, 1_000, value=1)


@pytest.mark.parametrize("data", [b"", b"\x01\x02\x03\x04"])
def test_w18_no_coin_enters_except_by_a_payment(escrow, buyer, data):
    with pytest.raises(Revert):
        boa.env.raw_call(escrow.address, sender=buyer, value=1, data=data)
    assert boa.env.get_balance(escrow.address) == 0


def test_refused_when_the_allowance_is_too_small(collect, escrow, token, buyer):
    token.approve(escrow, 999, sender=buyer)
    with refused(escrow, "InsufficientAllowance(uint256,uint256)", 999, 1_000):
        collect(token, 1_000)


def test_refused_when_the_balance_is_too_small(collect, escrow, token, stranger):
    token.mint(stranger, 999)
    token.approve(escrow, 1_000, sender=stranger)
    with refused(escrow, "InsufficientBalance(uint256,uint256)", 999, 1_000):
        collect(token, 1_000, payer=stranger)


def test_allowance_is_named_first_when_both_are_too_small(collect, escrow, token, stranger):
    with refused(escrow, "InsufficientAllowance(uint256,uint256)", 0, 1_000):
        collect(token, 1_000, payer=stranger)


def test_refused_when_the_token_has_no_code(collect, escrow, stranger):
    with refused(escrow, "TokenHasNoCode(address)", stranger):
        collect(stranger, 1_000, value=0)


def test_refused_when_the_amount_is_beyond_any_price(collect, escrow, bad_token, buyer):
    with refused(escrow, "NumberTooLarge(uint256,uint256)", MAX_AMOUNT + 1, MAX_AMOUNT):
        collect(bad_token, MAX_AMOUNT + 1)
    bad_token.mint(buyer, MAX_AMOUNT)
    bad_token.approve(escrow, MAX_AMOUNT, sender=buyer)
    collect(bad_token, MAX_AMOUNT)


def test_works_with_the_gas_of_a_batch(collect, rows, token):
    collect(token, 1_000, gas=300_000)
    assert rows(token)[1] == 1_000
