"""The demo's shop on a local chain, for front ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.shop import Shop, open_shop
from passmanager.demo.story import fund_buyer
from passmanager.demo.world import World
from passmanager.devchain import devchain


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A shop, and a buyer with money."""

    url: str
    deployment: Path
    world: World
    shop: Shop

    @property
    def buyer(self) -> PassManager:
        return self.world.clients["buyer"]

    def approve(self, amount: int) -> None:
        """The buyer lets PaymentEscrow take ERC-20s."""
        self.world.token_send("buyer", "", "approve", self.buyer.contracts.payment_escrow, amount)

    def money(self) -> int:
        """ERC-20s of the buyer."""
        return self.world.balance(self.world.token, self.world.people["buyer"])


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    with devchain() as chain:
        world = World.build(chain.url, folder / "deployments", Report(live=False))
        shop = open_shop(world)
        fund_buyer(world)
        yield Town(url=chain.url, deployment=folder / "deployments/31337.json", world=world, shop=shop)
