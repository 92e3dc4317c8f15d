"""`ape run <script>`, started as a person does, on Ape's own Anvil; what it did is read from the chain."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ape._cli import cli
from click.testing import CliRunner
from eth_account import Account
from eth_utils import keccak

from tests.contracts.shop import CODE, DAY, MONTH, NATIVE

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "scripts").glob("[a-z]*.py"))
# Keys of Anvil's development accounts; everybody knows them.
BUYER_KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"
# Ape leaves an event loop open at the end of a command; in a process of its own nobody notices.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MERCHANT, BUYER, STRANGER = ("TEST::2", "TEST::3", "TEST::5")


@pytest.fixture
def started(node, deployment_folder):
    """Starts a script in a process of its own."""

    def run(script, *arguments, account=BUYER, code=0, **environment):
        where = ["--network", f"ethereum:local:{node.url}", "--deployment", deployment_folder, "--account", account]
        done = subprocess.run(
            [str(Path(sys.executable).with_name("ape")), "run", script, *map(str, [*where, *arguments])],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, **environment},
            timeout=90,
        )
        return checked(done.returncode, done.stdout + done.stderr, code)

    return run


@pytest.fixture
def ape_run(node, deployment_folder, monkeypatch):
    """The same in this process: starting Ape takes seconds."""
    monkeypatch.chdir(ROOT)

    def run(script, *arguments, account=BUYER, code=0):
        where = ["--network", f"ethereum:local:{node.url}", "--deployment", deployment_folder, "--account", account]
        done = CliRunner().invoke(cli, ["run", script, *map(str, [*where, *arguments])])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return checked(done.exit_code, done.output, code)

    return run


def checked(found, said, expected):
    assert found == expected, said
    assert "Traceback" not in said
    return said


@pytest.fixture
def people(tmp_path):
    """A list of three wallets."""
    path = tmp_path / "people.csv"
    wallets = [Account.from_key(keccak(text=f"person {number}")).address for number in range(3)]
    path.write_text("\n".join(["recipient", *wallets]) + "\n")
    return path, wallets


def line(product, pricing, quantity=0):
    return f"{product}:{pricing}:{quantity}"


# --- purchase


def test_pass_is_bought_for_the_quote_when_approved_exactly(started, system, shop, buyer, friend):
    system.token.approve(system.escrow, 0, sender=buyer)
    before = system.token.balanceOf(buyer)
    cart = [line(shop.book, shop.once), line(shop.seats, shop.by_seat, 10)]
    options = ["--coupon", CODE, "--discount", shop.discount, "--to", friend.address, "--approve", "exact"]
    said = started("purchase", shop.org, *cart, *options)
    price = (shop.price.book + 10 * shop.price.seat_from_ten) * 80 // 100 * 95 // 100
    assert system.product_pass.ownerOf(1) == friend
    assert system.lens.productsOf(1) == [shop.book, shop.seats]
    assert shop.state(1, shop.seats).quantity == 10
    assert before - system.token.balanceOf(buyer) == shop.balance() == price
    assert system.token.allowance(buyer, system.escrow) == 0
    assert f"Pass 1 bought for {price / 1e6:g} of {system.token.address}" in said


def test_periods_ahead_are_approved_when_a_number_is_given(ape_run, system, shop, buyer):
    system.token.approve(system.escrow, 0, sender=buyer)
    ape_run("purchase", shop.org, line(shop.plan, shop.monthly), "--approve", 12)
    assert system.token.allowance(buyer, system.escrow) == 11 * shop.price.month


def test_native_coin_pays_when_the_pricing_is_in_it(ape_run, system, shop):
    ape_run("purchase", shop.org, line(shop.sticker, shop.coins), "--max-amount", "0.001")
    assert shop.balance(NATIVE) == shop.price.native == 10**15


def test_purchase_is_refused_with_both_numbers_when_nothing_is_approved(ape_run, system, shop, buyer):
    system.token.approve(system.escrow, 7, sender=buyer)
    said = ape_run("purchase", shop.org, line(shop.book, shop.once), code=1)
    assert "InsufficientAllowance" in said
    assert f"have=7, need={shop.price.book}" in said
    assert system.manager.passSupply() == 0


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["1:1", "--max-amount", "19.99"], "AmountAboveMax"),
        (["1:1", "--max-amount", "1.0000001"], "BadAmount"),
        (["1:1", "--max-amount", "a lot"], "BadAmount"),
        (["1:1", "--coupon", "WRONG"], "NoSuchCoupon"),
        (["1:2"], "PricingNotLinked"),
        (["one"], "BadArgument"),
        (["1:1", "--approve", "some"], "BadArgument"),
        (["1:1", "--reference", "0x12"], "BadArgument"),
        (["1:1", "--reference", "order"], "BadArgument"),
        (["1:1", "--to", "0x12"], "BadAddress"),
    ],
)
def test_purchase_is_refused_by_name_when_it_cannot_be(ape_run, system, shop, arguments, name):
    said = ape_run("purchase", shop.org, *arguments, code=1)
    assert f"{name}: " in said
    assert system.manager.passSupply() == 0


def test_nothing_is_sent_when_it_is_a_dry_run(ape_run, system, shop, buyer, merchant, people):
    shop.buy_plan(buyer)
    nonces = [buyer.nonce, merchant.nonce]
    path, _ = people
    for script, account, *arguments in (
        ("purchase", BUYER, shop.org, line(shop.book, shop.once)),
        ("purchase_additional", BUYER, 1, line(shop.book, shop.once)),
        ("renew", BUYER, "--holder", f"1:{shop.plan}"),
        ("airdrop", MERCHANT, path, "--org", shop.org, "--line", line(shop.book, shop.once)),
        ("withdraw", MERCHANT, shop.org, "--token", system.token.address),
    ):
        assert "Nothing was sent." in ape_run(script, *arguments, "--dry-run", account=account)
    assert [buyer.nonce, merchant.nonce] == nonces
    assert list(path.parent.iterdir()) == [path]


def test_key_file_signs_by_itself_when_it_is_unlocked(started, system, shop, tmp_path):
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts/mine.json").write_text(json.dumps(Account.encrypt(BUYER_KEY, "secret", iterations=2)))
    environment = {"APE_DATA_FOLDER": str(tmp_path), "APE_ACCOUNTS_mine_PASSPHRASE": "secret"}
    said = started("purchase", shop.org, line(shop.book, shop.once), "--autosign", account="mine", **environment)
    assert "Pass 1 bought" in said
    assert system.product_pass.ownerOf(1) == Account.from_key(BUYER_KEY).address


def test_purchase_is_refused_by_name_when_the_account_does_not_sign(started, system, shop, tmp_path):
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts/mine.json").write_text(json.dumps(Account.encrypt(BUYER_KEY, "secret", iterations=2)))
    environment = {"APE_DATA_FOLDER": str(tmp_path)}  # asked on a terminal; here nobody answers
    started("purchase", shop.org, line(shop.book, shop.once), account="mine", code=1, **environment)
    assert system.manager.passSupply() == 0


# --- purchase_additional


def test_product_is_added_to_the_pass_when_the_holder_buys_more(started, system, shop, buyer):
    shop.buy_plan(buyer)
    said = started("purchase_additional", 1, line(shop.book, shop.once), "--reference", f"0x{7:064x}")
    assert system.lens.productsOf(1) == [shop.plan, shop.book]
    assert shop.balance() == shop.price.month + shop.price.book
    assert system.manager.isReferenceUsed(shop.org, bytes(32)) is False
    assert f"product {shop.book} at pricing {shop.once}" in said


def test_adding_is_refused_by_name_when_the_pass_has_the_product(ape_run, system, shop, buyer):
    shop.buy_plan(buyer)
    assert "AlreadyOnPass" in ape_run("purchase_additional", 1, line(shop.plan, shop.monthly), code=1)


# --- airdrop


def test_each_wallet_has_one_pass_when_the_airdrop_is_run_twice(started, system, shop, people):
    path, wallets = people
    for _ in range(2):
        said = started("airdrop", path, "--org", shop.org, "--line", line(shop.plan, shop.monthly), account=MERCHANT)
        assert "3 recipients have their pass" in said
    assert system.manager.passSupply() == 3
    assert [system.product_pass.ownerOf(number) for number in (1, 2, 3)] == wallets
    with path.with_name("people.passes.csv").open() as file:
        assert [(row["recipient"], row["pass_id"]) for row in csv.DictReader(file)] == [
            (wallet, str(number)) for number, wallet in enumerate(wallets, 1)
        ]


def test_airdrop_is_refused_with_the_rows_when_the_list_is_bad(ape_run, system, shop, people):
    path, wallets = people
    path.write_text(f"recipient\n{wallets[0]}\n{system.manager.address}\n{wallets[0]}\n")
    said = ape_run("airdrop", path, "--org", shop.org, "--line", line(shop.book, shop.once), account=MERCHANT, code=1)
    assert "BadRows" in said
    assert "line 3" in said
    assert "line 4" in said


def test_airdrop_is_refused_by_name_when_the_account_has_no_role(ape_run, shop, people):
    path, _ = people
    said = ape_run("airdrop", path, "--org", shop.org, "--line", line(shop.book, shop.once), account=STRANGER, code=1)
    assert "NotAuthorized" in said


# --- renew


def test_due_subscriptions_are_renewed_when_anybody_asks(started, system, shop, buyer, friend, chain):
    for person in (buyer, friend):
        shop.buy_plan(person)
    ends = [shop.state(number, shop.plan).end for number in (1, 2)]
    chain.mine(deltatime=31 * DAY)
    said = started("renew", f"1:{shop.plan}", f"2:{shop.plan}", account=STRANGER)
    assert "2 renewed" in said
    assert [shop.state(number, shop.plan).end for number in (1, 2)] == [end + MONTH for end in ends]
    assert shop.balance() == 4 * shop.price.month


def test_others_are_renewed_and_the_rest_is_named_when_one_is_not_due(ape_run, system, shop, buyer, friend, chain):
    shop.buy_plan(buyer)
    chain.mine(deltatime=31 * DAY)
    shop.buy_plan(friend)
    said = ape_run("renew", f"1:{shop.plan}", f"2:{shop.plan}", f"9:{shop.plan}", account=STRANGER, code=1)
    assert "1 renewed" in said
    assert f"NotRenewed: 2 subscription(s) cannot be renewed by this call: pass 2 product {shop.plan}: not_due" in said
    assert f"pass 9 product {shop.plan}: no_such_subscription" in said
    assert shop.balance() == 3 * shop.price.month


def test_holder_pays_ahead_when_it_is_not_due(ape_run, shop, buyer):
    shop.buy_plan(buyer)
    end = shop.state(1, shop.plan).end
    said = ape_run("renew", "--holder", f"1:{shop.plan}")
    assert f"10 of {shop.system.token.address}, paid by {buyer.address}" in said
    assert shop.state(1, shop.plan).end == end + MONTH


def test_organization_renews_for_nothing_when_it_gives(ape_run, shop, buyer, chain):
    shop.buy_plan(buyer)
    end = shop.state(1, shop.plan).end
    chain.mine(deltatime=31 * DAY)
    ape_run("renew", "--free", f"1:{shop.plan}", account=MERCHANT)
    assert shop.state(1, shop.plan).end == end + MONTH
    assert shop.balance() == shop.price.month


def test_renewal_is_refused_by_name_when_a_stranger_poses_as_the_holder(ape_run, shop, buyer):
    shop.buy_plan(buyer)
    assert "NotDue" in ape_run("renew", "--holder", f"1:{shop.plan}", account=STRANGER, code=1)
    assert "BadArgument" in ape_run("renew", "1", code=1)


# --- withdraw


def test_merchant_is_paid_when_he_withdraws(started, system, shop, buyer, merchant):
    shop.buy_plan(buyer)
    token = system.token.address
    started("withdraw", shop.org, "--token", token, "--amount", "2.5", account=MERCHANT)
    assert (system.token.balanceOf(merchant), shop.balance()) == (2_500_000, shop.price.month - 2_500_000)
    said = started("withdraw", shop.org, "--token", token, account=MERCHANT)
    assert (system.token.balanceOf(merchant), shop.balance()) == (shop.price.month, 0)
    assert f"Paid 7.5 of {token} to {merchant.address}" in said


def test_withdrawal_is_refused_with_both_numbers_when_it_is_too_much(ape_run, system, shop, buyer):
    shop.buy_plan(buyer)
    said = ape_run("withdraw", shop.org, "--token", system.token.address, "--amount", "10.5", account=MERCHANT, code=1)
    assert "InsufficientOrgBalance" in said
    assert "have=10000000, need=10500000" in said


def test_withdrawal_is_refused_by_name_when_the_account_is_not_the_holder(ape_run, system, shop, buyer):
    shop.buy_plan(buyer)
    said = ape_run("withdraw", shop.org, "--token", system.token.address, account=STRANGER, code=1)
    assert "NotOrganizationHolder" in said


# --- all


def test_person_is_asked_when_the_network_is_not_a_local_one(node, deployment_folder, system, shop, monkeypatch):
    monkeypatch.chdir(ROOT)
    where = ["--network", f"ethereum:custom:{node.url}", "--deployment", str(deployment_folder), "--account", BUYER]
    command = ["run", "purchase", str(shop.org), line(shop.book, shop.once), *where]
    refused = CliRunner().invoke(cli, command, input="n\n")
    assert refused.exit_code == 1
    assert f"Pay 20 of {system.token.address}? [y/N]" in refused.output
    assert system.manager.passSupply() == 0
    assert CliRunner().invoke(cli, [*command, "--yes"]).exit_code == 0
    assert system.manager.passSupply() == 1


def test_script_says_where_deployments_are_looked_for_when_there_is_none(ape_run, shop, tmp_path):
    said = ape_run("withdraw", shop.org, "--deployment", tmp_path, account=MERCHANT, code=1)
    assert "NotDeployed" in said
    assert str(tmp_path) in said


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_takes_ape_s_networks_and_accounts(script, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = CliRunner().invoke(cli, ["run", script, "--help"]).output
    assert "--network" in text
    assert "--account" in text


def test_there_is_a_script_for_each_task():
    assert SCRIPTS == ["airdrop", "deploy", "purchase", "purchase_additional", "renew", "withdraw"]
