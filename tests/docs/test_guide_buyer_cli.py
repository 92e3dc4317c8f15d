"""What docs/guide/buyer-cli.md shows runs as shown."""

import re
import shlex
from pathlib import Path
from string import Template

import pytest

from passmanager.cli.root import Deferred
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, open_shop
from passmanager.demo.world import World
from passmanager.devchain import devchain
from tests.sdk.command import command

__all__ = ["command"]

TEXT = (Path(__file__).resolve().parents[2] / "docs/guide/buyer-cli.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
(CART,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
GROUPS = ("quote", "purchase", "pass", "subscription", "usage", "escrow")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The demo's shop, whose ids the guide names, in a folder with the guide's cart."""
    with devchain() as chain:
        world = World.build(chain.url, tmp_path / "deployments", Report(live=False))
        shop = open_shop(world)
        assert (shop.org, shop.plan, shop.monthly, shop.yearly) == (1, 2, 2, 3)
        assert (shop.seats, shop.seat_tiers, shop.api, shop.metered, shop.meter) == (3, 4, 5, 6, 1)
        world.token_send("platform", "tokens", "mint", world.people["buyer"], 1_000 * ONE)
        (tmp_path / "cart.json").write_text(CART)
        monkeypatch.chdir(tmp_path)
        yield world, chain.url


def test_the_commands_run_in_this_order(place, command):
    world, url = place
    names = {name.upper(): wallet for name, wallet in world.people.items()} | {"TOKEN": world.token}
    said = {}
    for line in COMMANDS:
        if "renew-due" in line or "usage bill" in line:
            world.travel(31)
        words = shlex.split(Template(line).substitute(names))
        run = command(*words[1:], PASSMANAGER_RPC_URL=url, PASSMANAGER_ACCOUNT=names["BUYER"])
        assert run.code == 0, f"{line}\n{run.stderr}"
        said[line] = run.stdout
    assert "45.6 DEMO" in said[COMMANDS[0]]  # 20 and 10 seats at 4, less 20 %, less 5 %
    assert "Nothing was sent." in said[COMMANDS[1]]
    assert "pass id: 1" in said[COMMANDS[2]]
    manager = world.clients["buyer"].manager
    assert manager.pass_supply() == 4
    assert world.clients["buyer"].product_pass.owner_of(2) == names["BUYER"]


def leaves(found, path=""):
    below = getattr(found, "commands", None)
    if below is None:
        return {path: found}
    return {name: leaf for word, sub in below.items() for name, leaf in leaves(sub, f"{path} {word}").items()}


def test_named_commands_and_options_exist():
    found = {name: leaf for group in GROUPS for name, leaf in leaves(Deferred(group).load(), group).items()}
    named = set(re.findall(r"`([a-z-]+)`", TEXT[TEXT.index("`escrow platform`") :]))
    assert {name.split()[2] for name in found if name.startswith("escrow platform")} == named
    options = {option for leaf in found.values() for one in leaf.params for option in [*one.opts, *one.secondary_opts]}
    assert set(re.findall(r"`(--[a-z-]+)", TEXT)) <= options
