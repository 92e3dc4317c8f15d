"""What happens by itself, once, when a purchase becomes active: paid, released, and deep enough in the chain."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.actions import repository
from passmanager.service.actions.effects import AUTOMATIC, Desk
from passmanager.service.actions.executing import execute_by_itself
from passmanager.service.actions.models import ActionStart
from passmanager.service.engine import Handlers, Job, enqueue_many
from passmanager.service.files.access import require_usable
from passmanager.service.files.problems import PurchaseNotReady
from passmanager.service.http.problems import Problem
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.service.services import Services

START = "action.start"
AT_ONCE = 500
BORN = ("purchase.created", "purchase.state_changed", "purchase.reactivated")


class Activations:
    """The domain as the rest of the service sees it."""

    def __init__(self, services: Services) -> None:
        """One for each process."""
        self._services = services

    def subscribe(self) -> None:
        """To all news after which a purchase may be active for the first time."""
        wire = self._services.wire
        for kind in BORN:
            wire.subscribe_many(kind, self.born)
        wire.subscribe("order.paid", self.paid)

    def add_handlers(self, handlers: Handlers) -> None:
        """The work that is left for later."""
        handlers.add_database(START, self.start)

    def born(self, session: Session, news: Sequence[News]) -> None:
        """New purchases, or old ones in a new state."""
        active = [
            one
            for one in news
            if one.data.get("active")
            and one.data.get("product_id")
            and repository.store_has(session, one.store_id, AUTOMATIC)
        ]
        if active and repository.products_with(session, {one.data["product_id"] for one in active}, AUTOMATIC):
            self._enqueue(session, [one.aggregate_id for one in active])

    def paid(self, session: Session, news: News) -> None:
        """An order was paid, or released after somebody looked at it."""
        if not repository.store_has(session, news.store_id, AUTOMATIC):
            return
        asked = (
            select(Purchase.id, Purchase.product_id)
            .join(OrderItem, OrderItem.id == Purchase.order_item_id)
            .where(OrderItem.order_id == news.aggregate_id, Purchase.product_id.is_not(None))
        )
        rows = session.execute(asked).all()
        if rows and repository.products_with(session, {row[1] or "" for row in rows}, AUTOMATIC):
            self._enqueue(session, [row[0] for row in rows])

    def deeper(self, session: Session, chain_id: int) -> None:
        """Blocks of a chain got deeper."""
        self._enqueue(session, repository.waiting_for(session, chain_id, AT_ONCE))

    def _enqueue(self, session: Session, purchase_ids: Sequence[str]) -> None:
        now = self._services.clock.now()
        enqueue_many(session, START, [(purchase_id, now, {}) for purchase_id in dict.fromkeys(purchase_ids)])

    def start(self, session: Session, jobs: Sequence[Job]) -> None:
        """What is due for these purchases."""
        settings = self._services.settings
        desk = Desk(settings, Vault.of(settings), self._services.wire.tell, self._services.clock.now())
        for job in jobs:
            right = repository.lock_purchase(session, job.key)
            if right is not None:
                start(session, right, desk)


def start(session: Session, right: Purchase, desk: Desk) -> None:
    """All automatic actions of a purchase, unless they happened before or it is too early."""
    row = repository.start_of(session, right.id)
    if row is not None and row.chain_id is None:
        return
    try:
        require_usable(session, right, desk.at)
    except PurchaseNotReady:
        session.merge(ActionStart(purchase_id=right.id, chain_id=right.chain_id, at=row.at if row else desk.at))
        session.flush()
        return
    except Problem:  # told again when it is released, or active again
        return
    session.merge(ActionStart(purchase_id=right.id, chain_id=None, at=desk.at))
    session.flush()
    if not _delivered_elsewhere(session, right):
        for action in repository.actions_for(session, right.product_id):
            if action.kind in AUTOMATIC:
                execute_by_itself(session, action, right, desk)


def _delivered_elsewhere(session: Session, right: Purchase) -> bool:
    asked = select(Order.elsewhere).join(OrderItem, OrderItem.order_id == Order.id)
    return bool(session.scalar(asked.where(OrderItem.id == right.order_item_id)))
