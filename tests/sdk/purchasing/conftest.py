"""A market with a shop and a buyer who has tokens and has approved nothing; as it was before each test."""

from typing import NamedTuple

import pytest

from passmanager.client import PassManager
from passmanager.core import erc20
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain


class Market(NamedTuple):
    url: str
    world: World
    shop: Shop
    deployment: Deployment

    @property
    def buyer(self) -> PassManager:
        return self.world.clients["buyer"]

    def token(self, who: str, function: str, *arguments: object) -> None:
        self.world.token_send(who, function, function, *arguments)

    def allowed(self) -> int:
        return self.buyer.read(
            erc20.allowance(self.world.token, self.buyer.signer.address, self.buyer.contracts.payment_escrow)
        )


@pytest.fixture(scope="package")
def built_market(tmp_path_factory):
    with devchain("--accounts", "10") as chain:
        folder = tmp_path_factory.mktemp("market")
        world = World.build(chain.url, folder, Report(live=False))
        shop = open_shop(world)
        world.token_send("buyer", "mint", "mint", world.people["buyer"], 1_000 * ONE)
        yield Market(chain.url, world, shop, Deployment.find(31337, folder))


@pytest.fixture
def market(built_market):
    before = built_market.world.node.request("evm_snapshot")
    yield built_market
    built_market.world.node.request("evm_revert", before)
