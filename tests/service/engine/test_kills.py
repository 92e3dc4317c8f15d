"""Workers are killed at random while they work: nothing is lost, and nothing is written twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from subprocess import PIPE

import pytest

from passmanager.service.clock import MachineClock
from passmanager.service.db import session_scope
from passmanager.service.engine import enqueue_many
from passmanager.service.engine.claims import count_due

KILLS = 12
PIECES = 600
WORKING = Path(__file__).with_name("working.py")


class Workers:
    """Starts and ends workers by way of one warm process."""

    def __init__(self, process):
        self._process = process
        self.running = []

    def ask(self, *words):
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self, pid, how=signal.SIGKILL):
        os.kill(pid, how)
        self.running.remove(pid)
        return self.ask("wait", str(pid))


@pytest.fixture(scope="module")
def warm():
    with subprocess.Popen([sys.executable, str(WORKING)], stdin=PIPE, stdout=PIPE, text=True) as process:
        yield Workers(process)
        process.stdin.close()


@pytest.fixture
def start(warm, settings, tmp_path):
    def one():
        url = settings.url.replace("postgresql+psycopg", "postgresql")
        warm.running.append(warm.ask(url, str(tmp_path), str(tmp_path / "calls")))
        return warm.running[-1]

    yield one
    for pid in list(warm.running):
        warm.end(pid)


def add(services, pieces):
    with session_scope(services.sessions) as session:
        for kind in ("inside", "outside"):
            enqueue_many(session, kind, [(f"{kind}{number}", 0, {}) for number in pieces])


def done(services):
    return count_due(services.sessions, MachineClock().now()) == 0


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.mark.timeout(240)
def test_killed_workers_lose_nothing_and_write_nothing_twice(services, settings, marks, start, warm, tmp_path):
    chance, step = random.Random(4), PIECES // KILLS
    workers = [start() for _ in range(1 if settings.on_sqlite else 2)]
    for kill in range(KILLS):
        add(services, range(kill * step, (kill + 1) * step))
        time.sleep(chance.uniform(0.1, 1.0))
        warm.end(workers.pop(0))
        workers.append(start())
    wait_until(lambda: done(services), 60)
    assert sorted(marks()) == sorted(f"{kind}{number}" for kind in ("inside", "outside") for number in range(PIECES))
    calls = Counter((tmp_path / "calls").read_text().split())
    assert set(calls) == {f"outside{number}" for number in range(PIECES)}
    assert sum(calls.values()) - PIECES <= KILLS * 32  # at least once: what ran at a kill is called again


@pytest.mark.timeout(120)
def test_survivor_takes_the_work_of_the_dead_within_five_seconds(services, settings, put, start, warm, tmp_path):
    if settings.on_sqlite:
        pytest.skip("one process")
    victim = start()
    put("stuck", "a")
    wait_until((tmp_path / "calls").exists, 10)
    start()
    time.sleep(3)
    assert (tmp_path / "calls").read_text() == "a\n"
    warm.end(victim)
    wait_until(lambda: (tmp_path / "calls").read_text() == "a\na\n", 5)
    wait_until(lambda: done(services), 10)


def test_worker_that_is_told_to_end_finishes_what_runs(services, start, warm, marks):
    worker = start()
    add(services, range(50))
    wait_until(marks, 10)
    assert warm.end(worker, signal.SIGTERM) == 0
    left = count_due(services.sessions, MachineClock().now())
    assert len(marks()) + left == 100
