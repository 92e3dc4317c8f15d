import boa
import pytest

from tests.support.bad_tokens import OnCoin
from tests.support.offers import CAP, MONTH_PRICE, ONCE_PRICE
from tests.support.shop import ACTIVE, EXPIRED, PAUSED, events, only_event, travel
from tests.support.system import DAY, NATIVE, partial, refused

FULL = 10**8
QUARTER = MONTH_PRICE // 4
LEFT = 20 * DAY


@pytest.fixture
def pass_id(shop, buyer, monthly, license_offer):
    """A month of which ten days are over, and a license."""
    pass_id = shop.buy(buyer, monthly.line, license_offer.line)
    travel(days=10)
    return pass_id


@pytest.fixture
def refund(manager, refunder, pass_id, monthly):
    def call(amount, revoke=False, by=refunder, product=monthly.product):
        manager.refundProduct(pass_id, product, amount, revoke, sender=by)

    return call


# --- money back ---


@pytest.mark.parametrize("person", ["refunder", "merchant"])
def test_holder_is_paid_and_the_rate_falls_when_refunded(
    shop, everybody, buyer, token, pass_id, monthly, refund, person
):
    before, row = token.balanceOf(buyer), shop.balance()
    refund(QUARTER, by=everybody[person])
    assert token.balanceOf(buyer) - before == row - shop.balance() == QUARTER
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.rate, item.autoRenew) == (ACTIVE, FULL * 3 // 4, True)


def test_events_tell_all_when_refunded(shop, manager, buyer, token, pass_id, monthly, refund):
    refund(QUARTER)
    names = ("ProductRefunded", "PaidOut", "SubscriptionStateChanged")
    event, paid, state = (only_event(manager, name) for name in names)
    assert (event.orgId, event.productPassId, event.productId) == (shop.org, pass_id, monthly.product)
    assert (event.recipient, event.token, event.amount, event.revoked) == (buyer, token.address, QUARTER, False)
    assert (paid.orgId, paid.token, paid.to, paid.amount, paid.kind) == (shop.org, token.address, buyer, QUARTER, 2)
    assert state.state == manager.stateOf(pass_id, monthly.product)


def test_all_that_was_paid_is_the_bound_when_refunded_in_parts(shop, manager, pass_id, monthly, refund):
    with refused(manager, "RefundTooLarge(uint256,uint256)", MONTH_PRICE + 1, MONTH_PRICE):
        refund(MONTH_PRICE + 1)
    refund(QUARTER)
    with refused(manager, "RefundTooLarge(uint256,uint256)", 3 * QUARTER + 1, 3 * QUARTER):
        refund(3 * QUARTER + 1)
    refund(3 * QUARTER)
    assert shop.state(pass_id, monthly.product).rate == 0
    with refused(manager, "RefundTooLarge(uint256,uint256)", 1, 0):
        refund(1)


def test_present_holder_is_paid_when_it_was_a_gift(shop, manager, refunder, buyer, friend, token, monthly):
    gift = shop.buy(buyer, monthly.line, to=friend)
    before = token.balanceOf(friend)
    manager.refundProduct(gift, monthly.product, 5, False, sender=refunder)
    assert token.balanceOf(friend) - before == 5


def test_refunded_when_the_period_is_over_and_until_the_next(shop, manager, buyer, keeper, pass_id, monthly, refund):
    travel(days=21)
    refund(QUARTER)
    manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
    assert shop.system.lens.refundable(pass_id, monthly.product) == MONTH_PRICE


def test_one_time_product_is_refunded_up_to_its_price_when_kept(shop, manager, pass_id, license_offer, refund):
    refund(400, product=license_offer.product)
    item = shop.state(pass_id, license_offer.product)
    assert (item.status, item.rate) == (ACTIVE, 60_000_000)
    with refused(manager, "RefundTooLarge(uint256,uint256)", 601, 600):
        refund(601, product=license_offer.product)


def test_nothing_can_be_refunded_when_it_was_airdropped(shop, manager, merchant, refunder, friend, monthly):
    pass_id = shop.airdrop([friend], monthly.line)
    with refused(manager, "RefundTooLarge(uint256,uint256)", 1, 0):
        manager.refundProduct(pass_id, monthly.product, 1, False, sender=refunder)


def test_paid_part_is_the_bound_when_there_was_a_discount(shop, manager, merchant, refunder, buyer, license_offer):
    discount = shop.system.promotions.createDiscount(shop.org, "Friends", 777, 0, 1, sender=merchant)
    pass_id = shop.buy(buyer, license_offer.line, discounts=[discount])
    assert shop.system.lens.refundable(pass_id, license_offer.product) == 923
    manager.refundProduct(pass_id, license_offer.product, 923, True, sender=refunder)


def test_last_bill_is_the_bound_when_it_is_usage(shop, manager, refunder, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    with refused(manager, "RefundTooLarge(uint256,uint256)", 1, 0):
        manager.refundProduct(pass_id, metered.product, 1, False, sender=refunder)
    shop.record(metered.meter, pass_id, 20)
    travel(days=30)
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
    manager.refundProduct(pass_id, metered.product, 150, False, sender=refunder)
    assert manager.usageStateOf(pass_id, metered.product) == CAP | 50 << 96 | 20 << 192
    with refused(manager, "RefundTooLarge(uint256,uint256)", 51, 50):
        manager.refundProduct(pass_id, metered.product, 51, False, sender=refunder)


@pytest.mark.parametrize("state", ["cancelled", "past due", "paused", "expired"])
def test_refunded_in_every_state_when_it_was_paid(shop, manager, buyer, pass_id, monthly, refund, state):
    if state == "cancelled":
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    elif state == "paused":
        manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    else:
        travel(days=21 if state == "past due" else 400)
    status = shop.state(pass_id, monthly.product).status
    refund(QUARTER)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.rate) == (status, FULL * 3 // 4)


def test_fee_is_not_given_back_when_refunded(shop, system, manager, refunder, buyer, token, stranger, monthly):
    manager.announceFee(500, stranger, sender=system.owner)
    travel(days=7)
    pass_id = shop.buy(buyer, monthly.line)
    fees = system.escrow.orgBalance(0, token.address)
    manager.topUp(shop.org, token.address, MONTH_PRICE, sender=buyer)
    manager.refundProduct(pass_id, monthly.product, MONTH_PRICE, True, sender=refunder)
    assert system.escrow.orgBalance(0, token.address) == fees == MONTH_PRICE * 5 // 100


def test_refused_when_the_organization_has_too_little(shop, manager, merchant, token, refund):
    shop.system.escrow.withdraw(shop.org, token.address, shop.balance() - 4, sender=merchant)
    with refused(manager, "InsufficientOrgBalance(uint256,uint256)", 4, 5):
        refund(5)


# --- revoking ---


def test_it_is_over_at_once_when_revoked(shop, manager, buyer, token, pass_id, monthly, refund):
    before = token.balanceOf(buyer)
    refund(LEFT, revoke=True)
    event = only_event(manager, "ProductRefunded")
    assert (event.amount, event.revoked) == (LEFT, True)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.revoked, item.autoRenew) == (EXPIRED, True, False)
    assert token.balanceOf(buyer) - before == LEFT


def test_refused_when_revoked_for_less_than_the_value_left(manager, refund):
    with refused(manager, "RefundTooSmall(uint256,uint256)", LEFT - 1, LEFT):
        refund(LEFT - 1, revoke=True)
    with refused(manager, "RefundTooSmall(uint256,uint256)", 0, LEFT):
        refund(0, revoke=True)


def test_all_is_needed_when_a_one_time_product_is_revoked(shop, manager, pass_id, license_offer, refund):
    refund(300, product=license_offer.product)
    with refused(manager, "RefundTooSmall(uint256,uint256)", 699, 700):
        refund(699, revoke=True, product=license_offer.product)
    refund(700, revoke=True, product=license_offer.product)
    assert shop.state(pass_id, license_offer.product).status == EXPIRED


def test_nothing_is_paid_when_what_has_no_value_is_revoked(shop, manager, refunder, friend, monthly):
    pass_id = shop.airdrop([friend], monthly.line)
    manager.refundProduct(pass_id, monthly.product, 0, True, sender=refunder)
    assert events(manager, "PaidOut") == []
    assert shop.state(pass_id, monthly.product).status == EXPIRED


def test_value_left_is_needed_when_paused(shop, manager, buyer, pass_id, monthly, refund):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=100)
    assert shop.state(pass_id, monthly.product).status == PAUSED
    with refused(manager, "RefundTooSmall(uint256,uint256)", LEFT - 1, LEFT):
        refund(LEFT - 1, revoke=True)
    refund(LEFT, revoke=True)
    assert shop.state(pass_id, monthly.product).status == EXPIRED


def test_rest_can_still_be_refunded_when_it_was_revoked(shop, manager, pass_id, monthly, refund):
    refund(LEFT, revoke=True)
    rest = MONTH_PRICE - LEFT
    assert rest - 1 <= shop.system.lens.refundable(pass_id, monthly.product) <= rest
    refund(rest - 1)


def test_supply_is_not_given_back_when_revoked(shop, pass_id, monthly, refund):
    sold = shop.system.lens.productOf(monthly.product).sold
    refund(MONTH_PRICE, revoke=True)
    assert shop.system.lens.productOf(monthly.product).sold == sold


# --- refusals ---


def test_refused_when_nothing_is_given_and_nothing_revoked(manager, refund):
    with refused(manager, "ZeroAmount()"):
        refund(0)


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else", "supporter", "airdropper"])
def test_refused_when_the_caller_has_no_such_role(shop, manager, everybody, refund, person):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, everybody[person], 16):
        refund(1, by=everybody[person])


def test_refused_when_it_is_of_another_organization(shop, rival, manager, refund):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, rival.merchant, 16):
        refund(1, by=rival.merchant)


def test_refused_when_pass_or_item_do_not_exist(manager, refunder, pass_id):
    with refused(manager, "NoSuchPass(uint256)", 10**9):
        manager.refundProduct(10**9, 1, 1, False, sender=refunder)
    with refused(manager, "NoSuchItem(uint256,uint256)", pass_id, 10**9):
        manager.refundProduct(pass_id, 10**9, 1, False, sender=refunder)


# --- native coin ---


def test_coins_are_paid_when_bought_in_coins(shop, manager, refunder, stranger, coin_license):
    pass_id = shop.buy(stranger, coin_license.line, value=ONCE_PRICE)
    before = boa.env.get_balance(stranger)
    manager.refundProduct(pass_id, coin_license.product, ONCE_PRICE, True, sender=refunder)
    assert boa.env.get_balance(stranger) - before == ONCE_PRICE
    assert only_event(manager, "ProductRefunded").token == NATIVE


def test_refused_when_the_holder_takes_no_coins(shop, manager, refunder, stranger, coin_license):
    wallet = partial("mocks/MockReceiver").deploy()
    wallet.behave(OnCoin.REFUSES)
    pass_id = shop.buy(stranger, coin_license.line, to=wallet.address, value=ONCE_PRICE)
    with refused(manager, "PaymentFailed(address)", NATIVE):
        manager.refundProduct(pass_id, coin_license.product, ONCE_PRICE, True, sender=refunder)
    assert shop.state(pass_id, coin_license.product).status == ACTIVE
