"""Nodes that give less than asked for at once, and answers that are errors."""

import json
from typing import Any

import pytest

from passmanager.abi.errors import NoSuchPass, NoSuchProduct
from passmanager.core.multicall import MULTICALL3, PACK
from passmanager.errors import LogsMissing, RpcError, UnexpectedAnswer
from passmanager.node import Node
from passmanager.reading import Reader
from tests.sdk.airdrop.proxy import Forward, Stingy
from tests.sdk.reads.conftest import PASSES, Counter, behind


def answers(request: list[Any], forward: Forward, change: Any) -> bytes:
    """The node's answers to a batch, after `change` of each."""
    found = json.loads(forward())
    return json.dumps([change(one, answer) for one, answer in zip(request, found, strict=True)]).encode()


class NoWideBatches:
    """Refuses more than 100 requests at once, in one of the ways of servers."""

    def __init__(self, how: str) -> None:
        self._how = how
        self.sizes: list[int] = []

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if not isinstance(request, list) or len(request) <= 100:
            self.sizes.append(len(request) if isinstance(request, list) else 1)
            return forward()
        if self._how == "hang up":
            return None
        error = {"code": -32600, "message": "batch too large"}
        return json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()


@pytest.mark.parametrize("how", ["hang up", "error"])
def test_a_node_that_refuses_wide_batches_gets_smaller_ones(market, how):
    server = NoWideBatches(how)
    with behind(market, server) as client:
        server.sizes.clear()
        page = client.passes.of(market.wallet("collector"), limit=100)
    assert len(page.passes) == 100
    assert server.sizes == [4, 100, 100, 100, 1, 100, 100, 2]


class FewBlocks:
    """Gives the logs of ten blocks at most, also in a batch."""

    def __init__(self) -> None:
        self.stingy = Stingy("query returned more than 10000 results")

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if isinstance(request, dict):
            return self.stingy(request, forward)
        refused = {"code": -32005, "message": "block range is too wide"}

        def change(one: Any, answer: Any) -> Any:
            if one["method"] != "eth_getLogs":
                return answer
            return {"jsonrpc": "2.0", "id": one["id"], "error": refused}

        return answers(request, forward, change)


def test_a_node_that_gives_logs_of_few_blocks_is_asked_again_and_again(market):
    server = FewBlocks()
    with behind(market, server) as client:
        assert len(client.passes.ids_of(market.wallet("collector"))) == PASSES
    assert server.stingy.refused > 0


def test_a_node_that_is_busy_is_asked_again(market):
    server = FewBlocks()
    server.stingy = Stingy("rate limit exceeded")
    with behind(market, server) as client:
        assert len(client.passes.ids_of(market.wallet("collector"))) == PASSES
    assert server.stingy.refused == 2


class Forgetful:
    """Has no logs any more, and says nothing about it."""

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if isinstance(request, dict):
            if request["method"] != "eth_getLogs":
                return forward()
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": []}).encode()
        return answers(
            request, forward, lambda one, answer: {**answer, "result": []} if one["method"] == "eth_getLogs" else answer
        )


def test_missing_logs_are_an_error_with_both_numbers(market, way):
    with behind(market, Forgetful()) as client:
        with pytest.raises(LogsMissing, match="keeps all logs") as refusal:
            client.passes.of(market.wallet("collector"))
        with pytest.raises(LogsMissing):
            client.passes.ids_of(market.wallet("collector"))
        with pytest.raises(LogsMissing, match="has 1 organizations"):
            client.organizations.of(market.wallet("merchant"))
    assert (refusal.value.found, refusal.value.expected) == (0, PASSES)


class LateLogs:
    """Gives no logs in a batch, as a node behind the others; asked alone it has caught up."""

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        return forward() if isinstance(request, dict) else Forgetful()(request, forward)


def test_logs_that_came_late_are_asked_for_again(market, way):
    with behind(market, LateLogs()) as client:
        page = client.passes.of(market.wallet("collector"), limit=10)
        assert len(client.passes.ids_of(market.wallet("collector"))) == PASSES
        assert [one.id for one in client.organizations.of(market.wallet("merchant"))] == [market.shop.org]
    assert (page.total, len(page.passes)) == (PASSES, 10)


class LittleGas:
    """Refuses packs, as a node does whose views have little gas; what is asked alone goes through."""

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        if isinstance(request, dict):
            return forward()

        def change(one: Any, answer: Any) -> Any:
            if one["method"] != "eth_call" or one["params"][0]["to"] != MULTICALL3:
                return answer
            return {"jsonrpc": "2.0", "id": one["id"], "error": {"code": -32000, "message": "out of gas"}}

        return answers(request, forward, change)


def test_a_refused_pack_is_asked_one_by_one(market):
    market.install_multicall()
    with behind(market, LittleGas()) as client:
        assert len(client.passes.of(market.wallet("collector"), limit=100).passes) == 100


def test_each_failure_is_a_named_error_at_its_place(market, way):
    client = market.client("stranger")
    reader = Reader(client.node)
    calls = [client.lens.calls.product_of(product) for product in (market.shop.plan, 10**6)]
    calls += [client.lens.calls.products_of(10**6), client.lens.calls.products_of(1)]
    snapshot, _ = reader.open()
    assert snapshot.packs is (way == "multicall")
    plan, no_product, no_pass, products = reader.read_each(snapshot, calls)
    assert (plan.name, products) == ("Membership", (market.shop.handbook, market.shop.plan))
    assert isinstance(no_product, NoSuchProduct)
    assert isinstance(no_pass, NoSuchPass)
    assert no_product.product_id == no_pass.product_pass_id == 10**6
    with pytest.raises(NoSuchProduct):
        reader.read(snapshot, calls)


def test_an_address_without_code_is_an_unexpected_answer(market, way):
    reader = Reader(market.client("stranger").node)
    snapshot, _ = reader.open()
    call = type(market.client("stranger").lens.calls)(market.wallet("friend")).product_of(1)
    (problem,) = reader.read_each(snapshot, [call])
    assert isinstance(problem, UnexpectedAnswer)


def test_more_calls_than_a_pack_are_still_one_request(market):
    market.install_multicall()
    counter = Counter()
    with behind(market, counter) as client:
        reader = Reader(client.node)
        snapshot, _ = reader.open()
        counter.sizes.clear()
        names = reader.read(snapshot, [client.lens.calls.product_of(market.shop.plan)] * (2 * PACK + 1))
    assert {one.name for one in names} == {"Membership"}
    assert len(names) == 2 * PACK + 1
    assert counter.sizes == [3]


def test_a_block_of_the_future_is_refused(market):
    reader = Reader(Node.connect(market.url))
    with pytest.raises((UnexpectedAnswer, RpcError)):
        reader.open(10**9)


class Refuses:
    """Answers one method with an error, whatever is asked."""

    def __init__(self, method: str) -> None:
        self._method = method

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        error = {"code": -32000, "message": "history is gone"}

        def change(one: Any, answer: Any) -> Any:
            return {"jsonrpc": "2.0", "id": one["id"], "error": error} if one["method"] == self._method else answer

        if isinstance(request, list):
            return answers(request, forward, change)
        return json.dumps(change(request, json.loads(forward()))).encode()


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getLogs"])
def test_a_node_that_refuses_is_told_by_its_own_words(market, method):
    with behind(market, Refuses(method)) as client, pytest.raises(RpcError, match="history is gone") as refusal:
        client.passes.of(market.wallet("collector"))
    assert refusal.value.method == method
