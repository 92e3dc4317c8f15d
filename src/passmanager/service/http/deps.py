"""What endpoints ask for: a session of the database, the caller, the time.

What waits for nobody is `async` here, because FastAPI sends everything else to a thread, which takes longer than most
queries.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from passmanager.service.clock import MachineClock
from passmanager.service.db import open_reader, read_scope, session_scope
from passmanager.service.http.auth import Caller, find_caller
from passmanager.service.http.problems import Unauthenticated
from passmanager.service.services import Services

_bearer = HTTPBearer(auto_error=False, description="API key: `pm_live_…` or `pm_test_…`.")


def services_of(request: Request) -> Services:
    """The parts of the running service."""
    found = request.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - invariant: set by create_app
    return found


async def _services(request: Request) -> Services:
    return services_of(request)


TheServices = Annotated[Services, Depends(_services)]


def _write(services: TheServices) -> Generator[Session]:
    with session_scope(services.sessions) as session:
        yield session


async def _read(services: TheServices) -> AsyncGenerator[Session]:
    session = open_reader(services.sessions)
    try:
        yield session
    finally:
        if services.settings.on_sqlite:
            session.close()
        else:
            await run_in_threadpool(session.close)


# "function": the transaction is committed before the answer is sent, so that nobody is told what was then lost.
Writing = Annotated[Session, Depends(_write, scope="function")]
Reading = Annotated[Session, Depends(_read, scope="function")]


async def _now(services: TheServices) -> int:
    clock = services.clock
    return clock.now() if isinstance(clock, MachineClock) else await run_in_threadpool(clock.now)


Now = Annotated[int, Depends(_now)]


def require(scope: str) -> Callable[..., Awaitable[Caller]]:
    """The caller, who must have a scope such as `orders:read`."""

    async def caller(
        services: TheServices, now: Now, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        if given is None:
            raise Unauthenticated(
                detail="send an API key: `Authorization: Bearer pm_…`", headers=(("WWW-Authenticate", "Bearer"),)
            )
        if services.settings.on_sqlite:  # one row of a file: it is here before a thread would have begun
            found = _whose(services, given.credentials, now)
        else:
            found = await run_in_threadpool(_whose, services, given.credentials, now)
        found.require(scope)
        return found

    return caller


def _whose(services: Services, key: str, now: int) -> Caller:
    with read_scope(services.sessions) as session:
        return find_caller(session, key, now)
