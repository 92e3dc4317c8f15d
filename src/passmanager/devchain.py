"""A local chain: Anvil on a free port, gone when this process is gone.

Its output goes to a file: Anvil prints every call, and a pipe that nobody drains stops it after 64 KiB;
`--silent` is no way out, it also hides the port that `--port 0` chose.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passmanager.errors import AnvilFailed, AnvilMissing

START_LIMIT_S = 10.0
PR_SET_PDEATHSIG = 1
HARDFORK = "prague"
# Anvil's well-known development accounts; anybody knows their keys.
MNEMONIC = "test test test test test test test test test test test junk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Devchain:
    """A running local chain."""

    url: str
    process_id: int
    log: Path


def find_anvil(start: Path | None = None) -> Path:
    """Anvil on PATH, or in `node_modules` of this folder, one above it, or the package's own tree.

    The native program is preferred to npm's shim, which leaves Anvil running when it is killed.

    Raises:
        AnvilMissing: It is nowhere.
    """
    on_path = shutil.which("anvil")
    if on_path is not None:
        return Path(on_path)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        modules = folder / "node_modules"
        native = sorted(modules.glob("@foundry-rs/anvil-*/bin/anvil"))
        for candidate in (*native, modules / ".bin" / "anvil"):
            if os.access(candidate, os.X_OK):
                return candidate
    raise AnvilMissing


@contextmanager
def devchain(
    *options: str, port: int = 0, hardfork: str = HARDFORK, log: Path | None = None, binary: Path | None = None
) -> Generator[Devchain]:
    """A local chain while the block runs; `options` go to Anvil.

    Args:
        options: For instance `--no-mining`.
        port: 0 takes a free one.
        hardfork: Rules of the chain.
        log: Anvil's output; by default a temporary file.
        binary: Anvil itself, if it is not where `find_anvil` looks.

    Raises:
        AnvilMissing: Anvil is not installed.
        AnvilFailed: It ended at once, for instance because the port is in use.
    """
    program = binary or find_anvil()
    with tempfile.TemporaryDirectory() as folder:
        path = log or Path(folder, "anvil.log")
        with path.open("w") as out:
            command = [str(program), "--port", str(port), "--hardfork", hardfork, *options]
            node = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, preexec_fn=_end_with(os.getpid()))
        try:
            yield Devchain(url=_started(node, path), process_id=node.pid, log=path)
        finally:
            node.terminate()
            node.wait()


def _end_with(parent: int) -> "_Prepare | None":
    """Linux ends the node with this process, even if that is killed; elsewhere the block's end does."""
    return _Prepare(parent) if sys.platform == "linux" else None


class _Prepare:
    """Runs in the new process: two system calls, no lock."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._prctl = ctypes.CDLL(None).prctl

    def __call__(self) -> None:
        self._prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != self._parent:  # it ended before the first call
            os._exit(1)


def _started(node: "subprocess.Popen[bytes]", log: Path) -> str:
    limit = time.monotonic() + START_LIMIT_S
    while (url := _url(log)) is None:
        if node.poll() is not None or time.monotonic() > limit:
            raise AnvilFailed(output=log.read_text()[-500:].strip())
        time.sleep(0.02)
    return url


def _url(log: Path) -> str | None:
    for line in log.read_text().splitlines():
        if line.startswith("Listening on "):
            return f"http://{line.removeprefix('Listening on ')}"
    return None
