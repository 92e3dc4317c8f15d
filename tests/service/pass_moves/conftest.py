"""A shop on a chain of its own, a service that follows it and delivers, and the wallets of its buyers."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from passmanager.service.accounts.wallet_sessions import open_session
from passmanager.service.chain.follower import Follower
from passmanager.service.db import read_scope, session_scope
from passmanager.service.following import open_follower
from passmanager.service.news import INTERNAL
from passmanager.service.orders.models import OrderItem, Purchase
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from tests.service.chain.conftest import live, selling  # noqa: F401 - fixtures
from tests.service.chain.live import Live
from tests.service.chain.story import CHAIN_ID
from tests.service.conftest import SECRET
from tests.service.fulfillment.conftest import vendor  # noqa: F401 - a fixture
from tests.service.fulfillment.deliveries import Deliverer
from tests.service.licenses.keys import Mine, Program


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:  # noqa: F811
    """The service knows the chain."""
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder, outbound_allow=("127.0.0.0/8",), rate_per_minute=1_000,
    )  # fmt: skip


@dataclass
class Moves:
    """Passes that are bought, moved and burned, and blocks that are replaced."""

    live: Live
    shop: Deliverer
    services: Services
    follower: Follower
    news: list

    def sell(self, method="generated", **terms):
        """The handbook is delivered so from now on."""
        template = self.shop.template(method, **terms)
        product = self.live.products[self.live.shop.handbook]
        self.shop.call("PATCH", f"/products/{product}", {"fulfillment_template_id": template["id"]})

    def follow(self):
        self.follower.catch_up()
        self.shop.settle()

    def buy(self, who="buyer"):
        """A pass with the handbook; its right of access."""
        self.live.buy(who=who)
        self.follow()
        with read_scope(self.services.sessions) as session:
            return session.scalars(select(Purchase).order_by(Purchase.pass_id.desc()).limit(1)).one()

    def right(self, right):
        with read_scope(self.services.sessions) as session:
            return session.scalars(select(Purchase).where(Purchase.id == right.id)).one()

    def order(self, right):
        with read_scope(self.services.sessions) as session:
            asked = select(OrderItem.order_id).where(OrderItem.id == right.order_item_id)
            return self.shop.call("GET", f"/orders/{session.scalars(asked).one()}")

    def address(self, who):
        return self.live.world.people[who]

    def transfer(self, right, sender, receiver):
        """In a block of its own, and the two before it are empty."""
        self.live.mine(2)
        chain = self.live.world.clients[sender].product_pass
        chain.transfer_from(self.address(sender), self.address(receiver), token_id=right.pass_id)

    def move(self, right, sender, receiver):
        self.transfer(right, sender, receiver)
        self.follow()

    def reorg(self, depth=2):
        self.live.reorg(depth)
        self.follow()

    def mine(self, who, right):
        """The keys of a right, as somebody sees them."""
        with session_scope(self.services.sessions) as session:
            token = open_session(session, self.address(who), CHAIN_ID, self.services.clock.now())
        return Mine(self.shop, {}, token, right.id, {"Authorization": f"Bearer {token}"})

    def program(self, who, right):
        return self.mine(who, right).program()

    def code(self, key, **more):
        return Program(self.shop, key).code(**more)

    def told(self, kind):
        return [news for news in self.news if news.type == kind]


@pytest.fixture
def moves(live, client, merchant, services) -> Moves:  # noqa: F811
    news = []
    services.wire.subscribe("*", lambda _session, one: None if one.type.startswith(INTERNAL) else news.append(one))
    return Moves(live, Deliverer(client, merchant), services, open_follower(services), news)
