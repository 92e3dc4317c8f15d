"""Sessions that a merchant's server opens for one of its users."""

import secrets
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.models import UserSession
from passmanager.service.accounts.wallet_sessions import CHALLENGE, SessionExpired
from passmanager.service.clock import HOUR
from passmanager.service.http.auth import hash_key
from passmanager.service.http.problems import Unauthenticated
from passmanager.service.ids import new_id

PREFIX = "pms_"
LASTS_MS = HOUR


def open_session(
    session: Session,
    *,
    store_id: str,
    customer_id: str,
    now: int,
    account_id: str | None = None,
    seats: int | None = None,
    data: dict[str, Any] | None = None,
) -> tuple[UserSession, str]:
    """A session of one hour and its token; sessions that are over for a day go."""
    session.execute(delete(UserSession).where(UserSession.expires_at <= now - 24 * HOUR))
    token = PREFIX + secrets.token_hex(32)
    made = UserSession(
        id=new_id("ses"), hash=hash_key(token), store_id=store_id, customer_id=customer_id, account_id=account_id,
        seats=seats, data=data or {}, expires_at=now + LASTS_MS, created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made, token


def find(session: Session, token: str, now: int) -> UserSession:
    """The session of a token.

    Raises:
        Unauthenticated: Nobody has it, or it is over.
    """
    found = session.scalar(select(UserSession).where(UserSession.hash == hash_key(token)))
    if found is None:
        raise Unauthenticated(detail="this session is not known; the shop has to open one", headers=CHALLENGE)
    require_open(found, now)
    return found


def require_open(found: UserSession, now: int) -> None:
    """Refuses what is over.

    Raises:
        SessionExpired: It is.
    """
    if found.expires_at <= now:
        raise SessionExpired(detail="the session is over; the shop has to open a new one", headers=CHALLENGE)
