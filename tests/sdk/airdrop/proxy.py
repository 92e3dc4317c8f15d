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


class KillAt:
    """Calls `kill` at one of the requests, before or after the node gets it."""

    def __init__(self) -> None:
        self.count = 0
        self.at: int | None = None
        self.after = False
        self.kill: Callable[[], None] = lambda: None

    def arm(self, at: int, *, after: bool, kill: Callable[[], None]) -> None:
        self.count, self.after, self.kill, self.at = 0, after, kill, at

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        self.count += 1
        if self.count != self.at:
            return forward()
        self.at = None
        if self.after:
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
