"""`passmanager discount`: what it sets is on the chain afterwards."""

import pytest

from passmanager.core.purchases import Line
from passmanager.specs import DiscountMode


@pytest.fixture
def friends(desk, org) -> int:
    return desk("discount", "create", org, "Friends", "--percent", "7.5", "--max-mints", 3)["discountId"]


@pytest.fixture
def pass_id(desk, org, town) -> int:
    """A pass of the buyer with one product that costs nothing."""
    product = desk("product", "create", org, "Book")["productId"]
    pricing = desk("pricing", "create", "one-time", org, "--price", 0)["pricingId"]
    desk("pricing", "link", product, pricing)
    return town.world.clients["buyer"].purchases.buy([Line(product, pricing)], org).pass_id


def test_discount_has_the_terms_that_were_typed(friends, town, org):
    one = town.client.promotions.discount(friends)
    assert (one.org_id, one.name, one.bps, one.max_mints, one.mode) == (org, "Friends", 750, 3, DiscountMode.LISTED)
    assert one.active


@pytest.mark.parametrize("mode", list(DiscountMode))
def test_discount_has_the_mode_that_was_typed(desk, org, town, mode):
    made = desk("discount", "create", org, "Any", "--percent", 1, "--mode", mode.name.lower())
    assert town.client.promotions.discount(made["discountId"]).mode == mode


def test_edit_changes_what_is_given_and_keeps_the_rest(desk, friends, town):
    desk("discount", "edit", friends, "--max-mints", 0)
    desk("discount", "edit", friends, "--paused")
    one = town.client.promotions.discount(friends)
    assert (one.max_mints, one.active) == (0, False)


def test_paused_discount_is_resumed(desk, friends, town):
    desk("discount", "pause", friends)
    assert town.client.promotions.discount(friends).active is False
    desk("discount", "resume", friends)
    assert town.client.promotions.discount(friends).active is True
    assert town.client.promotions.discount(friends).max_mints == 3


def test_given_discounts_are_on_the_pass(desk, friends, org, town, pass_id):
    more = [desk("discount", "create", org, f"More {number}", "--percent", 1)["discountId"] for number in range(8)]
    made = desk("discount", "give", pass_id, more[0], friends, *more[1:])
    assert town.client.promotions.discounts_of(pass_id) == tuple(sorted([friends, *more]))
    assert [len(sent["arguments"]["discountIds"]) for sent in made["transactions"]] == [8, 1]
    assert made["totalPercent"] == 750 + 8 * 100
    assert desk("discount", "show", friends)["minted"] == 1


def test_list_and_show_tell_the_terms(desk, friends, org):
    (row,) = desk("discount", "list", org)
    assert (row["discountId"], row["percent"], row["mode"], row["maxMints"]) == (friends, 750, "listed", 3)
    assert desk("discount", "show", friends) == {**row, "orgId": org}


def test_access_list_says_who_may_take_it(desk, friends, town):
    friend, collector = town.address("friend"), town.address("collector")
    desk("discount", "access", "add", friends, friend, collector)
    desk("discount", "access", "remove", friends, friend)
    assert desk("discount", "access", "list", friends) == [{"discountId": friends, "wallet": collector}]


def test_discount_of_nothing_is_refused(desk, org):
    desk.refused("InvalidBasisPoints", "discount", "create", org, "None", "--percent", 0)


def test_giving_is_refused_when_the_sender_has_no_role(desk, friends, pass_id):
    desk.refused("NotAuthorized", "discount", "give", pass_id, friends, who="stranger")


def test_unknown_discount_is_named(desk, org):
    desk.refused("NoSuchDiscount", "discount", "pause", 77)


def test_name_that_does_not_fit_is_wrong_usage(desk, org):
    desk.misused("33 bytes, the contract takes 32", "discount", "create", org, 33 * "x", "--percent", 1)
