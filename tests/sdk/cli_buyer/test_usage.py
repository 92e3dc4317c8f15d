"""`passmanager usage`: readings, caps and bills."""

import pytest

from passmanager.core.state import Status
from passmanager.demo.shop import ONE

BILL = 4 * ONE  # 500 calls: 100 are free, 400 at 0.01


@pytest.fixture
def used(town, metered) -> int:
    """500 calls are recorded, and the buyer agrees to bills up to 50 tokens."""
    town.type("merchant", "usage", "record", town.shop.meter, f"{metered}:300", f"{metered}:200")
    town.type("buyer", "usage", "cap", metered, town.shop.api, "50")
    return metered


def test_reading_has_its_price(town, used):
    told = town.json("nobody", "usage", "read", used, town.shop.api)
    assert (told["recorded"], told["billed"], told["open"]) == (500, 0, 500)
    assert (told["price"]["baseUnits"], told["cap"]["amount"]) == (BILL, "50")
    assert town.json("nobody", "usage", "readings", town.shop.meter) == [
        {"meterId": town.shop.meter, "passId": used, "recorded": 500}
    ]


def test_reading_is_corrected_downwards(town, used):
    told = town.json("merchant", "usage", "adjust", town.shop.meter, used, 150)
    assert told["readings"] == [{"passId": used, "recorded": 150}]
    assert town.json("nobody", "usage", "read", used, town.shop.api)["price"]["amount"] == "0.5"


def test_bill_is_paid_when_the_period_is_over(town, used):
    town.refused("stranger", "usage", "bill", used, town.shop.api, by="NotDue")
    town.world.travel(31)
    before = town.balance("buyer")
    told = town.json("stranger", "usage", "bill", used, town.shop.api)
    (billed,) = told["billed"]
    assert (billed["units"], billed["paid"]["baseUnits"]) == (500, BILL)
    assert before - town.balance("buyer") == town.escrow() == BILL
    told = town.json("nobody", "usage", "read", used, town.shop.api)
    assert (told["open"], told["billed"], told["lastBill"]["amount"]) == (0, 500, "4")
    assert town.item(used, town.shop.api).status == Status.ACTIVE


def test_bill_is_refused_by_name_when_it_is_above_the_cap(town, used):
    town.type("buyer", "usage", "cap", used, town.shop.api, "4000000", "--base-units")
    town.type("merchant", "usage", "record", town.shop.meter, f"{used}:100")
    town.world.travel(31)
    assert "5000000" in town.refused("stranger", "usage", "bill", used, town.shop.api, by="UsageCapExceeded")
    assert town.escrow() == 0


def test_holder_approves_with_the_bill(town, used):
    town.allow("buyer", 0)
    town.world.travel(31)
    words = ("usage", "bill", used, town.shop.api)
    assert "0 DEMO of 4 DEMO" in town.refused("buyer", *words, by="InsufficientAllowance")
    town.type("buyer", *words, "--approve")
    assert (town.escrow(), town.allowed("buyer")) == (BILL, 0)


@pytest.mark.parametrize(
    ("who", "words", "name"),
    [
        ("stranger", ["record", "1", "1:5"], "NotAuthorized"),
        ("stranger", ["adjust", "1", "1", "5"], "NotAuthorized"),
        ("stranger", ["cap", "1", "5", "5"], "NotPassHolder"),
        ("buyer", ["cap", "1", "5", "1.0000001"], "InexactAmount"),
        ("nobody", ["read", "1", "9"], "NoSuchItem"),
    ],
)
def test_command_is_refused_by_name_when_it_cannot_be(town, used, who, words, name):
    town.refused(who, "usage", *words, by=name)


def test_usage_is_refused_by_name_when_the_product_is_no_metered_one(town, membership):
    town.refused("nobody", "usage", "read", membership, town.shop.plan, by="NotUsageBased")


def test_usage_is_wrong_when_a_reading_cannot_be_read(town):
    assert "BadReading" in town.type("merchant", "usage", "record", 1, "17", code=2).stderr
