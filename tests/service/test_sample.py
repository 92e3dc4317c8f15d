"""`make serve` from end to end: a purchase from a terminal becomes a delivered order and signed webhooks."""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "tools/serve_sample.py"


class Output:
    """What a program prints, line by line."""

    def __init__(self, stream):
        self.lines = []
        self._new = threading.Condition()
        self.reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self.reader.start()

    def _read(self, stream):
        for line in stream:
            with self._new:
                self.lines.append(line.rstrip("\n"))
                self._new.notify_all()

    def wait_for(self, pattern, seconds=60):
        with self._new:
            found = self._new.wait_for(lambda: self._find(pattern), seconds)
        assert found, "\n".join(self.lines)
        return found

    def _find(self, pattern):
        return next((match for line in list(self.lines) if (match := re.search(pattern, line))), None)


def hear_ctrl_c():
    """Shells have what runs in their background ignore it, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def sample():
    process = subprocess.Popen(
        [sys.executable, SAMPLE, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - takes no lock
    )
    output = Output(process.stdout)
    try:
        output.wait_for("End it with Ctrl-C", 120)
        yield output
        process.send_signal(signal.SIGINT)  # Ctrl-C, as it says
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        output.reader.join()
        process.stdout.close()


@pytest.fixture(scope="module")
def bought(sample):
    """The commands that it shows, typed into another terminal."""
    commands = [line.strip() for line in sample.lines if line.startswith("  ")]
    variables = dict(part.split("=", 1) for line in commands if line.startswith("export ") for part in line.split()[1:])
    purchase = next(line for line in commands if line.startswith("passmanager purchase"))
    command = [sys.executable, "-m", "passmanager.cli", *shlex.split(purchase)[1:]]
    subprocess.run(command, env={**os.environ, **variables}, check=True, capture_output=True, timeout=60)
    return next(line for line in commands if line.startswith("curl"))


def test_purchase_becomes_a_delivered_order_with_a_key_and_signed_webhooks(sample, bought):
    order = sample.wait_for(r"webhook, signature verified: order\.delivered +(ord_\w+)")[1]
    key = sample.wait_for(r"delivered license key: (\S+)")[1]
    for told in ("order.created", "order.paid", "product.delivered"):
        sample.wait_for(rf"webhook, signature verified: {told.replace('.', '[.]')} ")
    assert re.fullmatch(r"[0-9A-Z-]{16,}", key)
    assert not [line for line in sample.lines if "refused" in line], order


def test_same_order_is_shown_in_the_form_of_dpd(sample, bought):
    key = sample.wait_for(r"delivered license key: (\S+)")[1]
    _, _, login, url = shlex.split(bought)
    (shown,) = httpx2.get(url, auth=tuple(login.split(":", 1))).json()
    assert (shown["status"], shown["total"], shown["currency"]) == ("ACT", "20.00", "DEMO")
    assert shown["line_items"][0]["product_keys"] == [key]
