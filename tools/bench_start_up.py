"""How long a service is away that was killed: `python tools/bench_start_up.py [--starts 7]`.

From the start of `passmanager serve` on a SQLite file that exists to the answers of `/readyz` and of a first list.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection

TARGET_SECONDS = 2.0
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.01


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(port: int, path: str, status: int) -> None:
    """Until the service answers."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == status:
                return
        except OSError:
            time.sleep(PAUSE_SECONDS)
        finally:
            connection.close()
    sys.exit(f"{path} did not answer {status} in {PATIENCE_SECONDS} s")


def start(folder: str) -> tuple[float, float]:
    """Seconds to `/readyz`, and to the first answer of a resource."""
    port, began = free_port(), time.perf_counter()
    command = [sys.executable, "-m", "passmanager.cli", "serve", "--data", folder, "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port, "/readyz", 200)
    ready = time.perf_counter() - began
    wait_for(port, "/v1/orders", 401)
    listed = time.perf_counter() - began
    process.kill()
    process.wait()
    return ready, listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start(folder)  # makes the database
        took = [start(folder) for _ in range(given.starts)]
    ready, listed = (statistics.median(some) for some in zip(*took, strict=True))
    slowest = max(one for one, _ in took)
    print(
        f"/readyz after {ready:.2f} s (median of {given.starts}, slowest {slowest:.2f}, target {TARGET_SECONDS}),"
        f" first list after {listed:.2f} s"
    )
    if ready > TARGET_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    main()
