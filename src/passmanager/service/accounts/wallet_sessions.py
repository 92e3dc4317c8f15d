"""Buyers who proved a wallet: a token for an hour, of which the hash is kept."""

import secrets
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from passmanager.service.clock import HOUR
from passmanager.service.db import read_scope
from passmanager.service.http.auth import hash_key
from passmanager.service.http.deps import Now, TheServices
from passmanager.service.http.models import BuyerSession
from passmanager.service.http.problems import Unauthenticated

PREFIX = "pmb_"
LASTS_MS = HOUR
_bearer = HTTPBearer(auto_error=False, scheme_name="BuyerToken", description="Token of `POST /v1/auth/siwe/verify`.")
CHALLENGE = (("WWW-Authenticate", "Bearer"),)


class SessionExpired(Unauthenticated):
    """It is over; sign in again."""

    code = "session-expired"


def open_session(session: Session, address: str, chain_id: int, now: int) -> str:
    """A token for a wallet; sessions that are over for a day go."""
    session.execute(delete(BuyerSession).where(BuyerSession.expires_at <= now - 24 * HOUR))
    token = PREFIX + secrets.token_hex(32)
    session.add(
        BuyerSession(
            hash=hash_key(token), address=address, chain_id=chain_id, expires_at=now + LASTS_MS, created_at=now
        )
    )
    session.flush()
    return token


def _buyer(
    services: TheServices, now: Now, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> str:
    if given is None:
        raise Unauthenticated(detail="sign in first: POST /v1/auth/siwe/nonce", headers=CHALLENGE)
    with read_scope(services.sessions) as session:
        return find(session, given.credentials, now)


def find(session: Session, token: str, now: int) -> str:
    """The wallet of a token.

    Raises:
        Unauthenticated: Nobody has it, or it is over.
    """
    found = session.scalar(select(BuyerSession).where(BuyerSession.hash == hash_key(token)))
    if found is None:
        raise Unauthenticated(detail="this token is not known; sign in: POST /v1/auth/siwe/nonce", headers=CHALLENGE)
    if found.expires_at <= now:
        raise SessionExpired(detail="the session is over; sign in again: POST /v1/auth/siwe/nonce", headers=CHALLENGE)
    return found.address


Buyer = Annotated[str, Depends(_buyer)]
"""Wallet of the buyer who calls."""
