"""A shop on a chain, a service that follows it, and a key of the service that may refund."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account
from sqlalchemy import select

from passmanager.service.accounts.wallet_sessions import open_session
from passmanager.service.chain.follower import Follower
from passmanager.service.db import read_scope, session_scope
from passmanager.service.following import open_follower
from passmanager.service.orders.models import Purchase, Refund, RefundTransaction
from passmanager.service.settings import Settings
from tests.service.chain.live import Live
from tests.service.conftest import SECRET
from tests.service.fulfillment.deliveries import Deliverer
from tests.service.refunds.conftest import Buyer

PASSWORD = "correct horse"
ROLE_REFUND = 16
PRICE = 20 * 10**6


def write_keystore(folder: Path) -> tuple[Path, str]:
    """A key file that is quick to read; and its address."""
    account = Account.create()
    path = folder / "refunds.json"
    path.write_text(json.dumps(Account.encrypt(account.key, PASSWORD, kdf="pbkdf2", iterations=2)))
    return path, account.address


def chain_settings(database_url, folder, world, **more) -> Settings:
    return Settings(
        database_url=database_url, data=folder, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder, outbound_allow=("127.0.0.0/8",), rate_per_minute=1_000, **more,
    )  # fmt: skip


@dataclass
class ChainShop(Deliverer):
    """A merchant whose handbook costs 20 tokens."""

    services: object = None
    live: Live = None
    follower: Follower = None

    @property
    def world(self):
        return self.live.world

    def catch_up(self):
        self.follow()
        self.settle()

    def follow(self):
        self.live.mined()
        self.follower.catch_up()

    def wait(self, seconds):
        assert self.client.post("/test/clock", json={"advance": seconds}).status_code == 200

    def sell(self, who="buyer", email="ann@example.org", **cart):
        """An order of the API that is paid on the chain, and delivered."""
        product = self.live.products[cart.get("product", self.live.shop.handbook)]
        body = {
            "store_id": self.merchant.store_id, "currency": "DEMO", "payment_method": "chain",
            "customer": {"email": email, "wallet": self.world.people[who]}, "items": [{"product_id": product}],
        }  # fmt: skip
        order = self.call("POST", "/orders", body, status=201)
        self.live.buy(order["order_reference"], who, **cart)
        self.catch_up()
        return self.read(order)

    def visitor(self, who="buyer") -> Buyer:
        """Somebody who signed in with his wallet."""
        with session_scope(self.services.sessions) as session:
            token = open_session(session, self.world.people[who], 31337, self.services.clock.now())
        return Buyer(self, {"Authorization": f"Bearer {token}"})

    def request(self, order, who="buyer"):
        return self.visitor(who).ask(order)

    def seen(self, request):
        return self.call("GET", f"/refund-requests/{request['id']}")

    def approve(self, request, body=None, status=200):
        return self.call("POST", f"/refund-requests/{request['id']}/approve", body or {}, status=status)

    def send(self, call, who="merchant"):
        """What a merchant's wallet does with an unsigned call."""
        node, sender = self.world.node, self.world.people[who]
        nonce = node.nonce(sender)
        sent = node.request("eth_sendTransaction", {"from": sender, "to": call["to"], "data": call["data"]})
        node.wait(sent, sender, nonce, seconds=10)
        return sent

    # --- what the chain and the database say

    def right(self, order) -> Purchase:
        with read_scope(self.services.sessions) as session:
            return session.scalar(select(Purchase).where(Purchase.order_item_id == order["items"][0]["id"]))

    def refunds(self, order) -> list[Refund]:
        with read_scope(self.services.sessions) as session:
            return list(session.scalars(select(Refund).where(Refund.order_id == order["id"]).order_by(Refund.number)))

    def signed(self, order) -> list[RefundTransaction]:
        mine = select(Refund.id).where(Refund.order_id == order["id"])
        with read_scope(self.services.sessions) as session:
            rows = session.scalars(select(RefundTransaction).where(RefundTransaction.refund_id.in_(mine)))
            return sorted(rows, key=lambda row: (row.nonce, row.attempt))

    def has(self, who="buyer") -> int:
        return self.world.balance(self.world.token, self.world.people[who])

    def escrow(self) -> int:
        return self.world.clients["merchant"].escrow.org_balance(self.live.shop.org, self.world.token)

    def empty_escrow(self):
        if balance := self.escrow():
            self.world.clients["merchant"].escrow.withdraw(self.live.shop.org, self.world.token, amount=balance)

    def top_up(self, amount):
        world = self.world
        world.token_send("platform", "mint", "mint", world.people["merchant"], amount)
        world.token_send("merchant", "allow", "approve", world.clients["merchant"].contracts.payment_escrow, 10**30)
        world.clients["merchant"].manager.top_up(self.live.shop.org, world.token, amount=amount)

    def run_key(self):
        """The steps of the service's key: it signs, sends, and the follower reads."""
        self.settle()
        self.wait(1)
        self.catch_up()


def open_chain_shop(client, merchant, services, live) -> ChainShop:
    found = ChainShop(client, merchant)
    found.services, found.live, found.follower = services, live, open_follower(services)
    if found.escrow() < 5 * PRICE:
        found.top_up(10 * PRICE)
    found.catch_up()
    return found


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:
    """The merchant sends his calls himself."""
    return chain_settings(database_url, tmp_path, selling[0])


@pytest.fixture
def shop(client, merchant, services, live) -> ChainShop:
    return open_chain_shop(client, merchant, services, live)


def allow_key(world, shop, address, bits=ROLE_REFUND):
    """The merchant gives a role to the service's key, and the operator gives it gas."""
    world.node.request("anvil_setBalance", address, hex(10**18))
    world.clients["merchant"].org_nft.set_roles(shop.org, address, bits=bits)
