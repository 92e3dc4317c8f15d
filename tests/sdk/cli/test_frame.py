"""What all commands have from the frame: dry runs, questions, receipts, refusals."""

import json
import sys

import pytest
import typer

from passmanager.abi import artifact
from passmanager.client import PassManager
from tests.sdk.conftest import DEPLOYER_KEY

CREATE = ("product", "create", 1, "Book")


@pytest.fixture(autouse=True)
def _shop(org):
    assert org == 1


# --- dry runs


EVERY_WRITE = [
    ("org", "create"),
    ("org", "rules", 1, "--closed"),
    ("org", "texts", 1, "--name", "Shop"),
    ("org", "pass-texts", 1, "--name", "Pass"),
    ("org", "roles", "grant", 1, "FRIEND", "usage"),
    ("org", "roles", "revoke", 1, "FRIEND", "usage"),
    ("org", "transfer", 1, "FRIEND"),
    ("org", "approve", 1, "FRIEND"),
    ("org", "operator", "FRIEND"),
    ("org", "allow-list", "add", 1, "FRIEND"),
    CREATE,
    ("product", "edit", 1, "--inactive"),
    ("pricing", "create", "one-time", 1, "--price", 1),
    ("pricing", "create", "flat", 1, "--price", 1, "--every", "monthly"),
    ("pricing", "link", 1, 1),
    ("pricing", "edit", 1, "--retired"),
    ("pricing", "access", "add", 1, "FRIEND"),
    ("pricing", "meter", "create", 1),
    ("pricing", "meter", "deactivate", 1),
    ("coupon", "create", 1, "SUMMER", "--percent", 5),
    ("coupon", "pause", 1),
    ("coupon", "access", "add", 1, "FRIEND"),
    ("discount", "create", 1, "Club", "--percent", 5),
    ("discount", "pause", 1),
    ("discount", "access", "remove", 1, "FRIEND"),
]


@pytest.fixture
def stocked(desk):
    """One of each, so that all commands could go ahead."""
    desk(*CREATE)
    desk("pricing", "create", "one-time", 1, "--price", 1)
    desk("pricing", "meter", "create", 1)
    desk("coupon", "create", 1, "SPRING", "--percent", 5)
    desk("discount", "create", 1, "Friends", "--percent", 5)


def test_dry_runs_send_nothing_and_say_what_they_would_do(desk, town, stocked):
    before = town.nonce("merchant")
    for words in EVERY_WRITE:
        named = [town.address("friend") if word == "FRIEND" else word for word in words]
        told = desk(*named, "--dry-run")
        assert told["dryRun"] is True, words
        assert told["signer"] == town.address("merchant")
        for sent in told["transactions"]:
            assert "transactionHash" not in sent
            assert sent["gasLimit"] > 21_000
            assert sent["mostWei"] > 0
    assert town.nonce("merchant") == before


def test_every_function_of_an_admin_is_reached_by_a_command(desk, town, stocked):
    """What is left out is said here: functions for other contracts, and a second way to transfer."""
    reached = set()
    for words in EVERY_WRITE:
        named = [town.address("friend") if word == "FRIEND" else word for word in words]
        reached |= {sent["function"] for sent in desk(*named, "--dry-run")["transactions"]}
    reached |= {"Promotions.mintDiscounts", "Catalog.recordUsage", "Catalog.adjustUsage"}  # tested with passes
    others = {"Catalog.sell", "Promotions.apply", "OrganizationNFT.transferFrom"}
    assert writing_functions("OrganizationNFT", "Catalog", "Promotions") - others == reached


def writing_functions(*contracts):
    return {
        f"{name}.{entry['name']}"
        for name in contracts
        for entry in artifact(name)["abi"]
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    }


def test_dry_run_is_refused_as_the_transaction_would_be(desk):
    desk.refused("NotAuthorized", *CREATE, "--dry-run", who="stranger")


def test_dry_run_needs_no_key_when_the_account_is_named(desk, town):
    words = (*CREATE, "--dry-run", "--json", "--account", town.address("merchant"))
    run = desk.command(*map(str, words), PASSMANAGER_RPC_URL=town.url, PASSMANAGER_DEPLOYMENT=str(town.folder))
    assert run.code == 0, run.stderr
    assert json.loads(run.stdout)["transactions"][0]["returns"] == 1


def test_unsigned_transactions_are_sent_by_their_wallet(desk, town):
    told = desk(*CREATE, "--unsigned")
    fields = told["transactions"][0]["transaction"]
    assert (fields["from"], int(fields["nonce"], 16)) == (town.address("merchant"), town.nonce("merchant"))
    sent = town.world.node.request("eth_sendTransaction", fields)
    town.world.node.wait(sent, fields["from"], int(fields["nonce"], 16), seconds=10)
    assert town.client.lens.product_of(1).name == "Book"


def test_unsigned_transactions_follow_each_other_and_need_no_coins(desk, town):
    """As for a Safe, which pays no gas itself."""
    town.world.node.request("anvil_setBalance", town.address("merchant"), "0x0")
    wallets = [f"0x{number:040x}" for number in range(1, 202)]
    told = desk("org", "allow-list", "add", 1, *wallets, "--unsigned", "--nonce", 40)
    assert [int(sent["transaction"]["nonce"], 16) for sent in told["transactions"]] == [40, 41]


def test_person_gets_unsigned_transactions_as_json_too(desk, town):
    run = desk.run(*CREATE, "--unsigned")
    assert run.code == 0
    _, _, printed = run.stdout.partition("Nothing was sent.\n")
    assert json.loads(printed)["to"] == town.client.contracts.catalog


def test_unsigned_without_an_account_is_wrong_usage(desk, town):
    run = desk.command(
        *map(str, CREATE), "--unsigned", PASSMANAGER_RPC_URL=town.url, PASSMANAGER_DEPLOYMENT=str(town.folder)
    )
    assert run.code == 2
    assert "--unsigned needs --account" in run.stderr


# --- receipts


def test_receipt_is_that_of_the_chain(desk, town):
    made = desk(*CREATE)
    raw = town.world.node.request("eth_getTransactionReceipt", made["transactionHash"])
    assert (made["blockNumber"], made["gasUsed"]) == (int(raw["blockNumber"], 16), int(raw["gasUsed"], 16))
    (sent,) = made["transactions"]
    assert sent["feeWei"] == int(raw["gasUsed"], 16) * int(raw["effectiveGasPrice"], 16)
    assert [event["event"] for event in sent["events"]] == ["ProductSet"]
    assert sent["events"][0]["product"]["name"] == "Book"
    assert (made["dryRun"], made["chainId"], made["productId"]) == (False, 31337, 1)


def test_person_sees_function_arguments_signer_gas_and_ids(desk, town):
    run = desk.run(*CREATE)
    assert run.code == 0
    for part in ("Catalog.setProduct", "Book", town.address("merchant"), "at most", "product id: 1", "Done: 1 trans"):
        assert part in run.stdout
    assert "transaction 0x" in run.stderr


# --- fees, stuck transactions


def test_fees_are_those_that_were_given(desk, town):
    made = desk(*CREATE, "--max-fee-gwei", 7, "--tip-gwei", "1.5")
    sent = town.world.node.request("eth_getTransactionByHash", made["transactionHash"])
    assert (int(sent["maxFeePerGas"], 16), int(sent["maxPriorityFeePerGas"], 16)) == (7 * 10**9, 15 * 10**8)


@pytest.fixture
def _stopped(town):
    """Nobody makes blocks."""
    request = town.world.node.request
    request("evm_setAutomine", *[False])
    yield
    request("evm_setIntervalMining", 0)
    request("anvil_dropAllTransactions")
    request("evm_setAutomine", *[True])


@pytest.mark.usefixtures("_stopped")
def test_stuck_transaction_is_replaced_as_the_error_says(desk, town):
    nonce = town.nonce("merchant")
    run = desk.run(*CREATE, "--max-fee-gwei", 3, "--tip-gwei", 1, "--wait", "0.5")
    assert run.code == 1
    assert run.stderr.startswith("NotMined: ")
    assert f"with nonce {nonce} and a higher fee" in run.stderr
    town.world.node.request("evm_setIntervalMining", 2)  # the stuck one is mined unless it is replaced within 2 s
    made = desk(*CREATE, "--nonce", nonce, "--max-fee-gwei", 9, "--tip-gwei", 2)
    sent = town.world.node.request("eth_getTransactionByHash", made["transactionHash"])
    assert (int(sent["nonce"], 16), int(sent["maxFeePerGas"], 16)) == (nonce, 9 * 10**9)
    assert (town.nonce("merchant"), made["productId"]) == (nonce + 1, 1)


def test_several_transactions_take_the_numbers_after_the_given_one(desk, town):
    nonce = town.nonce("merchant")
    wallets = [f"0x{number:040x}" for number in range(1, 202)]
    desk("org", "allow-list", "add", 1, *wallets, "--nonce", nonce)
    assert town.nonce("merchant") == nonce + 2


# --- wallets and questions


def test_key_in_the_environment_signs(desk, town):
    environment = {**desk.environment("merchant"), "PASSMANAGER_PRIVATE_KEY": DEPLOYER_KEY}
    del environment["PASSMANAGER_ACCOUNT"]
    run = desk.command("org", "create", "--json", **environment)
    assert json.loads(run.stdout)["signer"] == town.address("platform")


def test_two_wallets_at_once_are_wrong_usage(desk):
    environment = {**desk.environment("merchant"), "PASSMANAGER_PRIVATE_KEY": DEPLOYER_KEY}
    run = desk.command("org", "create", **environment)
    assert run.code == 2
    assert "give only one of --account and $PASSMANAGER_PRIVATE_KEY" in " ".join(run.stderr.split())


@pytest.fixture
def _public(monkeypatch):
    """The chain as if it were one where money is worth something."""
    monkeypatch.setattr("passmanager.cli.writing.LOCAL_CHAINS", ())


@pytest.fixture
def person(monkeypatch):
    """Somebody at the keyboard, who answers."""

    def answers(yes):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("typer.confirm", lambda question, **_: asked.append(question) or yes)

    asked = []
    answers.asked = asked
    return answers


@pytest.mark.usefixtures("_public")
def test_nothing_is_sent_when_the_person_says_no(desk, town, person):
    person(yes=False)
    before = town.nonce("merchant")
    assert desk.run(*CREATE).code == 1
    assert town.nonce("merchant") == before
    assert person.asked == [f"Send 1 transaction on chain 31337 from {town.address('merchant')}?"]


@pytest.mark.usefixtures("_public")
def test_exit_code_is_130_when_the_question_is_interrupted(desk, town, person, monkeypatch):
    def interrupted(question, **_):
        raise typer.Abort

    person(yes=True)
    monkeypatch.setattr("typer.confirm", interrupted)
    before = town.nonce("merchant")
    assert desk.run(*CREATE).code == 130
    assert town.nonce("merchant") == before


@pytest.mark.usefixtures("_public")
def test_it_is_sent_when_the_person_says_yes(desk, town, person):
    person(yes=True)
    assert desk.run(*CREATE).code == 0
    assert town.client.lens.product_of(1).name == "Book"


@pytest.mark.usefixtures("_public")
def test_nobody_to_ask_is_wrong_usage(desk, town):
    desk.misused("pass --yes", *CREATE)


@pytest.mark.usefixtures("_public")
def test_yes_answers_the_question_before_it_is_asked(desk, town, person):
    person(yes=False)
    assert desk.run(*CREATE, "--yes").code == 0
    assert person.asked == []


# --- refusals


def test_refusal_says_what_to_do_next(desk):
    text = desk.refused("NotAuthorized", *CREATE, who="stranger")
    assert "Call: Catalog.setProduct." in text


def test_other_folder_has_no_deployment(desk, tmp_path):
    desk.refused("NotDeployed", "org", "show", 1, "--deployment", tmp_path)


def test_address_with_a_typing_error_is_wrong_usage(desk, town):
    wrong = town.address("friend")[:-1] + "x"
    desk.misused("BadAddress", "org", "create", "--to", wrong)


def test_wallet_without_coins_is_named_with_both_numbers(desk, town, monkeypatch):
    town.world.node.request("anvil_setBalance", town.address("merchant"), "0x1")
    assert "has 1 wei, but" in desk.refused("InsufficientFunds", *CREATE)


def test_the_second_step_is_told_as_not_sent_when_the_first_fails(desk, town, monkeypatch):
    """Two transactions of which the second never gets an answer: the first is on the chain, and stderr says so."""
    real = PassManager.send
    sent = []

    def send(self, call, **options):
        if not options["tx"].dry_run:
            if sent:
                raise KeyboardInterrupt
            sent.append(call)
        return real(self, call, **options)

    monkeypatch.setattr(PassManager, "send", send)
    wallets = [f"0x{number:040x}" for number in range(1, 202)]
    run = desk.run("org", "allow-list", "add", 1, *wallets)
    assert run.code == 130
    assert run.stderr.startswith("Put 200 wallet(s) on the list of organization 1: block ")


# --- reading


@pytest.mark.parametrize("group", ["product", "pricing", "coupon", "discount"])
def test_empty_list_is_said_to_be_empty(desk, group):
    run = desk.run(group, "list", 1)
    assert (run.code, run.stdout) == (0, "There is none.\n")
    assert desk(group, "list", 1) == []


@pytest.mark.parametrize("words", [("product", "list"), ("coupon", "list"), ("org", "show"), ("org", "roles", "list")])
def test_unknown_organization_is_named(desk, words):
    run = desk.run(*words, 99)
    assert run.code == 1
    assert run.stderr.split(":")[0] in ("NoSuchOrganization", "ERC721NonexistentToken")
