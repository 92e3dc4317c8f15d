import pytest

from passmanager.abi.errors import AmountAboveMax, UnexpectedToken
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.demo.shop import CODE, ONE
from passmanager.errors import NoSigner
from passmanager.models import TxOptions
from passmanager.specs import Currency
from passmanager.units import DAY, NATIVE


@pytest.fixture
def lines(market) -> list[Line]:
    shop = market.shop
    return [Line(shop.handbook, shop.once), Line(shop.plan, shop.monthly), Line(shop.seats, shop.seat_tiers, 10)]


# --- quotes


def test_a_quote_is_what_the_purchase_costs(market, lines):
    shop, buyer = market.shop, market.client("buyer")
    quote = buyer.purchases.quote(lines, shop.org, coupon_code=CODE, discount_ids=[shop.discount])
    assert (quote.subtotal, quote.total, quote.coupon_bps, quote.discount_bps) == (70 * ONE, 53_200_000, 2_000, 500)
    assert [line.after_discounts for line in quote.lines] == [15_200_000, 7_600_000, 30_400_000]
    bought = buyer.purchases.buy(
        lines,
        shop.org,
        coupon_code=CODE,
        discount_ids=[shop.discount],
        approve="exact",
        currency=Currency(quote.token, 6),
    )
    assert bought.quote == quote
    more = buyer.purchases.quote_more(bought.pass_id, [Line(shop.sticker, shop.native)])
    assert (more.token, more.total) == (NATIVE, 95 * 10**14)


def test_a_quote_needs_no_wallet_but_a_payer(market, lines):
    reader = PassManager(market.world.node, market.client("buyer").contracts)
    quote = reader.purchases.quote(lines, market.shop.org, payer=market.wallet("friend"))
    assert quote.total == 70 * ONE
    with pytest.raises(NoSigner):
        reader.purchases.quote(lines, market.shop.org)


def test_a_quote_is_refused_above_the_limit_and_in_another_token(market, lines):
    purchases, org = market.client("buyer").purchases, market.shop.org
    with pytest.raises(AmountAboveMax):
        purchases.quote(lines, org, max_amount=69 * ONE)
    with pytest.raises(UnexpectedToken) as refusal:
        purchases.quote(lines, org, currency=Currency())
    assert (refusal.value.expected, refusal.value.actual) == (NATIVE, market.world.token)


# --- receipts


def test_the_receipt_has_pass_amounts_periods_and_gas(market, lines):
    shop, buyer, platform = market.shop, market.client("buyer"), market.client("platform")
    platform.manager.announce_fee(100, platform.signer.address)
    market.world.travel(8)
    before = buyer.node.balance(buyer.signer.address)
    bought = buyer.purchases.buy(lines, shop.org, coupon_code=CODE, approve="exact")
    assert bought.pass_id == buyer.manager.pass_supply()
    assert (bought.payer, bought.token) == (buyer.signer.address, market.world.token)
    assert (bought.subtotal, bought.amount, bought.fee) == (70 * ONE, 56 * ONE, 560_000)
    assert [(item.product_id, item.amount) for item in bought.items] == [
        (shop.handbook, 16 * ONE),
        (shop.plan, 8 * ONE),
        (shop.seats, 32 * ONE),
    ]
    now = buyer.node.block(bought.block_number).timestamp
    assert [(item.start, item.end) for item in bought.items] == [(now, 0), (now, now + 30 * DAY), (now, now + 30 * DAY)]
    assert before - buyer.node.balance(buyer.signer.address) == bought.gas_cost > bought.gas_used > 200_000


def test_a_dry_run_has_the_same_amounts(market, lines):
    tried = market.client("buyer").purchases.buy(lines, market.shop.org, approve="exact", tx=TxOptions(dry_run=True))
    assert (tried.payer, tried.subtotal, tried.amount) == (market.wallet("buyer"), 70 * ONE, 70 * ONE)
    assert (tried.items, tried.unsigned, tried.dry_run) == ((), (), True)
    assert tried.gas_cost >= tried.gas_used > 0


def test_an_additional_purchase_names_its_pass_and_amount(market):
    shop, buyer = market.shop, market.client("buyer")
    first = buyer.purchases.buy([Line(shop.handbook, shop.once)], shop.org, approve="exact")
    more = buyer.purchases.buy_more(first.pass_id, [Line(shop.sticker, shop.native)])
    assert (more.pass_id, more.token, more.amount) == (first.pass_id, NATIVE, 10**16)
    assert [(item.product_id, item.amount) for item in more.items] == [(shop.sticker, 10**16)]
