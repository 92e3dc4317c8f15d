"""Deliveries that are over or stand still: keys are revoked or suspended, and the merchant's web service is told."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from passmanager.service.engine import enqueue
from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.progress import follow_orders
from passmanager.service.fulfillment.repository import DELIVERED, RETURNED, Batch, url_of
from passmanager.service.fulfillment.starting import VERB, Act, stop_calls, to_returned
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses import revoking
from passmanager.service.orders.models import Order
from passmanager.service.orders.refunding import PAID_BACK
from passmanager.service.orders.status import PaymentStatus

CANCEL, RENEW, SUSPEND, REACTIVATE = "cancel", "renew", "suspend", "reactivate"
GONE: Final = frozenset({PaymentStatus.REFUNDED.value, PaymentStatus.CHARGED_BACK.value})
VERBS: Final[Mapping[str, str]] = {
    "subscription.renewed": RENEW,
    "subscription.paused": SUSPEND,
    "subscription.expired": SUSPEND,
    "subscription.resumed": REACTIVATE,
    "subscription.uncanceled": REACTIVATE,
}
"""What of a right is told to the web service that delivered for it."""


def take_back(session: Session, order: Order, act: Act) -> None:
    """Lines that were paid back, all of them if the order was, are returned."""
    batch = repository.load(session, [order.id])
    gone = [
        one
        for one in batch.fulfillments.values()
        if one.status not in {RETURNED, repository.FAILED}
        and (batch.order(one).payment_status in GONE or batch.item(one).refunded_at is not None)
    ]
    if not gone:
        return
    stop_calls(session, gone)
    called = [one for one in gone if one.status == DELIVERED or one.delivered]
    for one in gone:
        to_returned(session, batch, one, act, PAID_BACK)
    revoke_keys(session, batch, gone, act)
    for one in called:
        tell_vendor(session, one, CANCEL, one.id, act.at)
    act.wire.tell_all(session, follow_orders(session, batch, {order.id}, act))


def revoke_keys(session: Session, batch: Batch, gone: Sequence[Fulfillment], act: Act) -> None:
    """Their keys can never be used again."""
    merchants = {batch.order(one).merchant_id for one in gone}
    for merchant_id in merchants:
        lines = [one.order_item_id for one in gone if batch.order(one).merchant_id == merchant_id]
        news = revoking.change_of_lines(session, lines, licenses.REVOKED, merchant_id, act.at, revoking.REFUND)
        act.wire.tell_all(session, news)


def tell_vendor(session: Session, one: Fulfillment, verb: str, reference: str, at: int) -> None:
    """The web service that delivered hears of it, if it has an address for that."""
    if url_of(one, verb):
        payload = {"fulfillment_id": one.id, "verb": verb, "reference": reference}
        enqueue(session, VERB, f"{one.id}:{verb}:{reference}", at, payload)


def subscription_changed(session: Session, kind: str, right: Mapping[str, Any], merchant_id: str, act: Act) -> None:
    """A subscription was renewed, stands still or goes on; so do its keys."""
    verb = VERBS[kind]
    for one in repository.of_right(session, right["id"]):
        tell_vendor(session, one, verb, f"{right['id']}-{act.at}", act.at)
        status = licenses.SUSPENDED if verb == SUSPEND else licenses.ISSUED
        lines = [one.order_item_id]
        news = revoking.change_of_lines(session, lines, status, merchant_id, act.at, revoking.SUBSCRIPTION)
        act.wire.tell_all(session, news)
