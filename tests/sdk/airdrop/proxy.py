"""A bad node: between the client and Anvil, it loses, delays and repeats what passes."""

import json
import random
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from passmanager.node import Node

Forward = Callable[[], bytes]
Behave = Callable[[Any, Forward], bytes | None]
"""Gets the request and a way to ask the node; gives the answer, or None to hang up."""


class Trouble:
    """Of ten requests about four go wrong."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.kinds: dict[str, int] = {}

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        with self._lock:
            kind = self._random.choice(["lose", "lose answer", "delay", "repeat", *["work"] * 6])
            pause = self._random.random() / 20
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "lose":
            return None
        if kind == "delay":
            time.sleep(pause)
        answer = forward()
        if kind == "repeat":
            return forward()
        return None if kind == "lose answer" else answer


class Swallow:
    """Takes every other transaction, and forgets it."""

    def __init__(self) -> None:
        self.swallowed = 0
        self._count = 0

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if not isinstance(request, list) or request[0]["method"] != "eth_sendRawTransaction":
            return forward()
        self._count += 1
        if self._count % 2 == 0:
            return forward()
        self.swallowed += len(request)
        return json.dumps([{"jsonrpc": "2.0", "id": one["id"], "result": "0x" + "00" * 32} for one in request]).encode()


class Stingy:
    """Gives the logs of three blocks at most, or refuses now and then."""

    def __init__(self, message: str) -> None:
        self._message = message
        self.refused = 0

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if not isinstance(request, dict) or request["method"] != "eth_getLogs":
            return forward()
        asked = request["params"][0]
        busy = "rate" in self._message
        if self.refused < 2 if busy else int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) >= 3:
            self.refused += 1
            error = {"code": -32005, "message": self._message}
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode()
        return forward()


WHEN = ("before", "after", "soon")


class KillAt:
    """Calls `kill` at one of the requests: before the node gets it, after it, or soon after the answer.

    With a node that does not mine by itself, a block comes with every fifth request.
    """

    def __init__(self, miner: Node | None = None) -> None:
        self._miner = miner
        self._count = self._at = 0
        self._when = WHEN[0]
        self._pause = 0.0
        self.kill: Callable[[], None] = lambda: None

    def arm(self, at: int, when: str, pause: float) -> None:
        self._count, self._when, self._pause, self._at = 0, when, pause, at

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        self._count += 1
        if self._miner is not None and self._count % 5 == 0:
            self._miner.request("evm_mine")
        if self._count != self._at:
            return forward()
        if self._when == "soon":
            threading.Timer(self._pause, self.kill).start()
            return forward()
        if self._when == "after":
            forward()
        self.kill()
        return None


@contextmanager
def proxy(url: str, behave: Behave) -> Iterator[str]:
    """Address of a node that behaves like that."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = behave(json.loads(body), lambda: _ask(url, body))
            if answer is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client was killed, or hung up."""


def _ask(url: str, body: bytes) -> bytes:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()
