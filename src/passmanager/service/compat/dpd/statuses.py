"""Statuses of purchases: DPD's six, and ours."""

from passmanager.service.orders.status import PaymentStatus

ACTIVE, PENDING, REFUNDED, ERROR, CANCELED, HELD = "ACT", "PND", "RFD", "ERR", "CAN", "HLD"

OF_OURS = {
    PaymentStatus.NOT_PAID: PENDING,
    PaymentStatus.AUTHORIZED: PENDING,
    PaymentStatus.PAID: ACTIVE,
    PaymentStatus.PARTIALLY_REFUNDED: REFUNDED,
    PaymentStatus.REFUNDED: REFUNDED,
    PaymentStatus.CHARGED_BACK: REFUNDED,
    PaymentStatus.FAILED: ERROR,
    PaymentStatus.HELD: HELD,
    PaymentStatus.DELETED: CANCELED,
    PaymentStatus.TERMINATED: CANCELED,
}
DPD: dict[str, str] = {ours.value: theirs for ours, theirs in OF_OURS.items()}
OURS: dict[str, list[str]] = {
    theirs: [ours.value for ours, of in OF_OURS.items() if of == theirs] for theirs in OF_OURS.values()
}

SUBSCRIBER = {"active": "ACTIVE", "cancelled": "CANCELED", "past_due": "PAST_DUE", "paused": "CLOSED"}
"""Of a subscription; what is not here is CLOSED."""
