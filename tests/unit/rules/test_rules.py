"""One test for each rule R1 to R24 of docs/spec/contracts.md, through the whole system.

The details are in the folders of the contracts; here each rule's heart is told in one story.
"""

import base64
import json

import boa
import pytest

from tests.support.offers import CAP, DAY_PRICE, MONTH_PRICE, ONCE_PRICE, PRO_PRICE, make_offer
from tests.support.shop import (
    ACTIVE,
    CANCELLED,
    EXPIRED,
    FLAT,
    MONTHLY,
    PAUSED,
    columns,
    now,
    only_event,
    travel,
)
from tests.support.system import DAY, NATIVE, partial, refused

MONTH = 30 * DAY
FULL = 10**8


@pytest.fixture
def pass_id(shop, buyer, monthly):
    return shop.buy(buyer, monthly.line)


def charged(shop, wallet, call, *arguments, **options):
    """What the call took from the wallet, in tokens."""
    before = shop.system.token.balanceOf(wallet)
    call(*arguments, **options)
    return before - shop.system.token.balanceOf(wallet)


def test_r01_roles_and_money_belong_to_the_holder_when_an_organization_is_sold(
    shop, system, merchant, stranger, airdropper, monthly, pass_id
):
    manager, money, row = system.manager, system.token, shop.balance()
    gift = (shop.org, [stranger], *columns([monthly.line]), b"")
    system.org_nft.transferFrom(merchant, stranger, shop.org, sender=merchant)
    for caller in (merchant, airdropper):
        with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, caller, 4):
            manager.airdropProducts(*gift, sender=caller)
        with refused(system.escrow, "NotOrganizationHolder(uint256,address)", shop.org, caller):
            system.escrow.withdraw(shop.org, money.address, row, sender=caller)
    manager.airdropProducts(*gift, sender=stranger)
    system.escrow.withdraw(shop.org, money.address, row, sender=stranger)
    assert money.balanceOf(stranger) == row


def test_r02_sold_items_keep_their_promises_when_the_product_changes(shop, product_pass, buyer, friend, license_offer):
    pass_id = shop.buy(buyer, license_offer.line)
    shop.product(product=license_offer.product, transferable=False, active=False)
    product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    assert shop.state(pass_id, license_offer.product).status == ACTIVE


def test_r03_price_and_token_stay_when_the_merchant_changes_all_he_can(
    shop, manager, keeper, buyer, token, monthly, pass_id
):
    shop.rules(closed=True, allow_list=True, max_passes=1, plan_change_off=True, grace_days=30)
    shop.product("Other name", product=monthly.product, active=False, transferable=False)
    shop.flags(monthly.pricing, active=False, restricted=True)
    shop.link(monthly.product, monthly.pricing, linked=False)
    for _ in range(3):
        travel(days=30)
        assert (
            charged(shop, buyer, manager.renewSubscription, pass_id, monthly.product, False, sender=keeper)
            == MONTH_PRICE
        )
    assert shop.state(pass_id, monthly.product).pricingId == monthly.pricing
    assert token.address == shop.system.lens.pricingOf(monthly.pricing).terms.token


def test_r04_caller_pays_and_only_the_holder_adds_when_bought(
    shop, manager, buyer, friend, token, license_offer, monthly
):
    before = token.balanceOf(friend)
    gift = shop.buy(buyer, license_offer.line, to=friend)
    assert token.balanceOf(friend) == before
    with refused(manager, "NotPassHolder(uint256,address)", gift, buyer):
        shop.buy_more(gift, monthly.line, by=buyer)
    shop.buy_more(gift, monthly.line, by=friend)
    assert before - token.balanceOf(friend) == MONTH_PRICE
    assert shop.buy(buyer, monthly.line, to=friend) != gift


def test_r05_nothing_else_is_paid_when_a_cart_is_checked_out(shop, manager, token, buyer, monthly, coin_monthly):
    params, terms = shop.purchase(buyer, monthly.line), (b"", token.address, MONTH_PRICE, now())
    assert charged(shop, buyer, manager.checkout, params, terms, sender=buyer) == MONTH_PRICE
    for wrong in (
        (b"", NATIVE, MONTH_PRICE, now()),
        (b"", token.address, MONTH_PRICE - 1, now()),
        (b"", token.address, MONTH_PRICE, now() - 1),
    ):
        with boa.reverts():
            manager.checkout(params, wrong, sender=buyer)
    for value in (MONTH_PRICE - 1, MONTH_PRICE + 1):
        with refused(manager, "WrongValue(uint256,uint256)", value, MONTH_PRICE):
            shop.buy(buyer, coin_monthly.line, value=value)


def test_r06_grace_is_fixed_in_the_subscription_when_the_rules_change(shop, buyer, monthly, daily, pass_id):
    shop.rules(grace_days=30)
    short = shop.buy(buyer, daily.line)
    assert (shop.state(pass_id, monthly.product).graceDays, shop.state(short, daily.product).graceDays) == (3, 1)
    travel(days=33)
    assert shop.state(pass_id, monthly.product).status == EXPIRED


def test_r07_pass_is_of_one_organization_and_can_be_burned_when_held_by_a_contract(
    shop, rival, manager, product_pass, buyer, monthly
):
    wallet = partial("mocks/MockReceiver").deploy()  # knows nothing of ERC-721
    pass_id = shop.buy(buyer, monthly.line, to=wallet.address)
    offer = make_offer(rival, FLAT, MONTHLY, price=0)
    with refused(manager, "NoSuchPricing(uint256)", offer.pricing):
        shop.buy_more(pass_id, offer.line, by=wallet.address)
    travel(days=33)
    shop.system.token.mint(wallet.address, MONTH_PRICE)
    shop.system.token.approve(shop.system.escrow.address, MONTH_PRICE, sender=wallet.address)
    shop.buy_more(pass_id, monthly.line, by=wallet.address)
    product_pass.burn(pass_id, sender=wallet.address)
    assert product_pass.balanceOf(wallet.address) == 0


def test_r08_first_period_runs_and_nothing_renews_when_it_is_a_gift(shop, manager, buyer, friend, keeper, monthly):
    gift = shop.buy(buyer, monthly.line, to=friend)
    item = shop.state(gift, monthly.product)
    assert (item.status, item.start, item.autoRenew) == (ACTIVE, now(), False)
    travel(days=30)
    assert manager.renewSubscriptions([gift], [monthly.product], sender=keeper) == [4]
    manager.setAutoRenew(gift, monthly.product, True, sender=friend)
    assert manager.renewSubscriptions([gift], [monthly.product], sender=keeper) == [0]


def test_r09_no_holder_helps_himself_when_he_sets_the_airdrop_flag(shop, manager, buyer, monthly, free, pass_id):
    for pricing in (monthly.pricing, free):
        with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, buyer, 4):
            shop.buy(buyer, (monthly.product, pricing), airdrop=True)
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, buyer, 4):
        shop.buy_more(pass_id, monthly.line, airdrop=True, by=buyer)


def test_r10_approvals_give_no_rights_over_subscriptions_when_given(
    shop, manager, product_pass, buyer, friend, monthly, pro, pass_id
):
    product_pass.setApprovalForAll(friend, True, sender=buyer)
    product_pass.approve(friend, pass_id, sender=buyer)
    calls = [
        (manager.pauseSubscription, pass_id, monthly.product, True),
        (manager.setAutoRenew, pass_id, monthly.product, False),
        (manager.endSubscription, pass_id, monthly.product),
        (manager.changeSubscriptionPricing, (shop.org, pass_id, monthly.product, pro, False)),
        (manager.cancelSubscription, pass_id, monthly.product, False),
    ]
    for call, *arguments in calls:
        with refused(manager, "NotPassHolder(uint256,address)", pass_id, friend):
            call(*arguments, sender=friend)


def test_r11_bill_comes_once_between_end_and_grace_when_anybody_asks(shop, manager, buyer, keeper, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, CAP, sender=buyer)
    manager.setAutoRenew(pass_id, metered.product, False, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    outcomes = []
    travel(seconds=MONTH - 1)
    for wait in (1, 0, 3 * DAY):
        outcomes += manager.renewSubscriptions([pass_id], [metered.product], sender=keeper)
        travel(seconds=wait)
    outcomes += manager.renewSubscriptions([pass_id], [metered.product], sender=keeper)
    assert outcomes == [1, 0, 4, 5]  # not due, billed, no consent to more, past grace


def test_r12_no_call_of_the_merchant_charges_the_customer_when_he_tries_them_all(
    shop, manager, merchant, buyer, token, monthly, pro, seats, metered
):
    """With every role, in every status but past due with auto-renew, at a customer with a full allowance."""
    pass_id = shop.buy(buyer, monthly.line, (*seats.line, 1), metered.line)
    for offer in (monthly, seats, metered):
        manager.setAutoRenew(pass_id, offer.product, False, sender=buyer)
    shop.record(metered.meter, pass_id, 1_000)
    before = token.balanceOf(buyer)
    for days in (0, 31, 60):
        travel(days=days)
        for offer in (monthly, seats, metered):
            for call, *arguments in merchants_calls(shop, pass_id, offer, pro):
                with boa.env.anchor():
                    try_anyway(call, *arguments, sender=merchant)
                    assert token.balanceOf(buyer) >= before, call.abi_signature


def merchants_calls(shop, pass_id, offer, pro):
    manager, product = shop.system.manager, offer.product
    lines = columns([offer.line if offer.price else (*offer.line, 1)])
    for free in (False, True):
        yield manager.purchaseAdditionalProducts, (pass_id, *lines, "", free, False)
        yield manager.purchaseProducts, (shop.holder(pass_id), shop.org, *lines, [], "", free, False)
        yield manager.renewSubscription, pass_id, product, free
        yield manager.renewSubscriptionBatch, pass_id, [product], free
        yield manager.changeSubscriptionPricing, (shop.org, pass_id, product, pro, free)
        yield manager.changeTieredSubscriptionUnitQuantity, pass_id, product, 9, free
        yield manager.cancelSubscription, pass_id, product, free
        yield manager.pauseSubscription, pass_id, product, free
        yield manager.setAutoRenew, pass_id, product, free
    yield manager.renewSubscriptions, [pass_id], [product]
    yield manager.setUsageCap, pass_id, product, 2**96 - 1
    yield manager.endSubscription, pass_id, product
    yield manager.topUp, shop.org, shop.system.token.address, 1


def try_anyway(call, *arguments, **options):
    """A refusal is fine."""
    try:
        call(*arguments, **options)
    except boa.BoaError:
        return


def test_r13_word_has_the_published_layout_when_read(shop, manager, buyer, seats):
    start = now()
    pass_id = shop.buy(buyer, (*seats.line, 3))
    assert manager.stateOf(pass_id, seats.product) == (
        seats.pricing  # 0: pricing
        | 0 << 40  # no next product
        | 3 << 80  # quantity
        | start << 112
        | start + MONTH << 152
        | FULL << 192  # rate
        | 0 << 219  # coupon, basis points
        | 0 << 233  # coupon, renewals left
        | 3 << 241  # grace
        | 1 << 246  # auto-renew
        | 1 << 253  # transferable
        | 1 << 254  # pausable
    )


def test_r14_periods_join_without_gap_or_overlap_when_renewed_late(shop, manager, buyer, keeper, token, daily):
    pass_id = shop.buy(buyer, daily.line)
    start, before = now(), token.balanceOf(buyer)
    for i in range(1, 6):
        travel(seconds=start + i * DAY + 10_000 * i - now())
        manager.renewSubscription(pass_id, daily.product, False, sender=keeper)
        item = shop.state(pass_id, daily.product)
        assert (item.start, item.end) == (start + i * DAY, start + (i + 1) * DAY)
    assert before - token.balanceOf(buyer) == 5 * DAY_PRICE


@pytest.mark.parametrize("days", [0, 31, 400])
def test_r15_holder_and_support_cancel_and_only_the_holder_undoes_it_when_it_is_any_state(
    shop, manager, buyer, supporter, monthly, pass_id, days
):
    travel(days=days)
    manager.cancelSubscription(pass_id, monthly.product, True, sender=supporter)
    assert shop.state(pass_id, monthly.product).status == (CANCELLED if days == 0 else EXPIRED)
    with refused(manager, "NotPassHolder(uint256,address)", pass_id, supporter):
        manager.cancelSubscription(pass_id, monthly.product, False, sender=supporter)
    undo = (manager.cancelSubscription, pass_id, monthly.product, False)
    assert charged(shop, buyer, *undo, sender=buyer) == (0 if days == 0 else MONTH_PRICE)


def test_r16_no_second_is_won_or_lost_when_paused(shop, manager, buyer, monthly, pass_id):
    travel(seconds=12_345)
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.secondsUsed, item.secondsLeft) == (PAUSED, 12_345, MONTH - 12_345)
    travel(days=1_000)
    manager.pauseSubscription(pass_id, monthly.product, False, sender=buyer)
    item = shop.state(pass_id, monthly.product)
    assert (item.start, item.end) == (now() - 12_345, now() + MONTH - 12_345)


def test_r17_one_rule_counts_the_value_left_when_plans_change(shop, manager, buyer, monthly, pro, weekly, pass_id):
    travel(days=10)
    plan = (manager.changeSubscriptionPricing, (shop.org, pass_id, monthly.product, pro, False))
    assert charged(shop, buyer, *plan, sender=buyer) == PRO_PRICE - 20 * DAY
    travel(days=15)  # half of the dear month is left, worth 75 days of one unit a second
    back = (manager.changeSubscriptionPricing, (shop.org, pass_id, monthly.product, weekly, False))
    assert charged(shop, buyer, *back, sender=buyer) == 0
    assert shop.state(pass_id, monthly.product).end == now() + 75 * DAY


def test_r18_free_time_adds_no_value_when_it_is_blended(shop, manager, buyer, airdropper, monthly, pass_id):
    travel(days=15)
    value = shop.system.lens.valueLeft(pass_id, monthly.product)
    manager.renewSubscription(pass_id, monthly.product, True, sender=airdropper)
    after = shop.system.lens.valueLeft(pass_id, monthly.product)
    assert value - 1 <= after <= value == 15 * DAY
    assert shop.state(pass_id, monthly.product).rate == FULL // 3
    assert charged(shop, buyer, manager.renewSubscription, pass_id, monthly.product, False, sender=buyer) == MONTH_PRICE
    assert value + MONTH_PRICE - 4 <= shop.system.lens.valueLeft(pass_id, monthly.product) <= value + MONTH_PRICE


def test_r19_never_more_comes_back_than_was_paid_when_refunded_in_parts(
    shop, manager, refunder, buyer, monthly, pass_id
):
    travel(days=20)
    back = 0
    for amount in (7, 1_000_003, 500_000):
        back -= charged(shop, buyer, manager.refundProduct, pass_id, monthly.product, amount, False, sender=refunder)
    rest = shop.system.lens.refundable(pass_id, monthly.product)
    assert back == 1_500_010
    assert back + rest <= MONTH_PRICE
    with refused(manager, "RefundTooLarge(uint256,uint256)", rest + 1, rest):
        manager.refundProduct(pass_id, monthly.product, rest + 1, False, sender=refunder)


def coupon(shop, bps, renewals, code="CODE"):
    promotions = shop.system.promotions
    terms = (bps, 0, 0, renewals, False, False, False, True)
    return promotions.createCoupon(shop.org, promotions.couponHash(shop.org, code), terms, [], sender=shop.merchant)


def test_r20_coupon_belongs_to_its_cart_when_redeemed(shop, manager, buyer, keeper, monthly, license_offer):
    coupon_id = coupon(shop, 5_000, 1)
    pass_id = shop.buy(buyer, monthly.line, coupon="CODE")
    shop.system.promotions.setCoupon(coupon_id, False, 1, 1, sender=shop.merchant)
    paid = [charged(shop, buyer, shop.buy, buyer, license_offer.line)]
    for _ in range(2):
        travel(days=30)
        renewal = (manager.renewSubscription, pass_id, monthly.product, False)
        paid.append(charged(shop, buyer, *renewal, sender=keeper))
    assert paid == [ONCE_PRICE, MONTH_PRICE // 2, MONTH_PRICE]


def test_r21_coupon_then_discounts_are_rounded_line_by_line_when_priced(shop, manager, merchant, buyer):
    offers = [make_offer(shop, 0, price=price) for price in (4_999, 101)]
    coupon(shop, 3_333, 0)
    discount = shop.system.promotions.createDiscount(shop.org, "Friends", 777, 0, 1, sender=merchant)
    shop.buy(buyer, *[offer.line for offer in offers], coupon="CODE", discounts=[discount])
    first = 4_999 - 4_999 * 3_333 // 10_000
    second = 101 - 101 * 3_333 // 10_000
    expected = sum(cost - cost * 777 // 10_000 for cost in (first, second))
    assert only_event(manager, "ProductsPurchased").amountPaid == expected


def test_r22_three_answers_agree_when_a_pass_may_move_or_not(
    shop, manager, product_pass, buyer, friend, monthly, license_offer
):
    pass_id = shop.buy(buyer, monthly.line, license_offer.line)
    for pause in (True, False, True):
        locked = product_pass.locked(pass_id)
        assert product_pass.isTransferable(pass_id, buyer, friend) is not locked
        with boa.env.anchor():
            if locked:
                with refused(product_pass, "PassLocked(uint256,uint256)", pass_id, monthly.product):
                    product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
            else:
                product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
                assert not shop.state(pass_id, monthly.product).autoRenew
        manager.pauseSubscription(pass_id, monthly.product, pause, sender=buyer)


def test_r23_metadata_is_escaped_json_on_chain_when_names_are_nasty(shop, product_pass, buyer):
    name = '"},{"trait_type":"Verified","value":"Yes'
    product = shop.product(name)
    pricing = shop.offer(product, FLAT, MONTHLY, price=0)
    pass_id = shop.buy(buyer, (product, pricing))
    uri = product_pass.tokenURI(pass_id)
    told = json.loads(base64.b64decode(uri.partition("base64,")[2]))
    assert all(attribute["trait_type"] != "Verified" for attribute in told["attributes"])
    assert name in json.dumps(told, ensure_ascii=False).replace('\\"', '"')


def test_r24_quote_is_the_charge_when_asked_in_the_same_block(shop, system, manager, buyer, monthly, pro, seats):
    lens = system.lens
    params = shop.purchase(buyer, monthly.line, (*seats.line, 4))
    quoted = lens.quotePurchase(params, buyer).total
    assert charged(shop, buyer, manager.purchaseProducts, params, sender=buyer) == quoted
    pass_id = manager.passSupply()
    travel(seconds=1_234_567)
    change = (shop.org, pass_id, monthly.product, pro, False)
    quoted = lens.quoteChange(change, buyer).amount
    assert charged(shop, buyer, manager.changeSubscriptionPricing, change, sender=buyer) == quoted
    units = (pass_id, seats.product, 7, False)
    quoted = lens.quoteQuantity(*units, buyer).amount
    assert charged(shop, buyer, manager.changeTieredSubscriptionUnitQuantity, *units, sender=buyer) == quoted
    quoted = lens.quoteRenewal(pass_id, monthly.product, buyer, False).amount
    assert charged(shop, buyer, manager.renewSubscription, pass_id, monthly.product, False, sender=buyer) == quoted
