"""How long a service is away that was killed: `python tools/bench_start_up.py [--starts 7]`.

From the start of `passmanager serve` on a SQLite file that exists to the answers of `/readyz` and of a first list.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from http import HTTPStatus
from http.client import HTTPConnection

TARGET_SECONDS = 2.0
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.01


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(port: int, path: str, key: str = "") -> None:
    """Until the service gives what is asked for."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
            if connection.getresponse().status == HTTPStatus.OK:
                return
            time.sleep(PAUSE_SECONDS)
        except OSError:
            time.sleep(PAUSE_SECONDS)
        finally:
            connection.close()
    sys.exit(f"{path} was not answered in {PATIENCE_SECONDS} s")


def command(folder: str, port: int, *more: str) -> list[str]:
    return [sys.executable, "-m", "passmanager.cli", "serve", "--json", "--data", folder, "--port", str(port), *more]


def make_merchant(folder: str) -> str:
    """The API key of a merchant on a new database."""
    asked = command(folder, free_port(), "--init-merchant", "Bench")
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        said = process.stdout.readline() if process.stdout else ""
        process.terminate()
    return json.loads(said)["merchant"]["apiKey"]


def start(folder: str, key: str) -> tuple[float, float]:
    """Seconds to `/readyz`, and to the first list."""
    port, began = free_port(), time.perf_counter()
    with subprocess.Popen(command(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(port, "/readyz")
        ready = time.perf_counter() - began
        wait_for(port, "/v1/orders", key)
        listed = time.perf_counter() - began
        process.kill()
    return ready, listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        key = make_merchant(folder)
        took = [start(folder, key) for _ in range(given.starts)]
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
