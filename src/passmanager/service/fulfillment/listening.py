"""What makes deliveries begin, go on and end: news of orders, facts of the chain, and work that became due."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.engine import Handlers, Job, wake
from passmanager.service.fulfillment import bringing_back, delivering, repository, starting, taking_back
from passmanager.service.fulfillment.calling import VendorCalls
from passmanager.service.fulfillment.planning import plan
from passmanager.service.fulfillment.starting import CALL, DELIVER, RESTOCK, VERB, Act
from passmanager.service.licenses.pools import RESTOCKED
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News
from passmanager.service.orders.finality import ready_lines
from passmanager.service.orders.hooks import Line
from passmanager.service.orders.models import Order
from passmanager.service.orders.placing import PLACED
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services

GONE = ("order.refunded", "order.partially_refunded", "order.disputed", "product.returned")


class Deliveries:
    """The domain as the rest of the service sees it."""

    def __init__(self, services: Services) -> None:
        """One for each process."""
        self._services = services

    def subscribe(self) -> None:
        """To all news that concern deliveries."""
        wire = self._services.wire
        wire.subscribe_many(PLACED, self.placed)
        wire.subscribe("order.paid", self.paid)
        for kind in GONE:
            wire.subscribe(kind, self.gone)
        wire.subscribe("refund.reorged", self.back)
        for kind in taking_back.VERBS:
            wire.subscribe(kind, self.subscription)
        wire.subscribe(RESTOCKED, self.restocked)

    def add_handlers(self, handlers: Handlers) -> None:
        """The work that deliveries leave for later."""
        calls = VendorCalls(self._services)
        handlers.add_database(DELIVER, self.deliver)
        handlers.add_database(RESTOCK, self.restock)
        handlers.add_outside(CALL, calls.new)
        handlers.add_outside(VERB, calls.verb)

    def _act(self, actor: str, at: int | None = None) -> Act:
        return Act(actor, self._services.clock.now() if at is None else at, self._services.wire)

    # --- news

    def placed(self, session: Session, news: Sequence[News]) -> None:
        """New orders: what is owed for their lines."""
        plan(session, [one.aggregate_id for one in news], actor="service", at=news[0].at)

    def paid(self, session: Session, news: News) -> None:
        """Paid, or released after somebody looked at it: what is deep enough is delivered."""
        order = repository.order_row(session, news.aggregate_id)
        act = self._act("service")
        plan(session, [order.id], actor=act.actor, at=act.at)
        starting.start(session, [*ready_lines(session, order), *starting.manual_lines(session, order)], act)

    def gone(self, session: Session, news: News) -> None:
        """Paid back or charged back."""
        order = repository.order_row(session, news.aggregate_id)
        taking_back.take_back(session, order, self._act("service"))

    def back(self, session: Session, news: News) -> None:
        """The chain took it back that a line was paid back."""
        item_id = news.data.get("item_id")
        if item_id is not None:
            bringing_back.bring_back(session, news.aggregate_id, str(item_id), self._act("chain"))

    def subscription(self, session: Session, news: News) -> None:
        """A right of access changed."""
        act = self._act("service")
        taking_back.subscription_changed(session, news.type, news.data, news.merchant_id, act)

    def restocked(self, session: Session, news: News) -> None:
        """A pool has keys again."""
        wake(session, RESTOCK, [news.aggregate_id], self._services.clock.now())

    # --- hooks of orders from the chain

    def deliverable(self, session: Session, lines: Sequence[Line]) -> None:
        """Their payment is deep enough."""
        starting.start(session, lines, self._act("chain"))

    def recalled(self, session: Session, order: Order) -> None:
        """Their payment is gone."""
        starting.stop(session, order, self._services.clock.now())

    # --- work

    def deliver(self, session: Session, jobs: Sequence[Job]) -> None:
        """Up to 100 orders."""
        settings = self._services.settings
        vault, sealer = Vault.of(settings), sealer_of(settings)
        delivering.deliver(session, sorted({job.subject for job in jobs}), vault, sealer, self._act("service"))

    def restock(self, session: Session, jobs: Sequence[Job]) -> None:
        """Pools that were filled."""
        settings = self._services.settings
        for pool_id in sorted({job.subject for job in jobs}):
            delivering.restock(session, pool_id, Vault.of(settings), sealer_of(settings), self._act("service"))
