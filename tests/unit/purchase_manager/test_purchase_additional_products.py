import boa
import pytest

from tests.support.offers import CAP, MONTH_PRICE, ONCE_PRICE, make_offer
from tests.support.shop import ACTIVE, CYCLES, EXPIRED, MONTHLY, ONE_TIME, PAUSED, events, now, only_event, travel
from tests.support.system import NATIVE, refused


@pytest.fixture
def pass_id(shop, buyer, license_offer):
    """Holds one license."""
    return shop.buy(buyer, license_offer.line)


@pytest.fixture
def lapsed(shop, buyer, monthly):
    """A pass whose subscription ended and was not renewed."""
    pass_id = shop.buy(buyer, monthly.line)
    travel(days=33)
    assert shop.state(pass_id, monthly.product).status == EXPIRED
    return pass_id


# --- new products ---


def test_product_is_added_when_the_holder_buys_more(shop, manager, buyer, token, pass_id, license_offer, monthly):
    before, supply = token.balanceOf(buyer), manager.passSupply()
    shop.buy_more(pass_id, monthly.line)
    assert before - token.balanceOf(buyer) == MONTH_PRICE
    assert manager.passSupply() == supply
    assert shop.system.lens.productsOf(pass_id) == [license_offer.product, monthly.product]
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.autoRenew, item.end, item.rate) == (ACTIVE, True, now() + CYCLES[MONTHLY], 10**8)


def test_events_tell_all_when_the_holder_buys_more(shop, manager, buyer, token, pass_id, monthly):
    shop.buy_more(pass_id, monthly.line)
    logs = manager.get_logs()
    bought = only_event(manager, "ProductsPurchased")
    assert (bought.orgId, bought.productPassId, bought.passOwner, bought.purchaser) == (shop.org, pass_id, buyer, buyer)
    assert (bought.productIds, bought.pricingIds, bought.quantities) == ([monthly.product], [monthly.pricing], [0])
    assert (bought.token, bought.subtotal, bought.amountPaid) == (token.address, MONTH_PRICE, MONTH_PRICE)
    assert bought.orderReference == b"\0" * 32
    (state,) = [log for log in logs if type(log).__name__ == "SubscriptionStateChanged"]
    assert (state.productPassId, state.productId) == (pass_id, monthly.product)
    assert state.state == manager.stateOf(pass_id, monthly.product)


def test_discounts_of_the_pass_count_when_the_holder_buys_more(shop, manager, merchant, pass_id, monthly):
    discount = shop.system.promotions.createDiscount(shop.org, "Loyal", 2_000, 0, 2, sender=merchant)
    shop.system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    shop.buy_more(pass_id, monthly.line)
    assert only_event(manager, "ProductsPurchased").amountPaid == MONTH_PRICE * 8 // 10
    assert shop.system.product_pass.wordOf(pass_id) >> 232 & 0x3FFF == 2_000


def test_coupon_counts_when_the_holder_buys_more(shop, manager, merchant, pass_id, monthly):
    promotions = shop.system.promotions
    terms = (5_000, 0, 0, 255, False, False, False, True)
    promotions.createCoupon(shop.org, promotions.couponHash(shop.org, "HALF"), terms, [], sender=merchant)
    shop.buy_more(pass_id, monthly.line, coupon="HALF")
    assert only_event(manager, "ProductsPurchased").amountPaid == MONTH_PRICE // 2
    assert shop.state(pass_id, monthly.product).couponRenewalsLeft == 255


def test_period_waits_when_more_is_bought_paused(shop, pass_id, monthly):
    shop.buy_more(pass_id, monthly.line, pause=True)
    assert shop.state(pass_id, monthly.product).status == PAUSED


def test_exact_coins_are_needed_when_more_is_bought_in_coins(shop, manager, stranger, coin_license, coin_monthly):
    held = shop.buy(stranger, coin_license.line, value=ONCE_PRICE)
    for value in (0, MONTH_PRICE - 1, MONTH_PRICE + 1):
        with refused(manager, "WrongValue(uint256,uint256)", value, MONTH_PRICE):
            shop.buy_more(held, coin_monthly.line, value=value)
    shop.buy_more(held, coin_monthly.line, value=MONTH_PRICE)
    assert only_event(manager, "PaymentReceived").amount == MONTH_PRICE


def test_refused_when_coins_are_sent_and_none_are_due(shop, manager, merchant, pass_id, monthly):
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        shop.buy_more(pass_id, monthly.line, value=1)
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        shop.buy_more(pass_id, monthly.line, airdrop=True, by=merchant, value=1)


# --- who may ---


@pytest.mark.parametrize("person", ["friend", "merchant", "airdropper", "stranger"])
def test_refused_when_anybody_but_the_holder_buys_more(shop, manager, everybody, pass_id, monthly, person):
    caller = everybody[person]
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, caller):
        shop.buy_more(pass_id, monthly.line, by=caller)


def test_refused_when_an_approved_wallet_buys_more(shop, manager, product_pass, buyer, friend, pass_id, monthly):
    product_pass.approve(friend, pass_id, sender=buyer)
    product_pass.setApprovalForAll(friend, True, sender=buyer)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, friend):
        shop.buy_more(pass_id, monthly.line, by=friend)


@pytest.mark.parametrize("unknown", [0, 10**9, 2**256 - 1])
def test_refused_when_there_is_no_such_pass(shop, manager, buyer, monthly, unknown):
    with refused(manager, "NoSuchPass(uint256)", unknown):
        shop.buy_more(unknown, monthly.line, by=buyer)


def test_refused_when_the_pass_was_burned(shop, manager, product_pass, buyer, pass_id, monthly):
    product_pass.burn(pass_id, sender=buyer)
    with refused(manager, "NoSuchPass(uint256)", pass_id):
        shop.buy_more(pass_id, monthly.line, by=buyer)


def test_refused_when_the_product_is_of_another_organization(shop, rival, manager, pass_id):
    offer = make_offer(rival, ONE_TIME, price=1)
    with refused(manager, "NoSuchPricing(uint256)", offer.pricing):
        shop.buy_more(pass_id, offer.line)


def test_refused_when_purchases_are_paused(shop, system, manager, merchant, pass_id, monthly):
    manager.pausePurchases(sender=system.owner)
    for airdrop in (False, True):
        with refused(manager, "PurchasesPaused()"):
            shop.buy_more(pass_id, monthly.line, airdrop=airdrop)


def test_refused_when_the_sale_is_closed_or_the_holder_not_listed(shop, manager, buyer, pass_id, monthly):
    shop.rules(closed=True)
    with refused(manager, "SaleClosed(uint256)", shop.org):
        shop.buy_more(pass_id, monthly.line)
    shop.rules(allow_list=True)
    with refused(manager, "NotOnAllowList(uint256,address)", shop.org, buyer):
        shop.buy_more(pass_id, monthly.line)


def test_passes_are_not_counted_when_more_is_bought(shop, buyer, pass_id, monthly):
    shop.rules(max_passes=1)
    shop.buy_more(pass_id, monthly.line)
    assert shop.system.catalog.passesBought(shop.org, buyer) == 0


# --- airdrops onto a pass ---


def test_airdropped_item_can_always_move_and_pause_when_it_is_put_on_a_pass(shop, airdropper, pass_id, bound_offer):
    shop.rules()
    subscription = make_offer(shop, 1, MONTHLY, price=MONTH_PRICE, transferable=False)
    shop.buy_more(pass_id, bound_offer.line, subscription.line, airdrop=True, by=airdropper)
    for offer in (bound_offer, subscription):
        item = shop.state(pass_id, offer.product)
        assert (item.transferable, item.pausable, item.autoRenew, item.rate) == (True, True, False, 0)


def test_nothing_is_charged_when_it_is_airdropped(shop, manager, airdropper, buyer, token, pass_id, monthly):
    before = token.balanceOf(buyer)
    shop.buy_more(pass_id, monthly.line, airdrop=True, by=airdropper)
    event = only_event(manager, "ProductsPurchased")
    assert (event.amountPaid, event.subtotal) == (0, MONTH_PRICE)
    assert (event.passOwner, event.purchaser) == (buyer, airdropper)
    assert token.balanceOf(buyer) == before


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else"])
def test_refused_when_airdropped_without_the_role(shop, manager, everybody, pass_id, monthly, person):
    caller = everybody[person]
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, caller, 4):
        shop.buy_more(pass_id, monthly.line, airdrop=True, by=caller)


def test_refused_when_an_airdrop_has_a_coupon(shop, manager, merchant, pass_id, monthly):
    with refused(manager, "CouponOnAirdrop()"):
        shop.buy_more(pass_id, monthly.line, airdrop=True, coupon="SPRING")


# --- the same product again ---


@pytest.mark.parametrize("airdrop", [False, True])
def test_refused_when_the_product_is_on_the_pass_and_not_expired(shop, manager, pass_id, license_offer, airdrop):
    with refused(manager, "AlreadyOnPass(uint256,uint256)", pass_id, license_offer.product):
        shop.buy_more(pass_id, license_offer.line, airdrop=airdrop)


def test_refused_when_a_product_is_named_twice(shop, manager, pass_id, monthly):
    with refused(manager, "AlreadyOnPass(uint256,uint256)", pass_id, monthly.product):
        shop.buy_more(pass_id, monthly.line, monthly.line)


def test_refused_when_an_expired_product_is_named_twice(shop, manager, lapsed, monthly):
    with refused(manager, "AlreadyOnPass(uint256,uint256)", lapsed, monthly.product):
        shop.buy_more(lapsed, monthly.line, monthly.line)


def test_item_is_replaced_in_its_place_when_bought_again(shop, lapsed, monthly, license_offer, pro):
    shop.buy_more(lapsed, license_offer.line)
    shop.buy_more(lapsed, (monthly.product, pro))
    assert shop.system.lens.productsOf(lapsed) == [monthly.product, license_offer.product]
    item = shop.state(lapsed, monthly.product)
    assert (item.status, item.pricingId, item.start, item.rate) == (ACTIVE, pro, now(), 10**8)
    assert shop.system.product_pass.wordOf(lapsed) >> 246 & 0xFF == 2


def test_terms_of_today_count_when_bought_again(shop, lapsed, monthly):
    shop.rules(grace_days=7)
    shop.product(product=monthly.product, transferable=False)
    shop.buy_more(lapsed, monthly.line)
    item = shop.state(lapsed, monthly.product)
    assert (item.graceDays, item.transferable, item.pausable) == (7, False, False)


def test_supply_counts_again_when_bought_again(shop, manager, lapsed, monthly):
    shop.product(product=monthly.product, max_supply=1)
    with refused(manager, "SoldOut(uint256,uint256)", monthly.product, 1):
        shop.buy_more(lapsed, monthly.line)
    with refused(manager, "SoldOut(uint256,uint256)", monthly.product, 1):
        shop.buy_more(lapsed, monthly.line, airdrop=True)


def test_one_time_product_is_bought_again_when_it_was_revoked(shop, merchant, pass_id, license_offer):
    shop.system.manager.refundProduct(pass_id, license_offer.product, ONCE_PRICE, True, sender=merchant)
    shop.buy_more(pass_id, license_offer.line)
    assert shop.state(pass_id, license_offer.product).status == ACTIVE


# --- usage products ---


@pytest.fixture
def used(shop, manager, buyer, metered):
    """A pass with a metered product, a cap and 20 units (cost 200)."""
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    return pass_id


@pytest.mark.parametrize("airdrop", [False, True])
def test_refused_when_the_last_bill_can_still_come(shop, manager, used, metered, airdrop):
    manager.cancelSubscription(used, metered.product, True, sender=shop.holder(used))
    travel(days=30)
    assert shop.state(used, metered.product).status == EXPIRED
    with refused(manager, "LastBillUnpaid(uint256,uint256)", used, metered.product):
        shop.buy_more(used, metered.line, airdrop=airdrop)


def test_metered_product_is_bought_again_when_its_last_bill_is_paid(shop, manager, keeper, used, metered):
    manager.cancelSubscription(used, metered.product, True, sender=shop.holder(used))
    travel(days=30)
    manager.renewSubscription(used, metered.product, False, sender=keeper)
    shop.buy_more(used, metered.line)
    assert shop.state(used, metered.product).status == ACTIVE


def test_readings_count_from_now_when_a_metered_product_is_bought_again(shop, manager, used, metered):
    travel(days=33)
    shop.buy_more(used, metered.line)
    bill = only_event(manager, "UsageBilled")
    assert (bill.productPassId, bill.productId, bill.units, bill.amount, bill.upTo) == (used, metered.product, 0, 0, 20)
    assert shop.system.lens.usageOf(used, metered.product) == (0, 0, 0)
    assert manager.usageStateOf(used, metered.product) == 20 << 192


def test_readings_count_from_now_when_a_metered_product_is_added(shop, manager, pass_id, metered):
    shop.record(metered.meter, pass_id, 7)
    shop.buy_more(pass_id, metered.line)
    assert only_event(manager, "UsageBilled").upTo == 7
    assert shop.system.lens.usageOf(pass_id, metered.product) == (0, 0, 0)


# --- how much a pass holds ---


def test_refused_when_a_pass_would_hold_more_than_64_products(shop, manager, buyer):
    pricing = shop.pricing(ONE_TIME, price=0)
    products = [shop.product() for _ in range(65)]
    for product in products:
        shop.link(product, pricing)
    pass_id = shop.buy(buyer, *[(product, pricing) for product in products[:24]])
    shop.buy_more(pass_id, *[(product, pricing) for product in products[24:48]])
    with refused(manager, "TooManyProducts(uint256,uint256)", pass_id, 64):
        shop.buy_more(pass_id, *[(product, pricing) for product in products[48:65]])
    shop.buy_more(pass_id, *[(product, pricing) for product in products[48:64]])
    assert shop.system.lens.productsOf(pass_id) == products[:64]
    assert events(manager, "Locked") == []


def test_nothing_is_kept_when_it_cannot_be_paid(shop, manager, token, system, buyer, pass_id, monthly):
    token.approve(system.escrow.address, 0, sender=buyer)
    with boa.reverts():
        shop.buy_more(pass_id, monthly.line)
    assert manager.stateOf(pass_id, monthly.product) == 0
    assert shop.balance(NATIVE) == 0
