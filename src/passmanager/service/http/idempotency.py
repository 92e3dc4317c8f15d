"""POST requests that may be sent twice: `Idempotency-Key`, its effect and its answer are one transaction.

A second request with the same key waits for the first and gets the same bytes. What fails is not kept:
its effect was undone, and the same key may be used again.
"""

import hashlib
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic_core import to_json
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from passmanager.service.db import Kept, session_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, TheServices, require
from passmanager.service.http.models import StoredAnswer
from passmanager.service.http.problems import (
    IdempotencyInProgress,
    IdempotencyKeyMissing,
    IdempotencyMismatch,
    refuses,
)
from passmanager.service.ids import new_id
from passmanager.service.services import Services

WAIT_SECONDS = 5
KEPT_MS = 7 * 86_400_000
JSON = "application/json"

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")
]


class Replay(Exception):
    """The answer to this request is known."""

    def __init__(self, stored: StoredAnswer) -> None:
        """With what was answered the first time; copied, because the transaction ends."""
        super().__init__(stored.id)
        self.status, self.body = stored.status, stored.body


@dataclass(frozen=True, slots=True)
class Once:
    """One request that changes something.

    Attributes:
        session: Its transaction; committed before the answer leaves.
        stored: Where the answer goes; None if the request has no key.
    """

    caller: Caller
    session: Session
    now: int
    stored: StoredAnswer | None

    def answer(self, shown: Any, status: int = 201) -> Response:
        """The answer to this request, and to every repetition of it."""
        body = to_json(shown)
        if self.stored is not None:
            self.stored.status, self.stored.body = status, body
            self.session.flush()
        return Response(body, status, media_type=JSON)


async def _body_hash(request: Request) -> str:
    return hashlib.sha256(await request.body()).hexdigest()


def once(scope: str, *, required: bool = False) -> Callable[..., Generator[Once]]:
    """A caller with a scope, a transaction, and protection against doing the same twice.

    Args:
        scope: Such as `orders:write`.
        required: Requests without a key are refused, because money or goods move.
    """

    @refuses(IdempotencyMismatch, IdempotencyInProgress, *([IdempotencyKeyMissing] if required else []))
    def dependency(
        request: Request,
        services: TheServices,
        now: Now,
        caller: Annotated[Caller, Depends(require(scope))],
        body_hash: Annotated[str, Depends(_body_hash)],
        idempotency_key: IdempotencyKey = None,
    ) -> Generator[Once]:
        if idempotency_key is None and required:
            raise IdempotencyKeyMissing(
                detail="send an Idempotency-Key: any text that is new for each order, say a UUID"
            )
        if idempotency_key is None:
            with session_scope(services.sessions) as session:
                yield Once(caller, session, now, None)
            return
        where = f"{caller.merchant_id} {request.method} {request.url.path}"
        with _one_at_a_time(f"{where} {idempotency_key}"), session_scope(services.sessions) as session:
            stored = _claim(services, session, where, idempotency_key, body_hash, now)
            try:
                yield Once(caller, session, now, stored)
            except Exception as problem:
                if isinstance(problem, Kept):
                    session.delete(stored)  # the request was refused: its key may be used again
                raise

    return dependency


_in_flight: dict[str, tuple[threading.Lock, int]] = {}
_guard = threading.Lock()


@contextmanager
def _one_at_a_time(name: str) -> Generator[None]:
    """Inside this process; between processes the unique key of the table waits."""
    with _guard:
        lock, waiting = _in_flight.get(name, (threading.Lock(), 0))
        _in_flight[name] = (lock, waiting + 1)
    try:
        if not lock.acquire(timeout=WAIT_SECONDS):
            raise _in_progress()
        try:
            yield
        finally:
            lock.release()
    finally:
        with _guard:
            lock, waiting = _in_flight.pop(name)
            if waiting > 1:
                _in_flight[name] = (lock, waiting - 1)


def _claim(services: Services, session: Session, where: str, key: str, body_hash: str, now: int) -> StoredAnswer:
    """The row for the answer, unless there is one already."""
    found = session.scalar(select(StoredAnswer).where(StoredAnswer.scope == where, StoredAnswer.key == key))
    if found is None:
        row = StoredAnswer(id=new_id("ans"), scope=where, key=key, body_hash=body_hash, created_at=now)
        found = row if _inserted(services, session, row) else None
        if found is row:
            return row
        found = session.scalar(select(StoredAnswer).where(StoredAnswer.scope == where, StoredAnswer.key == key))
    if found is None:
        raise _in_progress()
    if found.body_hash != body_hash:
        raise IdempotencyMismatch(detail="this Idempotency-Key came with another body before; use a new key")
    raise Replay(found)


def _inserted(services: Services, session: Session, row: StoredAnswer) -> bool:
    """Waits for another process that has the same key in a transaction of its own."""
    if not services.settings.on_sqlite:
        session.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    except OperationalError as problem:
        raise _in_progress() from problem
    return True


def _in_progress() -> IdempotencyInProgress:
    return IdempotencyInProgress(
        detail="the first request with this Idempotency-Key still runs; send the same again later",
        headers=(("Retry-After", str(WAIT_SECONDS)),),
    )


def replayed(problem: Replay) -> Response:
    """What the first request was answered."""
    return Response(problem.body, problem.status, headers={"Idempotent-Replayed": "true"}, media_type=JSON)
