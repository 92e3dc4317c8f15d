import csv
import io
import json
import os
import re

import pytest
from rich.console import Console

from passmanager.airdrop import Journal
from passmanager.units import checksum
from tests.sdk.airdrop.conftest import KEY
from tests.sdk.command import command  # noqa: F401 - a fixture

NOBODY = checksum("0x" + "99" * 20)


@pytest.fixture
def listed(tmp_path, sixty):
    path = tmp_path / "people.csv"
    path.write_text("name,recipient\n" + "".join(f"x,{one.address}\n" for one in sixty))
    return path


@pytest.fixture
def airdrop(command, shop, listed):  # noqa: F811
    """Calls `passmanager airdrop send`."""

    def call(*options, path=listed, key=KEY):
        place = ("--rpc-url", shop.url, "--deployment", str(shop.folder))
        given = ("--org", str(shop.org_id), "--line", str(shop.line))
        return command("airdrop", "send", str(path), *place, *given, *options, PASSMANAGER_PRIVATE_KEY=key)

    return call


def journal_of(shop, listed):
    return listed.with_name(f"people.csv.31337-{shop.org_id}.sqlite")


def test_gives_passes_and_writes_who_got_which(airdrop, shop, listed, sixty):
    run = airdrop("--batch-size", "7")
    assert run.code == 0, run.stderr
    assert "60 recipients in 9 batches of up to 7" in run.stdout
    assert "coins at the fees of now" in run.stdout
    with listed.with_name("people.passes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["recipient"] for row in rows] == [one.address for one in sixty]
    owners = [shop.client.product_pass.owner_of(int(row["pass_id"])) for row in rows[::10]]
    assert owners == [row["recipient"] for row in rows[::10]]
    assert journal_of(shop, listed).exists()
    again = airdrop()
    assert again.code == 0
    assert "0 recipients in 0 batches" in again.stdout


def test_json_is_one_document(airdrop, listed):
    run = airdrop("--json", "--out", str(listed.with_name("who.csv")))
    assert run.code == 0, run.stderr
    shown = json.loads(run.stdout)
    assert shown["plan"]["recipients"] == shown["recipients"] == shown["states"]["done"] == 60
    assert shown["plan"]["batches"] == 1
    assert listed.with_name("who.csv").exists()


def test_a_dry_run_sends_and_writes_nothing(airdrop, shop, listed):
    before = shop.node.nonce(shop.signer.address)
    run = airdrop("--dry-run", "--json", "--batch-size", "10")
    assert run.code == 0, run.stderr
    shown = json.loads(run.stdout)
    assert shown["dryRun"] is True
    assert (shown["plan"]["batches"], shown["plan"]["batchSize"]) == (6, 10)
    assert shown["plan"]["gas"] > 60 * 60_000
    assert "Nothing was sent" in airdrop("--dry-run").stdout
    assert shop.node.nonce(shop.signer.address) == before
    assert os.listdir(listed.parent) == ["people.csv"]  # noqa: PTH208


def test_all_bad_rows_are_shown_without_a_traceback(airdrop, shop, listed):
    listed.write_text(listed.read_text() + f"x,0x12\nx,{NOBODY}\nx,{NOBODY}\nx,{shop.client.contracts.catalog}\n")
    run = airdrop()
    assert run.code == 1
    assert "BadRows: 3 of 64 rows" in run.stderr
    for line, problem in ((62, "40 hexadecimal digits"), (64, "in line 63 already"), (65, "the contract Catalog")):
        assert f"line {line}:" in run.stderr
        assert problem in run.stderr
    assert "Traceback" not in run.stderr


def test_holders_are_shown_with_their_lines_or_skipped(airdrop, listed, sixty):
    part = listed.with_name("part.csv")
    part.write_text("".join(f"{one.address}\n" for one in sixty[:5]))
    assert airdrop(path=part).code == 0
    refused = airdrop()
    assert refused.code == 1
    assert "5 of 60 rows" in refused.stderr
    skipped = airdrop("--holders", "skip")
    assert skipped.code == 0, skipped.stderr
    assert "55 recipients in 1 batches of up to 200; 5 hold one already and are left out" in skipped.stdout


def test_an_edited_list_is_refused(airdrop, listed):
    assert airdrop().code == 0
    listed.write_text(listed.read_text() + f"x,{NOBODY}\n")
    run = airdrop()
    assert run.code == 1
    assert "JournalMismatch" in run.stderr
    assert "--campaign" in run.stderr


def test_safe_files_are_written_and_the_results_read_back(airdrop, command, shop, listed, sixty):  # noqa: F811
    path = listed.with_name("drop.json")
    run = airdrop("--safe", str(path), "--batch-size", "30", "--json")
    assert run.code == 0, run.stderr
    shown = json.loads(run.stdout)
    assert shown["safe"] == shop.signer.address
    assert [os.path.basename(name) for name in shown["files"]] == ["drop-001.json", "drop-002.json"]  # noqa: PTH119
    journal, out = journal_of(shop, listed), listed.with_name("who.csv")
    options = ("--rpc-url", shop.url, "--deployment", str(shop.folder), "--out", str(out))
    early = command("airdrop", "results", str(journal), *options)
    assert early.code == 1
    assert "AirdropUnfinished: 0 of 2 batches are done" in early.stderr
    for name in shown["files"]:
        with open(name) as file:  # noqa: PTH123
            (transaction,) = json.load(file)["transactions"]
        fields = {"from": shop.signer.address, "to": transaction["to"], "data": transaction["data"]}
        nonce = shop.node.nonce(shop.signer.address)
        shop.node.wait(shop.node.request("eth_sendTransaction", fields), shop.signer.address, nonce, seconds=10)
    assert "60 of 60" in command("airdrop", "results", str(journal), *options, "--dry-run").stdout
    assert not out.exists()
    assert json.loads(command("airdrop", "results", str(journal), *options, "--json").stdout)["recipients"] == 60
    assert len(out.read_text().splitlines()) == 61


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--line", "7"), "product:pricing"),
        (("--column", "payout"), "NoAddressColumn"),
        (("--batch-size", "201"), "BatchTooBig"),
        (("--out", "/nowhere/x.csv"), "UnwritableFile"),
        (("--safe", "/nowhere/x.json"), "UnwritableFile"),
        (("--journal", "/nowhere/x"), "UnreadableJournal"),
    ],
)
def test_refused_with_a_message(airdrop, options, problem):
    run = airdrop(*options)
    assert run.code == 1
    assert problem in run.stderr
    assert "Traceback" not in run.stderr


def test_refused_when_the_sender_may_not(airdrop, shop):
    key = "0x" + "42" * 32
    run = airdrop(key=key)
    assert run.code == 1
    assert "NotAuthorized" in run.stderr


def test_results_need_a_journal(command, shop, tmp_path):  # noqa: F811
    place = ("--rpc-url", shop.url, "--deployment", str(shop.folder))
    assert "UnreadableJournal" in command("airdrop", "results", str(tmp_path / "none"), *place).stderr
    Journal.open(tmp_path / "empty").close()
    assert "it has no 'campaign'" in command("airdrop", "results", str(tmp_path / "empty"), *place).stderr


def test_ctrl_c_says_how_to_go_on(airdrop, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("passmanager.cli.airdrop.Sender.run", interrupted)
    run = airdrop()
    assert run.code == 130
    assert "same command" in run.stderr


def test_a_terminal_shows_bars(airdrop, monkeypatch):
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    monkeypatch.setattr("passmanager.cli.airdrop.err", screen)
    assert airdrop("--batch-size", "5").code == 0
    shown = screen.file.getvalue()
    assert "done" in shown
    assert "60/60" in shown


def test_elsewhere_a_line_comes_now_and_then(airdrop, monkeypatch):
    monkeypatch.setattr("passmanager.cli.airdrop.LINE_SECONDS", 0.0)
    run = airdrop("--batch-size", "5", "--window", "1")
    assert re.search(r"block \d+: .*\d+ planned", run.stderr)
    assert re.search(r"block \d+: 60 done", run.stderr)
