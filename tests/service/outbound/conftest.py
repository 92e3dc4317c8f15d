"""Servers on this machine that behave well and badly."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Site:
    url: str
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.site.seen.append((self.command, self.path, headers, body))
        kind = self.path.strip("/").split("?")[0]
        if kind == "redirect":
            self._send(302, b"", Location="http://169.254.169.254/latest/meta-data/")
        elif kind == "large":
            self._send(200, b"x" * 200_000)
        elif kind == "gzip":
            self._send(200, b"\x1f\x8bnot opened", **{"Content-Encoding": "gzip"})
        elif kind == "slow":
            self._trickle()
        elif kind == "late":
            time.sleep(1.5)
            self._send(200, b"late")
        else:
            self._send(200, b"ok", **{"X-Mark": "a"})

    do_GET = do_POST = _answer  # noqa: N815 - names of the standard library

    def _send(self, status, body, **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(20):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.1)


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def names(monkeypatch):
    """Names that only this test knows, with the answers of each look-up in turn."""
    real, known = socket.getaddrinfo, {}

    def look_up(host, port, *args, **kwargs):
        if host not in known:
            return real(host, port, *args, **kwargs)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known
