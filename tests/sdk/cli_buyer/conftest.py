"""The demo's shop on a chain of its own, as it was before each test, and the command of each of its people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from passmanager.client import PassManager
from passmanager.core import erc20
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.specs import sale_rules
from tests.sdk.command import Run, command

__all__ = ["command"]


@dataclass(frozen=True)
class Town:
    """The shop, its people, and what they type."""

    url: str
    deployments: str
    world: World
    shop: Shop
    command: Callable[..., Run]

    def client(self, who: str) -> PassManager:
        return self.world.clients[who]

    def wallet(self, who: str) -> str:
        return self.world.people[who]

    def type(self, who: str, *words: object, code: int = 0) -> Run:
        """What `who` types; refusals are one line on stderr, never a traceback."""
        account = {"PASSMANAGER_ACCOUNT": self.wallet(who)} if who != "nobody" else {}
        run = self.command(
            *map(str, words), PASSMANAGER_RPC_URL=self.url, PASSMANAGER_DEPLOYMENT=self.deployments, **account
        )
        assert run.code == code, run.stderr + run.stdout
        assert "Traceback" not in run.stderr
        return run

    def json(self, who: str, *words: object) -> Any:
        return json.loads(self.type(who, *words, "--json").stdout)

    def refused(self, who: str, *words: object, by: str) -> str:
        """What stderr says; the error's name comes first."""
        said = self.type(who, *words, code=1).stderr
        assert said.startswith(f"{by}: "), said
        return said

    def token(self, who: str, function: str, *arguments: object) -> None:
        self.world.token_send(who, function, function, *arguments)

    def allow(self, who: str, amount: int) -> None:
        """Lets PaymentEscrow take `amount` of the shop's token from a wallet."""
        self.token(who, "approve", self.client(who).contracts.payment_escrow, amount)

    def allowed(self, who: str) -> int:
        client = self.client(who)
        return client.read(erc20.allowance(self.world.token, self.wallet(who), client.contracts.payment_escrow))

    def balance(self, who: str) -> int:
        return self.world.balance(self.world.token, self.wallet(who))

    def escrow(self, token: str | None = None) -> int:
        """What the organization has."""
        return self.client("buyer").escrow.org_balance(self.shop.org, token or self.world.token)

    def nonce(self, who: str) -> int:
        return self.world.node.nonce(self.wallet(who))

    def item(self, pass_id: int, product: int) -> Any:
        return self.client("buyer").lens.get_subscription(pass_id, product)


@pytest.fixture(scope="package")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    with devchain() as chain:
        world = World.build(chain.url, folder, Report(live=False))
        shop = open_shop(world)
        rules = sale_rules(pausing=True)
        world.act("merchant", "rules", lambda m: m.catalog.set_sale_rules(shop.org, rules))
        for who in ("buyer", "friend"):
            world.token_send("platform", "mint", "mint", world.people[who], 1_000 * ONE)
        yield chain.url, str(folder), world, shop


@pytest.fixture
def town(built, command):
    """The buyer and the friend have 1,000 tokens each and have approved nothing."""
    url, deployments, world, shop = built
    before = world.node.request("evm_snapshot")
    yield Town(url, deployments, world, shop, command)
    world.node.request("evm_revert", before)


@pytest.fixture
def membership(town) -> int:
    """A pass of the buyer with the monthly plan; PaymentEscrow may take two more periods."""
    line = f"{town.shop.plan}:{town.shop.monthly}"
    return town.json("buyer", "purchase", "products", town.shop.org, line, "--approve", 3)["passId"]


@pytest.fixture
def metered(town) -> int:
    """A pass of the buyer with the metered API; PaymentEscrow may take 100 tokens."""
    line = f"{town.shop.api}:{town.shop.metered}"
    pass_id = town.json("buyer", "purchase", "products", town.shop.org, line)["passId"]
    town.allow("buyer", 100 * ONE)
    return pass_id
