"""Endpoints that belong to one action: they hear of its uses, with the guard, signatures and attempts of all others."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.http.outbound import CallFailed, Outbound
from passmanager.service.http.problems import bad_field
from passmanager.service.ids import new_id
from passmanager.service.sealing import Sealer
from passmanager.service.webhooks.models import WebhookEndpoint
from passmanager.service.webhooks.profiles.zapier import EXECUTED
from passmanager.service.webhooks.repository import ACTIVE, OFF, delete_endpoint
from passmanager.service.webhooks.signing import new_secret


@dataclass(frozen=True, slots=True)
class Desk:
    """What makes endpoints.

    Attributes:
        at: Milliseconds.
    """

    outbound: Outbound
    sealer: Sealer
    at: int


def add(
    session: Session, desk: Desk, store: Store, action_id: str, url: str, profile: str, pointer: str
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint of an action, and its secret.

    Raises:
        InvalidInput: The address is refused; `pointer` says which value it was.
    """
    require_url(desk, url, pointer)
    secret, endpoint_id = new_secret(), new_id("whe")
    made = WebhookEndpoint(
        id=endpoint_id, merchant_id=store.merchant_id, store_id=store.id, action_id=action_id, url=url,
        profile=profile, types=[EXECUTED], secret=desk.sealer.seal(secret.encode(), endpoint_id), status=ACTIVE,
        failures=0, created_at=desk.at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made, secret


def require_url(desk: Desk, url: str, pointer: str) -> None:
    """Refuses addresses that can never be called."""
    try:
        desk.outbound.check(url)
    except CallFailed as problem:
        raise bad_field(pointer, problem.reason, str(problem)) from problem


def of(session: Session, action_id: str) -> list[WebhookEndpoint]:
    """All of an action, the oldest first."""
    found = select(WebhookEndpoint).where(WebhookEndpoint.action_id == action_id)
    return list(session.scalars(found.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)))


def forget_gone(session: Session, action_id: str) -> None:
    """Those that unsubscribed."""
    for endpoint in of(session, action_id):
        if endpoint.status == OFF:
            delete_endpoint(session, endpoint)
