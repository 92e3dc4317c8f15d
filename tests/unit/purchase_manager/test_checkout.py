"""`checkout` and `checkoutAdditional`: a purchase with what the buyer agreed to."""

import pytest

from tests.support.offers import MONTH_PRICE, ONCE_PRICE
from tests.support.shop import columns, now, only_event
from tests.support.system import NATIVE, refused

REFERENCE = b"order 4711".ljust(32, b"\0")


@pytest.fixture(params=["first", "additional"])
def check_out(request, shop, manager, buyer, license_offer):
    """One line by `checkout`, or on a pass that exists by `checkoutAdditional`; returns the pass."""
    held = shop.buy(buyer, license_offer.line)

    def call(offer, terms, value=0, by=buyer, airdrop=False):
        if request.param == "first":
            pass_id = manager.passSupply() + 1
            manager.checkout(shop.purchase(by, offer.line, airdrop=airdrop), terms, sender=by, value=value)
            return pass_id
        params = (held, *columns([offer.line]), "", airdrop, False)
        manager.checkoutAdditional(params, terms, sender=by, value=value)
        return held

    return call


@pytest.fixture
def terms(token):
    """Exactly the price of a month, and no second more."""
    return (REFERENCE, token.address, MONTH_PRICE, now())


def test_bought_when_price_and_time_are_just_within_the_terms(check_out, shop, manager, buyer, token, monthly, terms):
    before = token.balanceOf(buyer)
    pass_id = check_out(monthly, terms)
    event = only_event(manager, "ProductsPurchased")
    assert (event.orderReference, event.productPassId, event.amountPaid) == (REFERENCE, pass_id, MONTH_PRICE)
    assert (event.orgId, event.passOwner, event.purchaser) == (shop.org, buyer, buyer)
    assert (event.productIds, event.pricingIds, event.quantities) == ([monthly.product], [monthly.pricing], [0])
    assert (event.token, event.subtotal) == (token.address, MONTH_PRICE)
    assert before - token.balanceOf(buyer) == MONTH_PRICE
    assert shop.state(pass_id, monthly.product).autoRenew


def test_bought_when_it_costs_less_than_agreed(check_out, manager, token, monthly):
    check_out(monthly, (REFERENCE, token.address, 2**256 - 1, 2**256 - 1))
    assert only_event(manager, "ProductsPurchased").amountPaid == MONTH_PRICE


def test_bought_when_coins_were_agreed(check_out, manager, coin_monthly):
    check_out(coin_monthly, (REFERENCE, NATIVE, MONTH_PRICE, now()), value=MONTH_PRICE)
    assert only_event(manager, "ProductsPurchased").token == NATIVE


def test_refused_when_it_costs_more_than_agreed(check_out, manager, token, monthly):
    with refused(manager, "AmountAboveMax(uint256,uint256)", MONTH_PRICE, MONTH_PRICE - 1):
        check_out(monthly, (REFERENCE, token.address, MONTH_PRICE - 1, now()))


def test_refused_when_the_token_is_another(check_out, manager, token, monthly, coin_monthly):
    with refused(manager, "UnexpectedToken(address,address)", NATIVE, token.address):
        check_out(monthly, (REFERENCE, NATIVE, MONTH_PRICE, now()))
    with refused(manager, "UnexpectedToken(address,address)", token.address, NATIVE):
        check_out(coin_monthly, (REFERENCE, token.address, MONTH_PRICE, now()), value=MONTH_PRICE)


@pytest.mark.parametrize("late", [1, 1_000_000])
def test_refused_when_the_deadline_is_over(check_out, manager, token, monthly, late):
    with refused(manager, "DeadlinePassed(uint256,uint256)", now() - late, now()):
        check_out(monthly, (REFERENCE, token.address, MONTH_PRICE, now() - late))


def test_refused_when_the_terms_are_left_empty(check_out, manager, monthly):
    with refused(manager, "DeadlinePassed(uint256,uint256)", 0, now()):
        check_out(monthly, (b"\0" * 32, NATIVE, 0, 0))


def test_refused_when_purchases_are_paused(check_out, system, manager, monthly, terms):
    manager.pausePurchases(sender=system.owner)
    with refused(manager, "PurchasesPaused()"):
        check_out(monthly, terms)


def test_refused_when_the_value_is_not_the_price(check_out, manager, monthly, coin_monthly, terms):
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        check_out(monthly, terms, value=1)
    with refused(manager, "WrongValue(uint256,uint256)", MONTH_PRICE + 1, MONTH_PRICE):
        check_out(coin_monthly, (REFERENCE, NATIVE, 2 * MONTH_PRICE, now()), value=MONTH_PRICE + 1)


def test_airdrop_costs_nothing_of_what_was_agreed_when_the_organization_checks_out(
    check_out, manager, merchant, token, monthly
):
    check_out(monthly, (REFERENCE, token.address, 0, now()), by=merchant, airdrop=True)
    event = only_event(manager, "ProductsPurchased")
    assert (event.amountPaid, event.subtotal, event.orderReference) == (0, MONTH_PRICE, REFERENCE)


def test_refused_when_airdropped_without_the_role(check_out, shop, manager, buyer, monthly, terms):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, buyer, 4):
        check_out(monthly, terms, airdrop=True)


def test_reference_may_come_again_when_it_is_a_purchase(check_out, shop, manager, buyer, license_offer, monthly, terms):
    check_out(monthly, terms)
    again = (REFERENCE, terms[1], ONCE_PRICE, now())
    manager.checkout(shop.purchase(buyer, license_offer.line), again, sender=buyer)
    assert only_event(manager, "ProductsPurchased").orderReference == REFERENCE


def test_refused_when_the_pass_is_somebody_elses(shop, manager, buyer, friend, monthly, license_offer, terms):
    pass_id = shop.buy(buyer, license_offer.line)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, friend):
        manager.checkoutAdditional((pass_id, *columns([monthly.line]), "", False, False), terms, sender=friend)


def test_refused_when_there_is_no_such_pass(manager, buyer, monthly, terms):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.checkoutAdditional((10**9, *columns([monthly.line]), "", False, False), terms, sender=buyer)
