"""Who may touch a session: the browser that has its token, and the merchant's programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from passmanager.service.checkout import repository
from passmanager.service.checkout.carting import BUYER
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.opening import PREFIX
from passmanager.service.db import read_scope
from passmanager.service.http.auth import Caller, find_caller, hash_key
from passmanager.service.http.deps import Now, TheServices
from passmanager.service.http.problems import NotFound, Unauthenticated
from passmanager.service.services import Services

_bearer = HTTPBearer(
    auto_error=False, scheme_name="CheckoutToken", description="Token of the session (`pmc_…`), or an API key."
)
READ, WRITE = "checkout:read", "checkout:write"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: a merchant's program, or the browser of one session."""

    caller: Caller | None
    token_hash: str

    @property
    def name(self) -> str:
        """For histories."""
        return BUYER if self.caller is None else self.caller.name

    @property
    def promises(self) -> bool:
        """Are other amounts of lines the merchant's word?"""
        return self.caller is not None

    def find(self, session: Session, session_id: str, *, lock: bool = False) -> CheckoutSession:
        """A session that the caller may touch; `lock` it for a change.

        Raises:
            NotFound: There is none of this id, or it is somebody else's.
        """
        mine = repository.of_token(self.token_hash) if self.caller is None else repository.sessions_of(self.caller)
        mine = mine.where(CheckoutSession.id == session_id)
        found = session.scalar(mine.with_for_update() if lock else mine)
        if found is None:
            raise NotFound(detail=f"there is no checkout session {session_id} of yours")
        return found


def _actor(services: Services, now: int, credentials: str | None, scope: str) -> Actor:
    if not credentials:
        raise Unauthenticated(
            detail="send the token of the session or an API key: `Authorization: Bearer pmc_…`",
            headers=(("WWW-Authenticate", "Bearer"),),
        )
    with read_scope(services.sessions) as session:
        if not credentials.startswith(PREFIX):
            caller = find_caller(session, credentials, now)
            caller.require(scope)
            return Actor(caller, "")
        if session.scalar(repository.of_token(hash_key(credentials))) is None:
            raise Unauthenticated(
                detail="this token is of no checkout session; begin a new one by the shop's link",
                headers=(("WWW-Authenticate", "Bearer"),),
            )
    return Actor(None, hash_key(credentials))


def acting(scope: str) -> Callable[..., Actor]:
    """The caller, by the header."""

    def actor(
        services: TheServices, now: Now, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Actor:
        return _actor(services, now, given.credentials if given else None, scope)

    return actor


def watching(
    services: TheServices,
    now: Now,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    token: Annotated[str | None, Query(max_length=100, description="`EventSource` sends no headers.")] = None,
) -> Actor:
    """The caller, by the header or by the address."""
    return _actor(services, now, given.credentials if given else token, READ)


Watcher = Annotated[Actor, Depends(watching)]
Looker = Annotated[Actor, Depends(acting(READ))]
Changer = Annotated[Actor, Depends(acting(WRITE))]
