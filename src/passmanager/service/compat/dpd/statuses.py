"""Statuses of purchases: DPD's six, and ours."""

from passmanager.service.orders import crosswalk

ACTIVE, PENDING, REFUNDED, ERROR, CANCELED, HELD = "ACT", "PND", "RFD", "ERR", "CAN", "HLD"

DPD: dict[str, str] = {ours.value: theirs for ours, theirs in crosswalk.DPD.items()}
OURS: dict[str, list[str]] = {
    theirs: [ours.value for ours, of in crosswalk.DPD.items() if of == theirs] for theirs in crosswalk.DPD.values()
}

SUBSCRIBER = {"active": "ACTIVE", "cancelled": "CANCELED", "past_due": "PAST_DUE", "paused": "CLOSED"}
"""Of a subscription; what is not here is CLOSED."""
