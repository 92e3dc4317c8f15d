import boa
import pytest

from tests.support.offers import MONTH_PRICE, ONCE_PRICE, make_offer
from tests.support.shop import ACTIVE, CYCLES, EXPIRED, MONTHLY, ONE_TIME, PAUSED, events, now, only_event
from tests.support.system import DAY, NATIVE, refused

ZERO = NATIVE
FULL_RATE = 10**8


# --- what a purchase does ---


def test_pass_and_items_are_written_when_bought(shop, manager, product_pass, buyer, license_offer, monthly):
    supply = manager.passSupply()
    pass_id = shop.buy(buyer, license_offer.line, monthly.line)
    assert pass_id == supply + 1
    assert product_pass.ownerOf(pass_id) == buyer
    assert shop.system.lens.orgOfPass(pass_id) == shop.org
    assert shop.system.lens.productsOf(pass_id) == [license_offer.product, monthly.product]


def test_item_of_a_one_time_product_has_no_end_when_bought(shop, buyer, license_offer):
    item = shop.state(shop.buy(buyer, license_offer.line), license_offer.product)
    assert (item.status, item.start, item.end, item.rate) == (ACTIVE, now(), 0, FULL_RATE)
    assert (item.oneTime, item.autoRenew, item.transferable, item.pausable) == (True, False, True, True)
    assert (item.pricingId, item.quantity, item.native, item.usage) == (license_offer.pricing, 0, False, False)


def test_period_runs_with_consent_when_a_subscription_is_bought_for_oneself(shop, buyer, monthly):
    item = shop.state(shop.buy(buyer, monthly.line), monthly.product)
    assert (item.status, item.start, item.end) == (ACTIVE, now(), now() + CYCLES[MONTHLY])
    assert (item.autoRenew, item.rate, item.graceDays, item.oneTime) == (True, FULL_RATE, 3, False)
    assert (item.couponBps, item.couponRenewalsLeft, item.cancelled, item.paused) == (0, 0, False, False)


def test_units_are_kept_when_a_tiered_subscription_is_bought(shop, buyer, token, seats):
    before = token.balanceOf(buyer)
    pass_id = shop.buy(buyer, (*seats.line, 12))
    assert shop.state(pass_id, seats.product).quantity == 12
    assert before - token.balanceOf(buyer) == 12 * MONTH_PRICE // 2


def test_nothing_is_due_before_the_first_bill_when_usage_is_bought(shop, buyer, token, metered):
    before = token.balanceOf(buyer)
    item = shop.state(shop.buy(buyer, metered.line), metered.product)
    assert token.balanceOf(buyer) == before
    assert (item.usage, item.rate, item.status, item.autoRenew) == (True, 0, ACTIVE, True)


def test_money_goes_to_the_organization_when_bought(shop, buyer, token, license_offer, monthly):
    before, row = token.balanceOf(buyer), shop.balance()
    shop.buy(buyer, license_offer.line, monthly.line)
    assert before - token.balanceOf(buyer) == shop.balance() - row == ONCE_PRICE + MONTH_PRICE


def test_event_tells_all_of_the_cart_when_bought(shop, manager, buyer, token, license_offer, seats):
    pass_id = shop.buy(buyer, license_offer.line, (*seats.line, 2))
    event = only_event(manager, "ProductsPurchased")
    assert (event.orgId, event.productPassId, event.passOwner, event.purchaser) == (shop.org, pass_id, buyer, buyer)
    assert event.productIds == [license_offer.product, seats.product]
    assert (event.pricingIds, event.quantities) == ([license_offer.pricing, seats.pricing], [0, 2])
    assert (event.token, event.subtotal, event.amountPaid) == (token.address, *[ONCE_PRICE + 2 * MONTH_PRICE] * 2)
    assert event.orderReference == b"\0" * 32


def test_state_of_each_line_is_announced_when_bought(shop, manager, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, license_offer.line, monthly.line)
    announced = [(e.productPassId, e.productId, e.state) for e in events(manager, "SubscriptionStateChanged")]
    products = [license_offer.product, monthly.product]
    assert announced == [(pass_id, product, manager.stateOf(pass_id, product)) for product in products]


def test_payment_is_announced_when_bought(shop, manager, buyer, token, monthly):
    shop.buy(buyer, monthly.line)
    event = only_event(manager, "PaymentReceived")
    assert (event.orgId, event.token, event.payer) == (shop.org, token.address, buyer)
    assert (event.amount, event.fee) == (MONTH_PRICE, 0)


def test_nothing_is_collected_when_the_cart_costs_nothing(shop, manager, stranger, monthly, free):
    pass_id = shop.buy(stranger, (monthly.product, free))
    assert events(manager, "PaymentReceived") == []
    assert shop.state(pass_id, monthly.product).rate == 0


def test_pass_ids_count_up_when_bought_one_after_the_other(shop, buyer, friend, license_offer):
    first = shop.buy(buyer, license_offer.line)
    assert shop.buy(friend, license_offer.line) == first + 1


# --- gifts ---


def test_caller_pays_and_auto_renew_is_off_when_it_is_a_gift(
    shop, manager, product_pass, buyer, friend, token, monthly
):
    before = token.balanceOf(buyer), token.balanceOf(friend)
    pass_id = shop.buy(buyer, monthly.line, to=friend)
    assert (token.balanceOf(buyer), token.balanceOf(friend)) == (before[0] - MONTH_PRICE, before[1])
    assert product_pass.ownerOf(pass_id) == friend
    item = shop.state(pass_id, monthly.product)
    assert (item.autoRenew, item.end) == (False, now() + CYCLES[MONTHLY])


def test_event_names_giver_and_holder_when_it_is_a_gift(shop, manager, buyer, friend, monthly):
    shop.buy(buyer, monthly.line, to=friend)
    event = only_event(manager, "ProductsPurchased")
    assert (event.passOwner, event.purchaser) == (friend, buyer)
    assert only_event(manager, "PaymentReceived").payer == buyer


def test_refused_when_gifting_is_off(shop, manager, buyer, friend, monthly):
    shop.rules(gifting_off=True)
    with refused(manager, "GiftingOff(uint256)", shop.org):
        shop.buy(buyer, monthly.line, to=friend)
    shop.buy(buyer, monthly.line)


def test_refused_when_the_recipient_is_nobody(shop, manager, buyer, monthly):
    with refused(manager, "ZeroAddress()"):
        shop.buy(buyer, monthly.line, to=ZERO)


# --- starting paused ---


def test_whole_period_waits_when_bought_paused(shop, buyer, license_offer, monthly):
    pass_id = shop.buy(buyer, monthly.line, license_offer.line, pause=True)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.secondsUsed, item.secondsLeft) == (PAUSED, 0, CYCLES[MONTHLY])
    assert (item.autoRenew, item.rate) == (True, FULL_RATE)
    assert shop.state(pass_id, license_offer.product).status == ACTIVE


def test_refused_when_bought_paused_and_the_organization_allows_no_pausing(shop, manager, buyer, monthly):
    shop.rules()
    with refused(manager, "PausingOff(uint256)", shop.org):
        shop.buy(buyer, monthly.line, pause=True)


def test_refused_when_usage_is_bought_paused(shop, manager, buyer, metered):
    with refused(manager, "CannotPauseUsage(uint256)", metered.product):
        shop.buy(buyer, metered.line, pause=True)


# --- airdrops by the cart ---


def test_nothing_is_charged_when_the_organization_airdrops(shop, manager, airdropper, friend, token, monthly):
    pass_id = shop.buy(airdropper, monthly.line, to=friend, airdrop=True)
    item = shop.state(pass_id, monthly.product)
    assert (item.rate, item.autoRenew, item.status) == (0, False, ACTIVE)
    assert events(manager, "PaymentReceived") == []
    event = only_event(manager, "ProductsPurchased")
    assert (event.subtotal, event.amountPaid, event.token) == (MONTH_PRICE, 0, token.address)
    assert (event.passOwner, event.purchaser) == (friend, airdropper)


def test_auto_renew_is_off_when_the_airdropper_gives_to_himself(shop, airdropper, monthly):
    pass_id = shop.buy(airdropper, monthly.line, airdrop=True)
    assert not shop.state(pass_id, monthly.product).autoRenew


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else", "refunder"])
@pytest.mark.parametrize("costs", [True, False])
def test_refused_when_airdropped_without_the_role(shop, manager, everybody, monthly, free, person, costs):
    caller = everybody[person]
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, caller, 4):
        shop.buy(caller, (monthly.product, monthly.pricing if costs else free), airdrop=True)


def test_refused_when_an_airdrop_has_a_coupon(shop, manager, merchant, monthly):
    with refused(manager, "CouponOnAirdrop()"):
        shop.buy(merchant, monthly.line, airdrop=True, coupon="SPRING")


def test_sale_rules_do_not_matter_when_airdropped(shop, merchant, friend, monthly):
    shop.rules(closed=True, allow_list=True, gifting_off=True, max_passes=1)
    shop.flags(monthly.pricing, active=False, restricted=True)
    shop.product(product=monthly.product, active=False)
    for _ in range(2):
        shop.buy(merchant, monthly.line, to=friend, airdrop=True)


# --- coupon and discounts ---


def coupon(shop, code="SPRING", bps=2_500, renewals=0, products=()):
    code_hash = shop.system.promotions.couponHash(shop.org, code)
    terms = (bps, 0, 0, renewals, False, False, False, True)
    return shop.system.promotions.createCoupon(shop.org, code_hash, terms, list(products), sender=shop.merchant)


def discount(shop, bps, mode=1):
    return shop.system.promotions.createDiscount(shop.org, "Friends", bps, 0, mode, sender=shop.merchant)


def test_coupon_comes_first_and_discounts_on_the_rest_when_both_apply(shop, manager, buyer, license_offer):
    coupon(shop)
    discount_id = discount(shop, 1_000)
    pass_id = shop.buy(buyer, license_offer.line, coupon="SPRING", discounts=[discount_id])
    event = only_event(manager, "ProductsPurchased")
    assert (event.subtotal, event.amountPaid) == (1_000, 675)  # 1,000 - 25 % = 750, - 10 % = 675
    assert shop.state(pass_id, license_offer.product).rate == 67_500_000
    assert shop.system.product_pass.wordOf(pass_id) >> 232 & 0x3FFF == 1_000


def test_coupon_applies_to_its_lines_only_when_it_is_limited(shop, manager, buyer, license_offer, monthly):
    coupon(shop, renewals=3, products=[monthly.product])
    pass_id = shop.buy(buyer, license_offer.line, monthly.line, coupon="SPRING")
    assert only_event(manager, "ProductsPurchased").amountPaid == ONCE_PRICE + MONTH_PRICE * 3 // 4
    item = shop.state(pass_id, monthly.product)
    assert (item.couponBps, item.couponRenewalsLeft, item.rate) == (2_500, 3, 75_000_000)
    assert shop.state(pass_id, license_offer.product).couponBps == 0


def test_refused_when_there_is_no_such_coupon_though_nothing_is_due(shop, manager, buyer, monthly, free):
    code_hash = shop.system.promotions.couponHash(shop.org, "NOPE")
    with refused(manager, "NoSuchCoupon(uint256,bytes32)", shop.org, code_hash):
        shop.buy(buyer, (monthly.product, free), coupon="NOPE")


def test_refused_when_a_discount_is_for_the_organization(shop, manager, buyer, license_offer):
    discount_id = discount(shop, 9_000, mode=2)
    with refused(manager, "DiscountRestricted(uint256,address)", discount_id, buyer):
        shop.buy(buyer, license_offer.line, discounts=[discount_id])


# --- native coin ---


def test_coins_go_to_the_organization_when_the_value_is_exact(shop, manager, stranger, coin_license):
    row = shop.balance(NATIVE)
    shop.buy(stranger, coin_license.line, value=ONCE_PRICE)
    assert shop.balance(NATIVE) - row == ONCE_PRICE
    assert boa.env.get_balance(manager.address) == 0
    assert only_event(manager, "ProductsPurchased").token == NATIVE


@pytest.mark.parametrize("value", [0, ONCE_PRICE - 1, ONCE_PRICE + 1, 2 * ONCE_PRICE])
def test_refused_when_the_value_is_not_the_price(shop, manager, stranger, coin_license, value):
    with refused(manager, "WrongValue(uint256,uint256)", value, ONCE_PRICE):
        shop.buy(stranger, coin_license.line, value=value)


@pytest.mark.parametrize("cart", ["token", "free", "airdrop", "coin airdrop"])
def test_refused_when_coins_are_sent_and_none_are_due(
    shop, manager, merchant, buyer, monthly, free, coin_license, cart
):
    lines = {"token": monthly.line, "free": (monthly.product, free), "airdrop": monthly.line}
    airdrop = "airdrop" in cart
    with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
        shop.buy(merchant if airdrop else buyer, lines.get(cart, coin_license.line), airdrop=airdrop, value=1)


# --- refusals ---


def test_refused_when_purchases_are_paused(shop, system, manager, buyer, merchant, monthly):
    manager.pausePurchases(sender=system.owner)
    for caller, airdrop in ((buyer, False), (merchant, True)):
        with refused(manager, "PurchasesPaused()"):
            shop.buy(caller, monthly.line, airdrop=airdrop)
    manager.unpausePurchases(sender=system.owner)
    shop.buy(buyer, monthly.line)


def test_refused_when_the_cart_is_empty(shop, manager, buyer):
    with refused(manager, "EmptyList()"):
        shop.buy(buyer)


@pytest.mark.parametrize("column", [2, 3, 4])
def test_refused_when_the_lists_differ_in_length(shop, manager, buyer, monthly, license_offer, column):
    params = list(shop.purchase(buyer, monthly.line, license_offer.line))
    params[column] = params[column][:1]
    with refused(manager, "LengthMismatch()"):
        manager.purchaseProducts(tuple(params), sender=buyer)


def test_refused_when_a_product_is_named_twice(shop, manager, buyer, monthly):
    pass_id = manager.passSupply() + 1
    with refused(manager, "AlreadyOnPass(uint256,uint256)", pass_id, monthly.product):
        shop.buy(buyer, monthly.line, monthly.line)


def test_refused_when_tokens_are_mixed(shop, manager, token, buyer, license_offer, coin_license):
    with refused(manager, "MixedTokens(address,address)", token.address, NATIVE):
        shop.buy(buyer, license_offer.line, coin_license.line, value=ONCE_PRICE)


@pytest.mark.parametrize("quantity", [0, 2**32, 2**256 - 1])
def test_refused_when_a_tiered_line_has_a_wrong_quantity(shop, manager, buyer, seats, quantity):
    with refused(manager, "InvalidQuantity(uint256,uint256)", seats.pricing, quantity):
        shop.buy(buyer, (*seats.line, quantity))


def test_refused_when_another_line_has_a_quantity(shop, manager, buyer, monthly):
    with refused(manager, "InvalidQuantity(uint256,uint256)", monthly.pricing, 1):
        shop.buy(buyer, (*monthly.line, 1))


def test_refused_when_product_or_pricing_are_of_another_organization(shop, rival, manager, buyer, monthly):
    product = rival.product()
    pricing = rival.offer(product, ONE_TIME, price=1)
    with refused(manager, "NoSuchPricing(uint256)", pricing):
        shop.buy(buyer, (monthly.product, pricing))
    with refused(manager, "NoSuchProduct(uint256)", product):
        shop.buy(buyer, (product, monthly.pricing))
    for organization in (0, 10**9, 2**256 - 1):
        with refused(manager, "NoSuchPricing(uint256)", monthly.pricing):
            manager.purchaseProducts((buyer, organization, *shop.purchase(buyer, monthly.line)[2:]), sender=buyer)


@pytest.mark.parametrize("unknown", [0, 10**9, 2**256 - 1])
def test_refused_when_product_or_pricing_do_not_exist(shop, manager, buyer, monthly, unknown):
    with refused(manager, "NoSuchProduct(uint256)", unknown):
        shop.buy(buyer, (unknown, monthly.pricing))
    with refused(manager, "NoSuchPricing(uint256)", unknown):
        shop.buy(buyer, (monthly.product, unknown))


def test_refused_when_the_sale_is_closed(shop, manager, buyer, monthly):
    shop.rules(closed=True)
    with refused(manager, "SaleClosed(uint256)", shop.org):
        shop.buy(buyer, monthly.line)


def test_allow_list_looks_at_the_recipient_when_bought(shop, manager, buyer, friend, monthly):
    shop.rules(allow_list=True)
    shop.allow(friend)
    with refused(manager, "NotOnAllowList(uint256,address)", shop.org, buyer):
        shop.buy(buyer, monthly.line)
    shop.buy(buyer, monthly.line, to=friend)


def test_refused_when_the_wallet_has_its_passes(shop, manager, buyer, friend, monthly):
    shop.rules(max_passes=1)
    shop.buy(buyer, monthly.line, to=friend)
    with refused(manager, "TooManyPasses(address,uint256)", buyer, 1):
        shop.buy(buyer, monthly.line)
    shop.buy(friend, monthly.line)


def test_refused_when_the_product_is_inactive_or_sold_out(shop, manager, buyer, license_offer):
    shop.product(product=license_offer.product, active=False)
    with refused(manager, "ProductInactive(uint256)", license_offer.product):
        shop.buy(buyer, license_offer.line)
    shop.product(product=license_offer.product, max_supply=1)
    shop.buy(buyer, license_offer.line)
    with refused(manager, "SoldOut(uint256,uint256)", license_offer.product, 1):
        shop.buy(buyer, license_offer.line)


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ({"active": False}, "PricingInactive(uint256)"),
        ({"retired": True}, "PricingRetired(uint256)"),
    ],
)
def test_refused_when_the_pricing_is_not_on_sale(shop, manager, buyer, monthly, flags, error):
    shop.flags(monthly.pricing, **flags)
    with refused(manager, error, monthly.pricing):
        shop.buy(buyer, monthly.line)


def test_refused_when_the_pricing_is_not_linked(shop, manager, buyer, license_offer, monthly):
    with refused(manager, "PricingNotLinked(uint256,uint256)", license_offer.product, monthly.pricing):
        shop.buy(buyer, (license_offer.product, monthly.pricing))


def test_restricted_pricing_looks_at_the_recipient_when_bought(shop, manager, buyer, friend, monthly):
    shop.flags(monthly.pricing, restricted=True)
    shop.let_hold(monthly.pricing, friend)
    with refused(manager, "PricingRestricted(uint256,address)", monthly.pricing, buyer):
        shop.buy(buyer, monthly.line)
    shop.buy(buyer, monthly.line, to=friend)


def test_refused_when_allowance_or_balance_are_too_small(shop, manager, system, token, buyer, stranger, monthly):
    token.approve(system.escrow.address, MONTH_PRICE - 1, sender=buyer)
    with refused(manager, "InsufficientAllowance(uint256,uint256)", MONTH_PRICE - 1, MONTH_PRICE):
        shop.buy(buyer, monthly.line)
    token.approve(system.escrow.address, MONTH_PRICE, sender=stranger)
    with refused(manager, "InsufficientBalance(uint256,uint256)", 0, MONTH_PRICE):
        shop.buy(stranger, monthly.line)


def test_nothing_is_kept_when_a_purchase_is_refused(shop, manager, stranger, monthly):
    supply, row = manager.passSupply(), shop.balance()
    with boa.reverts():
        shop.buy(stranger, monthly.line)
    assert (manager.passSupply(), shop.balance()) == (supply, row)
    assert manager.stateOf(supply + 1, monthly.product) == 0


def test_longest_cart_can_be_bought_when_it_has_24_lines(shop, manager, buyer):
    offers = [make_offer(shop, ONE_TIME, price=i) for i in range(manager.maxLines())]
    pass_id = shop.buy(buyer, *[offer.line for offer in offers])
    assert shop.system.lens.productsOf(pass_id) == [offer.product for offer in offers]
    assert only_event(manager, "PaymentReceived").amount == sum(range(24))


# --- promises kept in the item ---


@pytest.mark.parametrize(("cycle_days", "grace", "kept"), [(30, 0, 3), (30, 30, 30), (1, 0, 1), (1, 30, 1), (30, 1, 1)])
def test_grace_is_the_organizations_but_at_most_a_cycle_when_bought(
    shop, buyer, monthly, daily, cycle_days, grace, kept
):
    shop.rules(grace_days=grace)
    offer = daily if cycle_days == 1 else monthly
    pass_id = shop.buy(buyer, offer.line)
    assert shop.state(pass_id, offer.product).graceDays == kept
    boa.env.time_travel(seconds=(cycle_days + kept) * DAY)
    assert shop.state(pass_id, offer.product).status == EXPIRED


@pytest.mark.parametrize("allowed", [True, False])
def test_promises_are_copied_when_bought(shop, buyer, monthly, allowed):
    shop.rules(pausing=allowed)
    shop.product(product=monthly.product, transferable=allowed)
    pass_id = shop.buy(buyer, monthly.line)
    shop.rules(pausing=not allowed)
    shop.product(product=monthly.product, transferable=not allowed)
    item = shop.state(pass_id, monthly.product)
    assert (item.transferable, item.pausable) == (allowed, allowed)


@pytest.mark.parametrize("money", ["token", "coin"])
def test_item_says_in_what_it_is_paid_when_bought(shop, buyer, monthly, coin_monthly, money):
    offer = monthly if money == "token" else coin_monthly
    pass_id = shop.buy(buyer, offer.line, value=0 if money == "token" else MONTH_PRICE)
    assert shop.state(pass_id, offer.product).native == (money == "coin")
