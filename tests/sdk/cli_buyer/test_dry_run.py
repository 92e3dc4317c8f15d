"""--dry-run of every command of buyers and operators: it shows, simulates, and sends nothing.

The commands together reach every function that people have on PurchaseManager, ProductPass and PaymentEscrow.
"""

import json

import pytest

from passmanager.abi import artifact
from passmanager.demo.shop import ONE

FRIEND, TOKEN, FILE = "{friend}", "{token}", "{file}"
# Pass 1 has plan, seats and API calls, of which some are recorded; pass 2 the handbook, pass 3 a cancelled plan.
NOW = [
    ("buyer", "purchase products 1 1:1 --approve exact"),
    ("buyer", f"purchase gift 1 1:1 --to {FRIEND}"),
    ("buyer", "purchase additional 1 4:5"),
    ("buyer", f"purchase checkout {FILE}"),
    ("merchant", f"purchase give 1 1:1 --to {FRIEND}"),
    ("merchant", "purchase give-additional 1 4:5"),
    ("buyer", f"pass transfer 2 {FRIEND}"),
    ("buyer", f"pass transfer 2 {FRIEND} --unchecked"),
    ("buyer", f"pass approve 2 {FRIEND}"),
    ("buyer", f"pass approve-all {FRIEND}"),
    ("buyer", "pass burn 2"),
    ("buyer", "subscription renew 1 2"),
    ("buyer", "subscription renew 1 2 3"),
    ("buyer", "subscription auto-renew 1 2 --off"),
    ("buyer", "subscription pause 1 2"),
    ("buyer", "subscription pause 1 2 3"),
    ("buyer", "subscription cancel 1 2"),
    ("buyer", "subscription cancel 1 2 3"),
    ("buyer", "subscription uncancel 3 2"),
    ("buyer", "subscription end 1 2"),
    ("buyer", "subscription change-pricing 1 2 3"),
    ("buyer", "subscription change-quantity 1 3 20"),
    ("merchant", "usage record 1 1:5"),
    ("merchant", "usage adjust 1 1 5"),
    ("buyer", "usage cap 1 5 60"),
    ("merchant", f"escrow withdraw 1 --token {TOKEN}"),
    ("merchant", "escrow refund 1 2 1"),
    ("buyer", "escrow top-up 1 1"),
    ("platform", f"escrow platform announce-fee 1 {FRIEND}"),
    ("platform", "escrow platform pause"),
    ("platform", f"escrow platform transfer-ownership {FRIEND}"),
]
LATER = [
    ("stranger", "subscription renew-due"),
    ("stranger", "usage bill 1 5"),
    ("buyer", "subscription unpause 4 2"),
    ("friend", "escrow platform accept-ownership"),
    ("platform", "escrow platform unpause"),
    ("platform", f"escrow platform withdraw-fees --token {TOKEN}"),
]
INTERNAL = {
    "PurchaseManager": {"beforePassTransfer", "airdropProducts"},  # the last is `passmanager airdrop`
    "ProductPass": {"mint", "mintBatch", "extend", "touch", "touchAll", "setDiscount"},
    "PaymentEscrow": {"collect", "refund"},
}


@pytest.fixture
def busy(town, tmp_path):
    """Passes 1 to 3, and what the words in braces stand for."""
    town.allow("buyer", 900 * ONE)
    for line in ("2:2 3:4:10 5:6", "1:1", "2:2"):
        town.type("buyer", "purchase", "products", 1, *line.split())
    town.type("buyer", "subscription", "cancel", 3, 2)
    town.type("buyer", "usage", "cap", 1, 5, 50)
    town.type("merchant", "usage", "record", 1, "1:500")
    file = tmp_path / "cart.json"
    file.write_text(json.dumps({"pass": 1, "lines": [{"product": 1, "pricing": 1}]}))
    return {"friend": town.wallet("friend"), "token": town.world.token, "file": str(file)}


@pytest.fixture
def late(town, busy):
    """A month later, with a fee, a paused pass 4, a stop, and a named owner."""
    platform = town.wallet("platform")
    town.type("platform", "escrow", "platform", "announce-fee", 1, platform)
    town.world.travel(8)
    town.type("buyer", "purchase", "products", 1, "2:2", "--pause")
    town.world.travel(23)
    town.type("platform", "escrow", "platform", "pause")
    town.type("platform", "escrow", "platform", "transfer-ownership", town.wallet("friend"))
    return busy


def preview(town, names, who, words):
    """The JSON of a dry run, after which the wallet has sent nothing; the same for people ends saying so."""
    before = town.nonce(who), town.world.node.head().number
    typed = [*words.format(**names).split(), "--dry-run"]
    told = town.json(who, *typed)
    assert told["dryRun"] is True
    assert town.type(who, *typed).stdout.endswith("Nothing was sent.\n")
    assert (town.nonce(who), town.world.node.head().number) == before
    return {one["function"] for one in told["transactions"]}


def test_every_function_of_people_is_reached_and_nothing_is_sent(town, late):
    reached = set().union(*(preview(town, late, *one) for one in LATER))
    town.type("platform", "escrow", "platform", "unpause")
    town.type("buyer", "subscription", "renew", 1, 2, 3)
    reached |= set().union(*(preview(town, late, *one) for one in NOW))
    for contract, internal in INTERNAL.items():
        functions = {
            entry["name"]
            for entry in artifact(contract)["abi"]
            if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
        }
        assert functions - internal <= {name.removeprefix(f"{contract}.") for name in reached}, contract


def test_person_is_asked_nothing_and_told_the_gas_when_it_is_a_dry_run(town, busy):
    said = town.type("buyer", "purchase", "products", 1, "1:1", "--dry-run").stdout
    assert "gas" in said
    assert "at most" in said


def test_dry_run_is_refused_as_the_transaction_would_be(town, busy):
    town.refused("stranger", "subscription", "cancel", 1, 2, "--dry-run", by="NotAuthorized")
