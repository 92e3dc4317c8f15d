"""What happens to shared purchases when something happens to a purchase: it shrinks, or its pass goes to somebody."""

from collections.abc import Sequence

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from passmanager.service.accounts import seats
from passmanager.service.accounts.sharing_models import Seat
from passmanager.service.catalog.models import Store
from passmanager.service.news import News, Wire
from passmanager.service.orders.models import Order, OrderItem, Purchase

KEEP = "keep"
CREATED, TRANSFERRED = "purchase.created", "purchase.transferred"
SHRINKING = frozenset(
    {"purchase.state_changed", "subscription.changed", "subscription.renewed", "subscription.resumed"}
)


class Sharing:
    """Listens to the news of purchases."""

    def __init__(self, wire: Wire) -> None:
        """Tells of seats by the same wire."""
        self._wire = wire

    def subscribe(self) -> None:
        """To what may change who shares a purchase."""
        self._wire.subscribe_many(CREATED, self.created)
        self._wire.subscribe_many("purchase.*", self.changed)
        self._wire.subscribe_many("subscription.*", self.changed)

    def created(self, session: Session, news: Sequence[News]) -> None:
        """A purchase of the chain belongs to the account of the order that it settled."""
        fresh = [one.aggregate_id for one in news if one.data.get("source") == "chain"]
        if not fresh:
            return
        asked = (
            select(Purchase.id, Order.account_id)
            .join(OrderItem, OrderItem.id == Purchase.order_item_id)
            .join(Order, Order.id == OrderItem.order_id)
            .where(Purchase.id.in_(fresh), Order.account_id.is_not(None))
        )
        for purchase_id, account_id in session.execute(asked).all():
            session.execute(update(Purchase).where(Purchase.id == purchase_id).values(account_id=account_id))

    def changed(self, session: Session, news: Sequence[News]) -> None:
        """Seats above the quantity go, the newest first; a pass that moved leaves its account and its seats."""
        for one in news:
            if one.type == TRANSFERRED:
                self._transferred(session, one)
        shrinking = [one for one in news if one.type in SHRINKING]
        busy = set(session.scalars(_seated(shrinking))) if shrinking else set[str]()
        for one in shrinking:
            if one.aggregate_id in busy:
                purchase = seats.lock(session, one.aggregate_id)
                seats.revoke_above(session, purchase, purchase.quantity, "quantity", self._act(one))

    def _transferred(self, session: Session, news: News) -> None:
        purchase = seats.lock(session, news.aggregate_id)
        purchase.account_id = None
        session.flush()
        settings = session.scalars(select(Store.settings).where(Store.id == purchase.store_id)).one()
        if settings.get("seats_on_transfer") != KEEP:
            seats.revoke_above(session, purchase, 0, "transferred", self._act(news))

    def _act(self, news: News) -> seats.Act:
        return seats.Act(news.at, self._wire.tell)


def _seated(news: Sequence[News]) -> Select[str]:
    return select(Seat.purchase_id).where(
        Seat.purchase_id.in_([one.aggregate_id for one in news]), Seat.status.in_(seats.LIVE)
    )
