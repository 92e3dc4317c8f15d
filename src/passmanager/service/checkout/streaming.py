"""Progress of a session as server-sent events. Nobody's thread waits: between two looks the loop does other work."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from passmanager.service.checkout import progress
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.repository import orders_of
from passmanager.service.clock import rfc3339
from passmanager.service.db import read_scope
from passmanager.service.services import Services

LONGEST = 60
LOOK_SECONDS = 0.5
BEAT_SECONDS = 10.0
RETRY_MS = 1_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a browser has read.

    Attributes:
        after: Number of the last step that it has.
        end: Nothing more will come.
    """

    after: int
    end: bool

    @classmethod
    def of(cls, session: Session, found: CheckoutSession, last: str | None, now: int) -> "Position":
        """By the id that it sends; what is no number of ours begins anew."""
        order = orders_of(session, [found]).get(found.order_id or "")
        steps = progress.steps_of(session, found, order, now)
        after = int(last) if last is not None and last.isdecimal() else 0
        return cls(after, progress.finished(found, order, now) and after >= steps[-1].number)


def stream(services: Services, session_id: str, position: Position, seconds: int) -> Response:
    """New steps as they come, for some seconds; 204 tells the browser not to ask again."""
    if position.end:
        return Response(status_code=204)
    events = _events(services, session_id, position.after, seconds)
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


async def _events(services: Services, session_id: str, after: int, seconds: int) -> AsyncGenerator[str]:
    loop = asyncio.get_running_loop()
    ends, beat = loop.time() + seconds, loop.time() + BEAT_SECONDS
    yield f"retry: {RETRY_MS}\n\n"
    while True:
        texts, after, end = await run_in_threadpool(_look, services, session_id, after)
        for text in texts:
            yield text
        if end or loop.time() >= ends:
            return
        if loop.time() >= beat:
            beat = loop.time() + BEAT_SECONDS
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_SECONDS)


def _look(services: Services, session_id: str, after: int) -> tuple[list[str], int, bool]:
    """Steps behind `after`, as events; the number of the last one, and whether it is the end."""
    now = services.clock.now()
    with read_scope(services.sessions) as session:
        found = session.scalars(select(CheckoutSession).where(CheckoutSession.id == session_id)).one()
        order = orders_of(session, [found]).get(found.order_id or "")
        steps = [step for step in progress.steps_of(session, found, order, now) if step.number > after]
        more = {"outcome": progress.outcome(order), "redirect_url": progress.redirect_of(found, order)}
        texts = [_event(session_id, step, more) for step in steps]
        return texts, steps[-1].number if steps else after, progress.finished(found, order, now)


def _event(session_id: str, step: progress.Step, more: dict[str, str | None]) -> str:
    data = {"session_id": session_id, "status": step.name, "at": rfc3339(step.at), **more}
    return f"id: {step.number}\nevent: {step.name}\ndata: {json.dumps(data)}\n\n"
