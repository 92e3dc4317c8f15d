"""Which events an endpoint wants."""

from collections.abc import Iterable

from passmanager.service.webhooks.models import WebhookEndpoint


def matches(patterns: Iterable[str], kind: str) -> bool:
    """By name, or by its beginning: `order.*`; no pattern at all wants everything."""
    chosen = list(patterns)
    return not chosen or any(kind == one or (one.endswith("*") and kind.startswith(one[:-1])) for one in chosen)


def wants(endpoint: WebhookEndpoint, kind: str, store_id: str) -> bool:
    """Whether an endpoint is told of an event of a store."""
    mine = endpoint.store_id is None or endpoint.store_id == store_id
    return mine and endpoint.status != "off" and matches(map(str, endpoint.types), kind)
