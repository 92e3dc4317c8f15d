"""A market whose merchant has given away passes; as it was before each test, with and without Multicall3."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from passmanager.client import PassManager
from passmanager.core.multicall import MULTICALL3
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain
from passmanager.units import Address
from tests.sdk.airdrop.proxy import Forward, proxy
from tests.sdk.reads.multicall3 import FIXTURE

PASSES = 230  # of the collector


@dataclass
class Market:
    url: str
    world: World
    shop: Shop
    deployment: Deployment

    def client(self, who: str) -> PassManager:
        return self.world.clients[who]

    def wallet(self, who: str) -> Address:
        return self.world.people[who]

    def token(self, who: str, function: str, *arguments: object) -> None:
        self.world.token_send(who, function, function, *arguments)

    def give(self, who: str, passes: int, *lines: tuple[int, int, int]) -> int:
        products, pricings, quantities = zip(*lines, strict=True)
        return (
            self.client("merchant")
            .manager.airdrop_products(
                self.shop.org,
                recipients=[self.wallet(who)] * passes,
                product_ids=products,
                pricing_ids=pricings,
                quantities=quantities,
                order_reference=bytes(32),
            )
            .simulated
        )

    def install_multicall(self) -> None:
        self.world.node.request("anvil_setCode", MULTICALL3, FIXTURE.read_text().strip())


@dataclass
class Counter:
    """Passes everything on, and counts the requests of HTTP."""

    sizes: list[int] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)

    def __call__(self, request: Any, forward: Forward) -> bytes | None:
        many = request if isinstance(request, list) else [request]
        self.sizes.append(len(many))
        self.methods |= {one["method"] for one in many}
        return forward()


@contextmanager
def behind(market: Market, behave: Any) -> Iterator[PassManager]:
    """A client that only reads, and reaches the node through `behave`."""
    with proxy(market.url, behave) as url:
        client = PassManager.connect(url, deployment=market.deployment)
        if isinstance(behave, Counter):
            behave.sizes.clear()
            behave.methods.clear()
        yield client
        client.close()


@pytest.fixture(scope="package")
def built_market(tmp_path_factory):
    with devchain("--accounts", "10") as chain:
        folder = tmp_path_factory.mktemp("market")
        world = World.build(chain.url, folder, Report(live=False))
        shop = open_shop(world)
        world.token_send("buyer", "mint", "mint", world.people["buyer"], 1_000 * ONE)
        market = Market(chain.url, world, shop, Deployment.find(31337, folder))
        for count in (100, 100, PASSES - 200):
            market.give("collector", count, (shop.handbook, shop.once, 0), (shop.plan, shop.monthly, 0))
        yield market


@pytest.fixture
def market(built_market):
    before = built_market.world.node.request("evm_snapshot")
    yield built_market
    built_market.world.node.request("evm_revert", before)


@pytest.fixture(params=["batch", "multicall"])
def way(request, market) -> str:
    """Without Multicall3, as a fresh Anvil is, and with it."""
    if request.param == "multicall":
        market.install_multicall()
    return request.param
