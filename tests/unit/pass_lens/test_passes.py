"""What PassLens says of a pass as a whole; ProductPass hands out the same for ERC-5192, 6454, 5643 and 7858."""

import boa
import pytest

from tests.support.shop import DAY, now, travel
from tests.support.system import refused

CYCLE = 30 * DAY
OF_NFTS = ["isLocked", "expiresAt", "isExpired", "startTime", "isPassRenewable", "passURI"]


def can_move(product_pass, pass_id, buyer, friend) -> bool:
    """Does the transfer itself go through? `isLocked` must say the opposite."""
    with boa.env.anchor():
        try:
            product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
        except boa.BoaError:
            return False
        return True


def test_products_are_in_the_order_of_purchase(lens, shop, buyer, monthly, license_offer, daily):
    pass_id = shop.buy(buyer, monthly.line, license_offer.line)
    shop.buy_more(pass_id, daily.line)

    assert lens.productsOf(pass_id) == [monthly.product, license_offer.product, daily.product]


def test_product_bought_again_keeps_its_place(lens, shop, buyer, daily, license_offer):
    pass_id = shop.buy(buyer, daily.line, license_offer.line)
    travel(days=2)
    shop.buy_more(pass_id, daily.line)

    assert lens.productsOf(pass_id) == [daily.product, license_offer.product]


def test_airdropped_passes_list_their_products(lens, shop, buyer, friend, monthly, license_offer):
    first = shop.airdrop([buyer, friend], monthly.line, license_offer.line)

    assert lens.productsOf(first + 1) == [monthly.product, license_offer.product]


def test_organization_of_a_pass(lens, shop, subscription):
    assert lens.orgOfPass(subscription) == shop.org


@pytest.mark.parametrize("function", ["productsOf", "orgOfPass"])
def test_unknown_and_burned_passes_are_refused(lens, product_pass, buyer, subscription, function):
    product_pass.burn(subscription, sender=buyer)

    for pass_id in (subscription, 999):
        with refused(lens, "NoSuchPass(uint256)", pass_id):
            getattr(lens, function)(pass_id)


@pytest.mark.parametrize("function", OF_NFTS)
def test_unknown_and_burned_tokens_are_refused(lens, product_pass, buyer, subscription, function):
    product_pass.burn(subscription, sender=buyer)

    for pass_id in (subscription, 999):
        with refused(lens, "ERC721NonexistentToken(uint256)", pass_id):
            getattr(lens, function)(pass_id)


def test_r22_running_subscription_locks_the_pass(lens, product_pass, buyer, friend, subscription):
    assert lens.isLocked(subscription)
    assert not can_move(product_pass, subscription, buyer, friend)
    travel(days=33)
    assert not lens.isLocked(subscription)
    assert can_move(product_pass, subscription, buyer, friend)


def test_paused_subscription_does_not_lock_the_pass(lens, manager, product_pass, buyer, friend, subscription, monthly):
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)

    assert not lens.isLocked(subscription)
    assert can_move(product_pass, subscription, buyer, friend)


def test_bound_product_locks_the_pass_among_others(lens, shop, product_pass, buyer, friend, license_offer, bound_offer):
    pass_id = shop.buy(buyer, license_offer.line)
    assert not lens.isLocked(pass_id)
    shop.buy_more(pass_id, bound_offer.line)
    assert lens.isLocked(pass_id)
    assert not can_move(product_pass, pass_id, buyer, friend)


def test_r22_last_usage_bill_locks_the_pass_until_grace_is_over(lens, shop, manager, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.cancelSubscription(pass_id, metered.product, True, sender=buyer)
    travel(seconds=33 * DAY - 1)
    assert lens.isLocked(pass_id)
    travel(seconds=1)
    assert not lens.isLocked(pass_id)


def test_pass_ends_with_its_last_subscription(lens, shop, buyer, monthly, daily):
    start = now()
    pass_id = shop.buy(buyer, monthly.line, daily.line)

    assert (lens.startTime(pass_id), lens.expiresAt(pass_id)) == (start, start + CYCLE)
    travel(days=29)
    assert not lens.isExpired(pass_id)
    travel(days=1)
    assert lens.isExpired(pass_id)


def test_pass_with_a_one_time_product_has_no_end(lens, shop, buyer, license_offer, daily):
    pass_id = shop.buy(buyer, license_offer.line, daily.line)
    travel(days=10)

    assert lens.expiresAt(pass_id) == 0
    assert not lens.isExpired(pass_id)


def test_times_of_a_paused_subscription_move(lens, manager, buyer, subscription, monthly):
    travel(days=10)
    manager.pauseSubscription(subscription, monthly.product, True, sender=buyer)
    travel(days=100)

    assert lens.startTime(subscription) == now() - 10 * DAY
    assert lens.expiresAt(subscription) == now() + 20 * DAY
    assert not lens.isExpired(subscription)


def test_start_is_the_earliest(lens, shop, buyer, monthly, license_offer):
    start = now()
    pass_id = shop.buy(buyer, license_offer.line)
    travel(days=5)
    shop.buy_more(pass_id, monthly.line)

    assert lens.startTime(pass_id) == start


def test_revoked_product_is_over(lens, shop, manager, merchant, buyer, license_offer):
    pass_id = shop.buy(buyer, license_offer.line)
    manager.refundProduct(pass_id, license_offer.product, license_offer.price, True, sender=merchant)

    assert lens.expiresAt(pass_id) == now()
    assert lens.isExpired(pass_id)


def test_ended_subscription_is_over_at_once_and_keeps_an_end_in_the_past(lens, manager, buyer, subscription, monthly):
    end = now() + CYCLE
    manager.endSubscription(subscription, monthly.product, sender=buyer)

    assert lens.expiresAt(subscription) == now()
    assert lens.isExpired(subscription)
    travel(days=40)
    assert lens.expiresAt(subscription) == end


def test_holder_can_renew_early(lens, subscription):
    assert lens.isPassRenewable(subscription)


def test_one_time_product_cannot_be_renewed(lens, shop, buyer, license_offer):
    assert not lens.isPassRenewable(shop.buy(buyer, license_offer.line))


def test_cancelled_subscription_cannot_be_renewed_while_it_runs(lens, manager, buyer, subscription, monthly):
    manager.cancelSubscription(subscription, monthly.product, True, sender=buyer)

    assert not lens.isPassRenewable(subscription)
    travel(days=30)
    assert lens.isPassRenewable(subscription)


def test_closed_sale_stops_restarts_only(lens, shop, subscription):
    shop.rules(closed=True)
    travel(days=30)
    assert lens.isPassRenewable(subscription)
    travel(days=3)
    assert not lens.isPassRenewable(subscription)


def test_others_can_renew_what_its_holder_may_not_hold_any_more(lens, shop, subscription, monthly):
    shop.flags(monthly.pricing, restricted=True)
    assert not lens.isPassRenewable(subscription)
    travel(days=30)
    assert lens.isPassRenewable(subscription)


def test_nft_hands_out_the_same(lens, product_pass, subscription):
    assert product_pass.locked(subscription) is True
    assert product_pass.expiresAt(subscription) == product_pass.endTime(subscription) == lens.expiresAt(subscription)
    assert product_pass.startTime(subscription) == lens.startTime(subscription)
    assert product_pass.isTokenExpired(subscription) is False
    assert product_pass.isRenewable(subscription) is True
