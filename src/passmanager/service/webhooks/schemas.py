"""Bodies of requests and answers about events and webhooks."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from passmanager.service.http.shapes import Body, Future, Id, Instant, Moment

Pattern = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+(\.[a-z_]+)*))$", max_length=100)]
"""Name of an event, or its beginning and `*`."""

Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x20]+$")]
Types = Annotated[list[Pattern], Field(max_length=100)]
ProfileName = Literal["standard", "noventiq", "dpd-ipn"]
Secret = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class EndpointIn(Body):
    """A new endpoint. No types: all events; no store: all stores."""

    url: Url
    profile: ProfileName = "standard"
    types: Types = Field(default_factory=list[str])
    store_id: Id | None = None
    secret: Secret | None = None


class EndpointPatch(Body):
    """Changes of an endpoint; `active` also starts a held one again."""

    url: Url | None = None
    types: Types | None = None
    status: Literal["active", "off"] | None = None


class EndpointOut(BaseModel):
    """An endpoint, without its secret."""

    id: str
    url: str
    profile: str
    types: list[str]
    store_id: str | None
    action_id: str | None = Field(description="The action whose uses it is told of; all events if null.")
    status: str
    failures: int
    failing_since: Moment | None
    last_success_at: Moment | None
    held_at: Moment | None
    old_secret_until: Moment | None
    public_key: str
    created_at: Moment


class EndpointWithSecret(EndpointOut):
    """Shown once."""

    secret: str


class EndpointList(BaseModel):
    """All of them; a merchant has few."""

    data: list[EndpointOut]


class ReplayIn(Body):
    """Which events are sent again: of a time, of some types, and by how their last message ended."""

    since: Future
    until: Future | None = None
    types: Types = Field(default_factory=list[str])
    status: Literal["delivered", "failed", "never"] | None = None


class RedeliverIn(Body):
    """To one endpoint, or to all that want the event."""

    endpoint_id: Id | None = None


class Accepted(BaseModel):
    """How many messages go out."""

    events: int


class EventOut(BaseModel):
    """An event, exactly as it is pushed."""

    type: str
    id: str
    timestamp: Instant
    api_version: str
    mode: str
    store_id: str
    sequence: int
    aggregate: dict[str, str]
    data: dict[str, Any]
    previous: dict[str, Any]


class Feed(BaseModel):
    """Events in the order in which they became known, oldest first."""

    data: list[EventOut]
    has_more: bool
    next_cursor: str | None


class DeliveryOut(BaseModel):
    """One message for one endpoint."""

    id: str
    endpoint_id: str
    event_id: str
    part: int
    status: str
    attempts: int
    next_attempt_at: Moment | None
    created_at: Moment


class AttemptOut(BaseModel):
    """One call."""

    attempt: int
    status: int | None
    problem: str
    answer: str
    milliseconds: int
    at: Moment


class DeliveryWithAttempts(DeliveryOut):
    """With every call and its answer."""

    calls: list[AttemptOut]
