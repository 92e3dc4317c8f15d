"""A typed client of the commerce service: orders, deliveries, license keys, webhooks.

`Commerce` waits for its answers; `AsyncCommerce` has the same names to `await`. Needs the extra `[commerce]`.
"""

from passmanager.commerce import models, refusals
from passmanager.commerce.client import Commerce
from passmanager.commerce.client_aio import AsyncCommerce
from passmanager.commerce.errors import (
    BadField,
    CommerceError,
    CommerceExtraMissing,
    Refused,
    ServiceUnreachable,
    UnreadableAnswer,
    WebhookRejected,
)
from passmanager.commerce.exchange import Retries
from passmanager.commerce.values import Money, Page
from passmanager.commerce.webhooks import verify

__all__ = [
    "AsyncCommerce",
    "BadField",
    "Commerce",
    "CommerceError",
    "CommerceExtraMissing",
    "Money",
    "Page",
    "Refused",
    "Retries",
    "ServiceUnreachable",
    "UnreadableAnswer",
    "WebhookRejected",
    "models",
    "refusals",
    "verify",
]
