"""A shop on a chain of its own, whose blocks can be replaced, and a catalog that delivers what it sells."""

import time
from dataclasses import dataclass

from eth_utils import keccak

from passmanager.abi.structs import CheckoutTerms, InitialPurchaseParams
from passmanager.demo.shop import Shop
from passmanager.demo.story import initial
from passmanager.demo.world import World
from passmanager.models import Receipt
from passmanager.service.catalog.models import Currency, Organization, Price, Product
from passmanager.service.db import session_scope
from passmanager.service.fulfillment.models import FulfillmentTemplate
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order
from tests.service.chain.story import CHAIN_ID, Followed
from tests.service.merchant import Merchant

FAR = 2**40
PATIENCE_SECONDS = 2


@dataclass
class Live:
    """A shop that a service follows."""

    world: World
    shop: Shop
    followed: Followed
    merchant: Merchant
    products: dict[int, str]
    prices: dict[int, str]
    depth: int = 0

    @property
    def node(self):
        return self.world.node

    @classmethod
    def open(cls, world: World, shop: Shop, followed: Followed, merchant: Merchant, deliver_on: str | None) -> "Live":
        followed.bind(merchant, shop.org, world.people["merchant"])
        live = cls(world, shop, followed, merchant, {}, {})
        with session_scope(followed.services.sessions) as session:
            template = FulfillmentTemplate(
                id=new_id("ftp"), store_id=merchant.store_id, name="keys", method="generated", created_at=1,
                updated_at=1,
            )  # fmt: skip
            currency = Currency(
                id=new_id("cur"), store_id=merchant.store_id, symbol="DEMO", chain_id=CHAIN_ID, token=world.token,
                decimals=6,
            )  # fmt: skip
            session.add_all([template, currency])
            session.flush()
            organization = session.query(Organization).one()
            for number, name, pricing, amount in (
                (shop.handbook, "Handbook", shop.once, 20 * 10**6),
                (shop.plan, "Membership", shop.monthly, 10 * 10**6),
            ):
                product = Product(
                    id=new_id("prd"), store_id=merchant.store_id, org_ref=organization.id, chain_product_id=number,
                    name=name, deliver_on=deliver_on, fulfillment_template_id=template.id, created_at=1, updated_at=1,
                )  # fmt: skip
                session.add(product)
                session.flush()
                price = Price(
                    id=new_id("pri"), product_id=product.id, currency_id=currency.id, amount=amount,
                    pricing_id=pricing, created_at=1,
                )  # fmt: skip
                session.add(price)
                live.products[number], live.prices[number] = product.id, price.id
        return live

    # --- buying

    def cart(self, who: str = "buyer", product: int = 0, pricing: int = 0) -> InitialPurchaseParams:
        line = (product or self.shop.handbook, pricing or self.shop.once, 0)
        return initial(self.world.people[who], self.shop.org, [line])

    def terms(self, reference: str = "") -> CheckoutTerms:
        number = bytes.fromhex(reference[2:]) if reference else bytes(32)
        return CheckoutTerms(order_reference=number, token=self.world.token, max_amount=10**12, deadline=FAR)

    def buy(self, reference: str = "", who: str = "buyer", **cart: int) -> Receipt:
        """One block for it; the two before it may go in a reorg."""
        self.mine(2)
        client = self.world.clients[who]
        return client.manager.checkout(self.cart(who, **cart), self.terms(reference))

    def mine(self, blocks: int = 1) -> None:
        self.node.request("anvil_mine", hex(blocks))

    def reorg(self, depth: int) -> None:
        """The newest blocks are replaced by empty ones."""
        self.node.request("anvil_reorg", depth, [])

    def raw(self, tx_hash: str) -> str:
        return self.node.request("eth_getRawTransactionByHash", tx_hash)

    # --- what came of it

    def catch_up(self) -> None:
        self.mined()
        self.followed.catch_up()

    def mined(self) -> None:
        """Until what was sent is in a block, because Anvil answers before it mines; or is clearly not wanted there."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while int(self.node.request("txpool_status")["pending"], 16) and time.monotonic() < patience:
            time.sleep(0.005)

    def orders(self) -> list[Order]:
        return self.followed.all(Order)

    def order(self, order_id: str) -> Order:
        return next(order for order in self.orders() if order.id == order_id)


def reference(text: str) -> str:
    return f"0x{keccak(text=text).hex()}"
