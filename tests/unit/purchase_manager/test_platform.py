"""What the platform owner can do: pause new purchases, announce a fee; and how the ownership moves."""

import pytest

from tests.support.offers import MONTH_PRICE
from tests.support.shop import now, only_event, travel
from tests.support.system import DAY, NATIVE, refused

WEEK = 7 * DAY


@pytest.fixture
def owner(system):
    return system.owner


# --- pausing purchases ---


def test_flag_and_event_say_so_when_paused_and_unpaused(manager, owner):
    for paused, call in ((True, manager.pausePurchases), (False, manager.unpausePurchases)):
        call(sender=owner)
        assert only_event(manager, "PurchasesPausedSet").paused is paused
        assert manager.purchasesPaused() is paused


def test_everything_else_goes_on_when_paused(shop, manager, owner, merchant, buyer, keeper, token, monthly, pro):
    """Renewals, restarts, changes, cancelling, pausing, refunds, transfers and withdrawals."""
    pass_id = shop.buy(buyer, monthly.line)
    manager.pausePurchases(sender=owner)
    travel(days=31)
    manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, False), sender=buyer)
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=40)
    manager.cancelSubscription(pass_id, monthly.product, False, sender=buyer)
    manager.refundProduct(pass_id, monthly.product, 1, False, sender=merchant)
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    shop.system.product_pass.transferFrom(buyer, keeper, pass_id, sender=buyer)
    shop.system.escrow.withdraw(shop.org, token.address, shop.balance(), sender=merchant)
    assert shop.balance() == 0


def test_supply_stays_when_paused_and_a_fee_is_announced(shop, manager, owner, buyer, stranger, monthly):
    shop.buy(buyer, monthly.line)
    supply = manager.passSupply()
    manager.pausePurchases(sender=owner)
    manager.announceFee(500, stranger, sender=owner)
    manager.unpausePurchases(sender=owner)
    assert manager.passSupply() == supply
    assert shop.buy(buyer, monthly.line) == supply + 1
    assert manager.pendingFee() == (500, stranger, now() + WEEK)


@pytest.mark.parametrize("person", ["merchant", "stranger", "buyer"])
def test_refused_when_it_is_not_the_platform_owner(manager, everybody, person):
    caller = everybody[person]
    calls = [
        (manager.pausePurchases, ()),
        (manager.unpausePurchases, ()),
        (manager.announceFee, (1, caller)),
        (manager.transferOwnership, (caller,)),
    ]
    for call, arguments in calls:
        with refused(manager, "NotPlatformOwner(address)", caller):
            call(*arguments, sender=caller)


# --- the fee ---


def test_there_is_no_fee_when_none_was_announced(manager):
    assert (manager.feeBps(), manager.feeRecipient()) == (0, NATIVE)
    assert manager.pendingFee() == (0, NATIVE, 0)


def test_event_tells_all_when_announced(manager, owner, stranger):
    manager.announceFee(250, stranger, sender=owner)
    event = only_event(manager, "FeeAnnounced")
    assert (event.bps, event.recipient, event.actsFrom) == (250, stranger, now() + WEEK)


def test_fee_and_recipient_act_after_seven_days_when_announced(manager, owner, stranger):
    manager.announceFee(250, stranger, sender=owner)
    travel(seconds=WEEK - 1)
    assert (manager.feeBps(), manager.feeRecipient()) == (0, NATIVE)
    travel(seconds=1)
    assert (manager.feeBps(), manager.feeRecipient()) == (250, stranger)


def test_wait_starts_again_when_announced_again(manager, owner, stranger, keeper):
    manager.announceFee(250, stranger, sender=owner)
    travel(days=6)
    manager.announceFee(300, keeper, sender=owner)
    travel(days=6)
    assert (manager.feeBps(), manager.feeRecipient()) == (0, NATIVE)
    travel(days=1)
    assert (manager.feeBps(), manager.feeRecipient()) == (300, keeper)


def test_fee_that_acts_goes_on_when_another_is_announced(manager, owner, stranger, keeper):
    manager.announceFee(500, stranger, sender=owner)
    travel(days=7)
    manager.announceFee(100, keeper, sender=owner)
    travel(days=7, seconds=-1)
    assert (manager.feeBps(), manager.feeRecipient()) == (500, stranger)
    manager.announceFee(0, keeper, sender=owner)
    travel(seconds=1)
    assert (manager.feeBps(), manager.feeRecipient()) == (500, stranger)
    travel(days=7)
    assert (manager.feeBps(), manager.feeRecipient()) == (0, keeper)


@pytest.mark.parametrize(("bps", "fee"), [(0, 0), (1, 259), (500, 129_600)])
def test_fee_is_rounded_down_from_the_merchants_part_when_it_acts(
    shop, system, manager, owner, buyer, stranger, token, monthly, bps, fee
):
    manager.announceFee(bps, stranger, sender=owner)
    travel(days=7)
    before, row, fees = token.balanceOf(buyer), shop.balance(), system.escrow.orgBalance(0, token.address)
    shop.buy(buyer, monthly.line)
    assert before - token.balanceOf(buyer) == MONTH_PRICE
    assert shop.balance() - row == MONTH_PRICE - fee
    assert system.escrow.orgBalance(0, token.address) - fees == fee


def test_fee_is_in_the_event_when_a_purchase_is_paid(shop, manager, owner, stranger, coin_license):
    manager.announceFee(500, stranger, sender=owner)
    travel(days=7)
    shop.buy(stranger, coin_license.line, value=1_000)
    event = only_event(manager, "PaymentReceived")
    assert (event.amount, event.fee) == (1_000, 50)


@pytest.mark.parametrize("bps", [501, 10_000, 2**256 - 1])
def test_refused_when_the_fee_is_above_five_percent(manager, owner, stranger, bps):
    with refused(manager, "FeeTooHigh(uint256,uint256)", bps, 500):
        manager.announceFee(bps, stranger, sender=owner)


def test_refused_when_the_recipient_is_nobody(manager, owner):
    with refused(manager, "ZeroAddress()"):
        manager.announceFee(0, NATIVE, sender=owner)


# --- ownership ---


def test_nothing_changes_until_accepted_when_transferred(manager, owner, stranger):
    manager.transferOwnership(stranger, sender=owner)
    event = only_event(manager, "OwnershipTransferStarted")
    assert (event.previousOwner, event.newOwner) == (owner, stranger)
    assert (manager.owner(), manager.pendingOwner()) == (owner, stranger)
    with refused(manager, "NotPlatformOwner(address)", stranger):
        manager.pausePurchases(sender=stranger)


def test_new_owner_rules_when_he_accepts(manager, owner, stranger):
    manager.transferOwnership(stranger, sender=owner)
    manager.acceptOwnership(sender=stranger)
    event = only_event(manager, "OwnershipTransferred")
    assert (event.previousOwner, event.newOwner) == (owner, stranger)
    assert (manager.owner(), manager.pendingOwner()) == (stranger, NATIVE)
    manager.pausePurchases(sender=stranger)
    with refused(manager, "NotPlatformOwner(address)", owner):
        manager.unpausePurchases(sender=owner)


def test_refused_when_somebody_else_accepts(manager, owner, stranger, keeper):
    with refused(manager, "NotPendingOwner(address)", stranger):
        manager.acceptOwnership(sender=stranger)
    manager.transferOwnership(stranger, sender=owner)
    with refused(manager, "NotPendingOwner(address)", keeper):
        manager.acceptOwnership(sender=keeper)
    manager.acceptOwnership(sender=stranger)
    with refused(manager, "NotPendingOwner(address)", stranger):
        manager.acceptOwnership(sender=stranger)


def test_transfer_is_taken_back_when_nobody_is_named(manager, owner, stranger):
    """So it cannot be given up: the zero address cannot accept."""
    manager.transferOwnership(stranger, sender=owner)
    manager.transferOwnership(NATIVE, sender=owner)
    with refused(manager, "NotPendingOwner(address)", stranger):
        manager.acceptOwnership(sender=stranger)
    assert manager.owner() == owner
    assert not hasattr(manager, "renounceOwnership")
