import pytest

from tests.support.offers import MONTH_PRICE
from tests.support.shop import ACTIVE, CYCLES, MONTHLY, events, now, travel
from tests.support.system import refused

MONTH = CYCLES[MONTHLY]


@pytest.fixture
def pass_id(shop, buyer, monthly, seats):
    """Two subscriptions, two units of the second."""
    return shop.buy(buyer, monthly.line, (*seats.line, 2))


@pytest.fixture
def products(monthly, seats):
    return [monthly.product, seats.product]


def test_all_are_renewed_when_past_due(shop, manager, buyer, keeper, token, pass_id, products):
    end, before = now() + MONTH, token.balanceOf(buyer)
    travel(days=31)
    manager.renewSubscriptionBatch(pass_id, products, False, sender=keeper)
    renewed = events(manager, "SubscriptionRenewed")
    assert [(e.productId, e.payer, e.amountPaid) for e in renewed] == [
        (products[0], buyer, MONTH_PRICE),
        (products[1], buyer, 2 * MONTH_PRICE),
    ]
    assert {(e.periodStart, e.periodEnd) for e in renewed} == {(end, end + MONTH)}
    assert before - token.balanceOf(buyer) == 3 * MONTH_PRICE
    assert [shop.state(pass_id, product).status for product in products] == [ACTIVE] * 2


def test_nothing_is_renewed_when_one_cannot_be(shop, manager, buyer, keeper, token, pass_id, products):
    manager.setAutoRenew(pass_id, products[1], False, sender=buyer)
    travel(days=31)
    before = token.balanceOf(buyer)
    with refused(manager, "NoConsent(uint256,uint256)", pass_id, products[1]):
        manager.renewSubscriptionBatch(pass_id, products, False, sender=keeper)
    assert token.balanceOf(buyer) == before
    manager.renewSubscriptionBatch(pass_id, products, False, sender=buyer)


def test_nothing_is_renewed_when_the_wallet_pays_one_only(manager, system, buyer, keeper, token, pass_id, products):
    travel(days=31)
    token.approve(system.escrow.address, MONTH_PRICE, sender=buyer)
    with refused(manager, "InsufficientAllowance(uint256,uint256)", 0, 2 * MONTH_PRICE):
        manager.renewSubscriptionBatch(pass_id, products, False, sender=keeper)


def test_refused_when_a_stranger_names_a_product_twice(manager, keeper, pass_id, products):
    travel(days=31)
    with refused(manager, "NotDue(uint256,uint256)", pass_id, products[0]):
        manager.renewSubscriptionBatch(pass_id, [products[0]] * 2, False, sender=keeper)


def test_cycles_are_added_when_the_holder_names_a_product_twice(shop, manager, buyer, pass_id, products):
    end = now() + MONTH
    manager.renewSubscriptionBatch(pass_id, [products[0]] * 2, False, sender=buyer)
    assert shop.state(pass_id, products[0]).end == end + 2 * MONTH


def test_free_for_all_when_airdropped(shop, manager, airdropper, token, pass_id, products):
    manager.renewSubscriptionBatch(pass_id, products, True, sender=airdropper)
    assert events(manager, "PaymentReceived") == []
    assert [shop.state(pass_id, product).rate for product in products] == [50_000_000] * 2


def test_refused_when_airdropped_without_the_role(shop, manager, buyer, pass_id, products):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, buyer, 4):
        manager.renewSubscriptionBatch(pass_id, products, True, sender=buyer)


def test_refused_when_coins_would_be_due(shop, manager, stranger, keeper, coin_monthly):
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    for caller, days in ((stranger, 0), (keeper, 31)):
        travel(days=days)
        with refused(manager, "NativeCoinNotAccepted(uint256,uint256)", pass_id, coin_monthly.product):
            manager.renewSubscriptionBatch(pass_id, [coin_monthly.product], False, sender=caller)


def test_free_renewal_goes_through_when_priced_in_coins(shop, manager, stranger, airdropper, coin_monthly):
    pass_id = shop.buy(stranger, coin_monthly.line, value=MONTH_PRICE)
    manager.renewSubscriptionBatch(pass_id, [coin_monthly.product], True, sender=airdropper)
    assert shop.state(pass_id, coin_monthly.product).rate == 50_000_000


def test_refused_when_the_list_is_empty(manager, buyer, pass_id):
    with refused(manager, "EmptyList()"):
        manager.renewSubscriptionBatch(pass_id, [], False, sender=buyer)


def test_refused_when_there_is_no_such_pass(manager, buyer, products):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.renewSubscriptionBatch(10**9, products, False, sender=buyer)
