"""Events as receivers see them, pushed or pulled."""

from typing import Any

from passmanager.service.clock import rfc3339
from passmanager.service.settings import Mode
from passmanager.service.webhooks.models import Event

API_VERSION = "2026-11-22"


def envelope(event: Event, mode: Mode) -> dict[str, Any]:
    """The same for every receiver and every attempt."""
    return {
        "type": event.type,
        "id": event.id,
        "timestamp": rfc3339(event.at),
        "api_version": API_VERSION,
        "mode": mode,
        "store_id": event.store_id,
        "sequence": event.sequence,
        "aggregate": {"type": event.aggregate_type, "id": event.aggregate_id},
        "data": event.data,
        "previous": event.previous,
    }
