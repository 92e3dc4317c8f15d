"""Which events an endpoint wants."""

from collections.abc import Iterable

from passmanager.service.news import matches
from passmanager.service.webhooks.models import Event, WebhookEndpoint
from passmanager.service.webhooks.profiles.known import PROFILES


def matches_any(patterns: Iterable[str], kind: str) -> bool:
    """By name, or by its beginning: `order.*`; no pattern at all wants everything."""
    chosen = list(patterns)
    return not chosen or any(matches(pattern, kind) for pattern in chosen)


def wants(endpoint: WebhookEndpoint, event: Event) -> bool:
    """Whether an endpoint is told of an event."""
    if endpoint.merchant_id != event.merchant_id or endpoint.status == "off":
        return False
    if endpoint.store_id is not None and endpoint.store_id != event.store_id:
        return False
    if endpoint.action_id is not None and endpoint.action_id != event.data.get("action_id"):
        return False
    return PROFILES[endpoint.profile].knows(event.type) and matches_any(map(str, endpoint.types), event.type)
