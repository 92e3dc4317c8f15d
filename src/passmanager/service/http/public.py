"""Routes that need no key: each address may call each of them so often a minute."""

from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from passmanager.service.http.deps import Now, TheServices
from passmanager.service.http.limits import RateLimit, client_address
from passmanager.service.http.problems import RateLimited, refuses

_guard = Lock()


@refuses(RateLimited)
def _limited(request: Request, services: TheServices, now: Now) -> None:
    route = request.scope["route"].path
    address = client_address(request, services.settings)
    _limit_of(request, services.settings.rate_per_minute).take(f"{route} {address}", now)


Limited = Annotated[None, Depends(_limited)]
"""Refuses with 429 and `Retry-After`."""


def _limit_of(request: Request, per_minute: int) -> RateLimit:
    """One for each application, so that services in one process do not count each other's calls."""
    with _guard:
        found = getattr(request.app.state, "public_calls", None)
        if not isinstance(found, RateLimit):
            found = request.app.state.public_calls = RateLimit(per_minute)
    return found
