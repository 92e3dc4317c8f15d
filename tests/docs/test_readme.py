"""What the README shows runs as shown."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.story import fund_buyer
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
# Anvil's third development account, the demo's buyer; anybody knows its key.
BUYER_KEY = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"


@pytest.fixture
def chain(tmp_path):
    with devchain() as node:
        world = World.build(node.url, tmp_path, Report(live=False))
        open_shop(world)
        fund_buyer(world)
        yield node.url, Deployment.find(31337, tmp_path)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_main_job_runs_as_shown(chain):
    url, deployment = chain
    names = {
        "rpc_url": url,
        "deployment": deployment,
        "buyer_key": BUYER_KEY,
        "deadline": int(time.time()) + 3_600,
    }
    (code,) = blocks("python")
    assert len(code.splitlines()) <= 20
    exec(compile(code, "README.md", "exec"), names)
    assert names["sold"].amount_paid == names["quote"].total == 20_000_000


def test_shown_make_targets_exist():
    shown = set(re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE)) | set(
        re.findall(r"`make (\w+)`", README)
    )
    assert {"demo", "test"} <= shown
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown <= {line.split()[0] for line in text.splitlines() if line.strip()} | {"help"}


def test_the_demo_shows_each_step_and_every_check_holds():
    run = subprocess.run(
        ["passmanager", "demo", "--json"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert run.returncode == 0, run.stderr
    shown = json.loads(run.stdout)
    assert len(shown["steps"]) >= 40
    assert all(step["gas"] > 20_000 for step in shown["steps"])
    assert len(shown["checks"]) >= 20
    assert all(check["holds"] for check in shown["checks"])
    assert shown["metadata"]["attributes"]


def test_the_kept_chain_can_be_reached_and_ends_with_the_demo(tmp_path):
    environment = {**os.environ, "PATH": f"{ROOT / 'node_modules/.bin'}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(
        ["passmanager", "demo", "--keep", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment
    ) as demo:
        try:
            lines = []
            while not lines or lines[-1] != "}\n":
                lines.append(demo.stdout.readline())
            shown = json.loads("".join(lines))
            found = Deployment.find(31337, tmp_path / "deployments")
            assert found.addresses().all().items() <= shown["addresses"].items()
        finally:
            demo.terminate()
    assert demo.returncode == 0


def test_the_table_of_gas_is_what_was_measured():
    gas = json.loads((ROOT / "gas.json").read_text())
    rows = {
        "purchase, one-time product": "purchase_one_time_erc20",
        "purchase, subscription": "purchase_subscription_erc20",
        "three products, coupon, discount": "purchase_three_coupon_discount",
        "airdrop, per wallet of 100": "airdrop_per_recipient_100",
        "renewal by a stranger": "renew_by_third_party",
        "renewal, per pass, ten at once": "renew_batch_10_per_pass",
    }
    for row, key in rows.items():
        shown = re.search(rf"^\| {re.escape(row)} \|.*\| ([\d,]+) \|$", README, re.MULTILINE)
        assert int(shown[1].replace(",", "")) == gas[key], row
