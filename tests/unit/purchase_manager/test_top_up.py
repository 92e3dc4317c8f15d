import pytest

from tests.support.bad_tokens import Move, Read
from tests.support.shop import only_event, travel
from tests.support.system import NATIVE, partial, refused


def test_row_grows_without_a_fee_when_anybody_tops_up(shop, system, manager, token, buyer, stranger):
    manager.announceFee(500, stranger, sender=system.owner)
    travel(days=7)
    row, before = shop.balance(), token.balanceOf(buyer)
    manager.topUp(shop.org, token.address, 1_000, sender=buyer)
    event = only_event(manager, "PaymentReceived")
    assert (event.orgId, event.token, event.payer) == (shop.org, token.address, buyer)
    assert (event.amount, event.fee) == (1_000, 0)
    assert (shop.balance() - row, before - token.balanceOf(buyer)) == (1_000, 1_000)


def test_row_grows_when_topped_up_in_coins(shop, manager, stranger):
    row = shop.balance(NATIVE)
    manager.topUp(shop.org, NATIVE, 77, sender=stranger, value=77)
    assert shop.balance(NATIVE) - row == 77


@pytest.mark.parametrize("value", [0, 76, 78])
def test_refused_when_the_value_is_not_the_amount(shop, manager, stranger, value):
    with refused(manager, "WrongValue(uint256,uint256)", value, 77):
        manager.topUp(shop.org, NATIVE, 77, sender=stranger, value=value)


def test_refused_when_coins_are_sent_with_tokens(shop, manager, token, buyer):
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        manager.topUp(shop.org, token.address, 1, sender=buyer, value=1)


@pytest.mark.parametrize("organization", [0, 10**9, 2**256 - 1])
def test_refused_when_there_is_no_such_organization(manager, token, buyer, organization):
    with refused(manager, "NoSuchOrganization(uint256)", organization):
        manager.topUp(organization, token.address, 1, sender=buyer)


def test_refused_when_the_amount_is_zero(shop, manager, buyer):
    with refused(manager, "ZeroAmount()"):
        manager.topUp(shop.org, NATIVE, 0, sender=buyer)


def test_refused_when_the_amount_is_absurd(shop, manager, token, buyer):
    with refused(manager, "NumberTooLarge(uint256,uint256)", 2**160, 2**160 - 1):
        manager.topUp(shop.org, token.address, 2**160, sender=buyer)


def test_refused_when_the_payer_cannot_pay(shop, manager, token, stranger):
    with refused(manager, "InsufficientAllowance(uint256,uint256)", 0, 5):
        manager.topUp(shop.org, token.address, 5, sender=stranger)


def test_refused_when_the_token_is_none(shop, manager, buyer, stranger):
    with refused(manager, "TokenHasNoCode(address)", stranger):
        manager.topUp(shop.org, stranger, 5, sender=buyer)


def test_refused_when_less_arrives(shop, system, manager, buyer):
    bad = partial("mocks/MockBadToken").deploy()
    bad.mint(buyer, 10**6)
    bad.approve(system.escrow.address, 10**6, sender=buyer)
    bad.behave(Move.FEE_ON_TRANSFER, Read.WELL, 0, 0)
    with refused(manager, "PaymentFailed(address)", bad.address):
        manager.topUp(shop.org, bad.address, 1_000, sender=buyer)


def test_topped_up_when_purchases_are_paused(shop, system, manager, buyer):
    manager.pausePurchases(sender=system.owner)
    manager.topUp(shop.org, NATIVE, 1, sender=buyer, value=1)
