"""W1 to W8 of docs/spec/peer-weaknesses.md: what the peer lets happen to a customer is impossible here."""

import boa
import pytest

from tests.support.offers import CAP, DAY_PRICE, MONTH_PRICE, make_offer
from tests.support.shop import ACTIVE, DAILY, EXPIRED, FLAT, MONTHLY, now, only_event, travel
from tests.support.system import DAY, refused


@pytest.fixture
def pass_id(shop, buyer, monthly):
    """The buyer has approved the escrow for all he has, with no limit of any kind."""
    return shop.buy(buyer, monthly.line)


@pytest.fixture
def purse(token, buyer):
    return lambda: token.balanceOf(buyer)


# --- W1: the merchant has the customer's whole allowance ---


def test_w01_merchant_cannot_buy_for_the_customer_at_his_cost_when_he_has_every_role(
    shop, manager, merchant, buyer, purse, pass_id
):
    dear = make_offer(shop, FLAT, MONTHLY, price=purse())
    before = purse()
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
        shop.buy_more(pass_id, dear.line, by=merchant)
    with refused(manager, "InsufficientAllowance(uint256,uint256)", 0, dear.price):
        shop.buy(merchant, dear.line, to=buyer)
    shop.buy_more(pass_id, dear.line, airdrop=True, by=merchant)
    travel(days=31)
    with refused(manager, "NoConsent(uint256,uint256)", pass_id, dear.product):
        manager.renewSubscription(pass_id, dear.product, False, sender=merchant)
    assert purse() == before


def test_w01_another_organization_cannot_touch_the_allowance_when_its_free_item_was_claimed(
    shop, rival, manager, buyer, purse, pass_id
):
    free = make_offer(rival, FLAT, MONTHLY, price=0)
    claimed = rival.buy(buyer, free.line)
    dear = rival.offer(free.product, FLAT, MONTHLY, price=purse())
    before = purse()
    change = (rival.org, claimed, free.product, dear, False)
    with refused(manager, "NotPassHolder(uint256,address)", claimed, rival.merchant):
        manager.changeSubscriptionPricing(change, sender=rival.merchant)
    with refused(manager, "NotPassHolder(uint256,address)", claimed, rival.merchant):
        rival.buy_more(claimed, (free.product, dear), by=rival.merchant)
    for days in (0, 31, 60):
        travel(days=days)
        manager.renewSubscriptions([claimed], [free.product], sender=rival.merchant)
    assert purse() == before


def test_w01_bill_stops_at_the_cap_when_the_merchant_writes_the_reading(shop, manager, merchant, buyer, purse, metered):
    """Also when the holder himself renews: the reading may have come a moment before."""
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, 500, sender=buyer)
    shop.record(metered.meter, pass_id, 10**12)
    before = purse()
    travel(days=30)
    for caller in (merchant, buyer):
        with refused(manager, "UsageCapExceeded(uint256,uint256)", 5 * 10**12, 500):
            manager.renewSubscription(pass_id, metered.product, False, sender=caller)
    assert purse() == before


# --- W2: prices of running subscriptions are live ---


def test_w02_every_renewal_costs_what_was_agreed_when_time_goes_by(
    shop, manager, merchant, keeper, buyer, purse, monthly, pass_id
):
    """Price and token cannot be set; a coupon and a discount made later act on nobody."""
    shop.offer(monthly.product, FLAT, MONTHLY, price=100 * MONTH_PRICE)
    for flags in ({"active": False}, {"retired": True}, {"restricted": True}, {}):
        shop.flags(monthly.pricing, **flags)
    for _ in range(4):
        before = purse()
        travel(days=30)
        manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
        assert before - purse() == MONTH_PRICE
    setters = {name for name in dir(shop.system.catalog) if name.startswith("setPricing")}
    assert setters == {"setPricingAccess", "setPricingFlags"}


# --- W3: no maximum price, token or deadline ---


def test_w03_dearer_cart_is_refused_when_something_lands_first(shop, manager, merchant, token, buyer, purse, monthly):
    """The discount that the buyer counted on is used up before his purchase lands."""
    promotions = shop.system.promotions
    terms = (9_000, 0, 1, 0, False, False, False, True)
    code = promotions.couponHash(shop.org, "FIRST")
    promotions.createCoupon(shop.org, code, terms, [], sender=merchant)
    agreed = (b"", token.address, MONTH_PRICE // 10, now() + 60)
    shop.buy(merchant, (monthly.product, shop.offer(monthly.product, FLAT, MONTHLY, price=0)), coupon="FIRST")
    before = purse()
    with refused(manager, "CouponUsedUp(uint256,uint256)"):
        manager.checkout(shop.purchase(buyer, monthly.line, coupon="FIRST"), agreed, sender=buyer)
    with refused(manager, "AmountAboveMax(uint256,uint256)", MONTH_PRICE, MONTH_PRICE // 10):
        manager.checkout(shop.purchase(buyer, monthly.line), agreed, sender=buyer)
    travel(seconds=61)
    with refused(manager, "DeadlinePassed(uint256,uint256)", agreed[3], now()):
        manager.checkout(shop.purchase(buyer, monthly.line), agreed, sender=buyer)
    assert purse() == before


# --- W4: the merchant moves a subscriber to a dearer plan and charges at once ---


def test_w04_dearer_plan_charges_nobody_when_the_merchant_chooses_it(
    shop, manager, merchant, keeper, purse, monthly, pro, pass_id
):
    before = purse()
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
        manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, False), sender=merchant)
    manager.changeSubscriptionPricing((shop.org, pass_id, monthly.product, pro, True), sender=merchant)
    travel(days=31)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [4]  # no consent
    assert purse() == before


def test_w04_more_seats_charge_nobody_when_the_merchant_adds_them(shop, manager, merchant, keeper, buyer, purse, seats):
    pass_id = shop.buy(buyer, (*seats.line, 5))
    before = purse()
    manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, 1_000, True, sender=merchant)
    travel(days=31)
    assert manager.renewSubscriptions([pass_id], [seats.product], sender=keeper) == [4]
    assert purse() == before


# --- W5: the merchant undoes a cancellation and charges ---


@pytest.mark.parametrize("days", [1, 30, 200])
def test_w05_cancellation_stays_when_the_merchant_wants_it_undone(
    shop, manager, merchant, keeper, buyer, purse, monthly, pass_id, days
):
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=days)
    before = purse()
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
        manager.cancelSubscription(pass_id, monthly.product, False, sender=merchant)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
        manager.cancelSubscriptionBatch(pass_id, [monthly.product], [False], sender=merchant)
    with refused(manager, "SubscriptionCancelled(uint256,uint256)", pass_id, monthly.product):
        manager.renewSubscription(pass_id, monthly.product, True, sender=merchant)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [2]
    assert purse() == before


def test_w05_paused_one_stays_paused_when_the_merchant_wants_it_back(
    shop, manager, merchant, keeper, buyer, monthly, pass_id
):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=400)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
        manager.pauseSubscription(pass_id, monthly.product, False, sender=merchant)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [3]


# --- W6: a lapsed subscription cannot be cancelled and never expires ---


@pytest.mark.parametrize("grace_days", [0, 1, 30])
def test_w06_nothing_is_charged_when_the_wallet_is_filled_years_later(
    shop, manager, system, token, merchant, keeper, buyer, purse, monthly, grace_days
):
    shop.rules(grace_days=grace_days)
    pass_id = shop.buy(buyer, monthly.line)
    token.approve(system.escrow.address, 0, sender=buyer)
    travel(days=30)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [8]
    travel(days=730)
    token.approve(system.escrow.address, purse(), sender=buyer)
    shop.rules(grace_days=30)
    before = purse()
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [5]
    with refused(manager, "PastGrace(uint256,uint256)", pass_id, monthly.product):
        manager.renewSubscription(pass_id, monthly.product, False, sender=merchant)
    assert shop.state(pass_id, monthly.product).status == EXPIRED
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    assert purse() == before


def test_w06_old_consent_is_gone_when_the_organization_revives_a_lapsed_one(
    shop, manager, merchant, keeper, purse, monthly, pass_id
):
    travel(days=200)
    before = purse()
    manager.renewSubscription(pass_id, monthly.product, True, sender=merchant)
    travel(days=31)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [4]
    assert purse() == before


def test_w06_no_period_is_charged_that_is_over_when_several_were_missed(shop, manager, keeper, buyer, purse, daily):
    pass_id = shop.buy(buyer, daily.line)
    travel(seconds=2 * DAY - 3_600)
    before = purse()
    assert manager.renewSubscriptions([pass_id] * 3, [daily.product] * 3, sender=keeper) == [0, 1, 1]
    assert before - purse() == DAY_PRICE


# --- W7: an airdropped subscription as a bill ---


@pytest.mark.parametrize("way", ["new pass", "batch", "present pass"])
def test_w07_airdrop_never_becomes_a_bill_when_its_period_ends(
    shop, manager, merchant, keeper, buyer, purse, pass_id, way
):
    dear = make_offer(shop, FLAT, DAILY, price=3_000)
    if way == "new pass":
        given = shop.buy(merchant, dear.line, to=buyer, airdrop=True)
    elif way == "batch":
        given = shop.airdrop([buyer], dear.line)
    else:
        given = pass_id
        shop.buy_more(given, dear.line, airdrop=True)
    before = purse()
    for _ in range(3):
        travel(days=1)
        assert manager.renewSubscriptions([given], [dear.product], sender=keeper) == [4]
        with refused(manager, "NotPassHolder(uint256,address)", given, merchant):
            manager.setAutoRenew(given, dear.product, True, sender=merchant)
        manager.renewSubscription(given, dear.product, True, sender=merchant)
    assert purse() == before


# --- W8: prices from spot markets ---


def test_w08_charge_is_the_promised_price_when_anything_else_moves(
    shop, system, manager, merchant, keeper, buyer, purse, monthly, pass_id
):
    """A price has no source but the pricing: token balances, supply, coins and time move nothing."""
    for factor in (1, 500, 10**6):
        system.token.mint(merchant, factor * 10**18)
        system.token.mint(system.escrow.address, factor)
        boa.env.set_balance(merchant, factor * 10**18)
        travel(days=30, seconds=factor % 1_000)
        before = purse()
        manager.renewSubscription(pass_id, monthly.product, False, sender=keeper)
        assert before - purse() == only_event(manager, "PaymentReceived").amount == MONTH_PRICE


def test_w08_no_function_takes_a_price_or_a_source_of_prices_when_the_abi_is_read(system):
    """Amounts go in only where they bound, refund or top up; pricings only at their creation."""
    words = ("price", "rate", "oracle", "router", "feed", "quote", "pool", "amount")
    found = set()
    for contract in (system.manager, system.catalog, system.promotions, system.escrow, system.product_pass):
        for entry in contract.abi:
            if entry["type"] != "function" or entry["stateMutability"] in ("view", "pure"):
                continue
            for name in input_names(entry["inputs"]):
                if any(word in name.lower() for word in words):
                    found.add((entry["name"], name))
    assert found == {
        ("createPricing", "flatPrice"),
        ("createPricing", "unitPrice"),
        ("checkout", "maxAmount"),
        ("checkoutAdditional", "maxAmount"),
        ("setUsageCap", "amount"),
        ("refundProduct", "amount"),
        ("topUp", "amount"),
        ("collect", "amount"),  # PurchaseManager only
        ("refund", "amount"),  # PurchaseManager only
        ("withdraw", "amount"),
        ("withdrawFees", "amount"),
    }


def input_names(inputs):
    for given in inputs:
        yield given["name"]
        yield from input_names(given.get("components", []))


def test_w08_usage_costs_what_its_tiers_say_when_others_use_more(shop, manager, keeper, buyer, friend, purse, metered):
    pass_id, other = shop.buy(buyer, metered.line), shop.buy(friend, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    shop.record(metered.meter, other, 10**9)
    shop.record(metered.meter, pass_id, 20)
    travel(days=30)
    before = purse()
    manager.renewSubscription(pass_id, metered.product, False, sender=keeper)
    assert before - purse() == 200
    assert shop.state(pass_id, metered.product).status == ACTIVE
