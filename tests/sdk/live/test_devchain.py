import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passmanager.devchain import devchain, find_anvil
from passmanager.errors import AnvilFailed, AnvilMissing
from passmanager.node import Node


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process_id: int) -> bool:
    limit = time.monotonic() + 10
    while is_running(process_id) and time.monotonic() < limit:
        time.sleep(0.05)
    return not is_running(process_id)


def test_two_chains_run_side_by_side():
    with devchain() as first, devchain() as second:
        assert first.url != second.url
        assert Node.connect(first.url).chain_id() == Node.connect(second.url).chain_id() == 31337
    assert not is_running(first.process_id)


def test_the_hardfork_is_prague(node):
    assert node.request("anvil_nodeInfo")["hardFork"].lower() == "prague"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children of killed processes")
def test_it_ends_with_its_process_even_when_that_is_killed(tmp_path):
    code = (
        "import sys, time; from passmanager.devchain import devchain\n"
        "with devchain() as chain:\n  print(chain.process_id, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        anvil = int(parent.stdout.readline())
        assert is_running(anvil)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_until_gone(anvil)


def test_refused_when_the_port_is_in_use(chain):
    port = int(chain.url.rpartition(":")[2])
    with pytest.raises(AnvilFailed, match="port"), devchain(port=port):
        pass


def test_anvil_is_found_in_node_modules_of_the_working_tree(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    native = tmp_path / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
    native.parent.mkdir(parents=True)
    native.touch(mode=0o755)
    deep = tmp_path / "a/b"
    deep.mkdir(parents=True)
    assert find_anvil(deep) == native


def test_refused_when_anvil_is_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("passmanager.devchain.__file__", str(tmp_path / "package/devchain.py"))
    with pytest.raises(AnvilMissing, match="make setup"):
        find_anvil(Path(tmp_path))
