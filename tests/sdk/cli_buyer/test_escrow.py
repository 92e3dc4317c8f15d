"""`passmanager escrow`: balances, withdrawals, refunds, top-ups, and what the platform does."""

from datetime import datetime

import pytest

from passmanager.core.state import Status
from passmanager.demo.shop import ONE

DAY = 86_400
NATIVE = f"0x{0:040x}"
TEN = 10 * ONE


# --- organizations


def test_balances_are_told_in_every_token_of_the_catalog(town, membership):
    town.type("buyer", "purchase", "products", 1, f"{town.shop.sticker}:{town.shop.native}")
    told = {one["token"]: one["balance"] for one in town.json("nobody", "escrow", "balances", 1)}
    assert (told[NATIVE]["amount"], told[NATIVE]["symbol"]) == ("0.01", "native")
    assert (told[town.world.token]["amount"], told[town.world.token]["symbol"]) == ("10", "DEMO")
    assert "10 DEMO" in town.type("nobody", "escrow", "balances", 1).stdout


def test_other_token_is_told_when_it_is_named(town):
    told = town.json("nobody", "escrow", "balances", 9, "--token", town.world.token)
    assert [one["balance"]["baseUnits"] for one in told if one["token"] == town.world.token] == [0]


def test_merchant_withdraws_a_part_and_then_the_rest(town, membership):
    words = ("escrow", "withdraw", 1, "--token", town.world.token)
    told = town.json("merchant", *words, "--amount", "2.5")
    assert (told["paid"]["amount"], told["recipient"]) == ("2.5", town.wallet("merchant"))
    assert (town.balance("merchant"), town.escrow()) == (2_500_000, 7_500_000)
    town.type("merchant", *words, "--amount", "500000", "--base-units")
    town.type("merchant", *words)
    assert (town.balance("merchant"), town.escrow()) == (TEN, 0)


def test_withdrawal_is_refused_with_both_numbers_when_it_is_too_much(town, membership):
    words = ("escrow", "withdraw", 1, "--token", town.world.token, "--amount", "10.5")
    assert "have=10000000, need=10500000" in town.refused("merchant", *words, by="InsufficientOrgBalance")


@pytest.mark.parametrize(
    ("who", "words", "name"),
    [
        ("stranger", ["withdraw", "1", "--token", "{token}", "--amount", "1"], "NotOrganizationHolder"),
        ("merchant", ["withdraw", "1"], "ZeroAmount"),
        ("stranger", ["refund", "1", "2", "1"], "NotAuthorized"),
        ("merchant", ["refund", "1", "2", "10.5"], "RefundTooLarge"),
        ("merchant", ["refund", "1", "2", "1", "--revoke"], "RefundTooSmall"),
        ("buyer", ["top-up", "1", "5000", "--token", "{token}"], "InsufficientBalance"),
        ("buyer", ["top-up", "9", "1"], "NoSuchOrganization"),
        ("merchant", ["withdraw", "1", "--token", "0x000000000000000000000000000000000000dEaD"], "NotAToken"),
    ],
)
def test_command_is_refused_by_name_when_it_cannot_be(town, membership, who, words, name):
    town.refused(who, "escrow", *(word.format(token=town.world.token) for word in words), by=name)


def test_holder_is_paid_back_when_refunded(town, membership):
    before = town.balance("buyer")
    told = town.json("merchant", "escrow", "refund", membership, town.shop.plan, "2.5")
    assert (told["refunded"]["baseUnits"], told["recipient"]) == (2_500_000, town.wallet("buyer"))
    assert town.balance("buyer") - before == 2_500_000
    assert town.item(membership, town.shop.plan).status == Status.ACTIVE
    bounds = town.json("nobody", "escrow", "refundable", membership, town.shop.plan)
    assert (bounds["refundable"]["amount"], bounds["balance"]["amount"]) == ("7.5", "7.5")
    town.type("merchant", "escrow", "refund", membership, town.shop.plan, "7.5", "--revoke")
    assert town.item(membership, town.shop.plan).status == Status.EXPIRED
    assert town.escrow() == 0


def test_anybody_tops_up(town):
    words = ("escrow", "top-up", 1, "2.5", "--token", town.world.token)
    assert "0 DEMO of 2.5 DEMO" in town.refused("friend", *words, by="InsufficientAllowance")
    told = town.json("friend", *words, "--approve")
    assert (told["received"]["amount"], town.escrow()) == ("2.5", 2_500_000)
    town.type("friend", "escrow", "top-up", 1, "0.25")
    assert town.escrow(NATIVE) == 25 * 10**16


def test_obstacle_is_the_allowance_and_then_the_balance(town):
    words = ("escrow", "obstacle", town.wallet("buyer"), "1001", "--token", town.world.token)
    told = town.json("nobody", *words)
    assert (told["obstacle"], told["there"]["baseUnits"]) == ("allowance_too_small", 0)
    town.allow("buyer", 2_000 * ONE)
    told = town.json("nobody", *words)
    assert (told["obstacle"], told["there"]["amount"]) == ("balance_too_small", "1000")
    words = ("escrow", "obstacle", town.wallet("buyer"), "1000", "--token", town.world.token)
    assert town.json("nobody", *words)["obstacle"] is None


# --- the platform


def test_fee_acts_seven_days_after_it_was_announced_and_is_withdrawn(town):
    platform = town.wallet("platform")
    told = town.json("platform", "escrow", "platform", "announce-fee", "1.5", platform)
    now = town.world.node.head().timestamp
    assert datetime.fromisoformat(told["from"]).timestamp() == now + 7 * DAY
    shown = town.json("nobody", "escrow", "platform", "show")
    assert (shown["owner"], shown["fee"], shown["announcedFee"]) == (platform, 0, 150)
    assert town.json("nobody", "escrow", "platform", "fees") == []
    town.world.travel(8)
    shown = town.json("nobody", "escrow", "platform", "show")
    assert (shown["fee"], shown["feeRecipient"]) == (150, platform)
    line = f"{town.shop.plan}:{town.shop.monthly}"
    town.type("buyer", "purchase", "products", 1, line, "--approve", "exact")
    (row,) = town.json("nobody", "escrow", "platform", "fees")
    assert row["fees"]["amount"] == "0.15"
    assert town.escrow() == 9_850_000
    words = ("escrow", "platform", "withdraw-fees", "--token", town.world.token)
    assert town.json("platform", *words)["paid"]["amount"] == "0.15"
    assert town.balance("platform") == 150_000
    town.refused("stranger", *words, "--amount", "1", by="NotFeeRecipient")


def test_purchases_stop_until_they_are_allowed_again(town):
    line = f"{town.shop.handbook}:{town.shop.once}"
    town.type("platform", "escrow", "platform", "pause")
    town.refused("buyer", "purchase", "products", 1, line, "--approve", "exact", by="PurchasesPaused")
    assert town.json("nobody", "purchase", "limits")["purchasesPaused"] is True
    town.type("platform", "escrow", "platform", "unpause")
    town.type("buyer", "purchase", "products", 1, line, "--approve", "exact")


def test_platform_has_a_new_owner_when_the_named_one_accepts(town):
    friend = town.wallet("friend")
    town.type("platform", "escrow", "platform", "transfer-ownership", friend)
    shown = town.json("nobody", "escrow", "platform", "show")
    assert (shown["owner"], shown["nextOwner"]) == (town.wallet("platform"), friend)
    town.type("friend", "escrow", "platform", "accept-ownership")
    shown = town.json("nobody", "escrow", "platform", "show")
    assert (shown["owner"], shown["nextOwner"]) == (friend, None)


@pytest.mark.parametrize(
    "words", [["announce-fee", "1", "{me}"], ["pause"], ["unpause"], ["transfer-ownership", "{me}"]]
)
def test_platform_commands_are_refused_by_name_for_others(town, words):
    typed = [word.format(me=town.wallet("stranger")) for word in words]
    town.refused("stranger", "escrow", "platform", *typed, by="NotPlatformOwner")
