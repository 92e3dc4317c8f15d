"""What docs/guide/ape-scripts.md shows runs as shown."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.story import fund_buyer
from passmanager.demo.world import World
from passmanager.devchain import devchain

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/guide/ape-scripts.md").read_text()
COMMANDS = re.findall(r"^ape run .*", "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)), re.MULTILINE)
PEOPLE = ("0x90F79bf6EB2c4f870365E785982E1f101E93b906", "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The demo's shop on a chain of its own; its people are Ape's test accounts."""
    folder = tmp_path_factory.mktemp("ape")
    (folder / "people.csv").write_text("\n".join(["recipient", *PEOPLE]))
    with devchain() as chain:
        world = World.build(chain.url, folder / "deployments", Report(live=False))
        shop = open_shop(world)
        fund_buyer(world)
        assert (shop.org, shop.handbook, shop.seats, shop.seat_tiers) == (1, 1, 3, 4)  # what the guide names
        yield world, chain.url, folder


def run(place, command):
    world, url, folder = place
    environment = {
        **os.environ,
        "LOCAL": f"ethereum:local:{url}",
        "TOKEN": world.token,
        "PASSMANAGER_DEPLOYMENT": str(folder / "deployments"),
    }
    shown = command.replace("people.csv", str(folder / "people.csv"))
    done = subprocess.run(
        ["bash", "-c", shown], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_run_in_this_order(place):
    world, _, folder = place
    deploy, buy, more, give, renew, withdraw = COMMANDS
    other = folder / "other"
    run(place, f"{deploy} --out {other}")
    assert (other / "31337.json").is_file()
    assert "Pass 1 bought for 45.6" in run(place, buy)  # 20 and 10 seats at 4, less 20 %, less 5 %
    assert "product 2 at pricing 2" in run(place, more)
    assert "2 recipients have their pass" in run(place, give)
    world.travel(31)
    assert "1 renewed" in run(place, renew)
    assert "Paid 64.6" in run(place, withdraw)  # 45.6, and the month at 9.5 twice
    client: PassManager = world.clients["merchant"]
    assert [client.product_pass.owner_of(number) for number in (1, 2, 3)] == [world.people["buyer"], *PEOPLE]
    assert client.lens.get_subscription(1, 2).end > world.node.head().timestamp


def test_shown_options_exist():
    shown = set(re.findall(r"`(--[a-z-]+)", TEXT))
    scripts = "".join(path.read_text() for path in (ROOT / "scripts").glob("*.py"))
    defined = set(re.findall(r'"(--[a-z-]+)"', scripts)) | {"--network", "--account"}  # these two are Ape's
    assert shown <= defined


def test_each_script_is_shown():
    scripts = {path.stem for path in (ROOT / "scripts").glob("[a-z]*.py")}
    assert {command.split()[2] for command in COMMANDS} == scripts
