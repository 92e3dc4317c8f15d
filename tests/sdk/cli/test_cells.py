"""Values as people and programs read them."""

from datetime import UTC, datetime

import pytest
import typer

from passmanager.cli import values
from passmanager.cli.cells import Coin, Limit, Moment, Money, Percent, plain, printable, text, title
from passmanager.specs import DiscountMode, Role, sale_rules

USD = Coin(token="0x70997970C51812dc3A010C7d01b50e0d17dc79C8", decimals=6, symbol="USD")


@pytest.mark.parametrize(
    ("value", "shown", "told"),
    [
        (None, "-", None),
        ("", "-", ""),
        (0, "0", 0),
        (True, "yes", True),
        (Money(19_990_000, USD), "19.99 USD", None),
        (Moment(0), "-", None),
        (Moment(1_893_456_000), "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        (Percent(1_250), "12.5 %", 1_250),
        (Limit(0), "no limit", None),
        (Limit(12_345), "12,345", 12_345),
        (Role.USAGE | Role.REFUND, "usage, refund", ["usage", "refund"]),
        (Role.NONE, "-", []),
        (DiscountMode.EVERYBODY, "everybody", "everybody"),
        (b"\x01\xff", "0x01ff", "0x01ff"),
        ([1, 2], "1, 2", [1, 2]),
        ({"unitPrice": Percent(100)}, "unit price 1 %", {"unitPrice": 100}),
        ([{"a": 1}, {"a": None}], "a 1\na -", [{"a": 1}, {"a": None}]),
    ],
)
def test_value_is_shown_and_told(value, shown, told):
    assert text(value) == shown
    if not isinstance(value, Money):
        assert plain(value) == told


def test_money_is_told_exactly_and_with_its_token():
    told = {"amount": "19.99", "baseUnits": 19_990_000, "token": USD.token, "symbol": "USD"}
    assert plain(Money(19_990_000, USD)) == told


def test_struct_is_told_by_its_names_in_json():
    assert plain(sale_rules(grace_days=5))["graceDays"] == 5
    assert "grace days 5" in text(sale_rules(grace_days=5))


def test_text_of_others_cannot_command_the_terminal():
    assert printable("Book\x1b[2J\u202e") == "Book?[2J?"
    assert text("Book\x1b]0;pwned\x07") == "Book?]0;pwned?"


def test_key_becomes_a_head():
    assert title("maxRedemptions") == "max redemptions"


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("never", 0),
        ("2030-01-01", 1_893_456_000),
        ("2030-01-01T01:00:00+01:00", 1_893_456_000),
        ("2030-01-01T00:00:00Z", 1_893_456_000),
    ],
)
def test_date_is_read(typed, moment):
    assert values.seconds(typed) == moment


def test_span_counts_from_now():
    assert abs(values.seconds("+30d") - (datetime.now(UTC).timestamp() + 30 * 86_400)) < 5


@pytest.mark.parametrize(("typed", "bps"), [("0", 0), ("12.5", 1_250), ("100", 10_000), ("7.25 %", 725)])
def test_percentage_is_read_exactly(typed, bps):
    assert values.bps(typed) == bps


@pytest.mark.parametrize("typed", ["0x12", f"0x{63 * '0'}", f"{64 * '0'}", "hello"])
def test_hash_of_another_form_is_refused(typed):
    with pytest.raises(typer.BadParameter, match="BadHash"):
        values.word(typed)


def test_native_coin_has_names():
    assert values.token("native") == values.token("coin") == "0x" + 40 * "0"
