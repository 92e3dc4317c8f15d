import boa
import pytest

from tests.support.bad_tokens import OnCoin
from tests.support.system import NATIVE, refused

REFUND = 2


def test_row_falls_and_the_customer_is_paid_when_refunded(collect, rows, escrow, token, manager, org_id, stranger):
    collect(token, 1_000, 50)
    escrow.refund(org_id, token, stranger, 300, sender=manager)
    assert rows(token) == (50, 650, 0)
    assert token.balanceOf(stranger) == 300


def test_coins_are_paid_when_refunded_in_native_coin(collect, rows, escrow, manager, org_id, stranger):
    collect(NATIVE, 1_000)
    before = boa.env.get_balance(stranger)
    escrow.refund(org_id, NATIVE, stranger, 1_000, sender=manager)
    assert rows(NATIVE) == (0, 0, 0)
    assert boa.env.get_balance(stranger) == before + 1_000


def test_event_says_who_got_how_much(collect, escrow, token, manager, org_id, stranger):
    collect(token, 1_000)
    escrow.refund(org_id, token, stranger, 300, sender=manager)
    (event,) = [log for log in escrow.get_logs() if type(log).__name__ == "PaidOut"]
    assert (event.orgId, event.token, event.to) == (org_id, token.address, stranger)
    assert (event.amount, event.kind) == (300, REFUND)


def test_refused_when_the_row_has_less(collect, escrow, token, manager, org_id, other_org_id, stranger):
    collect(token, 299)
    collect(token, 1_000, org=other_org_id)
    with refused(escrow, "InsufficientOrgBalance(uint256,uint256)", 299, 300):
        escrow.refund(org_id, token, stranger, 300, sender=manager)


def test_refused_when_not_called_by_purchase_manager(collect, system, escrow, token, org_id, org_owner, stranger):
    collect(token, 1_000)
    for caller in (stranger, org_owner, system.owner):
        with refused(escrow, "NotSystemContract(address)", caller):
            escrow.refund(org_id, token, caller, 1, sender=caller)


@pytest.mark.parametrize("habit", [OnCoin.REFUSES, OnCoin.BURNS_ALL_GAS])
def test_refused_when_the_receiver_refuses_coins(collect, rows, escrow, manager, org_id, receiver, habit):
    collect(NATIVE, 1_000)
    receiver.behave(habit)
    with refused(escrow, "PaymentFailed(address)", NATIVE):
        escrow.refund(org_id, NATIVE, receiver.address, 300, sender=manager)
    assert rows(NATIVE) == (0, 1_000, 0)


@pytest.mark.parametrize("asset", ["token", "native"])
def test_refused_when_the_pass_belongs_to_the_escrow_itself(collect, rows, escrow, token, manager, org_id, asset):
    asset = token.address if asset == "token" else NATIVE
    collect(asset, 1_000)
    with refused(escrow, "PaymentFailed(address)", asset):
        escrow.refund(org_id, asset, escrow.address, 300, sender=manager)
    assert rows(asset) == (0, 1_000, 0)
