"""W9 to W39 of docs/spec/peer-weaknesses.md, as far as no contract's own folder has them."""

import re

import boa
import pytest
from eth_utils import keccak

from tests.support.bad_tokens import Move, Read
from tests.support.offers import MONTH_PRICE, ONCE_PRICE, PRO_PRICE, YEAR_PRICE, make_offer
from tests.support.shop import (
    ACTIVE,
    CANCELLED,
    EXPIRED,
    MONTHLY,
    TIERED_GRADUATED,
    YEARLY,
    events,
    now,
    only_event,
    travel,
)
from tests.support.system import CONTRACTS, DAY, partial, refused

MONTH = 30 * DAY


@pytest.fixture
def pass_id(shop, buyer, monthly):
    return shop.buy(buyer, monthly.line)


@pytest.fixture
def purse(token, buyer):
    return lambda: token.balanceOf(buyer)


@pytest.fixture
def change(shop, manager, buyer):
    """The holder's change of plan; what he paid."""

    def call(pass_id, product, pricing):
        before = shop.system.token.balanceOf(buyer)
        manager.changeSubscriptionPricing((shop.org, pass_id, product, pricing, False), sender=buyer)
        return before - shop.system.token.balanceOf(buyer)

    return call


# --- W9: platform keys ---


def writes(contract):
    changing = ("nonpayable", "payable")
    return {entry["name"] for entry in contract.abi if entry.get("stateMutability") in changing and "name" in entry}


def test_w09_platform_owner_has_four_functions_and_no_pointer_can_be_set_when_the_abis_are_read(system):
    contracts = (system.manager, system.catalog, system.promotions, system.escrow, system.product_pass, system.org_nft)
    names = set().union(*(writes(contract) for contract in contracts))
    assert {
        name for name in names if re.search("owner|platform|fee|upgrade|migrat|rescue|sweep", name, re.IGNORECASE)
    } == {
        "transferOwnership",
        "acceptOwnership",
        "announceFee",
        "withdrawFees",
    }
    pointers = {
        "purchaseManager",
        "catalog",
        "promotions",
        "productPass",
        "paymentEscrow",
        "passLens",
        "organizationNFT",
    }
    assert not {name for name in names if any(name.lower() == f"set{pointer.lower()}" for pointer in pointers)}


def test_w09_owner_takes_nothing_when_a_wallet_has_approved_the_escrow(shop, system, manager, token, friend):
    """`friend` has approved all he has and never bought anything."""
    before = token.balanceOf(friend)
    with refused(system.escrow, "NotSystemContract(address)", system.owner):
        system.escrow.collect(shop.org, token.address, friend, before, 0, sender=system.owner)
    with refused(system.escrow, "NotSystemContract(address)", system.owner):
        system.escrow.refund(shop.org, token.address, system.owner, 1, sender=system.owner)
    with refused(manager, "FeeTooHigh(uint256,uint256)", 10_000, 500):
        manager.announceFee(10_000, system.owner, sender=system.owner)
    assert token.balanceOf(friend) == before


def test_w09_renewals_go_on_when_the_platform_pauses_purchases(shop, system, manager, keeper, monthly, pass_id):
    manager.pausePurchases(sender=system.owner)
    travel(days=31)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [0]


# --- W10: paused cannot be cancelled ---


def test_w10_leaving_costs_nothing_when_paused_or_lapsed(shop, manager, buyer, purse, monthly, pass_id):
    manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    travel(days=400)
    before = purse()
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    manager.pauseSubscription(pass_id, monthly.product, False, sender=buyer)
    assert shop.state(pass_id, monthly.product).status == CANCELLED
    travel(days=30)
    assert shop.state(pass_id, monthly.product).status == EXPIRED
    assert purse() == before


# --- W11 to W15: one rule of proration ---


def test_w11_dear_plan_is_not_free_when_it_has_the_same_cycle(shop, buyer, monthly, pro, change, pass_id):
    """29 days of the dear plan, then back."""
    assert change(pass_id, monthly.product, pro) == PRO_PRICE - MONTH_PRICE
    travel(days=29)
    assert change(pass_id, monthly.product, monthly.pricing) == MONTH_PRICE - 5 * DAY
    assert shop.state(pass_id, monthly.product).end == now() + MONTH


def test_w11_hopping_over_a_cheap_plan_wins_nothing_when_seats_are_added_there(
    shop, manager, buyer, purse, seats, change
):
    cheap = shop.offer(seats.product, TIERED_GRADUATED, MONTHLY, tiers=[(0, 0, MONTH_PRICE // 100, 0)])
    pass_id = shop.buy(buyer, (*seats.line, 1))
    before = purse()
    change(pass_id, seats.product, cheap)
    manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, 90, False, sender=buyer)
    change(pass_id, seats.product, seats.pricing)
    value = shop.system.lens.valueLeft(pass_id, seats.product)
    assert value <= MONTH_PRICE + before - purse()


@pytest.mark.parametrize("days", [1, 29, 31, 200])
def test_w12_proration_is_right_when_a_yearly_plan_was_left(shop, manager, buyer, purse, monthly, change, days):
    seats_a_year = shop.offer(monthly.product, TIERED_GRADUATED, YEARLY, tiers=[(0, 0, YEAR_PRICE, 0)])
    seats_a_month = shop.offer(monthly.product, TIERED_GRADUATED, MONTHLY, tiers=[(0, 0, MONTH_PRICE, 0)])
    pass_id = shop.buy(buyer, (monthly.product, seats_a_year, 1))
    assert change(pass_id, monthly.product, seats_a_month) == 0
    assert shop.state(pass_id, monthly.product).end == now() + 365 * DAY
    travel(days=days)
    before = purse()
    manager.changeTieredSubscriptionUnitQuantity(pass_id, monthly.product, 99, False, sender=buyer)
    left = (365 - days) * DAY
    assert before - purse() == 99 * MONTH_PRICE - left
    assert shop.system.lens.valueLeft(pass_id, monthly.product) == 99 * MONTH_PRICE


def test_w13_nothing_is_charged_twice_when_units_fall_and_grow_again(shop, manager, buyer, purse, seats):
    pass_id = shop.buy(buyer, (*seats.line, 8))
    before = purse()
    for quantity in (1, 8, 1, 8):
        manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, quantity, False, sender=buyer)
    assert purse() == before
    assert shop.state(pass_id, seats.product).end == now() + MONTH


def test_w14_price_of_more_units_is_the_same_when_it_was_paused_before(shop, manager, buyer, seats):
    paid = []
    for pause in (False, True):
        with boa.env.anchor():
            pass_id = shop.buy(buyer, (*seats.line, 1))
            travel(days=29)
            if pause:
                manager.pauseSubscription(pass_id, seats.product, True, sender=buyer)
                travel(days=5)
                manager.pauseSubscription(pass_id, seats.product, False, sender=buyer)
            manager.changeTieredSubscriptionUnitQuantity(pass_id, seats.product, 5, False, sender=buyer)
            paid.append(only_event(manager, "SubscriptionChanged").amountPaid)
    assert paid == [5 * MONTH_PRICE - DAY] * 2


def test_w15_rest_of_the_month_is_credited_when_moving_to_a_year(shop, monthly, yearly, change, pass_id):
    travel(days=1)
    assert change(pass_id, monthly.product, yearly) == YEAR_PRICE - 29 * DAY
    assert shop.state(pass_id, monthly.product).end == now() + 365 * DAY


# --- W18: lost coins ---


def test_w18_no_coin_is_lost_when_sent_with_a_cart_that_needs_none(
    shop, manager, system, merchant, buyer, monthly, free
):
    carts = [(buyer, monthly.line, False), (buyer, (monthly.product, free), False), (merchant, monthly.line, True)]
    for caller, line, airdrop in carts:
        with refused(manager, "WrongValue(uint256,uint256)", 1, 0):
            shop.buy(caller, line, airdrop=airdrop, value=1)
    for contract in (manager, system.escrow, system.catalog, system.lens, system.product_pass, system.org_nft):
        assert boa.env.execute_code(to_address=contract.address, sender=buyer, value=1, data=b"").is_error
        assert not [entry for entry in contract.abi if entry["type"] in ("receive", "fallback")]


# --- W21, W22, W23: the holder's rights ---


def test_w21_new_holder_has_all_rights_when_a_pass_is_given_or_sold(
    shop, manager, product_pass, buyer, friend, keeper, monthly
):
    gift = shop.buy(buyer, monthly.line, to=friend)
    manager.setAutoRenew(gift, monthly.product, True, sender=friend)
    travel(days=30)
    assert manager.renewSubscriptions([gift], [monthly.product], sender=keeper) == [0]
    manager.pauseSubscription(gift, monthly.product, True, sender=friend)
    product_pass.transferFrom(friend, buyer, gift, sender=friend)
    manager.pauseSubscription(gift, monthly.product, False, sender=buyer)
    manager.renewSubscription(gift, monthly.product, False, sender=buyer)
    manager.cancelSubscription(gift, monthly.product, True, sender=buyer)
    assert shop.state(gift, monthly.product).status == CANCELLED


@pytest.mark.parametrize("way", ["pause", "wait", "end"])
def test_w22_pass_can_be_sold_when_its_subscription_is_cancelled(
    shop, manager, product_pass, buyer, friend, monthly, way
):
    shop.rules(pausing=way == "pause")
    pass_id = shop.buy(buyer, monthly.line)
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    if way == "pause":
        manager.pauseSubscription(pass_id, monthly.product, True, sender=buyer)
    elif way == "end":
        manager.endSubscription(pass_id, monthly.product, sender=buyer)
    else:
        travel(days=30)
    product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    assert shop.holder(pass_id) == friend


def test_w23_merchant_cannot_switch_a_customer_off_when_he_has_every_role(shop, manager, merchant, monthly, pass_id):
    for call in (manager.pauseSubscription, manager.endSubscription):
        arguments = (pass_id, monthly.product, True)[: 3 if call is manager.pauseSubscription else 2]
        with refused(manager, "NotPassHolder(uint256,address)", pass_id, merchant):
            call(*arguments, sender=merchant)
    with refused(manager, "RefundTooSmall(uint256,uint256)", 0, MONTH_PRICE):
        manager.refundProduct(pass_id, monthly.product, 0, True, sender=merchant)
    manager.cancelSubscription(pass_id, monthly.product, True, sender=merchant)
    shop.rules(closed=True)
    shop.flags(monthly.pricing, retired=True)
    travel(days=30, seconds=-1)
    assert shop.system.lens.hasAccess(pass_id, monthly.product)


# --- W28, W29: buying again, renewal flow ---


@pytest.mark.parametrize("ending", ["lapsed", "cancelled", "ended", "revoked"])
def test_w28_same_product_can_be_bought_again_when_it_is_over(
    shop, manager, merchant, buyer, monthly, pro, pass_id, ending
):
    if ending == "cancelled":
        manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    elif ending == "ended":
        manager.endSubscription(pass_id, monthly.product, sender=buyer)
    elif ending == "revoked":
        manager.refundProduct(pass_id, monthly.product, MONTH_PRICE, True, sender=merchant)
    travel(days=33)
    shop.buy_more(pass_id, (monthly.product, pro))
    item = shop.state(pass_id, monthly.product)
    assert (item.status, item.pricingId, item.autoRenew) == (ACTIVE, pro, True)


def test_w29_nothing_drifts_and_one_bad_pair_stops_nobody_when_renewed_late(
    shop, manager, system, token, buyer, friend, keeper, monthly, pass_id
):
    bad = shop.buy(friend, monthly.line)
    token.approve(system.escrow.address, 1, sender=friend)
    end = now() + MONTH
    travel(days=32)
    pairs = [bad, pass_id, 10**9], [monthly.product] * 3
    assert manager.renewSubscriptions(*pairs, sender=keeper) == [8, 0, 12]
    failed = only_event(manager, "RenewalFailed")
    assert (failed.productPassId, failed.productId, failed.reason) == (bad, monthly.product, 8)
    assert shop.state(pass_id, monthly.product).end == end + MONTH


def test_w29_nobody_can_fill_the_log_when_there_is_nothing_to_do(manager, buyer, keeper, monthly, pass_id):
    for _ in range(2):
        assert manager.renewSubscriptions([pass_id] * 5, [monthly.product] * 5, sender=keeper) == [1] * 5
        assert manager.get_logs() == []
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    manager.cancelSubscription(pass_id, monthly.product, True, sender=buyer)
    assert manager.get_logs() == []


def test_w29_grace_gives_time_to_pay_when_the_wallet_was_empty(
    shop, manager, system, token, buyer, keeper, monthly, pass_id
):
    token.approve(system.escrow.address, 0, sender=buyer)
    travel(days=30)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [8]
    travel(days=2)
    token.approve(system.escrow.address, MONTH_PRICE, sender=buyer)
    assert manager.renewSubscriptions([pass_id], [monthly.product], sender=keeper) == [0]
    assert shop.state(pass_id, monthly.product).status == ACTIVE


# --- W30: forged failures ---


def test_w30_no_gas_limit_forges_a_failure_when_the_pricing_has_the_longest_list_of_tiers(shop, manager, buyer, keeper):
    tiers = [(10 * i + (i > 0), 10 * i + 10, 1_000, 1) for i in range(15)] + [(151, 0, 1_000, 1)]
    offer = make_offer(shop, TIERED_GRADUATED, MONTHLY, tiers=tiers)
    pass_id = shop.buy(buyer, (*offer.line, 200))
    travel(days=30)
    outcomes = []
    for gas in range(60_000, 800_000, 10_000):
        with boa.env.anchor():
            try:
                outcomes += manager.renewSubscriptions([pass_id], [offer.product], sender=keeper, gas=gas)
            except boa.BoaError:
                assert outcomes == [], "more gas, and it reverts again"
    assert set(outcomes) == {0}
    assert len(outcomes) > 20


# --- W31: misleading events ---


def test_w31_events_tell_what_was_really_paid_and_for_which_pass_when_there_are_promotions(
    shop, manager, merchant, buyer, friend, license_offer
):
    discount = shop.system.promotions.createDiscount(shop.org, "Friends", 2_500, 0, 1, sender=merchant)
    pass_id = shop.buy(buyer, license_offer.line, discounts=[discount])
    bought, paid = only_event(manager, "ProductsPurchased"), only_event(manager, "PaymentReceived")
    assert (bought.productPassId, bought.subtotal, bought.amountPaid) == (pass_id, ONCE_PRICE, 750)
    assert (paid.orgId, paid.payer, paid.amount) == (shop.org, buyer, 750)
    shop.buy(merchant, license_offer.line, to=friend, airdrop=True)
    assert only_event(manager, "ProductsPurchased").amountPaid == 0
    assert events(manager, "PaymentReceived") == []


# --- W36: the fee table ---


def test_w36_fee_is_the_same_for_every_token_and_may_be_zero_when_it_acts(
    shop, system, manager, buyer, stranger, coin_license, license_offer
):
    odd = partial("mocks/MockBadToken").deploy()
    odd.mint(buyer, 10**9)
    odd.approve(system.escrow.address, 10**9, sender=buyer)
    odd.behave(Move.GOOD, Read.WELL, 0, 0)
    third = make_offer(shop, 0, price=ONCE_PRICE, token=odd.address)
    for bps in (300, 0):
        manager.announceFee(bps, stranger, sender=system.owner)
        travel(days=7)
        fees = []
        for offer, value in ((license_offer, 0), (coin_license, ONCE_PRICE), (third, 0)):
            shop.buy(buyer, offer.line, value=value)
            fees.append(only_event(manager, "PaymentReceived").fee)
        assert fees == [ONCE_PRICE * bps // 10_000] * 3


# --- W39: error style ---


def sources():
    return [path for path in CONTRACTS.rglob("*.vy") if "mocks" not in path.parts]


def test_w39_every_refusal_is_a_named_error_when_the_sources_are_read():
    """No reason strings, no bare `raise`; an `assert` says which invariant it guards."""
    for path in sources():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("#")[0].strip()
            assert not code.startswith("raise"), f"{path.name}:{number}"
            if code.startswith("assert "):
                assert not re.search(r',\s*"', code), f"{path.name}:{number}"


def test_w39_every_error_exists_once_when_the_sources_are_read():
    text = (CONTRACTS / "modules" / "errors.vy").read_text()
    signatures = re.findall(r'method_id\("(\w+\([\w,]*\))"\)', text)
    names = [signature.partition("(")[0] for signature in signatures]
    assert len(signatures) > 100
    assert len(set(names)) == len(names)
    assert len({keccak(text=signature)[:4] for signature in signatures}) == len(signatures)
    elsewhere = [path.name for path in sources() if path.name != "errors.vy" and "raw_revert" in path.read_text()]
    assert elsewhere == []


def test_w39_every_error_is_used_when_the_sources_are_read():
    helpers = re.findall(r"^def (_\w+)\(", (CONTRACTS / "modules" / "errors.vy").read_text(), re.MULTILINE)
    used = "".join(path.read_text() for path in sources() if path.name != "errors.vy")
    assert [helper for helper in helpers if f"errors.{helper}(" not in used] == []
