"""`passmanager keeper run` as a process of its own: killed, stopped, run twice, watched."""

import json
import random
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from passmanager.keeper import Metrics, serve
from tests.sdk.keeper.killed import started

COMMAND = [sys.executable, "-m", "passmanager.cli", "keeper", "run"]


def options_of(town, path) -> list[str]:
    return ["--rpc-url", town.url, "--deployment", str(town.folder), "--index", str(path)]


@pytest.fixture
def keeper_run(town, path, command):
    return lambda *options: command("keeper", "run", *options_of(town, path), *options)


def wait_for(condition) -> None:
    limit = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_one_round_for_cron(town, path, keeper_run):
    town.subscribe(2)
    town.approve(10_000_000)
    town.travel(31)
    preview = keeper_run("--dry-run")
    assert "2 due. Nothing was sent." in preview.stdout, preview.stderr
    assert not path.exists()
    done = keeper_run("--once", "--json")
    assert done.code == 0, done.stderr
    *results, summary = map(json.loads, done.stdout.splitlines())
    assert {one["outcome"] for one in results} == {"renewed", "allowance_too_small"}
    assert summary["outcomes"] == {"renewed": 1, "allowance_too_small": 1}
    assert len(summary["transactions"]) == 1
    assert keeper_run("--once").stdout.strip() == "nothing was due; 0 transaction(s)"


def test_refused_with_exit_code_1_when_the_round_ends_early(town, keeper_run):
    town.subscribe(1)
    town.travel(31)
    town.node.request("anvil_setBalance", town.world.people["stranger"], hex(1))
    refused = keeper_run("--once", "--account", town.world.people["stranger"])
    assert refused.code == 1
    assert "InsufficientFunds" in refused.stderr
    nobody = keeper_run("--once", "--rpc-url", "http://127.0.0.1:1")
    assert (nobody.code, "NoNode" in nobody.stderr) == (1, True)


def test_refused_when_the_metrics_port_is_in_use(keeper_run):
    port = serve(Metrics(), 0)
    refused = keeper_run("--once", "--metrics-port", str(port))
    assert (refused.code, f"port {port} of 127.0.0.1 cannot be used" in refused.stderr) == (2, True)


def test_it_can_be_killed_at_any_moment(town, path):
    pairs = town.subscribe(20)
    town.travel(31)
    chance = random.Random(5)
    kills = 0
    while len(town.renewals()) < len(pairs) or kills < 20:
        process = started(town, path)
        time.sleep(chance.uniform(0.05, 0.3))
        process.kill()
        process.join()
        kills += 1
        assert kills < 200
    keeper = town.keeper(path)
    assert keeper.round().outcomes == {}
    assert sorted(town.renewals()) == pairs
    assert keeper.index.next_due() > town.now()


def test_two_processes_at_once_do_no_harm(town, path, tmp_path):
    pairs = town.subscribe(12)
    town.travel(31)
    same_file = [started(town, path, "stranger", 2), started(town, path, "friend", 3)]
    own_file = started(town, tmp_path / "own", "collector", 4)
    wait_for(lambda: len(town.renewals()) >= len(pairs))
    time.sleep(0.5)
    for process in (*same_file, own_file):
        assert process.is_alive()
        process.kill()
        process.join()
    assert sorted(town.renewals()) == pairs


def test_it_stops_cleanly_and_is_watched_meanwhile(town, path):
    town.subscribe(1)
    town.travel(31)
    command = [*COMMAND, *options_of(town, path), "--poll", "0.05", "--metrics-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        port = re.search(r":(\d+)/metrics", process.stderr.readline())[1]
        wait_for(town.renewals)
        wait_for(lambda: 'outcomes_total{outcome="renewed"} 1\n' in scrape(port))
        process.send_signal(signal.SIGTERM)
        output, problems = process.communicate(timeout=30)
    assert (process.returncode, problems) == (0, "")
    assert "renewed in 0x" in output


# --- metrics


def scrape(port: int | str, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def test_metrics_are_what_prometheus_reads():
    metrics = Metrics()
    metrics.add("outcomes_total", label="renewed")
    metrics.add("outcomes_total", 2, label="refused")
    metrics.add("fees_wei_total", 10**15)
    port = serve(metrics, 0)
    lines = scrape(port).splitlines()
    assert 'passmanager_keeper_outcomes_total{outcome="refused"} 2' in lines
    assert (
        "passmanager_keeper_fees_wei_total 1e+15" in lines
        or "passmanager_keeper_fees_wei_total 1000000000000001" in lines
    )
    assert all(re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="\w+"\})? [\d.e+]+', line) for line in lines)
    assert scrape(port, "/healthz") == "ok\n"
    with pytest.raises(urllib.error.HTTPError):
        scrape(port, "/nothing")
    with pytest.raises(OSError, match="in use"):
        serve(metrics, port)
