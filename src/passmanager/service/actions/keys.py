"""Keys that actions made end, stand still and go on with what they were made for."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from passmanager.service.actions import repository
from passmanager.service.fulfillment.listening import GONE
from passmanager.service.fulfillment.taking_back import GONE as GONE_STATUS
from passmanager.service.fulfillment.taking_back import SUSPEND, VERBS
from passmanager.service.licenses import revoking
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.repository import ISSUED, REVOKED, SUSPENDED
from passmanager.service.news import News, Wire
from passmanager.service.orders.models import Order, OrderItem, Purchase


class KeysMade:
    """Rights of access that are revoked take all their keys with them already: this is about money and time."""

    def __init__(self, wire: Wire) -> None:
        """One for each process."""
        self._wire = wire

    def subscribe(self) -> None:
        """To refunds, and to subscriptions."""
        for kind in GONE:
            self._wire.subscribe(kind, self.refunded)
        for kind in VERBS:
            self._wire.subscribe(kind, self.subscription)

    def refunded(self, session: Session, news: News) -> None:
        """An order, or lines of it, were paid back or charged back."""
        asked = (
            select(Purchase.id)
            .join(OrderItem, OrderItem.id == Purchase.order_item_id)
            .join(Order, Order.id == OrderItem.order_id)
            .where(
                Order.id == news.aggregate_id,
                or_(OrderItem.refunded_at.is_not(None), Order.payment_status.in_(GONE_STATUS)),
            )
        )
        self._change(session, session.scalars(asked).all(), REVOKED, revoking.REFUND, news)

    def subscription(self, session: Session, news: News) -> None:
        """It stands still or goes on."""
        status = SUSPENDED if VERBS[news.type] == SUSPEND else ISSUED
        self._change(session, [news.aggregate_id], status, revoking.SUBSCRIPTION, news)

    def _change(self, session: Session, rights: Sequence[str], status: str, reason: str, news: News) -> None:
        ids = repository.keys_made(session, rights)
        if ids:
            keys = session.scalars(select(LicenseKey).where(LicenseKey.id.in_(ids)).with_for_update()).all()
            self._wire.tell_all(session, revoking.change_many(session, keys, status, news.merchant_id, news.at, reason))
