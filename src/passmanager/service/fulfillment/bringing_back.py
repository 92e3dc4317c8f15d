"""Deliveries that a refund ended, and the chain took the refund back: they are again what they were before it."""

from sqlalchemy.orm import Session

from passmanager.service.clock import SECOND
from passmanager.service.engine import wake
from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.repository import DELIVERED, RETURNED, WAITING
from passmanager.service.fulfillment.starting import DELIVER, Act, deliverable
from passmanager.service.fulfillment.taking_back import REACTIVATE, tell_vendor
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses import revoking
from passmanager.service.orders.status import FulfillmentStatus


def bring_back(session: Session, order_id: str, item_id: str, act: Act) -> None:
    """Keys that the refund revoked work again; what was not delivered yet is delivered. One that was given up stays."""
    batch = repository.load(session, [order_id])
    one = batch.fulfillments.get(item_id)
    if one is None or one.status != RETURNED or not deliverable(batch, one):
        return
    was = batch.item(one).fulfillment_status  # the order has followed the refund already
    one.status, one.updated_at = DELIVERED if was == FulfillmentStatus.DELIVERED else WAITING, act.at
    keys = licenses.issued_to(session, [item_id])
    told = revoking.bring_back(session, keys, batch.order(one).merchant_id, act.at, revoking.REFUND)
    act.wire.tell_all(session, told)
    if one.delivered:
        tell_vendor(session, one, REACTIVATE, f"{one.id}-{act.at}", act.at)
    if one.status == WAITING:
        _go_on(session, one, act.at)


def _go_on(session: Session, one: Fulfillment, at: int) -> None:
    after = one.config.get("give_up_after")
    one.waits_for, one.give_up_at = "", None if after is None else at + after * SECOND
    session.flush()
    wake(session, DELIVER, [one.order_id], at)
