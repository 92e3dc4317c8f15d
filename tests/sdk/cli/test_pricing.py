"""`passmanager pricing`: terms are on the chain as they were typed."""

import pytest

from passmanager.abi.structs import Tier
from passmanager.cli.pricing_rows import STYLES
from passmanager.specs import Frequency
from passmanager.units import NATIVE

TIERS = ("--tier", "9:5.00", "--tier", "rest:4.5:10")
EACH = {
    "one-time": ("--price", "19.99"),
    "flat": ("--price", "19.99", "--every", "monthly"),
    "tiered-volume": (*TIERS, "--every", "weekly"),
    "tiered-graduated": (*TIERS, "--every", "yearly"),
    "usage-volume": (*TIERS, "--every", "daily", "--meter", "1"),
    "usage-graduated": (*TIERS, "--every", "quarterly", "--meter", "1"),
}


@pytest.fixture
def make(desk, org, town):
    def make(style, *words):
        if style.startswith("usage"):
            assert desk("pricing", "meter", "create", org)["meterId"] == 1
        return desk("pricing", "create", style, org, "--token", town.token, *EACH[style], *words)["pricingId"]

    return make


@pytest.fixture
def book(desk, org) -> int:
    return desk("product", "create", org, "Book")["productId"]


@pytest.mark.parametrize("style", EACH)
def test_pricing_has_the_style_and_the_amounts_that_were_typed(make, town, style):
    terms = town.client.lens.pricing_of(make(style)).terms
    assert (STYLES[terms.charge_style], terms.token, terms.restricted) == (style, town.token, False)
    if style in ("one-time", "flat"):
        assert (terms.flat_price, list(terms.tiers)) == (19_990_000, [])
    else:
        first = 0 if style.endswith("graduated") else 1
        assert list(terms.tiers) == [
            Tier(lower=first, upper=9, unit_price=5_000_000, flat_price=0),
            Tier(lower=10, upper=0, unit_price=4_500_000, flat_price=10_000_000),
        ]
    assert terms.meter_id == (1 if style.startswith("usage") else 0)


@pytest.mark.parametrize("every", [one for one in Frequency if one])
def test_pricing_has_the_period_that_was_typed(desk, org, town, every):
    made = desk("pricing", "create", "flat", org, "--price", 1, "--every", every.name.lower())
    assert town.client.lens.pricing_of(made["pricingId"]).terms.frequency == every


def test_native_coin_has_18_decimals_and_is_the_default(desk, org, town):
    made = desk("pricing", "create", "one-time", org, "--price", "0.5")
    terms = town.client.lens.pricing_of(made["pricingId"]).terms
    assert (terms.token, terms.flat_price) == (NATIVE, 5 * 10**17)


def test_amounts_are_base_units_on_request(desk, org, town):
    words = ("--price", 1234, "--base-units", "--token", town.token)
    made = desk("pricing", "create", "one-time", org, *words)
    assert town.client.lens.pricing_of(made["pricingId"]).terms.flat_price == 1234


def test_preview_shows_the_amount_in_the_tokens_decimals_and_symbol(desk, org, town):
    run = desk.run("pricing", "create", "one-time", org, "--price", "19.99", "--token", town.token, "--dry-run")
    assert run.code == 0
    symbol = town.client.token(town.token).symbol()
    assert f"19.99 {symbol}" in run.stdout
    assert "Nothing was sent." in run.stdout


def test_show_and_list_tell_the_terms(desk, org, make):
    pricing = make("tiered-volume", "--restricted")
    shown = desk("pricing", "show", pricing)
    assert (shown["style"], shown["every"], shown["restricted"], shown["active"]) == (
        "tiered-volume",
        "weekly",
        True,
        True,
    )
    assert [(tier["from"], tier["to"], tier["unit"]["amount"]) for tier in shown["tiers"]] == [
        (1, 9, "5"),
        (10, None, "4.5"),
    ]
    (row,) = desk("pricing", "list", org)
    assert row["pricingId"] == pricing
    assert row["tiers"] == shown["tiers"]


# --- offering


def test_link_offers_and_unlink_withdraws(desk, town, make, book):
    first, second = make("one-time"), make("flat")
    desk("pricing", "link", book, first, second)
    desk("pricing", "unlink", book, first)
    assert [town.client.catalog.is_linked(book, one) for one in (first, second)] == [False, True]


def test_link_of_another_organizations_pricing_is_refused(desk, make, book):
    other = desk("org", "create")["orgId"]
    foreign = desk("pricing", "create", "one-time", other, "--price", 1)["pricingId"]
    desk.refused("NoSuchPricing", "pricing", "link", book, foreign)


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        (["--inactive"], (False, False, False)),
        (["--retired"], (True, True, False)),
        (["--restricted"], (True, False, True)),
    ],
)
def test_edit_switches_one_flag_and_keeps_the_others(desk, town, make, words, flags):
    pricing = make("flat")
    desk("pricing", "edit", pricing, *words)
    found = town.client.lens.pricing_of(pricing)
    assert (found.active, found.retired, found.terms.restricted) == flags
    desk("pricing", "edit", pricing, "--active", "--not-retired", "--open")
    found = town.client.lens.pricing_of(pricing)
    assert (found.active, found.retired, found.terms.restricted) == (True, False, False)


def test_access_list_says_who_may_hold_a_restricted_pricing(desk, town, make):
    pricing, friend = make("flat", "--restricted"), town.address("friend")
    desk("pricing", "access", "add", pricing, friend)
    assert [town.client.catalog.may_hold(pricing, town.address(who)) for who in ("friend", "buyer")] == [True, False]
    assert desk("pricing", "access", "list", pricing) == [{"pricingId": pricing, "wallet": friend}]
    desk("pricing", "access", "remove", pricing, friend)
    assert desk("pricing", "access", "list", pricing) == []


def test_meter_is_switched_off_and_on(desk, org):
    meter = desk("pricing", "meter", "create", org)["meterId"]
    desk("pricing", "meter", "deactivate", meter)
    assert desk("pricing", "meter", "list", org) == [{"meterId": meter, "active": False}]
    desk("pricing", "meter", "activate", meter)
    assert desk("pricing", "meter", "list", org) == [{"meterId": meter, "active": True}]


# --- what cannot be meant


@pytest.mark.parametrize("typed", ["twenty", "1,5", "-1", "1e3", "nan", "1_000"])
def test_amount_that_is_no_number_is_wrong_usage(desk, org, typed):
    desk.misused(f"BadAmount: '{typed}' is no amount", "pricing", "create", "one-time", org, "--price", typed)


@pytest.mark.parametrize("typed", ["5", "0:5", "x:5", "9:5:1:1", "9:"])
def test_tier_of_another_form_is_wrong_usage(desk, org, typed):
    words = ("pricing", "create", "tiered-volume", org, "--every", "monthly", "--tier", typed)
    desk.misused("Type LAST:UNIT" if typed != "9:" else "BadAmount", *words)


@pytest.mark.parametrize(
    ("typed", "more", "told"),
    [("0.0000001", [], "at most 6 digits"), ("1.5", ["--base-units"], "a whole number"), (90 * "9", [], "tokens have")],
)
def test_amount_that_the_token_does_not_have_is_refused(desk, org, town, typed, more, told):
    words = ("pricing", "create", "one-time", org, "--price", typed, "--token", town.token, *more)
    assert told in desk.refused("InexactAmount", *words)


def test_token_without_contract_is_refused(desk, org, town):
    words = ("pricing", "create", "one-time", org, "--price", 1, "--token", town.address("friend"))
    assert "there is no contract" in desk.refused("NotAToken", *words)


def test_token_that_is_another_contract_is_refused(desk, org, town):
    words = ("pricing", "create", "one-time", org, "--price", 1, "--token", town.client.contracts.catalog)
    assert "has no decimals" in desk.refused("NotAToken", *words)


def test_tiers_with_a_gap_at_the_end_are_refused_by_the_contract(desk, org):
    words = ("pricing", "create", "tiered-volume", org, "--every", "monthly", "--tier", "9:5")
    desk.refused("InvalidTiers", *words)


def test_unknown_pricing_is_named(desk, org):
    desk.refused("NoSuchPricing", "pricing", "show", 77)
