import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from eth_account import Account

from passmanager.cli import main
from passmanager.devchain import devchain
from tests.sdk.conftest import DEPLOYER_KEY


@dataclass
class Run:
    code: int
    stdout: str
    stderr: str


Command = Callable[..., Run]


@pytest.fixture
def passmanager(capsys, monkeypatch) -> Command:
    """The command in this process: starting one for each call takes seconds."""
    for name in [name for name in os.environ if name.startswith("PASSMANAGER_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, **environment: str) -> Run:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["passmanager", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as end:
                main()
        captured = capsys.readouterr()
        return Run(int(end.value.code or 0), captured.out, captured.err)

    return run


def refused(run: Run, *words: str, code: int = 1) -> None:
    assert run.code == code, run.stderr
    assert all(word in run.stderr for word in words), run.stderr


def test_deploys_with_the_first_account_of_a_local_chain(passmanager, fresh_chain, tmp_path):
    run = passmanager("deploy", "--out", str(tmp_path), "--json", PASSMANAGER_RPC_URL=fresh_chain.url)
    assert run.code == 0, run.stderr
    found = json.loads(run.stdout)
    assert found == json.loads((tmp_path / "31337.json").read_text())
    assert "created PurchaseManager" in " ".join(run.stderr.split())
    again = passmanager("deploy", "--out", str(tmp_path), "--rpc-url", fresh_chain.url)
    refused(again, "AlreadyDeployed", "--replace")
    assert passmanager("deploy", "--out", str(tmp_path), "--rpc-url", fresh_chain.url, "--replace").code == 0


def test_deploys_with_a_key_for_another_owner(passmanager, fresh_chain, tmp_path, deployer):
    run = passmanager(
        *("deploy", "--rpc-url", fresh_chain.url, "--out", str(tmp_path), "--owner", "0x" + "77" * 20),
        PASSMANAGER_PRIVATE_KEY=DEPLOYER_KEY,
    )
    assert run.code == 0, run.stderr
    assert DEPLOYER_KEY[2:] not in run.stdout + run.stderr
    found = json.loads((tmp_path / "31337.json").read_text())
    assert (found["sender"], found["owner"]) == (deployer.address, "0x" + "77" * 20)


def test_deploys_with_an_encrypted_key_file(passmanager, fresh_chain, tmp_path, deployer):
    keystore = tmp_path / "key.json"
    keystore.write_text(json.dumps(Account.encrypt(DEPLOYER_KEY, "secret", kdf="pbkdf2", iterations=1_000)))
    command = ("deploy", "--rpc-url", fresh_chain.url, "--out", str(tmp_path), "--keystore", str(keystore))
    refused(passmanager(*command, PASSMANAGER_KEYSTORE_PASSWORD="wrong"), "BadKey", "wrong password")
    refused(passmanager(*command), "BadKey", "PASSMANAGER_KEYSTORE_PASSWORD")
    run = passmanager(*command, PASSMANAGER_KEYSTORE_PASSWORD="secret")
    assert run.code == 0, run.stderr
    assert json.loads((tmp_path / "31337.json").read_text())["sender"] == deployer.address


def test_a_dry_run_sends_and_writes_nothing(passmanager, chain, tmp_path, node, deployer):
    before = node.nonce(deployer.address)
    run = passmanager("deploy", "--rpc-url", chain.url, "--out", str(tmp_path), "--dry-run")
    assert run.code == 0, run.stderr
    assert "Nothing was sent" in run.stdout
    plan = passmanager("deploy", "--rpc-url", chain.url, "--out", str(tmp_path), "--dry-run", "--json")
    assert json.loads(plan.stdout)["mostWei"] > 0
    assert (node.nonce(deployer.address), list(tmp_path.iterdir())) == (before, [])


def test_refused_with_a_message_and_the_next_step(passmanager, chain, tmp_path):
    out = ("--out", str(tmp_path))
    refused(passmanager("deploy", *out, "--rpc-url", "http://127.0.0.1:1"), "NoNode", "passmanager devchain")
    refused(passmanager("deploy", *out, "--rpc-url", chain.url, "--expect-chain", "1"), "WrongChain", "31337")
    refused(passmanager("deploy", *out, "--rpc-url", chain.url, "--owner", "0x12"), "BadAddress", "0x12")
    refused(passmanager("deploy", *out, "--rpc-url", chain.url, PASSMANAGER_PRIVATE_KEY="0x12"), "BadKey")
    poor = passmanager("deploy", *out, "--rpc-url", chain.url, PASSMANAGER_PRIVATE_KEY="0x" + "44" * 32)
    refused(poor, "InsufficientFunds", "has 0 wei")
    assert not list(tmp_path.iterdir())


def test_refused_when_nobody_can_confirm(passmanager, tmp_path):
    with devchain("--chain-id", "424242") as chain:
        command = ("deploy", "--rpc-url", chain.url, "--out", str(tmp_path))
        refused(passmanager(*command), "BadKey", "PASSMANAGER_PRIVATE_KEY")
        refused(passmanager(*command, PASSMANAGER_PRIVATE_KEY=DEPLOYER_KEY), "--yes", code=2)
        run = passmanager(*command, "--yes", "--expect-chain", "424242", PASSMANAGER_PRIVATE_KEY=DEPLOYER_KEY)
        assert run.code == 0, run.stderr
    assert (tmp_path / "424242.json").exists()


@pytest.mark.parametrize("arguments", [("deploy", "--nope"), ("nope",), ("deploy", "--expect-chain", "x"), ()])
def test_wrong_usage_is_exit_code_2(passmanager, arguments):
    refused(passmanager(*arguments), "Usage", code=2)


def test_two_keys_are_wrong_usage(passmanager, chain):
    both = passmanager(
        "deploy", "--rpc-url", chain.url, "--account", "0x" + "11" * 20, PASSMANAGER_PRIVATE_KEY=DEPLOYER_KEY
    )
    refused(both, "only one of", code=2)


def test_the_version_is_shown(passmanager):
    assert passmanager("--version").stdout.strip().count(".") == 2


def test_a_process_of_its_own_shows_no_traceback(tmp_path):
    command = [sys.executable, "-m", "passmanager.cli", "deploy", "--rpc-url", "http://127.0.0.1:1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("NoNode: ")
    assert run.stderr.count("\n") == 1
