"""Amounts are whole numbers, or Decimals of a currency; a float is refused by name wherever one could go."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passmanager.core import erc20
from passmanager.core.contracts import CatalogCalls, PaymentEscrowCalls, PurchaseManagerCalls
from passmanager.core.purchases import Line, Order
from passmanager.errors import BadAmount, BadArgument
from passmanager.models import TxOptions
from passmanager.specs import (
    Band,
    Currency,
    Flat,
    Frequency,
    OneTime,
    TieredGraduated,
    TieredVolume,
    UsageGraduated,
    UsageVolume,
    base_units,
    coupon,
    coupon_hash,
    pricing_spec,
)
from passmanager.units import NATIVE, checksum

AT = checksum("0x" + "11" * 20)
USD = Currency(AT, 6)
INEXACT = [1.0, 10.5, float("nan"), Fraction(1, 3), "10", None, True]


@pytest.mark.parametrize("amount", INEXACT, ids=repr)
def test_what_is_not_exact_is_refused_by_its_kind(amount):
    with pytest.raises(BadAmount, match=f"a {type(amount).__name__} is not exact"):
        base_units(amount, USD)
    with pytest.raises(BadAmount):
        OneTime(currency=USD, price=amount).terms()
    with pytest.raises(BadAmount):
        TieredVolume(currency=USD, frequency=Frequency.DAILY, tiers=[Band(None, amount)]).terms()


def test_a_decimal_needs_a_currency():
    assert base_units(Decimal("1.5"), USD) == 1_500_000
    assert base_units(7, None) == 7
    with pytest.raises(BadAmount, match="without a currency"):
        base_units(Decimal("1.5"), None)


@pytest.mark.parametrize("name", ["gas", "max_fee_per_gas", "max_priority_fee_per_gas", "nonce"])
@pytest.mark.parametrize("number", [2e9, -1, "1", True])
def test_options_of_transactions_are_whole_numbers(name, number):
    with pytest.raises(BadAmount, match=f"{name} is a whole number"):
        TxOptions(**{name: number})


@pytest.mark.parametrize("value", [1.0, -1, True])
def test_the_native_coin_is_counted_in_whole_wei(value):
    with pytest.raises(BadAmount, match="value is a whole number of wei"):
        PurchaseManagerCalls(AT).renew_subscription(1, 2, airdrop=False, value=value)


@pytest.mark.parametrize("amount", [1.0, Decimal(1)])
def test_the_contracts_own_functions_take_no_floats(amount):
    for make in (
        lambda: PaymentEscrowCalls(AT).withdraw(1, NATIVE, amount=amount),
        lambda: CatalogCalls(AT).record_usage(1, [1], units=[amount]),
        lambda: erc20.approve(AT, AT, amount),
    ):
        with pytest.raises(BadArgument):
            make()


def test_a_limit_is_a_whole_number_or_a_decimal_of_the_currency():
    line = [Line(1, 1)]
    assert Order(lines=line, max_amount=5).limit == 5
    assert Order(lines=line, max_amount=Decimal("0.5"), currency=USD).limit == 500_000
    for amount in (0.5, Decimal("0.5")):
        with pytest.raises(BadAmount):
            Order(lines=line, max_amount=amount).check()


prices = st.integers(0, 2**64 - 1)
frequencies = st.sampled_from([one for one in Frequency if one != Frequency.ONCE])
uppers = st.lists(st.integers(1, 2**32 - 1), max_size=4, unique=True).map(sorted)


@st.composite
def bands(draw):
    lasts = [*draw(uppers), None]
    return tuple(Band(last, draw(prices), draw(prices)) for last in lasts)


@st.composite
def pricings(draw):
    common = {"currency": USD, "restricted": draw(st.booleans())}
    kind = draw(st.sampled_from([OneTime, Flat, TieredVolume, TieredGraduated, UsageVolume, UsageGraduated]))
    if kind is OneTime:
        return kind(**common, price=draw(prices))
    common["frequency"] = draw(frequencies)
    if kind is Flat:
        return kind(**common, price=draw(prices))
    if kind in (UsageVolume, UsageGraduated):
        common["meter_id"] = draw(st.integers(1, 2**32))
    return kind(**common, tiers=draw(bands()))


@given(pricings())
def test_terms_come_back_as_the_spec_they_were_made_of(spec):
    assert pricing_spec(spec.terms(), USD.decimals) == spec


def test_an_unknown_charge_style_is_refused():
    terms = OneTime(currency=USD, price=1).terms()
    with pytest.raises(BadArgument, match="6 is no charge style"):
        pricing_spec(type(terms)(**{**{name: getattr(terms, name) for name in terms.__slots__}, "charge_style": 6}), 6)


@pytest.mark.parametrize("code", ["", "x" * 65, "ä" * 33])
def test_a_code_that_no_cart_can_carry_is_refused(code):
    with pytest.raises(BadArgument, match="it can have 1 to 64"):
        coupon(code, organization_id=1, bps=1)


def test_a_code_of_64_bytes_is_taken():
    assert coupon("x" * 64, organization_id=1, bps=1).code_hash == coupon_hash(1, "x" * 64)
