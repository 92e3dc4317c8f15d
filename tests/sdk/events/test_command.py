"""`passmanager events` on Anvil."""

import json
import subprocess
import sys

import pytest

from passmanager.abi.events import Transfer

COMMAND = [sys.executable, "-m", "passmanager.cli", "events"]


@pytest.fixture(scope="module")
def options(chain, folder, merchant):
    token_id = merchant.org_nft.mint(merchant.signer.address).event(Transfer).token_id
    return ["--rpc-url", chain.url, "--deployment", str(folder)], token_id


def test_the_past_is_listed(options, command):
    at, token_id = options
    run = command("events", "list", *at, "--kind", "Transfer", "--json")
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert {event["event"] for event in events} == {"Transfer"}
    assert events[-1]["fields"]["token_id"] == token_id
    assert f"token_id={token_id}" in command("events", "list", *at).stdout


def test_what_comes_is_followed(options):
    at, _ = options
    command = [*COMMAND, "follow", *at, "--from-block", "0", "--poll", "0.05", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        event = json.loads(process.stdout.readline())
        process.kill()
    assert (event["orphaned"], event["blockNumber"] >= 0) == (False, True)


def test_unknown_events_are_wrong_usage(options, command):
    at, _ = options
    run = command("events", "list", *at, "--kind", "Nope")
    assert (run.code, "no event is called Nope" in run.stderr) == (2, True)
