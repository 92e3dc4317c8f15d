"""`passmanager org`: what it sets is on the chain afterwards."""

import pytest

from passmanager.specs import Role, sale_rules


def test_organization_belongs_to_the_sender_when_nobody_else_is_named(desk, town):
    made = desk("org", "create")
    assert town.client.org_nft.owner_of(made["orgId"]) == town.address("merchant")
    assert made["transactions"][0]["function"] == "OrganizationNFT.mint"


def test_organization_belongs_to_the_named_wallet(desk, town):
    made = desk("org", "create", "--to", town.address("friend").lower())
    assert town.client.org_nft.owner_of(made["orgId"]) == town.address("friend")


def test_rules_change_only_where_options_are_given(desk, org, town):
    desk("org", "rules", org, "--pausing", "--grace-days", 7)
    desk("org", "rules", org, "--no-gifting", "--max-passes", 2)
    assert town.client.lens.sale_rules_of(org) == sale_rules(pausing=True, grace_days=7, gifting=False, max_passes=2)
    desk("org", "rules", org, "--closed", "--allow-list", "--no-plan-change", "--count-passes", "--max-passes", 0)
    assert town.client.lens.sale_rules_of(org) == sale_rules(
        pausing=True, grace_days=7, gifting=False, closed=True, allow_list=True, plan_change=False, count_passes=True
    )


def test_show_tells_holder_rules_and_texts(desk, org, town):
    desk("org", "rules", org, "--closed")
    desk("org", "texts", org, "--name", "Corner shop", "--color", "ffcc00")
    shown = desk("org", "show", org)
    assert shown["holder"] == town.address("merchant")
    assert (shown["rules"]["closed"], shown["rules"]["maxPasses"], shown["rules"]["graceDays"]) == (True, None, 3)
    assert (shown["organizationTexts"]["name"], shown["organizationTexts"]["backgroundColor"]) == (
        "Corner shop",
        "ffcc00",
    )


@pytest.mark.parametrize(("name", "read"), [("texts", "org_metadata"), ("pass-texts", "pass_metadata")])
def test_texts_change_only_where_options_are_given(desk, org, town, name, read):
    desk("org", name, org, "--name", "Club", "--url", "https://club.example")
    desk("org", name, org, "--description", "For members", "--image", "ipfs://i", "--animation", "ipfs://a")
    texts = getattr(town.client.org_nft, read)(org)
    assert (texts.name, texts.external_url, texts.description) == ("Club", "https://club.example", "For members")
    assert (texts.image, texts.animation_url, texts.background_color) == ("ipfs://i", "ipfs://a", "")


def test_list_names_what_a_wallet_holds_and_serves(desk, org, town):
    desk("org", "roles", "grant", org, town.address("friend"), "usage")
    held, served = (desk("org", "list", town.address(who)) for who in ("merchant", "friend"))
    assert [(row["orgId"], len(row["roles"])) for row in held] == [(org, 6)]
    assert [(row["orgId"], row["roles"]) for row in served] == [(org, ["usage"])]


# --- roles


def test_granted_roles_are_added_and_revoked_ones_taken(desk, org, town):
    friend = town.address("friend")
    desk("org", "roles", "grant", org, friend, "catalog", "usage")
    desk("org", "roles", "grant", org, friend, "refund")
    assert town.client.org_nft.roles_of(org, friend) == Role.CATALOG | Role.USAGE | Role.REFUND
    desk("org", "roles", "revoke", org, friend, "usage", "catalog")
    assert town.client.org_nft.roles_of(org, friend) == Role.REFUND
    assert desk("org", "roles", "list", org) == [{"wallet": friend, "roles": ["refund"]}]
    desk("org", "roles", "revoke", org, friend, "all")
    assert desk("org", "roles", "list", org) == []


def test_roles_end_when_the_organization_is_transferred(desk, org, town):
    desk("org", "roles", "grant", org, town.address("friend"), "all")
    desk("org", "transfer", org, town.address("collector"))
    assert town.client.org_nft.owner_of(org) == town.address("collector")
    assert desk("org", "roles", "list", org) == []


def test_unknown_role_is_named_with_those_there_are(desk, org, town):
    desk.misused("UnknownRole: There is no role 'boss'", "org", "roles", "grant", org, town.address("friend"), "boss")


def test_roles_are_refused_when_the_sender_is_not_the_holder(desk, org, town):
    words = ("org", "roles", "grant", org, town.address("friend"), "usage")
    desk.refused("NotOrganizationHolder", *words, who="stranger")


# --- the NFT


def test_approved_wallet_may_transfer_until_nobody_may(desk, org, town):
    desk("org", "approve", org, town.address("friend"))
    assert town.client.org_nft.get_approved(org) == town.address("friend")
    desk("org", "approve", org)
    assert int(town.client.org_nft.get_approved(org), 16) == 0


@pytest.mark.parametrize(("option", "allowed"), [("--allow", True), ("--forbid", False)])
def test_operator_may_transfer_all_organizations_or_none(desk, org, town, option, allowed):
    desk("org", "operator", town.address("friend"), "--allow")
    desk("org", "operator", town.address("friend"), option)
    holder, operator = town.address("merchant"), town.address("friend")
    assert town.client.org_nft.is_approved_for_all(holder, operator) is allowed


def test_approved_wallet_transfers_in_the_holders_stead(desk, org, town):
    desk("org", "approve", org, town.address("friend"))
    desk("org", "transfer", org, town.address("collector"), who="friend")
    assert town.client.org_nft.owner_of(org) == town.address("collector")


# --- fee, allow-list


def test_fee_is_shown_with_what_is_announced(desk, town):
    platform = town.address("platform")
    town.world.clients["platform"].manager.announce_fee(250, platform)
    shown = desk("org", "fee")
    assert (shown["fee"], shown["announcedFee"], shown["announcedRecipient"]) == (0, 250, platform)
    assert shown["from"].endswith("Z")


def test_allow_list_holds_who_was_put_on_it(desk, org, town):
    friend, collector = town.address("friend"), town.address("collector")
    desk("org", "allow-list", "add", org, friend, collector)
    desk("org", "allow-list", "remove", org, friend)
    assert town.client.catalog.on_allow_list(org, collector)
    assert not town.client.catalog.on_allow_list(org, friend)
    assert desk("org", "allow-list", "list", org) == [{"orgId": org, "wallet": collector}]


def test_long_lists_of_wallets_take_several_transactions(desk, org, town):
    wallets = [f"0x{number:040x}" for number in range(1, 251)]
    made = desk("org", "allow-list", "add", org, *wallets)
    assert [len(sent["arguments"]["wallets"]) for sent in made["transactions"]] == [200, 50]
    assert len(desk("org", "allow-list", "list", org)) == 250
