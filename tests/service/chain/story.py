"""A chain with the whole story of the demo on it, and a service that follows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.demo.shop import Shop
from passmanager.demo.world import World
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.service.catalog.models import Organization
from passmanager.service.chain.follower import Follower
from passmanager.service.db import read_scope, session_scope
from passmanager.service.ids import new_id
from passmanager.service.news import News
from passmanager.service.orders.from_chain import ChainOrders
from passmanager.service.orders.hooks import Hooks, Line
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment, Purchase
from passmanager.service.orders.status import replay
from passmanager.service.services import Services
from tests.service.merchant import Merchant

CHAIN_ID = 31337


@dataclass
class Heard:
    """What other domains were told."""

    news: list[News] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)

    def hooks(self) -> Hooks:
        return Hooks(self._tell, self._deliverable, self._recall)

    def _tell(self, _session: Session, news: News) -> None:
        self.news.append(news)

    def _deliverable(self, _session: Session, lines: Sequence[Line]) -> None:
        self.lines += lines

    def _recall(self, _session: Session, order: Order) -> None:
        self.recalled.append(order.id)

    def kinds(self, prefix: str = "") -> list[str]:
        return [news.type for news in self.news if news.type.startswith(prefix)]


@dataclass
class Followed:
    """A service that follows a chain."""

    services: Services
    contracts: Contracts
    follower: Follower
    orders: ChainOrders
    heard: Heard

    @classmethod
    def start(cls, services: Services, node: Node, contracts: Contracts) -> "Followed":
        heard = Heard()
        orders = ChainOrders(services.clock, contracts, heard.hooks())
        follower = Follower(services, node, contracts, chain_id=CHAIN_ID, first_block=1, subscribers=[orders])
        return cls(services, contracts, follower, orders, heard)

    def catch_up(self) -> None:
        self.follower.catch_up()

    def bind(self, merchant: Merchant, org_id: int, holder: str, *, deliver_from: int = 0, derive: bool = False) -> str:
        with session_scope(self.services.sessions) as session:
            found = Organization(
                id=new_id("org"), merchant_id=merchant.id, store_id=merchant.store_id, chain_id=CHAIN_ID,
                org_id=org_id, holder=holder, deliver_from_block=deliver_from, created_at=1,
                derived_to=-1 if derive else None,
            )  # fmt: skip
            session.add(found)
        return found.id

    def all(self, table):
        with read_scope(self.services.sessions) as session:
            return list(session.scalars(select(table).order_by(*table.__table__.primary_key.columns)))

    def replayed(self) -> dict[str, dict[str, str]]:
        found: dict[str, list[OrderHistory]] = {}
        for row in self.all(OrderHistory):
            found.setdefault(row.order_id, []).append(row)
        return {order_id: replay(rows) for order_id, rows in found.items()}


def check_sums(followed: Followed) -> None:
    """What holds for every order, whatever happened."""
    orders, items, payments = (followed.all(table) for table in (Order, OrderItem, Payment))
    replayed = followed.replayed()
    for order in orders:
        lines = [item for item in items if item.order_id == order.id]
        assert sum(line.subtotal for line in lines) == order.subtotal
        assert sum(line.discount for line in lines) == order.discount
        assert sum(line.total for line in lines) == order.total == order.subtotal - order.discount
        told = replayed[order.id]
        assert (told["payment"], told["fulfillment"]) == (order.payment_status, order.fulfillment_status)
        for payment in payments:
            if payment.order_id == order.id:
                assert told.get(f"attempt:{payment.id}", payment.status) == payment.status


__all__ = ["Followed", "Heard", "Purchase", "Shop", "World", "check_sums"]
