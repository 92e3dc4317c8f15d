import asyncio
from decimal import Decimal

import pytest

from passmanager.abi.errors import NotAuthorized
from passmanager.abi.events import PaidOut, ProductRefunded
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.demo.shop import ONE
from passmanager.errors import BadAmount, BadArgument, NoSigner, Reverted, UnexpectedAnswer
from passmanager.models import TxOptions
from passmanager.specs import Band, Currency, DiscountMode, Flat, Frequency, UsageVolume
from passmanager.units import NATIVE


@pytest.fixture
def usd(market) -> Currency:
    return market.client("stranger").token(market.world.token).currency()


def test_a_shop_opened_with_typed_names_sells(market, usd):
    friend, buyer = market.client("friend"), market.client("buyer")
    org = friend.merchant.create_organization().id
    product = friend.merchant.create_product(org, "Course", description="Ten lessons", max_supply=2).id
    pricing = friend.merchant.create_pricing(
        org, Flat(currency=usd, price=Decimal("7.5"), frequency=Frequency.YEARLY)
    ).id
    friend.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    code = friend.merchant.create_coupon(org, "EARLY", bps=1_000, product_ids=(product,), once_per_wallet=True).id
    discount = friend.merchant.create_discount(org, "Friends", bps=500, mode=DiscountMode.EVERYBODY).id
    bought = buyer.purchases.buy(
        [Line(product, pricing)], org, coupon_code="EARLY", discount_ids=[discount], approve="exact"
    )
    assert bought.amount == 6_412_500  # 7.5 less 10 % less 5 %
    found = friend.organizations.catalog(org)
    assert [(one.id, one.name, one.description, one.sold) for one in found.products] == [
        (product, "Course", "Ten lessons", 1)
    ]
    assert [(one.id, one.redeemed) for one in found.coupons] == [(code, 1)]
    assert [(one.id, one.minted) for one in found.discounts] == [(discount, 1)]


def test_ids_are_those_of_the_events(market):
    friend = market.client("friend")
    first, second = (friend.merchant.create_organization() for _ in range(2))
    assert second.id == first.id + 1 == friend.org_nft.org_supply()
    assert friend.org_nft.owner_of(second.id) == friend.signer.address
    assert second.receipt.tx_hash != first.receipt.tx_hash


def test_an_organization_can_be_made_for_another_wallet(market):
    made = market.client("friend").merchant.create_organization(to=market.wallet("buyer"))
    assert market.client("friend").org_nft.owner_of(made.id) == market.wallet("buyer")


def test_a_dry_run_gives_the_id_that_would_come(market):
    friend = market.client("friend")
    before = friend.org_nft.org_supply()
    tried = friend.merchant.create_organization(tx=TxOptions(dry_run=True))
    assert (tried.id, tried.receipt.dry_run, friend.org_nft.org_supply()) == (before + 1, True, before)


def test_an_update_keeps_what_it_does_not_name(market):
    merchant, shop = market.client("merchant"), market.shop
    merchant.merchant.update_product(shop.org, shop.handbook, description="Second edition")
    merchant.merchant.update_product(shop.org, shop.handbook, active=False, max_supply=500)
    found = merchant.organizations.catalog(shop.org).products[0]
    assert (found.name, found.description, found.active, found.max_supply) == ("Handbook", "Second edition", False, 500)
    assert found.transferable is True


def test_a_product_of_somebody_else_is_not_updated(market):
    shop = market.shop
    with pytest.raises(BadArgument, match=f"organization {shop.org} has no product 999"):
        market.client("merchant").merchant.update_product(shop.org, 999, name="Mine")
    with pytest.raises(NotAuthorized):
        market.client("friend").merchant.update_product(shop.org, shop.handbook, name="Mine")


def test_usage_is_recorded_by_pass(market, usd):
    shop, merchant = market.shop, market.client("merchant")
    meter = merchant.merchant.create_meter(shop.org).id
    tiers = [Band(10, Decimal("0.5")), Band(None, Decimal("0.1"))]
    spec = UsageVolume(currency=usd, frequency=Frequency.MONTHLY, meter_id=meter, tiers=tiers)
    pricing = merchant.merchant.create_pricing(shop.org, spec).id
    merchant.catalog.link_pricings(shop.org, product_id=shop.api, pricing_ids=[pricing], linked=True)
    first = market.give("friend", 2, (shop.api, pricing, 0))
    merchant.merchant.record_usage(meter, {first: 4, first + 1: 20})
    assert [merchant.passes.usage(one, shop.api).cost for one in (first, first + 1)] == [2 * ONE, 2 * ONE]


def test_money_goes_back_and_out_in_decimals(market, usd):
    shop, merchant, buyer = market.shop, market.client("merchant"), market.client("buyer")
    bought = buyer.purchases.buy([Line(shop.handbook, shop.once)], shop.org, approve="exact")
    refund = merchant.merchant.refund_product(bought.pass_id, shop.handbook, Decimal("2.5"), currency=usd)
    assert refund.event(ProductRefunded).amount == 2_500_000
    paid = merchant.merchant.withdraw(shop.org, Decimal("17.25"), usd)
    assert paid.event(PaidOut).amount == 17_250_000
    merchant.merchant.withdraw(shop.org, 250_000, usd)
    assert [one.amount for one in merchant.organizations.balances(shop.org) if one.token != NATIVE] == [0]


def test_floats_are_refused_before_anything_is_asked(market, usd):
    merchant = market.client("merchant").merchant
    for write in (
        lambda: merchant.withdraw(market.shop.org, 1.5, usd),
        lambda: merchant.refund_product(1, market.shop.handbook, 1.5),
        lambda: merchant.create_pricing(market.shop.org, Flat(currency=usd, price=9.99, frequency=Frequency.MONTHLY)),
        lambda: market.client("buyer").token(market.world.token).approve(market.wallet("friend"), 0.5),
    ):
        with pytest.raises(BadAmount, match="float"):
            write()


def test_nobody_creates_without_a_wallet(market):
    with pytest.raises(NoSigner):
        PassManager(market.world.node, market.client("buyer").contracts).merchant.create_organization()


def test_the_asynchronous_client_opens_the_same_shop(market, usd):
    async def story():
        signer = market.client("friend").signer
        async with await AsyncPassManager.connect(market.url, deployment=market.deployment, signer=signer) as client:
            org = (await client.merchant.create_organization()).id
            product = (await client.merchant.create_product(org, "Course")).id
            await client.merchant.update_product(org, product, description="Ten lessons")
            return product, await client.organizations.catalog(org), await client.token(usd.token).currency()

    product, catalog, currency = asyncio.run(story())
    assert [(one.id, one.description) for one in catalog.products] == [(product, "Ten lessons")]
    assert currency == usd


# --- tokens


def test_a_token_is_read_and_moved(market):
    buyer, friend = market.client("buyer"), market.client("friend")
    token = buyer.token(market.world.token)
    assert (token.decimals(), token.balance_of(buyer.signer.address)) == (6, 1_000 * ONE)
    assert token.name()
    assert token.symbol()
    assert token.total_supply() >= 1_000 * ONE
    token.transfer(market.wallet("stranger"), Decimal("0.5"))
    token.approve(friend.signer.address, 3 * ONE)
    friend.token(token.address).transfer_from(buyer.signer.address, friend.signer.address, Decimal(2))
    assert token.balance_of(market.wallet("stranger")) == 500_000
    assert token.balance_of(friend.signer.address) == 2 * ONE
    assert token.allowance(buyer.signer.address, friend.signer.address) == ONE


def test_a_transfer_of_more_than_there_is_is_refused(market):
    with pytest.raises(Reverted):
        market.client("friend").token(market.world.token).transfer(market.wallet("buyer"), 1)


def test_a_token_that_says_false_is_not_believed(market):
    false = "0x5f5f5260205ff3"  # returns 32 zero bytes, whatever it is asked
    market.world.node.request("anvil_setCode", market.wallet("stranger"), false)
    token = market.client("friend").token(market.wallet("stranger"))
    for write in (token.approve, token.transfer):
        with pytest.raises(UnexpectedAnswer, match="False"):
            write(market.wallet("buyer"), 1)


def test_a_token_that_returns_nothing_is_taken(market):
    market.world.node.request("anvil_setCode", market.wallet("stranger"), "0x00")
    receipt = market.client("friend").token(market.wallet("stranger")).approve(market.wallet("buyer"), 1)
    assert receipt.simulated is None
    assert receipt.tx_hash
