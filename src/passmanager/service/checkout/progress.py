"""How far a session is: what the page in front shows, and where it sends the buyer."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy.orm import Session

from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.orders.lists import history_of
from passmanager.service.orders.models import Order
from passmanager.service.orders.status import OPEN, Axis, FulfillmentStatus, PaymentStatus

DONE = frozenset({FulfillmentStatus.DELIVERED, FulfillmentStatus.NONE})
OVER = frozenset({
    PaymentStatus.DELETED, PaymentStatus.REFUNDED, PaymentStatus.CHARGED_BACK, PaymentStatus.TERMINATED,
})  # fmt: skip
AXES = frozenset({Axis.PAYMENT, Axis.FULFILLMENT})


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the page in front shows.

    Attributes:
        number: Steps of a session are numbered; a number never changes its meaning.
        at: Milliseconds.
    """

    number: int
    name: str
    at: int


def outcome(order: Order | None) -> str | None:
    """`delivered`, `declined`, `review` or `waiting`; None as long as there is no order."""
    if order is None:
        return None
    if order.payment_status == PaymentStatus.HELD:
        return "review"
    if order.payment_status in OVER | {PaymentStatus.FAILED}:
        return "declined"
    if is_paid(order) and order.fulfillment_status in DONE:
        return "delivered"
    return "waiting"


def is_paid(order: Order) -> bool:
    """Has the buyer done his part?"""
    return order.payment_status in {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED}


def redirect_of(found: CheckoutSession, order: Order | None) -> str | None:
    """The thank-you address of the outcome, with the query of the links and the order."""
    where = found.context.get("redirects", {}).get(outcome(order) or "")
    if order is None or not where:
        return None
    parts = urlsplit(str(where))
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *found.context["query"].items()]
    fields: dict[str, Any] = found.form["custom_fields"]
    pairs += [(name, value) for name, value in fields.items() if name.startswith("x-")]
    pairs += [("order_id", order.id), ("outcome", outcome(order))]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def payable(order: Order) -> bool:
    """Can it still be paid?"""
    return order.payment_status in OPEN


def steps_of(session: Session, found: CheckoutSession, order: Order | None, now: int) -> list[Step]:
    """All steps so far, the first first."""
    steps = [Step(1, "open", found.created_at)]
    if order is None:
        if is_over(found, now):
            steps.append(Step(2, "expired", found.expires_at))
        return steps
    steps.append(Step(2, "confirmed", found.confirmed_at or order.created_at))
    number = 2
    for row in history_of(session, order):
        if row.axis in AXES and row.old:
            number += 1
            if (row.axis, row.new) != (Axis.FULFILLMENT, FulfillmentStatus.NOT_DELIVERED):
                steps.append(Step(number, row.new, row.at))
    return steps


def is_over(found: CheckoutSession, now: int) -> bool:
    """Was it not confirmed in time?"""
    return found.status == "expired" or (found.status == "open" and found.expires_at <= now)


def finished(found: CheckoutSession, order: Order | None, now: int) -> bool:
    """Will nothing more happen that the page in front waits for?"""
    if order is None:
        return is_over(found, now)
    return order.payment_status in OVER or (is_paid(order) and order.fulfillment_status in DONE)
