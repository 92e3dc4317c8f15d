import asyncio
from dataclasses import replace

import pytest

from passmanager.abi.errors import (
    AmountAboveMax,
    CouponExpired,
    DeadlinePassed,
    InsufficientAllowance,
    InsufficientBalance,
    NoSuchCoupon,
    UnexpectedToken,
)
from passmanager.abi.events import ProductsPurchased
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.purchases import Line, approval
from passmanager.core.state import Status
from passmanager.demo.shop import CODE, ONE
from passmanager.errors import BadAmount, BadArgument, InsufficientFunds, NoSigner
from passmanager.models import TxOptions
from passmanager.specs import coupon
from passmanager.units import DAY, NATIVE

REFERENCE = bytes(31) + b"\x07"


@pytest.fixture
def buyer(market) -> PassManager:
    return market.buyer


@pytest.fixture
def plan(market) -> list[Line]:
    return [Line(market.shop.plan, market.shop.monthly)]


def test_bought_with_everything_that_belongs_to_it_when_asked_to_approve(market, buyer):
    shop = market.shop
    lines = [Line(shop.handbook, shop.once), Line(shop.plan, shop.monthly), Line(shop.seats, shop.seat_tiers, 10)]
    bought = buyer.purchases.buy(
        lines,
        shop.org,
        coupon_code=CODE,
        discount_ids=[shop.discount],
        order_reference=REFERENCE,
        approve="exact",
    )
    assert (bought.amount, bought.token, bought.approved) == (53_200_000, market.world.token, 53_200_000)
    assert market.allowed() == 0
    assert [item.product_id for item in bought.items] == [shop.handbook, shop.plan, shop.seats]
    handbook, plan, seats = bought.items
    assert (handbook.pricing_id, handbook.end, handbook.state.one_time) == (shop.once, 0, True)
    assert plan.end - plan.start == 30 * DAY
    assert seats.quantity == 10
    assert buyer.product_pass.owner_of(bought.pass_id) == buyer.signer.address
    (sold,) = [log.event for log in bought.events if isinstance(log.event, ProductsPurchased)]
    assert (sold.order_reference, sold.product_pass_id) == (REFERENCE, bought.pass_id)
    assert len(bought.approval_hashes) == 1
    assert bought.tx_hash not in ("", *bought.approval_hashes)
    assert bought.gas_used > 200_000


def test_refused_with_both_numbers_when_nothing_is_approved(market, buyer, plan):
    market.token("buyer", "approve", buyer.contracts.payment_escrow, ONE)
    before = buyer.node.nonce(buyer.signer.address)
    with pytest.raises(InsufficientAllowance, match="approve PaymentEscrow") as refusal:
        buyer.purchases.buy(plan, market.shop.org)
    assert (refusal.value.have, refusal.value.need) == (ONE, 10 * ONE)
    assert buyer.node.nonce(buyer.signer.address) == before


def test_refused_with_both_numbers_when_the_balance_is_too_small(market, plan):
    friend = market.world.clients["friend"]
    market.token("friend", "mint", friend.signer.address, 4)
    with pytest.raises(InsufficientBalance, match="Send the missing amount") as refusal:
        friend.purchases.buy(plan, market.shop.org, approve="exact")
    assert (refusal.value.have, refusal.value.need) == (4, 10 * ONE)


def test_no_approval_when_there_is_enough(market, buyer, plan):
    market.token("buyer", "approve", buyer.contracts.payment_escrow, 11 * ONE)
    bought = buyer.purchases.buy(plan, market.shop.org, approve="exact")
    assert (bought.approved, bought.approval_hashes, market.allowed()) == (0, (), ONE)


def test_a_number_of_periods_leaves_what_the_later_ones_cost(market, buyer):
    shop = market.shop
    lines = [Line(shop.handbook, shop.once), Line(shop.plan, shop.monthly)]
    bought = buyer.purchases.buy(lines, shop.org, discount_ids=[shop.discount], coupon_code=CODE, approve=3)
    assert bought.amount == 22_800_000  # 30 less 20 % less 5 %
    assert market.allowed() == 2 * 9_500_000  # the coupon is for the purchase only, the handbook is paid
    market.world.travel(30)
    buyer.manager.renew_subscription(bought.pass_id, shop.plan, airdrop=False)
    assert market.allowed() == 9_500_000


def test_the_native_coin_is_sent_exactly(market, buyer):
    line = Line(market.shop.sticker, market.shop.native)
    before = buyer.node.balance(buyer.contracts.payment_escrow)
    bought = buyer.purchases.buy([line], market.shop.org, approve="exact")
    assert (bought.amount, bought.token, bought.approved) == (10**16, NATIVE, 0)
    assert buyer.node.balance(buyer.contracts.payment_escrow) - before == 10**16


def test_refused_when_the_wallet_lacks_the_native_coin(market, buyer):
    buyer.node.request("anvil_setBalance", buyer.signer.address, hex(10**15))
    with pytest.raises(InsufficientFunds) as refusal:
        buyer.purchases.buy([Line(market.shop.sticker, market.shop.native)], market.shop.org)
    assert (refusal.value.have, refusal.value.need) == (10**15, 10**16)


def test_refused_above_the_buyer_s_limit(market, buyer, plan):
    with pytest.raises(AmountAboveMax) as refusal:
        buyer.purchases.buy(plan, market.shop.org, max_amount=10 * ONE - 1, approve="exact")
    assert (refusal.value.amount, refusal.value.limit) == (10 * ONE, 10 * ONE - 1)
    assert buyer.purchases.buy(plan, market.shop.org, max_amount=10 * ONE, approve="exact").amount == 10 * ONE


def test_a_gift_goes_to_its_recipient(market, buyer, plan):
    friend = market.world.people["friend"]
    bought = buyer.purchases.buy(plan, market.shop.org, to=friend, approve="exact")
    assert buyer.product_pass.owner_of(bought.pass_id) == friend
    assert bought.items[0].state.auto_renew is False


def test_paused_from_the_start_has_no_dates(market, buyer, plan):
    (item,) = buyer.purchases.buy(plan, market.shop.org, pause=True, approve="exact").items
    assert (item.start, item.end, item.state.status(0)) == (0, 0, Status.PAUSED)


def test_more_for_a_pass_names_only_what_was_added(market, buyer, plan):
    shop = market.shop
    pass_id = buyer.purchases.buy(plan, shop.org, approve="exact").pass_id
    more = buyer.purchases.buy_more(pass_id, [Line(shop.seats, shop.seat_tiers, 2)], approve="exact", coupon_code=CODE)
    assert (more.pass_id, more.amount) == (pass_id, 8 * ONE)
    assert [item.product_id for item in more.items] == [shop.seats]


def test_the_quote_refuses_before_anything_is_approved(market, buyer, plan):
    with pytest.raises(NoSuchCoupon):
        buyer.purchases.buy(plan, market.shop.org, coupon_code="NONE", approve="exact")
    assert market.allowed() == 0


def test_a_dry_run_sends_nothing(market, buyer, plan):
    before = buyer.node.nonce(buyer.signer.address)
    dry = TxOptions(dry_run=True)
    first = buyer.purchases.buy(plan, market.shop.org, approve="exact", tx=dry)
    assert (first.dry_run, first.pass_id, first.tx_hash, first.amount) == (True, 0, "", 10 * ONE)
    assert first.approved == 10 * ONE
    assert first.gas_used > 21_000
    assert buyer.node.nonce(buyer.signer.address) == before


def test_a_dry_run_simulates_the_purchase_itself_when_nothing_has_to_be_approved(market, buyer, plan):
    market.token("buyer", "approve", buyer.contracts.payment_escrow, 10 * ONE)
    tried = buyer.purchases.buy(plan, market.shop.org, tx=TxOptions(dry_run=True))
    assert (tried.approved, tried.gas_used > 100_000) == (0, True)
    assert market.allowed() == 10 * ONE


def test_a_given_nonce_is_that_of_the_first_step(market, buyer, plan):
    nonce = buyer.node.nonce(buyer.signer.address)
    buyer.purchases.buy(plan, market.shop.org, approve="exact", tx=TxOptions(nonce=nonce))
    assert buyer.node.nonce(buyer.signer.address) == nonce + 2


def test_the_unsigned_steps_buy_when_somebody_sends_them(market, plan):
    buyer, shop = market.buyer, market.shop
    reader = PassManager(buyer.node, buyer.contracts)
    made = reader.purchases.build_buy(plan, shop.org, payer=buyer.signer.address)
    assert [step.description for step in made.steps] == [
        f"Allow PaymentEscrow to take up to {10 * ONE} of token {market.world.token}",
        f"Buy 1 product(s) of organization {shop.org} for {10 * ONE} of token {market.world.token}",
    ]
    for step in made.steps:
        sent = buyer.node.request("eth_sendTransaction", step.fields())
        buyer.node.wait(sent, buyer.signer.address, 0, seconds=10)
    assert market.allowed() == 0
    pass_id = buyer.manager.pass_supply()
    more = buyer.purchases.build_buy_more(pass_id, [Line(shop.sticker, shop.native)])
    assert (more.approvals, more.checkout.call.value, more.checkout.call.to) == (
        [],
        10**16,
        buyer.contracts.purchase_manager,
    )
    assert buyer.send(more.checkout.call).event(ProductsPurchased).product_pass_id == pass_id


def test_a_step_is_void_after_its_deadline_and_bound_to_its_token(market, buyer, plan):
    made = buyer.purchases.build_buy(plan, market.shop.org, deadline_s=60)
    buyer.send(made.approvals[0].call)
    buyer.simulate(made.checkout.call)
    data = made.checkout.call.data.replace(bytes.fromhex(market.world.token[2:]), bytes(20))
    with pytest.raises(UnexpectedToken):
        buyer.simulate(replace(made.checkout.call, data=data))
    market.world.travel(1)
    with pytest.raises(DeadlinePassed):
        buyer.simulate(made.checkout.call)


def test_an_old_approval_is_taken_back_first_where_the_token_wants_that(market, buyer, plan, monkeypatch):
    market.token("buyer", "approve", buyer.contracts.payment_escrow, 1)
    assert len(buyer.purchases.build_buy(plan, market.shop.org).approvals) == 1

    def refuse(*_arguments):
        return False

    monkeypatch.setattr(buyer.purchases, "_may_replace", refuse)
    back, anew = buyer.purchases.build_buy(plan, market.shop.org).approvals
    assert (back.description, anew.call.data[-32:]) == ("Take back the old approval", (10 * ONE).to_bytes(32))
    bought = buyer.purchases.buy(plan, market.shop.org, approve="exact")
    assert (len(bought.approval_hashes), market.allowed()) == (2, 0)


def test_a_token_that_refuses_the_approval_is_found_out(buyer):
    stubborn = approval(buyer.contracts, buyer.signer.address, buyer.contracts.purchase_manager, 5)
    assert buyer.purchases._may_replace(stubborn) is False


@pytest.mark.parametrize(
    "options",
    [{"approve": 0}, {"approve": True}, {"approve": "all"}, {"approve": 1.5}, {"order_reference": b"1"}],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(market, buyer, plan, options):
    with pytest.raises(BadArgument):
        buyer.purchases.buy(plan, market.shop.org, **options)


def test_no_float_no_empty_cart_no_purchase_without_a_wallet(market, buyer, plan):
    with pytest.raises(BadAmount, match="float"):
        buyer.purchases.buy(plan, market.shop.org, max_amount=10.5)
    with pytest.raises(BadArgument, match="0 lines"):
        buyer.purchases.buy([], market.shop.org)
    with pytest.raises(NoSigner):
        PassManager(buyer.node, buyer.contracts).purchases.buy(plan, market.shop.org)


def test_a_coupon_of_the_typed_spec_is_redeemed_by_its_code(market, buyer, plan):
    merchant, shop = market.world.clients["merchant"], market.shop
    now = buyer.node.head().timestamp
    half = coupon("HALF", organization_id=shop.org, bps=5_000, expiry=now + DAY)
    merchant.promotions.create_coupon(shop.org, code_hash=half.code_hash, terms=half.terms, product_ids=[])
    assert buyer.purchases.buy(plan, shop.org, coupon_code="HALF", approve="exact").amount == 5 * ONE
    market.world.travel(1)
    with pytest.raises(CouponExpired):
        buyer.purchases.buy(plan, shop.org, coupon_code="HALF", approve="exact")


def test_the_asynchronous_client_buys_the_same(market, plan):
    async def story():
        buyer = market.buyer
        client = await AsyncPassManager.connect(market.url, deployment=market.deployment, signer=buyer.signer)
        async with client:
            made = await client.purchases.build_buy(plan, market.shop.org)
            return made, await client.purchases.buy(plan, market.shop.org, approve="exact")

    made, bought = asyncio.run(story())
    assert len(made.steps) == 2
    assert (bought.amount, bought.items[0].product_id) == (10 * ONE, market.shop.plan)
