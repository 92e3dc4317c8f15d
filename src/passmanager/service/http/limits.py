"""Routes that anybody may call: so many calls a minute from one address and about one thing."""

from collections import OrderedDict
from threading import Lock

from fastapi import Request

from passmanager.service.http.addresses import parse
from passmanager.service.http.problems import RateLimited
from passmanager.service.settings import Settings

MINUTE_MS = 60_000
MOST_NAMES = 100_000
"""Counters that are kept; the ones that were not used for the longest time go first."""


class RateLimit:
    """Buckets that fill again evenly: a full one allows a minute's calls at once. Each process has its own."""

    def __init__(self, per_minute: int) -> None:
        """So many calls for each name."""
        self._most = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._guard = Lock()

    def take(self, name: str, now: int) -> None:
        """Counts a call.

        Raises:
            RateLimited: There were too many.
        """
        with self._guard:
            left, then = self._buckets.pop(name, (self._most, now))
            left = min(self._most, left + max(0, now - then) * self._most / MINUTE_MS)
            self._buckets[name] = (max(left - 1, 0.0) if left >= 1 else left, now)
            while len(self._buckets) > MOST_NAMES:
                self._buckets.popitem(last=False)
        if left < 1:
            seconds = int((1 - left) * MINUTE_MS / self._most / 1000) + 1
            raise RateLimited(
                detail=f"at most {self._most:.0f} calls a minute; try again in {seconds} s",
                headers=(("Retry-After", str(seconds)),),
            )


def client_address(request: Request, settings: Settings) -> str:
    """Who calls; what proxies say is believed of those only that the operator named."""
    found = request.client.host if request.client else ""
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while found in settings.trusted_proxies and hops:
        found = hops.pop()
    return _normal(found)


def _normal(address: str) -> str:
    try:
        return str(parse(address))
    except ValueError:
        return address[:64]
