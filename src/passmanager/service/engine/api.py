"""The clock of a test, over HTTP."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from passmanager.service.clock import DAY, SECOND, ControlledClock, rfc3339
from passmanager.service.engine.advance import advance, wait_for_workers
from passmanager.service.engine.errors import WorkStandsStill
from passmanager.service.http.deps import TheServices
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.problems import NotFound, Unavailable

router = make_router(tag="test", include_in_schema=False)

LONGEST = 3650 * DAY // SECOND


class Advance(BaseModel):
    """How far, in seconds."""

    advance: Annotated[int, Field(ge=0, le=LONGEST)]


class Time(BaseModel):
    """The time of the service."""

    now: str | None


@router.post("/test/clock")
def move(body: Advance, request: Request, services: TheServices) -> Time:
    """Goes forward and answers when all work that became due is done."""
    if not isinstance(services.clock, ControlledClock):
        raise NotFound(detail="this service runs on the machine's clock; set PASSMANAGER_CLOCK=controlled")
    settle = getattr(request.app.state, "settle", None) or wait_for_workers(services)
    try:
        now = advance(services, services.clock, body.advance * SECOND, settle)
    except WorkStandsStill as problem:
        raise Unavailable(detail=str(problem)) from problem
    return Time(now=rfc3339(now))
