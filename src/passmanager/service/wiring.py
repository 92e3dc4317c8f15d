"""Who listens to what: the one place that knows all domains. Used by the API and by the workers alike."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.engine import Handlers, Job
from passmanager.service.orders import settling
from passmanager.service.orders.settling import Act
from passmanager.service.services import Services


def connect(services: Services) -> None:
    """Subscribes every domain to the news of the others, in the order in which they act."""
    del services


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
