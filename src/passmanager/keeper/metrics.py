"""Numbers for Prometheus, in its text form, served by a small HTTP server of its own thread."""

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PREFIX: Final = "passmanager_keeper_"
# Name: type, help, name of the label if there is one.
CATALOG: Final[Mapping[str, tuple[str, str, str]]] = {
    "outcomes_total": ("counter", "Outcomes of subscriptions that were tried.", "outcome"),
    "transactions_total": ("counter", "Transactions that were mined.", ""),
    "gas_used_total": ("counter", "Gas of mined transactions.", ""),
    "fees_wei_total": ("counter", "Fees paid for mined transactions, in wei.", ""),
    "halvings_total": ("counter", "Batches that did not fit the gas of one transaction.", ""),
    "problems_total": ("counter", "Rounds that a problem ended early.", "kind"),
    "replaced_blocks_total": ("counter", "Blocks that were replaced by others.", ""),
    "rounds_total": ("counter", "Rounds.", ""),
    "due": ("gauge", "Subscriptions to be tried now.", ""),
    "next_due_timestamp_seconds": ("gauge", "When the next subscription is to be tried; 0 = never.", ""),
    "block": ("gauge", "Newest block in the index.", ""),
    "block_timestamp_seconds": ("gauge", "Time of the newest block.", ""),
    "last_round_timestamp_seconds": ("gauge", "End of the last round that no problem ended early.", ""),
    "waits_for_lower_fee": ("gauge", "1 while the base fee is above the limit.", ""),
}


class Metrics:
    """Counters and gauges."""

    def __init__(self) -> None:
        """Everything is 0."""
        self._values: dict[tuple[str, str], float] = {(name, ""): 0 for name, row in CATALOG.items() if not row[2]}
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1, label: str = "") -> None:
        """Counts up."""
        with self._lock:
            self._values[name, label] = self._values.get((name, label), 0) + amount

    def set(self, name: str, value: float) -> None:
        """Sets a gauge."""
        with self._lock:
            self._values[name, ""] = value

    def get(self, name: str, label: str = "") -> float:
        """One number."""
        with self._lock:
            return self._values.get((name, label), 0)

    def text(self) -> str:
        """All of them, as Prometheus reads them."""
        with self._lock:
            return "".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for name, (kind, explained, label_name) in CATALOG.items():
            yield f"# HELP {PREFIX}{name} {explained}\n# TYPE {PREFIX}{name} {kind}\n"
            for (of, label), value in self._values.items():
                if of == name:
                    labels = f'{{{label_name}="{label}"}}' if label_name else ""
                    yield f"{PREFIX}{name}{labels} {value:.15g}\n"


class _Handler(BaseHTTPRequestHandler):
    metrics: Metrics

    def do_GET(self) -> None:
        found = {"/metrics": self.metrics.text, "/healthz": lambda: "ok\n"}.get(self.path)
        body = found().encode() if found else b"try /metrics\n"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Says nothing: a scrape is no news."""


def serve(metrics: Metrics, port: int, host: str = "127.0.0.1") -> int:
    """Answers /metrics and /healthz until the process ends; port 0 takes a free one. Gives the port.

    Raises:
        OSError: The port is in use.
    """
    handler = type("Handler", (_Handler,), {"metrics": metrics})
    server = ThreadingHTTPServer((host, port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
