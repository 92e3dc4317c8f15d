"""ERC-5192 and ERC-4906: what a transaction of PurchaseManager says of a pass.

Locked and Unlocked come exactly when the transaction itself changes the answer of `locked`; MetadataUpdate
when something on a pass that exists changes; nothing at mint.
"""

import pytest

from tests.support.offers import CAP, MONTH_PRICE, ONCE_PRICE
from tests.support.shop import events, travel


@pytest.fixture
def watch(product_pass, manager):
    """Does the call, checks that the events fit what `locked` says, and returns their names."""

    def run(pass_id, call, *arguments, **options):
        before = product_pass.locked(pass_id)
        call(*arguments, **options)
        logs = [log for log in manager.get_logs() if type(log).__name__ in ("Locked", "Unlocked", "MetadataUpdate")]
        assert {log.tokenId for log in logs} <= {pass_id}
        names = [type(log).__name__ for log in logs]
        now_locked = product_pass.locked(pass_id)
        assert names.count("Locked") == (now_locked and not before)
        assert names.count("Unlocked") == (before and not now_locked)
        return names

    return run


LOCKED, UNLOCKED, TOLD, NOTHING = ["MetadataUpdate", "Locked"], ["MetadataUpdate", "Unlocked"], ["MetadataUpdate"], []


@pytest.fixture
def pass_id(shop, buyer, monthly):
    """One running subscription: locked."""
    return shop.buy(buyer, monthly.line)


@pytest.fixture
def lapsed(shop, buyer, monthly):
    """One expired subscription: free."""
    pass_id = shop.buy(buyer, monthly.line)
    travel(days=33)
    return pass_id


# --- at mint: nothing ---


def test_no_event_when_a_pass_is_minted(shop, manager, buyer, friend, monthly, bound_offer):
    shop.buy(buyer, monthly.line, bound_offer.line)
    for name in ("Locked", "Unlocked", "MetadataUpdate"):
        assert events(manager, name) == []
    shop.airdrop([friend], monthly.line, bound_offer.line)
    for name in ("Locked", "Unlocked", "MetadataUpdate"):
        assert events(manager, name) == []


# --- pause ---


def test_unlocked_and_locked_when_paused_and_unpaused(watch, manager, buyer, pass_id, monthly):
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, True, sender=buyer) == UNLOCKED
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, False, sender=buyer) == LOCKED


def test_only_the_last_pause_unlocks_when_two_subscriptions_run(watch, manager, buyer, shop, monthly, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 1))
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, True, sender=buyer) == TOLD
    assert watch(pass_id, manager.pauseSubscription, pass_id, seats.product, True, sender=buyer) == UNLOCKED
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, False, sender=buyer) == LOCKED
    assert watch(pass_id, manager.pauseSubscription, pass_id, seats.product, False, sender=buyer) == TOLD


def test_unlocked_once_when_paused_in_a_batch(watch, manager, buyer, shop, monthly, seats):
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 1))
    products = [monthly.product, seats.product]
    names = watch(pass_id, manager.pauseSubscriptionBatch, pass_id, products, [True, True], sender=buyer)
    assert names == TOLD + UNLOCKED


def test_pause_does_not_unlock_when_a_bound_product_is_there(watch, manager, buyer, shop, monthly, bound_offer):
    pass_id = shop.buy(buyer, monthly.line, bound_offer.line)
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, True, sender=buyer) == TOLD


def test_pause_does_not_unlock_when_the_subscription_is_bound(watch, manager, buyer, shop, monthly):
    shop.product(product=monthly.product, transferable=False)
    pass_id = shop.buy(buyer, monthly.line)
    assert watch(pass_id, manager.pauseSubscription, pass_id, monthly.product, True, sender=buyer) == TOLD


# --- purchases onto a pass ---


def test_locked_when_a_subscription_is_bought_for_a_free_pass(watch, shop, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line)
    assert watch(pass_id, shop.buy_more, pass_id, monthly.line) == LOCKED


def test_told_only_when_a_movable_product_is_bought(watch, shop, buyer, license_offer, monthly, coin_license):
    pass_id = shop.buy(buyer, license_offer.line)
    assert watch(pass_id, shop.buy_more, pass_id, monthly.line, pause=True) == TOLD
    assert watch(pass_id, shop.buy_more, pass_id, coin_license.line, value=ONCE_PRICE) == TOLD


def test_told_only_when_the_pass_was_locked_before(watch, shop, pass_id, license_offer, bound_offer):
    assert watch(pass_id, shop.buy_more, pass_id, license_offer.line, bound_offer.line) == TOLD


def test_locked_when_an_expired_subscription_is_bought_again(watch, shop, lapsed, monthly):
    assert watch(lapsed, shop.buy_more, lapsed, monthly.line) == LOCKED


def test_locked_when_the_organization_airdrops_a_subscription(watch, shop, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line)
    assert watch(pass_id, shop.buy_more, pass_id, monthly.line, airdrop=True) == LOCKED


# --- renewals ---


@pytest.mark.parametrize("how", ["one", "batch", "keeper's batch"])
def test_told_only_when_a_due_one_is_renewed(watch, manager, keeper, pass_id, monthly, how):
    travel(days=31)
    call, arguments = {
        "one": (manager.renewSubscription, (pass_id, monthly.product, False)),
        "batch": (manager.renewSubscriptionBatch, (pass_id, [monthly.product], False)),
        "keeper's batch": (manager.renewSubscriptions, ([pass_id], [monthly.product])),
    }[how]
    assert watch(pass_id, call, *arguments, sender=keeper) == TOLD


def test_told_only_when_renewed_early(watch, manager, buyer, pass_id, monthly):
    assert watch(pass_id, manager.renewSubscription, pass_id, monthly.product, False, sender=buyer) == TOLD


def test_locked_when_restarted(watch, manager, buyer, lapsed, monthly):
    assert watch(lapsed, manager.renewSubscription, lapsed, monthly.product, False, sender=buyer) == LOCKED


def test_locked_when_the_organization_restarts_it(watch, manager, airdropper, lapsed, monthly):
    assert watch(lapsed, manager.renewSubscription, lapsed, monthly.product, True, sender=airdropper) == LOCKED


def test_nothing_is_told_when_a_renewal_fails(watch, manager, system, token, buyer, keeper, pass_id, monthly):
    travel(days=31)
    token.approve(system.escrow.address, 0, sender=buyer)
    assert watch(pass_id, manager.renewSubscriptions, [pass_id], [monthly.product], sender=keeper) == NOTHING


# --- cancelling ---


def test_told_only_when_cancelled_while_it_runs(watch, manager, buyer, pass_id, monthly):
    assert watch(pass_id, manager.cancelSubscription, pass_id, monthly.product, True, sender=buyer) == TOLD
    assert watch(pass_id, manager.cancelSubscription, pass_id, monthly.product, True, sender=buyer) == NOTHING
    assert watch(pass_id, manager.cancelSubscription, pass_id, monthly.product, False, sender=buyer) == TOLD


def test_unlocked_when_cancelled_while_past_due(watch, manager, buyer, pass_id, monthly):
    travel(days=31)
    assert watch(pass_id, manager.cancelSubscription, pass_id, monthly.product, True, sender=buyer) == UNLOCKED
    assert watch(pass_id, manager.cancelSubscription, pass_id, monthly.product, False, sender=buyer) == LOCKED


def test_usage_stays_locked_when_cancelled_while_past_due(watch, manager, shop, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    travel(days=31)
    assert watch(pass_id, manager.cancelSubscription, pass_id, metered.product, True, sender=buyer) == TOLD
    assert watch(pass_id, manager.renewSubscription, pass_id, metered.product, False, sender=shop.merchant) == TOLD


def test_told_only_when_cancelled_after_it_expired(watch, manager, buyer, lapsed, monthly):
    assert watch(lapsed, manager.cancelSubscription, lapsed, monthly.product, True, sender=buyer) == TOLD


# --- ending and revoking ---


def test_unlocked_when_the_holder_ends_it(watch, manager, buyer, pass_id, monthly):
    assert watch(pass_id, manager.endSubscription, pass_id, monthly.product, sender=buyer) == UNLOCKED
    assert watch(pass_id, manager.endSubscription, pass_id, monthly.product, sender=buyer) == NOTHING


def test_told_only_when_a_paused_one_is_ended(watch, manager, buyer, pass_id, monthly):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    assert watch(pass_id, manager.endSubscription, pass_id, monthly.product, sender=buyer) == TOLD


def test_told_only_when_usage_is_ended(watch, manager, shop, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    assert watch(pass_id, manager.endSubscription, pass_id, metered.product, sender=buyer) == TOLD


def test_told_only_when_a_part_is_refunded(watch, manager, refunder, pass_id, monthly):
    assert watch(pass_id, manager.refundProduct, pass_id, monthly.product, 1, False, sender=refunder) == TOLD


def test_unlocked_when_revoked(watch, manager, refunder, pass_id, monthly):
    names = watch(pass_id, manager.refundProduct, pass_id, monthly.product, MONTH_PRICE, True, sender=refunder)
    assert names == UNLOCKED


def test_unlocked_when_a_bound_product_is_revoked(watch, manager, shop, refunder, buyer, bound_offer):
    pass_id = shop.buy(buyer, bound_offer.line)
    names = watch(pass_id, manager.refundProduct, pass_id, bound_offer.product, ONCE_PRICE, True, sender=refunder)
    assert names == UNLOCKED


# --- the rest ---


def test_told_only_when_the_plan_or_quantity_change(watch, manager, shop, buyer, pass_id, monthly, per_seat):
    params = (shop.org, pass_id, monthly.product, per_seat, False)
    assert watch(pass_id, manager.changeSubscriptionPricing, params, sender=buyer) == TOLD
    call = manager.changeTieredSubscriptionUnitQuantity
    assert watch(pass_id, call, pass_id, monthly.product, 2, False, sender=buyer) == TOLD


def test_told_only_when_consent_changes(watch, manager, buyer, pass_id, monthly):
    assert watch(pass_id, manager.setAutoRenew, pass_id, monthly.product, False, sender=buyer) == TOLD


def test_nothing_is_told_when_a_cap_is_set(watch, manager, shop, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    assert watch(pass_id, manager.setUsageCap, pass_id, metered.product, CAP, sender=buyer) == NOTHING
