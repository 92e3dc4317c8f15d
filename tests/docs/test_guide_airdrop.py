"""What docs/guide/airdrop.md shows runs as shown."""

import csv
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain
from passmanager.node import Node
from passmanager.signers import LocalSigner

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/airdrop.md"
# Anvil's second development account, the demo's merchant; anybody knows its key.
MERCHANT_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with lists, and a chain with the demo's shop."""
    folder = tmp_path_factory.mktemp("airdrop")
    with devchain() as node:
        world = World.build(node.url, folder / "deployments", Report(live=False))
        shop = open_shop(world)
        assert (shop.org, shop.plan, shop.monthly) == (1, 2, 2)  # what the guide names
        (people,) = blocks("csv")
        (folder / "people.csv").write_text(people)
        for name in ("members", "friends"):
            wallets = [f"0x{keccak(text=f'{name} {i}')[:20].hex()}" for i in range(12)]
            (folder / f"{name}.csv").write_text("\n".join(["recipient", *wallets]))
        yield node.url, folder


def run(place, command: str) -> str:
    url, folder = place
    environment = {**os.environ, "PASSMANAGER_RPC_URL": url, "PASSMANAGER_PRIVATE_KEY": MERCHANT_KEY}
    done = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def execute(url: str, path: Path) -> None:
    """What the Safe would do with a file."""
    (transaction,) = json.loads(path.read_text())["transactions"]
    sender = LocalSigner.from_key(MERCHANT_KEY).address
    fields = {"from": sender, "to": transaction["to"], "data": transaction["data"]}
    node = Node.connect(url)
    nonce = node.nonce(sender)
    node.wait(node.request("eth_sendTransaction", fields), sender, nonce, seconds=10)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_commands_run_in_this_order(place):
    url, folder = place
    preview, send, safe, results = [line for block in blocks("sh") for line in block.splitlines()]
    assert "2 recipients in 1 batches" in run(place, preview)
    assert not (folder / "people.passes.csv").exists()
    assert "2 recipients have their pass" in run(place, send)
    given = rows(folder / "people.passes.csv")
    assert [row["pass_id"] for row in given] == ["1", "2"]
    assert "1 file(s)" in run(place, safe)
    execute(url, folder / "drop.json")
    assert "12 of 12 recipients" in run(place, results)
    assert len(rows(folder / "members.passes.csv")) == 12


def test_the_python_runs(place, monkeypatch):
    url, folder = place
    monkeypatch.chdir(folder)
    deployment = Deployment.find(31337, folder / "deployments")
    signer = LocalSigner.from_key(MERCHANT_KEY)
    (code,) = blocks("python")
    exec(compile(code, str(GUIDE), "exec"), {"rpc_url": url, "deployment": deployment, "signer": signer})
    client = PassManager.connect(url, deployment=deployment)
    for row in rows(folder / "friends.passes.csv"):
        assert client.product_pass.owner_of(int(row["pass_id"])) == row["recipient"]


def test_shown_options_exist():
    shown = set(re.findall(r"`(--[a-z-]+)", GUIDE.read_text()))
    text = "".join(
        subprocess.run(["passmanager", "airdrop", command, "--help"], capture_output=True, text=True, check=True).stdout
        for command in ("send", "results")
    )
    assert shown <= set(re.findall(r"--[a-z-]+", text)) | {"--line"}
