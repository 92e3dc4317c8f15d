import boa

from tests.support.system import NATIVE, refused

FEES = 3


def test_recipient_gets_the_fees_when_he_withdraws(collect, rows, escrow, token, fee_recipient, other_org_id):
    collect(token, 1_000, 50)
    collect(token, 1_000, 10, org=other_org_id)
    escrow.withdrawFees(token, 55, sender=fee_recipient)
    assert rows(token) == (5, 950, 990)
    assert token.balanceOf(fee_recipient) == 55


def test_recipient_gets_coins_when_the_fees_are_in_native_coin(collect, rows, escrow, fee_recipient):
    collect(NATIVE, 1_000, 50)
    before = boa.env.get_balance(fee_recipient)
    escrow.withdrawFees(NATIVE, 50, sender=fee_recipient)
    assert rows(NATIVE) == (0, 950, 0)
    assert boa.env.get_balance(fee_recipient) == before + 50


def test_event_names_organization_zero(collect, escrow, token, fee_recipient):
    collect(token, 1_000, 50)
    escrow.withdrawFees(token, 50, sender=fee_recipient)
    (event,) = [log for log in escrow.get_logs() if type(log).__name__ == "PaidOut"]
    assert (event.orgId, event.token, event.to) == (0, token.address, fee_recipient)
    assert (event.amount, event.kind) == (50, FEES)


def test_refused_when_the_caller_is_not_the_recipient(
    collect, system, escrow, token, fee_recipient, org_owner, stranger
):
    collect(token, 1_000, 50)
    for caller in (stranger, org_owner, system.owner):
        assert caller != fee_recipient
        with refused(escrow, "NotFeeRecipient(address)", caller):
            escrow.withdrawFees(token, 50, sender=caller)


def test_refused_when_the_amount_is_zero(escrow, token, fee_recipient):
    with refused(escrow, "ZeroAmount()"):
        escrow.withdrawFees(token, 0, sender=fee_recipient)


def test_refused_when_there_are_fewer_fees(collect, escrow, token, fee_recipient):
    collect(token, 1_000, 50)
    with refused(escrow, "InsufficientOrgBalance(uint256,uint256)", 50, 51):
        escrow.withdrawFees(token, 51, sender=fee_recipient)
