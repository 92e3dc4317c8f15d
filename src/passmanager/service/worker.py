"""Who does which kind of work, for the processes that work."""

from passmanager.service.engine.loops import Worker
from passmanager.service.engine.work import Handlers
from passmanager.service.following import Deriving
from passmanager.service.services import Services
from passmanager.service.wiring import (
    add_actions,
    add_checkout,
    add_files,
    add_fulfillment,
    add_mail,
    add_orders,
    add_refunds,
    add_webhooks,
)

__all__ = ["Worker", "make_handlers"]


def make_handlers(services: Services) -> Handlers:
    """Every kind of work of the service; each domain adds its own here."""
    handlers = Handlers()
    add_orders(services, handlers)
    add_checkout(services, handlers)
    add_webhooks(services, handlers)
    add_mail(services, handlers)
    add_fulfillment(services, handlers)
    add_refunds(services, handlers)
    add_files(services, handlers)
    add_actions(services, handlers)
    Deriving(services).add_handlers(handlers)
    return handlers
