"""What other shop systems call the statuses and the moments of an order. Nothing here decides anything."""

from passmanager.service.orders.status import FulfillmentStatus, PaymentStatus

UNPAID = "unpaid"
"""Reason of an order that was deleted because nobody paid it."""

_P, _F = PaymentStatus, FulfillmentStatus

DPD: dict[PaymentStatus, str] = {
    _P.NOT_PAID: "PND",
    _P.AUTHORIZED: "PND",
    _P.PAID: "ACT",
    _P.PARTIALLY_REFUNDED: "RFD",
    _P.REFUNDED: "RFD",
    _P.CHARGED_BACK: "RFD",
    _P.FAILED: "ERR",
    _P.HELD: "HLD",
    _P.DELETED: "CAN",
    _P.TERMINATED: "CAN",
}
"""DPD's six; what was delivered it tells by `has_all_keys`."""

_NEXWAY_BY_PAYMENT: dict[PaymentStatus, str] = {
    _P.NOT_PAID: "PAYMENT_PENDING",
    _P.AUTHORIZED: "PENDING",
    _P.FAILED: "PAYMENT_REFUSED",
    _P.HELD: "FRAUD_PENDING",
    _P.PARTIALLY_REFUNDED: "PARTIAL_CANCELED",
    _P.REFUNDED: "CANCELED",
    _P.CHARGED_BACK: "CANCELED",
}
_NEXWAY_OF_PAID: dict[FulfillmentStatus, str] = {
    _F.NONE: "COMPLETED",
    _F.NOT_DELIVERED: "PENDING",
    _F.PARTIALLY_DELIVERED: "PARTIAL_COMPLETED",
    _F.DELIVERED: "COMPLETED",
    _F.RETURNED: "PARTIAL_CANCELED",  # the goods came back, the money is still here
}
NEXWAY_NEVER: dict[str, str] = {
    "CREATED": "an order waits for its payment from its first moment on: PAYMENT_PENDING",
    "FORCE_COMPLETED": "who delivers by hand completes it: COMPLETED",
    "CANCEL_PENDING": "an order is canceled in one step; a refund under way has a state of its own",
    "CANCELED_WITH_ERROR": "what cannot be canceled is refused, and the order stays as it is",
    "FORCE_CANCELED": "who cancels by hand cancels: CANCELED",
}
"""Its states that an order of ours is never in, and why."""

NEXWAY_MOMENTS: dict[str, tuple[str, ...]] = {
    "created": ("order.created",),
    "paymentFailed": ("order.payment_failed",),
    "paymentRefused": ("order.payment_failed",),
    "completed": ("order.delivered",),
    "partiallyCompleted": ("order.partially_delivered",),
    "fulfillmentFailed": ("fulfillment.failed",),
    "canceled": ("order.deleted", "order.refunded"),
    "aborted": ("order.deleted",),
    "renewCompleted": ("subscription.renewed",),
    "prebillingStarted": (),
}
"""Its notifications, and the events that tell of the same. Nobody bills in advance here: whoever renews a
subscription on the chain pays at that moment, so there is no time between `prebillingStarted` and the payment."""


def nexway(payment: str, fulfillment: str, reason: str = "", *, failing: bool = False) -> str | None:
    """Nexway's state of an order; None for a test order, which Nexway does not have.

    Args:
        payment: Our status on the payment axis.
        fulfillment: And on the other.
        reason: Of the last move of the payment axis.
        failing: A delivery has failed and is tried again.
    """
    status = PaymentStatus(payment)
    if status is _P.TERMINATED:
        return None
    if status is _P.DELETED:
        return "ABORTED" if reason == UNPAID else "CANCELED"
    if status is not _P.PAID:
        return _NEXWAY_BY_PAYMENT[status]
    found = _NEXWAY_OF_PAID[FulfillmentStatus(fulfillment)]
    return "PENDING_WITH_ERROR" if found == "PENDING" and failing else found
