"""Endpoints of events and webhooks."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from passmanager.service.db import read_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.outbound import Outbound
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import NotFound
from passmanager.service.http.shapes import Id
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services
from passmanager.service.webhooks import endpoints, feed, repository
from passmanager.service.webhooks.envelope import envelope
from passmanager.service.webhooks.models import Delivery, WebhookEndpoint
from passmanager.service.webhooks.recording import FindOrder, no_orders
from passmanager.service.webhooks.schemas import (
    Accepted,
    AttemptOut,
    DeliveryOut,
    DeliveryWithAttempts,
    EndpointIn,
    EndpointList,
    EndpointOut,
    EndpointPatch,
    EndpointWithSecret,
    EventOut,
    Feed,
    Pattern,
    RedeliverIn,
    ReplayIn,
)
from passmanager.service.webhooks.signing import key_set, public_key

router = make_router(tag="webhooks")

Reader = Annotated[Caller, Depends(require("webhooks:read"))]
Writer = Annotated[Caller, Depends(require("webhooks:write"))]
WriteOnce = Annotated[Once, Depends(once("webhooks:write"), scope="function")]
EventReader = Annotated[Caller, Depends(require("events:read"))]


def _find_order(request: Request) -> FindOrder:
    """Set where the process is put together, since orders are another domain."""
    return getattr(request.app.state, "find_order", no_orders)


Finding = Annotated[FindOrder, Depends(_find_order)]


def _show(endpoint: WebhookEndpoint, services: Services) -> dict[str, Any]:
    names = (name for name in EndpointOut.model_fields if name != "public_key")
    return {name: getattr(endpoint, name) for name in names} | {"public_key": public_key(sealer_of(services.settings))}


@router.get("/jwks.json")
def keys(services: TheServices) -> dict[str, list[dict[str, Any]]]:
    """Public keys of webhooks and licenses."""
    return {"keys": key_set(sealer_of(services.settings))}


# Answers with a secret are not kept for an Idempotency-Key: stored answers are not sealed.
@router.post("/v1/webhook-endpoints", status_code=201)
def create(body: EndpointIn, services: TheServices, session: Writing, caller: Writer, now: Now) -> EndpointWithSecret:
    """A new endpoint; its secret is shown this once."""
    settings = services.settings
    made, secret = endpoints.add(session, caller, body, Outbound.of(settings), sealer_of(settings), now)
    return EndpointWithSecret(**_show(made, services), secret=secret)


@router.get("/v1/webhook-endpoints")
def list_endpoints(services: TheServices, session: Reading, caller: Reader) -> EndpointList:
    """All of them."""
    found = session.scalars(repository.my_endpoints(caller))
    return EndpointList(data=[EndpointOut(**_show(endpoint, services)) for endpoint in found])


@router.get("/v1/webhook-endpoints/{endpoint_id}")
def get(endpoint_id: Id, services: TheServices, session: Reading, caller: Reader) -> EndpointOut:
    """One endpoint, and how it is."""
    return EndpointOut(**_show(repository.get_endpoint(session, caller, endpoint_id), services))


@router.patch("/v1/webhook-endpoints/{endpoint_id}")
def change(
    endpoint_id: Id, body: EndpointPatch, services: TheServices, session: Writing, caller: Writer, now: Now
) -> EndpointOut:
    """Changes what is sent; status `active` delivers what was held."""
    endpoint = repository.get_endpoint(session, caller, endpoint_id)
    endpoints.change(session, endpoint, body, Outbound.of(services.settings), now)
    return EndpointOut(**_show(endpoint, services))


@router.delete("/v1/webhook-endpoints/{endpoint_id}", status_code=204)
def delete(endpoint_id: Id, session: Writing, caller: Writer) -> None:
    """With its messages; set it to `off` to keep them."""
    repository.delete_endpoint(session, repository.get_endpoint(session, caller, endpoint_id))


@router.post("/v1/webhook-endpoints/{endpoint_id}/rotate")
def rotate(endpoint_id: Id, services: TheServices, session: Writing, caller: Writer, now: Now) -> EndpointWithSecret:
    """A new secret, shown this once; the old one signs for another 24 hours."""
    endpoint = repository.get_endpoint(session, caller, endpoint_id)
    secret = endpoints.rotate(endpoint, sealer_of(services.settings), now)
    return EndpointWithSecret(**_show(endpoint, services), secret=secret)


@router.post("/v1/webhook-endpoints/{endpoint_id}/test", status_code=202, response_model=EventOut)
def test(endpoint_id: Id, services: TheServices, request: WriteOnce) -> Response:
    """Sends a message to this endpoint only."""
    endpoint = repository.get_endpoint(request.session, request.caller, endpoint_id)
    event_id = endpoints.test(request.session, request.caller, endpoint, request.now)
    event = repository.get_event(request.session, request.caller, event_id)
    return request.answer(EventOut(**envelope(event, services.settings.mode)), 202)


@router.post("/v1/webhook-endpoints/{endpoint_id}/replay", status_code=202, response_model=Accepted)
def replay(endpoint_id: Id, body: ReplayIn, request: WriteOnce, find_order: Finding) -> Response:
    """Sends the events of a time again, oldest first."""
    endpoint = repository.get_endpoint(request.session, request.caller, endpoint_id)
    count = endpoints.replay(request.session, request.caller, endpoint, body, request.now, find_order)
    return request.answer(Accepted(events=count), 202)


@router.get("/v1/events")
def list_events(
    services: TheServices,
    caller: EventReader,
    limit: PageLimit = LIMIT,
    after: Annotated[Id | None, Query(description="Id of the last event that you have.")] = None,
    types: Annotated[list[Pattern] | None, Query(max_length=100)] = None,
) -> Feed:
    """The pull feed: everything that happened, oldest first, in an order that never changes."""
    feed.publish(services.sessions, caller.merchant_id)
    with read_scope(services.sessions) as session:
        found = feed.read(session, caller, after, types or [], limit)
        shown = [EventOut(**envelope(event, services.settings.mode)) for event in found[:limit]]
    return Feed(data=shown, has_more=len(found) > limit, next_cursor=shown[-1].id if shown else after)


@router.get("/v1/events/{event_id}")
def get_event(event_id: Id, services: TheServices, session: Reading, caller: EventReader) -> EventOut:
    """One event."""
    return EventOut(**envelope(repository.get_event(session, caller, event_id), services.settings.mode))


@router.post("/v1/events/{event_id}/redeliver", status_code=202, response_model=Accepted)
def redeliver(event_id: Id, request: WriteOnce, find_order: Finding, body: RedeliverIn | None = None) -> Response:
    """Sends one event again, to one endpoint or to all that want it."""
    event = repository.get_event(request.session, request.caller, event_id)
    chosen = endpoints.targets(request.session, request.caller, event, body.endpoint_id if body else None)
    for endpoint in chosen:
        endpoints.redeliver(request.session, event, endpoint, request.now, find_order)
    return request.answer(Accepted(events=1), 202)


@router.get("/v1/webhook-deliveries")
def list_deliveries(
    session: Reading,
    caller: Reader,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
    endpoint_id: Id | None = None,
    event_id: Id | None = None,
    status: Annotated[str | None, Query(pattern="^(pending|delivered|failed)$")] = None,
) -> Page[DeliveryOut]:
    """Messages, the newest first."""
    found = repository.deliveries_of(caller)
    for column, value in (
        (Delivery.endpoint_id, endpoint_id),
        (Delivery.event_id, event_id),
        (Delivery.status, status),
    ):
        found = found if value is None else found.where(column == value)
    rows = session.scalars(after(found, Delivery.number, cursor, limit)).all()
    return page(rows, limit, lambda row: row.number, _show_delivery)


def _show_delivery(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut.model_validate(delivery, from_attributes=True)


@router.get("/v1/webhook-deliveries/{delivery_id}")
def get_delivery(delivery_id: Id, session: Reading, caller: Reader) -> DeliveryWithAttempts:
    """One message, with every call and its answer."""
    delivery = session.scalar(repository.deliveries_of(caller).where(Delivery.id == delivery_id))
    if delivery is None:
        raise NotFound(detail=f"there is no delivery {delivery_id}; see GET /v1/webhook-deliveries")
    calls = [
        AttemptOut.model_validate(row, from_attributes=True) for row in repository.attempts_of(session, delivery.id)
    ]
    return DeliveryWithAttempts(**dict(_show_delivery(delivery)), calls=calls)
