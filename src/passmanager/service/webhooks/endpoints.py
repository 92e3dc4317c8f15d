"""What merchants do with their endpoints: make, change, hold, start again, repeat."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import get_store, stores_of
from passmanager.service.clock import DAY
from passmanager.service.engine import keep_going
from passmanager.service.http.auth import Caller
from passmanager.service.http.outbound import CallFailed, Outbound
from passmanager.service.http.problems import Conflict, NotFound, bad_field
from passmanager.service.ids import new_id
from passmanager.service.news import News
from passmanager.service.sealing import Sealer
from passmanager.service.webhooks import repository
from passmanager.service.webhooks.matching import matches_any, wants
from passmanager.service.webhooks.models import Event, WebhookEndpoint
from passmanager.service.webhooks.profiles.known import PROFILES
from passmanager.service.webhooks.recording import DELIVER, FindOrder, chain_key, record_for, send
from passmanager.service.webhooks.schemas import EndpointIn, EndpointPatch, ReplayIn
from passmanager.service.webhooks.signing import is_secret, new_secret

OVERLAP = DAY
MOST_ENDPOINTS = 100
MOST_REPLAYED = 10_000
TEST = "webhook.test"


def secrets_of(endpoint: WebhookEndpoint, sealer: Sealer, now: int) -> tuple[str, ...]:
    """The secrets that sign, newest first."""
    found = [sealer.open(endpoint.secret, endpoint.id).decode()]
    if endpoint.old_secret is not None and (endpoint.old_secret_until or 0) > now:
        found.append(sealer.open(endpoint.old_secret, endpoint.id).decode())
    return tuple(found)


def add(
    session: Session, caller: Caller, body: EndpointIn, outbound: Outbound, sealer: Sealer, now: int
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is told this once.

    Raises:
        InvalidInput: The address, a name of an event or the secret is refused.
        Conflict: The merchant has too many.
    """
    store_id = body.store_id or caller.store_id
    if store_id is not None:
        get_store(session, caller, store_id)
    _require_url(outbound, body.url)
    _require_types(body.profile, body.types)
    own = [endpoint for endpoint in session.scalars(repository.my_endpoints(caller)) if endpoint.action_id is None]
    if len(own) >= MOST_ENDPOINTS:
        raise Conflict(detail=f"there are {MOST_ENDPOINTS} endpoints already; delete one first")
    secret, endpoint_id = _secret(body), new_id("whe")
    endpoint = WebhookEndpoint(
        id=endpoint_id, merchant_id=caller.merchant_id, store_id=store_id, url=body.url, profile=body.profile,
        types=list(body.types), secret=sealer.seal(secret.encode(), endpoint_id), status=repository.ACTIVE,
        failures=0, created_at=now,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    return endpoint, secret


def _secret(body: EndpointIn) -> str:
    if body.secret is None:
        return new_secret()
    if body.profile == "standard" and not is_secret(body.secret):
        raise bad_field("/body/secret", "secret", "a secret is whsec_ and 24 to 64 bytes in base64; or leave it out")
    return body.secret


def _require_url(outbound: Outbound, url: str) -> None:
    try:
        outbound.check(url)
    except CallFailed as problem:
        raise bad_field("/body/url", problem.reason, str(problem)) from problem


def _require_types(profile: str, types: Sequence[str]) -> None:
    names = PROFILES[profile].names
    for index, pattern in enumerate(types):
        if names is not None and not any(matches_any([pattern], name) for name in names):
            known = ", ".join(sorted(names))
            raise bad_field(f"/body/types/{index}", "type", f"profile {profile} has no {pattern}, only {known}")


def change(session: Session, endpoint: WebhookEndpoint, body: EndpointPatch, outbound: Outbound, now: int) -> None:
    """Changes what is sent; `active` delivers what was held."""
    if body.url is not None:
        _require_url(outbound, body.url)
        endpoint.url = body.url
    if body.types is not None:
        _require_types(endpoint.profile, body.types)
        endpoint.types = list(body.types)
    if body.status == repository.ACTIVE and endpoint.status != repository.ACTIVE:
        enable(session, endpoint, now)
    elif body.status == repository.OFF:
        endpoint.status = repository.OFF
    session.flush()


def enable(session: Session, endpoint: WebhookEndpoint, now: int) -> None:
    """What waits is sent now. The work is written first: workers lock in this order, too."""
    chains = [chain_key(endpoint.id, aggregate) for aggregate in repository.waiting_aggregates(session, endpoint.id)]
    keep_going(session, DELIVER, ((key, endpoint.id) for key in chains), now)
    repository.hurry(session, chains, DELIVER, now)
    repository.start_again(session, endpoint.id)
    endpoint.status, endpoint.held_at, endpoint.failures, endpoint.failing_since = repository.ACTIVE, None, 0, None


def rotate(endpoint: WebhookEndpoint, sealer: Sealer, now: int) -> str:
    """A new secret; the old one signs for another 24 hours, too."""
    secret = new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + OVERLAP
    endpoint.secret = sealer.seal(secret.encode(), endpoint.id)
    return secret


def test(session: Session, caller: Caller, endpoint: WebhookEndpoint, now: int) -> str:
    """A message to this endpoint only; the id of its event.

    Raises:
        Conflict: Its profile has no form for it, it is not active, or there is no store yet.
    """
    store_id = endpoint.store_id or session.scalar(stores_of(caller).with_only_columns(Store.id).limit(1))
    if store_id is None:
        raise Conflict(detail="events belong to a store, and there is none; make one first")
    if not PROFILES[endpoint.profile].knows(TEST):
        raise Conflict(detail=f"profile {endpoint.profile} has no test message; make a test order instead")
    if endpoint.status != repository.ACTIVE:
        raise Conflict(detail=f"the endpoint is {endpoint.status}; set its status to active first")
    news = News(
        type=TEST, merchant_id=endpoint.merchant_id, store_id=store_id, aggregate_type="webhook_endpoint",
        aggregate_id=endpoint.id, at=now, data={"id": endpoint.id, "url": endpoint.url},
    )  # fmt: skip
    return record_for(session, news, endpoint)


def redeliver(session: Session, event: Event, endpoint: WebhookEndpoint, now: int, find_order: FindOrder) -> None:
    """Sends an event again; at once, if it waits for its next attempt."""
    if repository.pending_of_event(session, endpoint.id, event.id):
        for waiting in repository.pending_of_event(session, endpoint.id, event.id):
            waiting.next_attempt_at = None
        keep_going(session, DELIVER, [(chain_key(endpoint.id, event.aggregate_id), endpoint.id)], now)
        repository.hurry(session, [chain_key(endpoint.id, event.aggregate_id)], DELIVER, now)
    else:
        replay = repository.last_replay(session, endpoint.id, event.id) + 1
        send(session, event, [endpoint], now, find_order, replay)


def targets(session: Session, caller: Caller, event: Event, endpoint_id: str | None) -> Sequence[WebhookEndpoint]:
    """Where an event is sent again: to one endpoint, or to all that want it."""
    if endpoint_id is not None:
        found = [repository.get_endpoint(session, caller, endpoint_id)]
    else:
        found = list(session.scalars(repository.my_endpoints(caller)))
    chosen = [endpoint for endpoint in found if wants(endpoint, event)]
    if not chosen:
        raise NotFound(detail=f"no endpoint wants {event.type}; see GET /v1/webhook-endpoints")
    return chosen


def replay(
    session: Session, caller: Caller, endpoint: WebhookEndpoint, body: ReplayIn, now: int, find_order: FindOrder
) -> int:
    """Sends the events of a time again, oldest first; how many.

    Raises:
        InvalidInput: They are too many for one request.
    """
    chosen = repository.events_between(caller, body.since, body.until)
    if body.types:
        chosen = chosen.where(repository.of_types(body.types))
    if body.status is not None:
        chosen = chosen.where(repository.with_status(endpoint.id, body.status))
    events = session.scalars(chosen.limit(MOST_REPLAYED + 1)).all()
    if len(events) > MOST_REPLAYED:
        raise bad_field("/body/until", "too-many", f"more than {MOST_REPLAYED} events; ask for a shorter time")
    wanted = [event for event in events if wants(endpoint, event)]
    for event in wanted:
        redeliver(session, event, endpoint, now, find_order)
    return len(wanted)
