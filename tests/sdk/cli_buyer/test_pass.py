"""`passmanager pass`: what is on passes, and who holds them."""

from datetime import datetime

import pytest

from passmanager.demo.shop import ONE


@pytest.fixture
def handbook(town) -> int:
    """A pass of the buyer that nothing keeps from moving."""
    line = f"{town.shop.handbook}:{town.shop.once}"
    return town.json("buyer", "purchase", "products", town.shop.org, line, "--approve", "exact")["passId"]


def owner(town, pass_id):
    return town.client("buyer").product_pass.owner_of(pass_id)


def test_passes_of_a_wallet_are_listed_by_page(town, membership, handbook):
    told = town.json("nobody", "pass", "list", town.wallet("buyer"))
    assert [one["passId"] for one in told] == [membership, handbook]
    assert told[0]["products"] == ["Membership (active)"]
    assert datetime.fromisoformat(told[0]["nextEnd"]).timestamp() == town.item(membership, town.shop.plan).end
    assert told[1]["nextEnd"] is None
    first = town.type("nobody", "pass", "list", town.wallet("buyer"), "--limit", 1).stdout
    assert f"1 of 2 passes of {town.wallet('buyer')}; the next page: --after {membership}" in first
    rest = town.json("nobody", "pass", "list", town.wallet("buyer"), "--after", membership)
    assert [one["passId"] for one in rest] == [handbook]
    town.world.travel(31)
    assert town.json("nobody", "pass", "list", town.wallet("buyer"))[0]["nextEnd"] is None


def test_pass_is_shown_with_its_products(town, membership):
    shop = town.shop
    town.type("buyer", "purchase", "additional", membership, f"{shop.handbook}:{shop.once}")
    told = town.json("nobody", "pass", "show", membership)
    assert (told["passId"], told["holder"], told["orgId"]) == (membership, town.wallet("buyer"), shop.org)
    assert (told["locked"], told["mayBeMovedBy"]) == (True, None)
    plan, book = told["products"]
    assert (plan["productId"], plan["name"], plan["status"], plan["autoRenew"]) == (
        shop.plan,
        "Membership",
        "active",
        True,
    )
    assert datetime.fromisoformat(plan["period"]["end"]).timestamp() == town.item(membership, shop.plan).end
    assert (book["status"], book["period"]["end"], book["autoRenew"]) == ("active", None, None)
    said = town.type("nobody", "pass", "show", membership).stdout
    assert "Membership"[:8] in said
    assert "(in" in said


def test_pass_is_refused_by_name_when_there_is_none(town):
    town.refused("nobody", "pass", "show", 9, by="NoSuchPass")


def test_access_ends_with_the_period(town, membership):
    words = ("pass", "access", membership, town.shop.plan)
    assert town.json("nobody", *words)["access"] is True
    town.world.travel(31)
    assert town.json("nobody", *words)["access"] is False


def test_metadata_has_what_wallets_show(town, membership):
    told = town.json("nobody", "pass", "metadata", membership)
    attributes = {one["traitType"]: one["value"] for one in told["attributes"]}
    plan = town.shop.plan
    assert told["name"]
    assert attributes[f"Product {plan}"] == "Membership"
    end = datetime.fromisoformat(attributes[f"Subscription {plan} End"])
    assert end.timestamp() == town.item(membership, plan).end


@pytest.mark.parametrize("options", [[], ["--unchecked"]])
def test_friend_holds_the_pass_when_it_is_transferred(town, handbook, options):
    told = town.json("buyer", "pass", "transfer", handbook, town.wallet("friend"), *options)
    assert owner(town, handbook) == town.wallet("friend")
    name = "transferFrom" if options else "safeTransferFrom"
    assert told["transactions"][0]["function"] == f"ProductPass.{name}"


def test_transfer_is_refused_by_name_when_a_subscription_keeps_the_pass(town, membership):
    town.refused("buyer", "pass", "transfer", membership, town.wallet("friend"), by="PassLocked")
    assert owner(town, membership) == town.wallet("buyer")


def test_transfer_is_refused_by_name_when_a_stranger_tries(town, handbook):
    words = ("pass", "transfer", handbook, town.wallet("stranger"))
    town.refused("stranger", *words, by="ERC721InsufficientApproval")


def test_stranger_moves_the_pass_when_he_is_approved(town, handbook):
    stranger = town.wallet("stranger")
    town.type("buyer", "pass", "approve", handbook, stranger)
    assert town.json("nobody", "pass", "show", handbook)["mayBeMovedBy"] == stranger
    town.type("stranger", "pass", "transfer", handbook, stranger)
    assert owner(town, handbook) == stranger


def test_operator_may_move_all_until_it_is_taken_back(town):
    stranger, buyer = town.wallet("stranger"), town.wallet("buyer")
    for options, allowed in ([], True), (["--revoke"], False):
        town.type("buyer", "pass", "approve-all", stranger, *options)
        assert town.json("nobody", "pass", "operator", buyer, stranger)["allowed"] is allowed


def test_pass_is_gone_when_it_is_burned(town, handbook):
    assert "Handbook" in town.type("buyer", "pass", "burn", handbook).stdout
    town.refused("nobody", "pass", "show", handbook, by="NoSuchPass")
    assert town.json("nobody", "pass", "list", town.wallet("buyer")) == []
    assert town.escrow() == 20 * ONE
