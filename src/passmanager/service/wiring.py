"""Who listens to what: the one place that knows all domains. Used by the API and by the workers alike."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.engine import Handlers, Job
from passmanager.service.fulfillment.listening import Deliveries
from passmanager.service.news import News
from passmanager.service.orders import settling
from passmanager.service.orders.models import Order
from passmanager.service.orders.settling import Act
from passmanager.service.orders.showing import show_order
from passmanager.service.services import Services
from passmanager.service.webhooks.recording import DELIVER, record
from passmanager.service.webhooks.sending import WebhookSender


def connect(services: Services) -> None:
    """Subscribes every domain to the news of the others, in the order in which they act."""
    services.wire.subscribe_many("*", tell_merchant)
    Deliveries(services).subscribe()


def tell_merchant(session: Session, news: Sequence[News]) -> None:
    """Every event, for the feed and for webhooks."""
    record(session, news, find_order)


def find_order(session: Session, order_id: str) -> dict[str, Any] | None:
    """An order as `GET /v1/orders/{id}` shows it, for messages that need all of it."""
    order = session.scalar(select(Order).where(Order.id == order_id))
    return None if order is None else show_order(session, order).model_dump(mode="json")


def add_webhooks(services: Services, handlers: Handlers) -> None:
    """Messages to merchants."""
    handlers.add_outside(DELIVER, WebhookSender(services, find_order))


def add_fulfillment(services: Services, handlers: Handlers) -> None:
    """Deliveries."""
    Deliveries(services).add_handlers(handlers)


def add_orders(services: Services, handlers: Handlers) -> None:
    """Reminders, and the end of unpaid orders."""

    def act() -> Act:
        return Act("clock", services.clock.now(), services.wire.tell)

    def expire(session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            settling.expire(session, job.key, act())

    def remind(session: Session, jobs: Sequence[Job]) -> None:
        for job in jobs:
            settling.remind(session, job.key, act())

    handlers.add_database(settling.EXPIRE, expire)
    handlers.add_database(settling.REMIND, remind)
