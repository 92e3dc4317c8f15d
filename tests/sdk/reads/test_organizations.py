import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from passmanager.abi import artifact
from passmanager.abi.errors import ERC721NonexistentToken
from passmanager.abi.structs import Metadata, Product
from passmanager.aio import AsyncPassManager
from passmanager.core.purchases import Line
from passmanager.demo.shop import CODE, ONE
from passmanager.specs import (
    Band,
    Currency,
    DiscountMode,
    Flat,
    Frequency,
    OneTime,
    Role,
    TieredVolume,
    UsageGraduated,
    coupon,
    coupon_hash,
)
from passmanager.units import NATIVE
from tests.sdk.reads.conftest import Counter, behind

TEXTS = Metadata(
    name="Acme", description="Sells", image="", external_url="", background_color="ffffff", animation_url=""
)


def named(market, what: str, name: str):
    found = market.client("stranger").organizations.catalog(market.shop.org)
    return next(one for one in getattr(found, what) if one.name == name)


# --- organizations of a wallet


def test_a_wallet_has_the_organizations_it_holds_and_works_for(market, way):
    merchant, friend = market.client("merchant"), market.client("friend")
    merchant.org_nft.set_org_metadata(market.shop.org, metadata=TEXTS)
    own = friend.org_nft.mint(friend.signer.address).simulated
    merchant.org_nft.set_roles(market.shop.org, friend.signer.address, bits=Role.USAGE | Role.REFUND)
    first, second = market.client("stranger").organizations.of(friend.signer.address)
    assert (first.id, first.owner, first.roles) == (
        market.shop.org,
        market.wallet("merchant"),
        Role.USAGE | Role.REFUND,
    )
    assert (first.metadata.name, first.rules.pausing) == ("Acme", True)
    assert (second.id, second.owner, second.roles) == (own, friend.signer.address, Role.ALL)


def test_roles_that_ended_are_not_told(market, way):
    merchant, org = market.client("merchant"), market.shop.org
    for who in ("friend", "buyer"):
        merchant.org_nft.set_roles(org, market.wallet(who), bits=Role.SUPPORT)
    merchant.org_nft.set_roles(org, market.wallet("friend"), bits=0)
    organizations = market.client("stranger").organizations
    assert organizations.of(market.wallet("friend")) == ()
    assert [one.roles for one in organizations.of(market.wallet("buyer"))] == [Role.SUPPORT]
    merchant.org_nft.transfer_from(market.wallet("merchant"), market.wallet("collector"), token_id=org)
    assert organizations.of(market.wallet("buyer")) == organizations.of(market.wallet("merchant")) == ()
    assert [one.id for one in organizations.of(market.wallet("collector"))] == [org]


def test_one_organization_is_read_without_roles(market, way):
    found = market.client("stranger").organizations.get(market.shop.org)
    assert (found.owner, found.roles, found.rules.grace_days) == (market.wallet("merchant"), Role.NONE, 3)


def test_refused_by_name_when_there_is_no_such_organization(market, way):
    organizations = market.client("stranger").organizations
    with pytest.raises(ERC721NonexistentToken):
        organizations.get(77)
    with pytest.raises(ERC721NonexistentToken):
        organizations.catalog(77)


# --- the catalog


def test_the_catalog_has_all_products_with_their_pricings(market, way):
    shop = market.shop
    found = market.client("stranger").organizations.catalog(shop.org)
    assert [(one.id, one.name, one.pricing_ids) for one in found.products] == [
        (shop.handbook, "Handbook", (shop.once,)),
        (shop.plan, "Membership", (shop.monthly, shop.yearly)),
        (shop.seats, "Team seats", (shop.seat_tiers,)),
        (shop.sticker, "Sticker", (shop.native,)),
        (shop.api, "API calls", (shop.metered,)),
    ]
    book = found.products[0]
    assert (book.description, book.active, book.transferable) == ("Handbook of the demo", True, True)
    assert (book.sold, book.max_supply) == (market.client("stranger").lens.product_of(shop.handbook).sold, 0)


def test_pricings_come_back_as_the_specs_they_were_made_of(market, way):
    shop, usd = market.shop, Currency(market.world.token, 6)
    found = market.client("stranger").organizations.catalog(shop.org)
    specs = {one.id: one.spec for one in found.pricings}
    assert specs == {
        shop.once: OneTime(currency=usd, price=20 * ONE),
        shop.monthly: Flat(currency=usd, price=10 * ONE, frequency=Frequency.MONTHLY),
        shop.yearly: Flat(currency=usd, price=100 * ONE, frequency=Frequency.YEARLY),
        shop.seat_tiers: TieredVolume(
            currency=usd, frequency=Frequency.MONTHLY, tiers=(Band(9, 5 * ONE), Band(None, 4 * ONE))
        ),
        shop.native: OneTime(currency=Currency(NATIVE, 18), price=10**16),
        shop.metered: UsageGraduated(
            currency=usd,
            frequency=Frequency.MONTHLY,
            meter_id=shop.meter,
            tiers=(Band(100), Band(None, ONE // 100)),
        ),
    }
    assert {(one.active, one.retired, one.restricted) for one in found.pricings} == {(True, False, False)}


def test_the_last_change_of_a_product_counts(market, way):
    merchant, shop = market.client("merchant"), market.shop
    changed = Product(
        name="Manual", description="New", image="", external_url="", transferable=False, active=False, max_supply=500
    )
    merchant.catalog.set_product(shop.org, shop.handbook, product=changed)
    merchant.catalog.link_pricings(shop.org, product_id=shop.plan, pricing_ids=[shop.yearly], linked=False)
    merchant.catalog.set_pricing_flags(shop.once, active=False, retired=True, restricted=True)
    book = named(market, "products", "Manual")
    assert (book.id, book.description, book.active, book.max_supply) == (shop.handbook, "New", False, 500)
    assert named(market, "products", "Membership").pricing_ids == (shop.monthly,)
    pricing = market.client("stranger").organizations.catalog(shop.org).pricings[0]
    assert (pricing.active, pricing.retired, pricing.restricted) == (False, True, True)


def test_coupons_are_known_by_their_hash(market, way):
    merchant, shop = market.client("merchant"), market.shop
    made = coupon("SUMMER", organization_id=shop.org, bps=1_500, renewals=3, max_redemptions=9, once_per_wallet=True)
    merchant.promotions.create_coupon(shop.org, code_hash=made.code_hash, terms=made.terms, product_ids=[shop.plan])
    market.client("buyer").purchases.buy([Line(shop.plan, shop.monthly)], shop.org, coupon_code=CODE, approve="exact")
    welcome, summer = market.client("stranger").organizations.catalog(shop.org).coupons
    assert (welcome.code_hash, welcome.redeemed, welcome.product_ids) == (coupon_hash(shop.org, CODE), 1, ())
    assert (summer.code_hash, summer.bps, summer.renewals) == (made.code_hash, 1_500, 3)
    assert (summer.max_redemptions, summer.once_per_wallet, summer.product_ids) == (9, True, (shop.plan,))


def test_discounts_and_meters_are_as_they_are_now(market, way):
    merchant, shop = market.client("merchant"), market.shop
    merchant.promotions.set_discount(shop.discount, active=False, max_mints=7)
    merchant.catalog.set_meter_active(shop.meter, active=False)
    found = market.client("stranger").organizations.catalog(shop.org)
    (early,) = found.discounts
    assert (early.id, early.name, early.bps, early.mode) == (shop.discount, "Early bird", 500, DiscountMode.EVERYBODY)
    assert (early.active, early.max_mints, early.minted) == (False, 7, 0)
    assert [(one.id, one.active) for one in found.meters] == [(shop.meter, False)]


def test_another_organization_s_catalog_is_empty(market, way):
    other = market.client("friend").org_nft.mint(market.wallet("friend")).simulated
    found = market.client("stranger").organizations.catalog(other)
    assert (found.products, found.pricings, found.coupons, found.discounts, found.meters) == ((), (), (), (), ())


def test_a_catalog_takes_4_requests(market, way):
    counter = Counter()
    with behind(market, counter) as client:
        client.organizations.catalog(market.shop.org)
    assert len(counter.sizes) == 4


def test_the_asynchronous_client_reads_the_same(market, way):
    async def read():
        async with await AsyncPassManager.connect(market.url, deployment=market.deployment) as client:
            rooms = client.organizations
            return await rooms.catalog(market.shop.org), await rooms.of(market.wallet("merchant"))

    rooms = market.client("stranger").organizations
    assert asyncio.run(read()) == (rooms.catalog(market.shop.org), rooms.of(market.wallet("merchant")))


# --- balances and meters


def test_balances_are_those_of_all_tokens_of_the_pricings(market, way):
    shop, buyer = market.shop, market.client("buyer")
    buyer.purchases.buy([Line(shop.handbook, shop.once)], shop.org, approve="exact")
    buyer.purchases.buy([Line(shop.sticker, shop.native)], shop.org)
    coin, usd = market.client("stranger").organizations.balances(shop.org)
    assert (coin.token, coin.amount, coin.decimals, coin.text()) == (NATIVE, 10**16, 18, "0.01")
    assert (usd.token, usd.amount, usd.decimals) == (market.world.token, 20 * ONE, 6)
    assert usd.text() == f"20 {usd.symbol}"
    assert usd.symbol


def test_another_token_is_shown_when_it_is_asked_for(market, way):
    node, wallet = market.world.node, market.wallet("platform")
    nonce = node.nonce(wallet)
    sent = node.request("eth_sendTransaction", {"from": wallet, "data": artifact("DemoToken")["bytecode"]})
    other = node.wait(sent, wallet, nonce, seconds=30)["contractAddress"]
    found = market.client("stranger").organizations.balances(market.shop.org, tokens=[other])
    assert [one.amount for one in found if one.token.lower() == other] == [0]
    assert len(found) == 3


def test_a_token_that_tells_nothing_counts_in_its_smallest_unit(market, way):
    strange = market.wallet("friend")  # an address without code answers nothing
    found = market.client("stranger").organizations.balances(market.shop.org, tokens=[strange])
    (balance,) = [one for one in found if one.token == strange]
    assert (balance.decimals, balance.symbol, replace(balance, amount=12).text()) == (None, "", "12")


def test_readings_are_the_last_ones(market, way):
    shop, merchant = market.shop, market.client("merchant")
    first = market.give("friend", 2, (shop.api, shop.metered, 0))
    merchant.catalog.record_usage(shop.meter, product_pass_ids=[first + 1, first], units=[5, 7])
    merchant.catalog.record_usage(shop.meter, product_pass_ids=[first], units=[10])
    merchant.catalog.adjust_usage(shop.meter, first + 1, units=2)
    found = merchant.organizations.readings(shop.meter)
    assert [(one.pass_id, one.total) for one in found] == [(first, 17), (first + 1, 2)]
    assert merchant.organizations.readings(10**6) == ()


def test_decimals_reach_the_prices(market):
    currency = Currency(market.world.token, 6)
    spec = market.client("stranger").organizations.catalog(market.shop.org).pricings[0].spec
    assert spec.currency == currency
    assert spec.price == currency.amount(Decimal(20))
