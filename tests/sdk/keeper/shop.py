"""Subscriptions on a local chain, and keepers for them."""

from collections.abc import Callable
from pathlib import Path

from passmanager.abi.events import ProductsPurchased, SubscriptionRenewed, UsageBilled
from passmanager.client import PassManager
from passmanager.core.state import ItemState
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.story import fund_buyer, initial
from passmanager.demo.world import World
from passmanager.keeper import Keeper, Options
from passmanager.keeper.index import Pair
from passmanager.units import DAY, NATIVE

PRICE = 10 * ONE


class Town:
    """A merchant, a buyer with money and an allowance, and wallets that keep."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.world = World.build(url, folder, Report(live=False))
        self.shop: Shop = open_shop(self.world)
        fund_buyer(self.world)
        self.buyer: PassManager = self.world.clients["buyer"]
        self.merchant: PassManager = self.world.clients["merchant"]
        self.node = self.world.node

    def subscribe(self, count: int = 1) -> list[Pair]:
        return [self.buy(self.shop.plan, self.shop.monthly) for _ in range(count)]

    def buy(self, product: int, pricing: int, *, value: int = 0) -> Pair:
        cart = initial(self.buyer.signer.address, self.shop.org, lines=[(product, pricing, 0)])
        sold = self.buyer.manager.purchase_products(cart, value=value).event(ProductsPurchased)
        return Pair(sold.product_pass_id, product)

    def approve(self, amount: int) -> None:
        self.world.token_send("buyer", "", "approve", self.buyer.contracts.payment_escrow, amount)

    def travel(self, days: float) -> None:
        self.node.request("evm_increaseTime", round(days * DAY))
        self.node.request("evm_mine")

    def now(self) -> int:
        return self.node.head().timestamp

    def state(self, pair: Pair) -> ItemState:
        return ItemState.from_word(self.buyer.manager.state_of(*pair))

    def renewals(self) -> list[Pair]:
        logs = self.buyer.events.history(0, kinds=[SubscriptionRenewed])
        return [Pair(log.event.product_pass_id, log.event.product_id) for log in logs]

    def bills(self) -> list[tuple[int, int]]:
        logs = self.buyer.events.history(0, kinds=[UsageBilled])
        return [(log.event.product_pass_id, log.event.amount) for log in logs]

    def keeper(self, path: Path, who: str = "stranger", tell: Callable | None = None, **options) -> Keeper:
        return Keeper.open(self.world.clients[who], path, first_block=1, options=Options(**options), tell=tell)

    def burn(self, pair: Pair) -> None:
        self.buyer.product_pass.burn(pair.pass_id)

    @property
    def nobody(self) -> str:
        return NATIVE
