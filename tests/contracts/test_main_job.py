"""The main job, end to end, with Ape: what was paid, who has what, and every event by its values."""

import base64
import json

import pytest
from eth_utils import keccak

from tests.contracts.logs import events, only
from tests.contracts.refusals import refused
from tests.contracts.shop import (
    ACTIVE,
    CANCELLED,
    CODE,
    DAY,
    EXPIRED,
    MONTH,
    NATIVE,
    NO_REFERENCE,
    PAST_DUE,
    PAUSED,
)

WITHDRAWAL, REFUND, FEES = 1, 2, 3


@pytest.fixture
def travel(chain):
    """Lets days pass."""
    return lambda days: chain.mine(deltatime=days * DAY)


def now_at(receipt):
    return receipt.timestamp


def test_pass_has_everything_when_three_products_are_bought(system, shop, buyer):
    lines = [(shop.book, shop.once, 0), (shop.plan, shop.monthly, 0), (shop.seats, shop.by_seat, 10)]
    cart = shop.cart(buyer, *lines, coupon=CODE, discounts=[shop.discount])
    subtotal = shop.price.book + shop.price.month + 10 * shop.price.seat_from_ten
    total = subtotal * 80 // 100 * 95 // 100
    quote = system.lens.quotePurchase(cart, buyer)
    assert (quote.token, quote.subtotal, quote.total) == (system.token.address, subtotal, total)

    receipt = system.manager.purchaseProducts(cart, sender=buyer)

    assert only(receipt, system.manager.ProductsPurchased) == {
        "orgId": shop.org,
        "productPassId": 1,
        "passOwner": buyer.address,
        "purchaser": buyer.address,
        "productIds": [shop.book, shop.plan, shop.seats],
        "pricingIds": [shop.once, shop.monthly, shop.by_seat],
        "quantities": [0, 0, 10],
        "token": system.token.address,
        "subtotal": subtotal,
        "amountPaid": total,
        "orderReference": NO_REFERENCE,
    }
    assert only(receipt, system.product_pass.Transfer) == {"sender": NATIVE, "receiver": buyer.address, "tokenId": 1}
    assert only(receipt, system.escrow.PaymentReceived) == {
        "orgId": shop.org,
        "token": system.token.address,
        "payer": buyer.address,
        "amount": total,
        "fee": 0,
    }
    assert only(receipt, system.promotions.CouponRedeemed) == {
        "orgId": shop.org,
        "couponId": 1,
        "productPassId": 1,
        "wallet": buyer.address,
        "bps": 2_000,
        "renewals": 0,
        "lineMask": 0b111,
    }
    assert only(receipt, system.promotions.DiscountMinted) == {
        "orgId": shop.org,
        "productPassId": 1,
        "discountId": shop.discount,
        "bps": 500,
        "totalBps": 500,
    }
    words = {event["productId"]: event["state"] for event in events(receipt, system.manager.SubscriptionStateChanged)}
    assert words == {product: system.manager.stateOf(1, product) for product, _, _ in lines}
    assert system.product_pass.ownerOf(1) == buyer
    assert sorted(system.lens.productsOf(1)) == [shop.book, shop.plan, shop.seats]
    assert shop.balance() == system.token.balanceOf(system.escrow) == total
    assert shop.state(1, shop.seats).quantity == 10
    assert shop.state(1, shop.plan).end == now_at(receipt) + MONTH


def test_native_price_is_paid_when_coins_are_sent(system, shop, buyer):
    cart = shop.cart(buyer, (shop.sticker, shop.coins, 0))
    receipt = system.manager.purchaseProducts(cart, sender=buyer, value=shop.price.native)
    sold = only(receipt, system.manager.ProductsPurchased)
    assert (sold["token"], sold["amountPaid"]) == (NATIVE, shop.price.native)
    assert shop.balance(NATIVE) == system.escrow.balance == shop.price.native
    assert system.manager.balance == 0


def test_product_is_added_when_the_holder_buys_more(system, shop, buyer, stranger):
    pass_id = shop.buy_plan(buyer)
    more = shop.more(pass_id, (shop.seats, shop.by_seat, 2))
    with refused(system.manager.NotPassHolder, productPassId=pass_id, caller=stranger):
        system.manager.purchaseAdditionalProducts(more, sender=stranger)

    receipt = system.manager.purchaseAdditionalProducts(more, sender=buyer)

    sold = only(receipt, system.manager.ProductsPurchased)
    assert (sold["productPassId"], sold["passOwner"], sold["purchaser"]) == (pass_id, buyer.address, buyer.address)
    assert (sold["productIds"], sold["quantities"], sold["amountPaid"]) == ([shop.seats], [2], 2 * shop.price.seat)
    assert only(receipt, system.product_pass.MetadataUpdate) == {"tokenId": pass_id}
    assert sorted(system.lens.productsOf(pass_id)) == [shop.plan, shop.seats]
    assert system.lens.hasAccess(pass_id, shop.seats)


def test_gift_is_never_charged_again_when_it_ends(system, shop, buyer, friend, stranger, travel):
    pass_id = shop.buy_plan(buyer, to=friend)
    assert system.product_pass.ownerOf(pass_id) == friend
    assert not shop.state(pass_id, shop.plan).autoRenew
    travel(31)
    with refused(system.manager.NoConsent, productPassId=pass_id, productId=shop.plan):
        system.manager.renewSubscription(pass_id, shop.plan, False, sender=stranger)
    assert shop.state(pass_id, shop.plan).status == PAST_DUE


def test_payer_and_holder_differ_when_it_is_a_gift(system, shop, buyer, friend):
    before = system.token.balanceOf(friend)
    cart = shop.cart(friend, (shop.book, shop.once, 0))
    receipt = system.manager.purchaseProducts(cart, sender=buyer)
    sold = only(receipt, system.manager.ProductsPurchased)
    assert (sold["passOwner"], sold["purchaser"]) == (friend.address, buyer.address)
    assert only(receipt, system.escrow.PaymentReceived)["payer"] == buyer.address
    assert system.token.balanceOf(friend) == before


def test_wallets_get_passes_free_when_the_merchant_airdrops(system, shop, buyer, friend, merchant):
    reference = keccak(text="spring")
    wallets = [buyer.address, friend.address, buyer.address]
    arguments = (shop.org, wallets, [shop.plan, shop.seats], [shop.monthly, shop.by_seat], [0, 3], reference)
    receipt = system.manager.airdropProducts(*arguments, sender=merchant)
    assert only(receipt, system.manager.ProductsAirdropped) == {
        "orgId": shop.org,
        "firstPassId": 1,
        "orderReference": reference,
        "purchaser": merchant.address,
        "recipients": wallets,
        "productIds": [shop.plan, shop.seats],
        "pricingIds": [shop.monthly, shop.by_seat],
        "quantities": [0, 3],
    }
    moved = [(event["receiver"], event["tokenId"]) for event in events(receipt, system.product_pass.Transfer)]
    assert moved == [(buyer.address, 1), (friend.address, 2), (buyer.address, 3)]
    assert len(events(receipt, system.manager.SubscriptionStateChanged)) == 6
    assert events(receipt, system.escrow.PaymentReceived) == []
    assert not shop.state(2, shop.plan).autoRenew
    with refused(system.manager.ReferenceUsed, orgId=shop.org, orderReference=reference):
        system.manager.airdropProducts(*arguments, sender=merchant)


def test_holder_pays_when_a_stranger_renews(system, shop, buyer, stranger, travel):
    pass_id = shop.buy_plan(buyer)
    end = shop.state(pass_id, shop.plan).end
    with refused(system.manager.NotDue, productPassId=pass_id, productId=shop.plan):
        system.manager.renewSubscription(pass_id, shop.plan, False, sender=stranger)
    travel(31)
    before = system.token.balanceOf(buyer)

    receipt = system.manager.renewSubscription(pass_id, shop.plan, False, sender=stranger)

    assert only(receipt, system.manager.SubscriptionRenewed) == {
        "orgId": shop.org,
        "productPassId": pass_id,
        "productId": shop.plan,
        "payer": buyer.address,
        "token": system.token.address,
        "amountPaid": shop.price.month,
        "periodStart": end,
        "periodEnd": end + MONTH,
    }
    assert before - system.token.balanceOf(buyer) == shop.price.month
    assert shop.state(pass_id, shop.plan).status == ACTIVE


def test_batch_tells_each_outcome_when_one_cannot_pay(system, shop, buyer, friend, stranger, travel):
    passes = [shop.buy_plan(buyer), shop.buy_plan(friend), shop.buy(buyer, (shop.book, shop.once, 0))]
    products = [shop.plan, shop.plan, shop.book]
    system.token.approve(system.escrow, 0, sender=friend)
    travel(31)
    assert system.manager.renewSubscriptions.call(passes, products) == [0, 8, 12]

    receipt = system.manager.renewSubscriptions(passes, products, sender=stranger)

    assert only(receipt, system.manager.SubscriptionRenewed)["productPassId"] == passes[0]
    failed = {"productPassId": passes[1], "productId": shop.plan, "reason": 8}
    assert only(receipt, system.manager.RenewalFailed) == failed
    assert shop.state(passes[1], shop.plan).status == PAST_DUE


def test_value_left_counts_when_the_plan_changes(system, shop, buyer, travel):
    pass_id = shop.buy_plan(buyer)
    travel(10)
    params = (shop.org, pass_id, shop.plan, shop.yearly, False)
    end = shop.state(pass_id, shop.plan).end

    receipt = system.manager.changeSubscriptionPricing(params, sender=buyer)

    left = shop.price.month * (end - now_at(receipt)) // MONTH
    assert only(receipt, system.manager.SubscriptionChanged) == {
        "orgId": shop.org,
        "productPassId": pass_id,
        "productId": shop.plan,
        "pricingId": shop.yearly,
        "quantity": 0,
        "token": system.token.address,
        "amountPaid": shop.price.year - left,
        "valueLeft": left,
    }
    assert shop.state(pass_id, shop.plan).end == now_at(receipt) + 365 * DAY
    assert shop.balance() == shop.price.month + shop.price.year - left


def test_quantity_rises_when_the_holder_changes_it(system, shop, buyer):
    pass_id = shop.buy(buyer, (shop.seats, shop.by_seat, 4))
    receipt = system.manager.changeTieredSubscriptionUnitQuantity(pass_id, shop.seats, 12, False, sender=buyer)
    changed = only(receipt, system.manager.SubscriptionChanged)
    assert (changed["pricingId"], changed["quantity"]) == (shop.by_seat, 12)
    assert changed["amountPaid"] + changed["valueLeft"] == 12 * shop.price.seat_from_ten
    assert shop.state(pass_id, shop.seats).quantity == 12


def test_seconds_are_kept_when_paused_and_sold(system, shop, buyer, friend, travel):
    pass_id = shop.buy_plan(buyer)
    travel(10)
    with refused(system.product_pass.PassLocked, productPassId=pass_id, productId=shop.plan):
        system.product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    paused = system.manager.pauseSubscription(pass_id, shop.plan, True, sender=buyer)
    assert only(paused, system.product_pass.Unlocked) == {"tokenId": pass_id}
    kept = shop.state(pass_id, shop.plan).secondsLeft
    assert shop.state(pass_id, shop.plan).status == PAUSED

    sold = system.product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    expected = {"sender": buyer.address, "receiver": friend.address, "tokenId": pass_id}
    assert only(sold, system.product_pass.Transfer) == expected
    assert len(events(sold, system.manager.SubscriptionStateChanged)) == 1  # consent is gone

    travel(100)
    taken_up = system.manager.pauseSubscription(pass_id, shop.plan, False, sender=friend)
    state = shop.state(pass_id, shop.plan)
    assert (state.status, state.end, state.autoRenew) == (ACTIVE, now_at(taken_up) + kept, False)


def test_access_runs_out_when_cancelled(system, shop, buyer, stranger, travel):
    pass_id = shop.buy_plan(buyer)
    receipt = system.manager.cancelSubscription(pass_id, shop.plan, True, sender=buyer)
    word = system.manager.stateOf(pass_id, shop.plan)
    written = {"productPassId": pass_id, "productId": shop.plan, "state": word}
    assert only(receipt, system.manager.SubscriptionStateChanged) == written
    assert shop.state(pass_id, shop.plan).status == CANCELLED
    assert system.lens.hasAccess(pass_id, shop.plan)
    travel(31)
    assert shop.state(pass_id, shop.plan).status == EXPIRED
    with refused(system.manager.SubscriptionCancelled, productPassId=pass_id, productId=shop.plan):
        system.manager.renewSubscription(pass_id, shop.plan, False, sender=stranger)


def test_holder_gets_his_money_when_refunded(system, shop, buyer, merchant):
    pass_id = shop.buy(buyer, (shop.book, shop.once, 0))
    with refused(system.manager.RefundTooLarge, amount=shop.price.book + 1, limit=shop.price.book):
        system.manager.refundProduct(pass_id, shop.book, shop.price.book + 1, False, sender=merchant)
    before = system.token.balanceOf(buyer)

    receipt = system.manager.refundProduct(pass_id, shop.book, shop.price.book, True, sender=merchant)

    assert only(receipt, system.manager.ProductRefunded) == {
        "orgId": shop.org,
        "productPassId": pass_id,
        "productId": shop.book,
        "recipient": buyer.address,
        "token": system.token.address,
        "amount": shop.price.book,
        "revoked": True,
    }
    assert only(receipt, system.escrow.PaidOut) == {
        "orgId": shop.org,
        "token": system.token.address,
        "to": buyer.address,
        "amount": shop.price.book,
        "kind": REFUND,
    }
    assert system.token.balanceOf(buyer) - before == shop.price.book
    assert shop.state(pass_id, shop.book).status == EXPIRED


def test_only_the_merchant_gets_the_money_when_it_is_withdrawn(system, shop, buyer, merchant, stranger):
    shop.buy_plan(buyer)
    token = system.token.address
    with refused(system.escrow.NotOrganizationHolder, orgId=shop.org, caller=stranger):
        system.escrow.withdraw(shop.org, token, 1, sender=stranger)

    receipt = system.escrow.withdraw(shop.org, token, shop.price.month - 1, sender=merchant)

    paid_out = only(receipt, system.escrow.PaidOut)
    assert (paid_out["to"], paid_out["amount"]) == (merchant.address, shop.price.month - 1)
    assert paid_out["kind"] == WITHDRAWAL
    assert system.token.balanceOf(merchant) == shop.price.month - 1
    assert shop.balance() == 1


def test_platform_gets_its_fee_when_a_week_has_passed(system, shop, buyer, platform_owner, travel):
    announced = system.manager.announceFee(250, platform_owner, sender=platform_owner)
    acts_from = now_at(announced) + 7 * DAY
    fee = {"bps": 250, "recipient": platform_owner.address, "actsFrom": acts_from}
    assert only(announced, system.manager.FeeAnnounced) == fee
    shop.buy_plan(buyer)
    travel(7)
    shop.buy_plan(buyer)
    part = shop.price.month * 250 // 10_000
    assert system.escrow.orgBalance(0, system.token) == part  # of the second only
    receipt = system.escrow.withdrawFees(system.token, part, sender=platform_owner)
    paid_out = only(receipt, system.escrow.PaidOut)
    assert (paid_out["orgId"], paid_out["kind"], paid_out["amount"]) == (0, FEES, part)
    assert shop.balance() == 2 * shop.price.month - part


def test_metadata_is_json_on_the_chain_when_asked(system, shop, buyer):
    pass_id = shop.buy_plan(buyer)
    for uri in (system.product_pass.tokenURI(pass_id), system.org_nft.tokenURI(shop.org)):
        kind, _, payload = uri.partition(",")
        assert kind == "data:application/json;base64"
        assert json.loads(base64.b64decode(payload))["name"]


def test_contract_without_receiver_hook_gets_a_pass_when_bought_for_it(system, shop, buyer):
    """A plain mint: the token's contract knows nothing of ERC-721."""
    pass_id = shop.buy_plan(buyer, to=system.token)
    assert system.product_pass.ownerOf(pass_id) == system.token.address
