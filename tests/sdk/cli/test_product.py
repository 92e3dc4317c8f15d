"""`passmanager product`: what it sets is on the chain afterwards."""

import pytest


@pytest.fixture
def book(desk, org) -> int:
    words = ("--description", "How to", "--image", "ipfs://b", "--url", "https://b.example", "--max-supply", 9)
    return desk("product", "create", org, "Book", *words, "--soulbound")["productId"]


def test_product_is_made_as_it_was_described(desk, org, town, book):
    state = town.client.lens.product_of(book)
    assert (state.org_id, state.name, state.active, state.transferable, state.max_supply) == (
        org,
        "Book",
        True,
        False,
        9,
    )
    shown = desk("product", "show", book)
    assert (shown["orgId"], shown["description"], shown["image"], shown["url"]) == (
        org,
        "How to",
        "ipfs://b",
        "https://b.example",
    )


def test_edit_changes_what_is_given_and_keeps_the_rest(desk, town, book):
    desk("product", "edit", book, "--name", "Handbook", "--max-supply", 0, "--transferable")
    shown = desk("product", "show", book)
    assert (shown["name"], shown["maxSupply"], shown["transferable"]) == ("Handbook", None, True)
    assert (shown["description"], shown["image"], shown["active"]) == ("How to", "ipfs://b", True)


def test_product_goes_off_sale_and_on_again(desk, town, book):
    desk("product", "deactivate", book)
    assert town.client.lens.product_of(book).active is False
    desk("product", "activate", book)
    assert town.client.lens.product_of(book).active is True


def test_list_names_products_with_their_pricings(desk, org, book):
    pricing = desk("pricing", "create", "one-time", org, "--price", 1)["pricingId"]
    desk("pricing", "link", book, pricing)
    (row,) = desk("product", "list", org)
    assert (row["productId"], row["name"], row["maxSupply"], row["pricingIds"]) == (book, "Book", 9, [pricing])


def test_table_names_products(desk, org, book):
    run = desk.run("product", "list", org)
    assert run.code == 0
    assert "Book" in run.stdout


def test_name_is_refused_by_the_contract_when_it_has_control_characters(desk, org):
    desk.refused("InvalidText", "product", "create", org, "a\x07b")


def test_text_that_does_not_fit_is_wrong_usage(desk, org):
    desk.misused("this text has 65 bytes, the contract takes 64", "product", "create", org, 63 * "x" + "é")


def test_product_is_refused_when_the_sender_has_no_role(desk, org, town):
    assert "org_id=" in desk.refused("NotAuthorized", "product", "create", org, "Book", who="stranger")


def test_unknown_product_is_named(desk, org):
    desk.refused("NoSuchProduct", "product", "edit", 77, "--name", "Book")


def test_supply_below_zero_is_wrong_usage(desk, org):
    desk.misused("--max-supply", "product", "create", org, "Book", "--max-supply", -1)
