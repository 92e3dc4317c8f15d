"""What a transaction logged, by value."""

from typing import Any


def events(receipt: Any, event: Any) -> list[dict[str, Any]]:
    """Arguments of each event of this kind: `events(receipt, system.manager.ProductsPurchased)`."""
    return [dict(log.event_arguments) for log in event.from_receipt(receipt)]


def only(receipt: Any, event: Any) -> dict[str, Any]:
    """Arguments of the event, of which there must be one."""
    (found,) = events(receipt, event)
    return found
