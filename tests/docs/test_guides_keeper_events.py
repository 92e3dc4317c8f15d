"""What docs/guide/keeper.md and docs/guide/events.md show runs as shown."""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from passmanager.core.state import Outcome
from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.story import fund_buyer, initial
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain
from passmanager.keeper.metrics import CATALOG, PREFIX

GUIDES = Path(__file__).resolve().parents[2] / "docs/guide"
KEEPER, EVENTS = (GUIDES / f"{name}.md" for name in ("keeper", "events"))


def blocks(guide: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", guide.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    with devchain() as node:
        world = World.build(node.url, folder / "deployments", Report(live=False))
        shop = open_shop(world)
        fund_buyer(world)
        for _ in range(2):
            cart = initial(world.people["buyer"], shop.org, lines=[(shop.plan, shop.monthly, 0)])
            world.act("buyer", "a membership", lambda buyer, cart=cart: buyer.manager.purchase_products(cart))
        world.travel(31)
        yield node.url, folder, world


def hear_interrupts():
    """As at a terminal: what a shell starts in the background, tests too, ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(town, command: str) -> tuple[int, str, str]:
    """A command of a guide; one that goes on for ever is stopped as an operator would."""
    url, folder, _ = town
    words = shlex.split(command.replace("9464", "0"))
    environment = {**os.environ, "PASSMANAGER_RPC_URL": url}
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - this process has one thread
    ) as process:
        if "--metrics-port" in words:
            assert "/metrics" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
        elif "follow" in words:
            assert json.loads(process.stdout.readline())["orphaned"] is False
            process.send_signal(signal.SIGINT)
        output, problems = process.communicate(timeout=60)
    return process.returncode, output, problems


def test_the_keeper_s_commands_run_in_this_order(town):
    preview, once, for_good = [line for block in blocks(KEEPER, "sh") for line in block.splitlines()]
    assert "2 due. Nothing was sent." in run(town, preview)[1]
    code, output, problems = run(town, once)
    assert (code, output.splitlines()[-1]) == (0, "2 renewed; 1 transaction(s)"), problems
    assert run(town, for_good)[0] == 0


def test_the_event_commands_run(town):
    past, future = [line for block in blocks(EVENTS, "sh") for line in block.splitlines()]
    code, output, problems = run(town, past)
    assert (code, len(output.splitlines())) == (0, 2), problems
    assert run(town, future)[0] == 130


@pytest.mark.parametrize("guide", [KEEPER, EVENTS], ids=lambda guide: guide.stem)
def test_the_python_runs(town, guide, monkeypatch, tmp_path):
    url, folder, world = town
    monkeypatch.chdir(tmp_path)
    names = {
        "rpc_url": url,
        "deployment": Deployment.find(31337, folder / "deployments"),
        "signer": world.clients["stranger"].signer,
    }
    start = time.monotonic()
    for code in blocks(guide, "python"):
        exec(compile(code, str(guide), "exec"), names)
    assert time.monotonic() - start < 20


def test_all_outcomes_and_only_real_metrics_are_shown():
    text = KEEPER.read_text()
    assert {outcome.name.lower() for outcome in Outcome} | {"refused"} <= set(re.findall(r"`(\w+)`", text))
    assert {name.removeprefix(PREFIX) for name in re.findall(rf"{PREFIX}\w+", text)} <= set(CATALOG)
