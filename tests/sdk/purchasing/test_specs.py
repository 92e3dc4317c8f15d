from decimal import Decimal
from typing import ClassVar

import pytest
from eth_utils.address import to_checksum_address

from passmanager.abi.errors import InvalidTiers
from passmanager.abi.structs import Tier
from passmanager.core.purchases import Line
from passmanager.demo.shop import ONE
from passmanager.errors import BadAmount
from passmanager.specs import (
    FOR_EVER,
    Band,
    Currency,
    DiscountMode,
    Flat,
    Frequency,
    OneTime,
    Role,
    TieredGraduated,
    TieredVolume,
    UsageGraduated,
    UsageVolume,
    base_units,
    coupon,
    coupon_hash,
    sale_rules,
)
from passmanager.units import NATIVE

USD = Currency(to_checksum_address("0x" + "11" * 20), 6)
BANDS = [Band(10, Decimal(5)), Band(None, Decimal("4.5"), 3)]


def test_amounts_are_base_units_or_decimals():
    assert USD.amount(Decimal("1.000001")) == 1_000_001
    assert USD.amount(7) == 7
    assert Currency().amount(Decimal("0.5")) == 5 * 10**17
    assert Currency().amount(Decimal("1E+3")) == 10**21
    assert USD.amount(Decimal("79228162514264337593543950335.000001")) == 79228162514264337593543950335000001


@pytest.mark.parametrize(
    "amount",
    [
        1.0,
        True,
        "1",
        None,
        -1,
        Decimal(-1),
        Decimal("0.0000001"),
        Decimal("NaN"),
        Decimal("1E+999999"),
        Decimal("Infinity"),
    ],
    ids=str,
)
def test_what_is_not_exact_is_refused(amount):
    with pytest.raises(BadAmount, match="is no amount"):
        base_units(amount, USD)
    with pytest.raises(BadAmount):
        OneTime(currency=USD, price=amount).terms()


def test_frequencies_follow_the_style():
    once, monthly = (
        OneTime(currency=USD, price=Decimal(20)).terms(),
        Flat(currency=USD, price=1, frequency=Frequency.MONTHLY, restricted=True).terms(),
    )
    assert (once.charge_style, once.frequency, once.flat_price, once.token) == (0, 0, 20 * ONE, USD.token)
    assert (monthly.charge_style, monthly.frequency, monthly.flat_price, monthly.restricted) == (1, 3, 1, True)


def test_volume_counts_from_1_and_graduated_from_0():
    volume = TieredVolume(currency=USD, tiers=BANDS, frequency=Frequency.YEARLY).terms()
    graduated = TieredGraduated(currency=USD, tiers=BANDS, frequency=Frequency.YEARLY).terms()
    last = Tier(lower=11, upper=0, unit_price=4_500_000, flat_price=3)
    assert volume.tiers == [Tier(lower=1, upper=10, unit_price=5 * ONE, flat_price=0), last]
    assert graduated.tiers == [Tier(lower=0, upper=10, unit_price=5 * ONE, flat_price=0), last]
    assert (volume.charge_style, graduated.charge_style, graduated.flat_price) == (2, 3, 0)


class TestOnTheChain:
    """The contract takes what the specs make, and charges it."""

    SPECS: ClassVar = {
        "one-time": (lambda usd, _: OneTime(currency=usd, price=Decimal("1.5")), 0, 1_500_000),
        "flat": (lambda usd, _: Flat(currency=usd, price=Decimal(2), frequency=Frequency.DAILY), 0, 2 * ONE),
        "volume": (lambda usd, _: TieredVolume(currency=usd, tiers=BANDS, frequency=Frequency.WEEKLY), 12, 54_000_003),
        "graduated": (
            lambda usd, _: TieredGraduated(currency=usd, tiers=BANDS, frequency=Frequency.QUARTERLY),
            12,
            59_000_003,
        ),
        "usage-volume": (
            lambda usd, meter: UsageVolume(currency=usd, tiers=BANDS, frequency=Frequency.MONTHLY, meter_id=meter),
            0,
            0,
        ),
        "usage-graduated": (
            lambda usd, meter: UsageGraduated(currency=usd, tiers=BANDS, frequency=Frequency.YEARLY, meter_id=meter),
            0,
            0,
        ),
    }

    @pytest.mark.parametrize("style", SPECS)
    def test_a_spec_costs_what_it_says(self, market, style):
        make, quantity, price = self.SPECS[style]
        merchant, shop = market.world.clients["merchant"], market.shop
        terms = make(Currency(market.world.token, 6), shop.meter).terms()
        pricing = merchant.catalog.create_pricing(shop.org, terms).simulated
        merchant.catalog.link_pricings(shop.org, product_id=shop.plan, pricing_ids=[pricing], linked=True)
        bought = market.buyer.purchases.buy([Line(shop.plan, pricing, quantity)], shop.org, approve="exact")
        assert bought.amount == price
        assert market.buyer.lens.pricing_of(pricing).terms.charge_style == terms.charge_style

    def test_tiers_that_end_are_refused_by_the_contract(self, market):
        terms = TieredVolume(currency=Currency(), tiers=[Band(5, 1)], frequency=Frequency.DAILY).terms()
        with pytest.raises(InvalidTiers):
            market.world.clients["merchant"].catalog.create_pricing(market.shop.org, terms)

    def test_the_hash_is_that_of_the_contract(self, market):
        assert market.buyer.promotions.coupon_hash(7, "WELCOME") == coupon_hash(7, "WELCOME")

    def test_sale_rules_without_arguments_are_those_of_a_new_organization(self, market):
        merchant, lens = market.world.clients["merchant"], market.buyer.lens
        new = merchant.org_nft.mint(merchant.signer.address).simulated
        rules = lens.sale_rules_of(new)
        merchant.catalog.set_sale_rules(new, sale_rules())
        assert lens.sale_rules_of(new) == rules
        merchant.catalog.set_sale_rules(new, sale_rules(gifting=False, plan_change=False, grace_days=7))
        assert lens.sale_rules_of(new) == sale_rules(gifting=False, plan_change=False, grace_days=7)

    def test_roles_are_those_of_the_contract(self, market):
        merchant = market.world.clients["merchant"]
        helper = market.world.clients["stranger"].signer.address
        merchant.org_nft.set_roles(market.shop.org, helper, bits=Role.CATALOG | Role.REFUND)
        assert Role(market.buyer.org_nft.roles_of(market.shop.org, helper)) == Role.CATALOG | Role.REFUND
        assert Role(market.buyer.org_nft.roles_of(market.shop.org, merchant.signer.address)) == Role.ALL


def test_a_coupon_carries_its_terms():
    made = coupon("X", organization_id=1, bps=100, renewals=FOR_EVER, once_per_wallet=True)
    assert (made.code_hash, made.terms.renewals, made.terms.active) == (coupon_hash(1, "X"), 255, True)
    assert made.terms.once_per_wallet
    assert DiscountMode.EVERYBODY == 1
    assert Currency().token == NATIVE
