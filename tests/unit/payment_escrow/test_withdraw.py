import boa
import pytest

from tests.support.bad_tokens import OnCoin
from tests.support.system import NATIVE, refused

WITHDRAWAL = 1


def test_holder_gets_part_of_the_row_when_he_withdraws(collect, rows, escrow, token, org_id, org_owner):
    collect(token, 1_000, 50)
    escrow.withdraw(org_id, token, 400, sender=org_owner)
    assert rows(token) == (50, 550, 0)
    assert token.balanceOf(org_owner) == 400


def test_holder_gets_all_of_the_row_when_he_withdraws_coins(collect, rows, escrow, org_id, org_owner):
    collect(NATIVE, 1_000)
    before = boa.env.get_balance(org_owner)
    escrow.withdraw(org_id, NATIVE, 1_000, sender=org_owner)
    assert rows(NATIVE) == (0, 0, 0)
    assert boa.env.get_balance(org_owner) == before + 1_000


def test_event_says_who_got_how_much(collect, escrow, token, org_id, org_owner):
    collect(token, 1_000)
    escrow.withdraw(org_id, token, 400, sender=org_owner)
    (event,) = [log for log in escrow.get_logs() if type(log).__name__ == "PaidOut"]
    assert (event.orgId, event.token, event.to) == (org_id, token.address, org_owner)
    assert (event.amount, event.kind) == (400, WITHDRAWAL)


def test_refused_when_the_amount_is_zero(collect, escrow, token, org_id, org_owner):
    collect(token, 1_000)
    with refused(escrow, "ZeroAmount()"):
        escrow.withdraw(org_id, token, 0, sender=org_owner)


def test_refused_when_the_row_has_less(collect, escrow, token, org_id, org_owner, other_org_id):
    collect(token, 1_000)
    collect(token, 1_000, org=other_org_id)
    with refused(escrow, "InsufficientOrgBalance(uint256,uint256)", 1_000, 1_001):
        escrow.withdraw(org_id, token, 1_001, sender=org_owner)


def test_refused_when_the_caller_is_not_the_holder(collect, system, escrow, token, manager, org_id, other_org_owner):
    collect(token, 1_000)
    for caller in (other_org_owner, system.owner, manager):
        with refused(escrow, "NotOrganizationHolder(uint256,address)", org_id, caller):
            escrow.withdraw(org_id, token, 1, sender=caller)


def test_refused_when_the_caller_has_every_role_and_is_not_the_holder(
    collect, system, escrow, token, org_id, org_owner, stranger
):
    collect(token, 1_000)
    system.org_nft.setRoles(org_id, stranger, 63, sender=org_owner)
    with refused(escrow, "NotOrganizationHolder(uint256,address)", org_id, stranger):
        escrow.withdraw(org_id, token, 1, sender=stranger)


def test_new_holder_gets_the_money_when_the_organization_was_sold(
    collect, system, escrow, token, org_id, org_owner, stranger
):
    collect(token, 1_000)
    system.org_nft.transferFrom(org_owner, stranger, org_id, sender=org_owner)
    with refused(escrow, "NotOrganizationHolder(uint256,address)", org_id, org_owner):
        escrow.withdraw(org_id, token, 1, sender=org_owner)
    escrow.withdraw(org_id, token, 1_000, sender=stranger)
    assert token.balanceOf(stranger) == 1_000


def test_refused_when_the_organization_is_the_platform(collect, escrow, token, org_owner, fee_recipient):
    collect(token, 1_000, 50)
    for caller in (org_owner, fee_recipient):
        with refused(escrow, "NoSuchOrganization(uint256)", 0):
            escrow.withdraw(0, token, 50, sender=caller)


def test_refused_when_the_organization_does_not_exist(system, escrow, token, stranger):
    nobody = system.org_nft.orgSupply() + 1
    with refused(escrow, "ERC721NonexistentToken(uint256)", nobody):
        escrow.withdraw(nobody, token, 1, sender=stranger)


def test_refused_when_the_holder_refuses_coins(collect, system, rows, escrow, org_id, org_owner, receiver):
    collect(NATIVE, 1_000)
    receiver.behave(OnCoin.REFUSES)
    system.org_nft.transferFrom(org_owner, receiver.address, org_id, sender=org_owner)
    with refused(receiver, "PaymentFailed(address)", NATIVE):
        receiver.execute(escrow.address, escrow.withdraw.prepare_calldata(org_id, NATIVE, 1))
    assert rows(NATIVE) == (0, 1_000, 0)


@pytest.mark.parametrize("amount", [1, 999, 1_000])
def test_w33_books_are_right_when_read_during_a_withdrawal(
    collect, system, escrow, org_id, org_owner, receiver, amount
):
    collect(NATIVE, 1_000)
    receiver.behave(OnCoin.REENTERS)
    receiver.callBack(escrow.address, escrow.orgBalance.prepare_calldata(org_id, NATIVE))
    system.org_nft.transferFrom(org_owner, receiver.address, org_id, sender=org_owner)
    receiver.execute(escrow.address, escrow.withdraw.prepare_calldata(org_id, NATIVE, amount))
    assert receiver.succeeded() == 1
    assert int.from_bytes(receiver.returned()) == 1_000 - amount


def test_w33_second_withdrawal_is_refused_when_it_comes_during_the_first(
    collect, system, rows, escrow, org_id, org_owner, receiver
):
    collect(NATIVE, 1_000)
    again = escrow.withdraw.prepare_calldata(org_id, NATIVE, 400)
    receiver.behave(OnCoin.REENTERS)
    receiver.callBack(escrow.address, again)
    system.org_nft.transferFrom(org_owner, receiver.address, org_id, sender=org_owner)
    receiver.execute(escrow.address, again)
    assert (receiver.calls(), receiver.succeeded()) == (1, 0)
    assert rows(NATIVE) == (0, 600, 0)
    assert boa.env.get_balance(receiver.address) == 400
