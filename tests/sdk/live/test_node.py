"""Nodes that are not as they should be."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import NoNode, RevertedWithoutReason, RpcError
from passmanager.node import Node
from passmanager.units import NATIVE

GWEI = 10**9
Answer = Callable[[Any], tuple[int, str]]


@pytest.fixture
def node_that() -> Iterator[Callable[[Answer], Node]]:
    """A node that answers each request's JSON as the given function says."""
    servers = []

    def start(answer: Answer) -> Node:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, text = answer(request)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Node.connect(f"http://127.0.0.1:{server.server_port}/key/secret")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def results(**values: Any) -> Answer:
    """A node that knows these methods, and takes no batches."""

    def answer(request: Any) -> tuple[int, str]:
        if isinstance(request, list):
            return 200, json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}})
        if request["method"] in values:
            body = {"result": values[request["method"]]}
        else:
            body = {"error": {"code": -32601, "message": "method not found"}}
        return 200, json.dumps({"jsonrpc": "2.0", "id": request["id"], **body})

    return answer


def block(**more: str) -> dict[str, str]:
    return {"number": "0x10", "hash": "0xb1", "timestamp": "0x5", **more}


def test_batches_are_asked_one_by_one_when_the_node_takes_none(node_that):
    node = node_that(results(eth_chainId="0x7"))
    first, second = node.request_many([("eth_chainId", ()), ("eth_other", ())])
    assert first == "0x7"
    assert isinstance(second, RpcError)


def test_fees_are_found_without_a_tip_of_the_node(node_that):
    node = node_that(results(eth_getBlockByNumber=block(baseFeePerGas=hex(10 * GWEI)), eth_gasPrice=hex(11 * GWEI)))
    assert node.fees() == Fees(ceiling=21 * GWEI, tip=GWEI)


def test_fees_are_one_price_on_a_chain_without_base_fee(node_that):
    node = node_that(results(eth_getBlockByNumber=block(), eth_gasPrice=hex(3 * GWEI)))
    assert node.fees() == Fees(ceiling=3 * GWEI, legacy=True)
    with pytest.raises(RpcError, match="method not found"):
        node_that(results(eth_getBlockByNumber=block())).fees()


def test_a_revert_without_data_is_one(node_that):
    def answer(request: Any) -> tuple[int, str]:
        error = {"code": -32000, "message": "execution reverted"}
        return 200, json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error})

    with pytest.raises(RevertedWithoutReason, match="Catalog"):
        node_that(answer).call(Transaction(to=NATIVE), name="Catalog.sell")


@pytest.mark.parametrize(
    ("status", "text", "problem"), [(429, "", "HTTP 429"), (200, "<html>", "JSON"), (502, "", "HTTP 502")]
)
def test_refused_when_no_node_answers(node_that, status, text, problem):
    with pytest.raises(NoNode) as refusal:
        node_that(lambda _request: (status, text)).chain_id()
    assert problem in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_an_answer_after_a_failure_is_taken(node_that):
    answers = iter([(503, ""), (200, json.dumps({"jsonrpc": "2.0", "id": 0, "result": "0x5"}))])
    assert node_that(lambda _request: next(answers)).chain_id() == 5
