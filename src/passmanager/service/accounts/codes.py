"""Codes of six digits by e-mail: whoever has one reads that mailbox."""

import hashlib
import hmac
import secrets

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.accounts.models import OneTimeCode
from passmanager.service.clock import MINUTE
from passmanager.service.db import Kept
from passmanager.service.http.problems import Conflict, Forbidden, RateLimited
from passmanager.service.ids import new_id
from passmanager.service.mail import letters

DIGITS = 6
LASTS_MS = 30 * MINUTE
TRIES = 5
MOST_SENT = 5
"""Codes for one subject until the last one is over: a new code brings new tries, and fills a mailbox."""


class CodeInvalid(Forbidden, Kept):
    """A code is wrong, used, over, or was guessed at too often."""

    code = "code-invalid"


class TooManyCodes(RateLimited):
    """So many codes went out that another one would only annoy."""

    code = "too-many-codes"


def send_code(
    session: Session, *, purpose: str, subject: str, email: str, store_id: str, merchant_id: str, now: int
) -> None:
    """Sends a new code; an older one of the same purpose and subject is over.

    Raises:
        Conflict: Nobody knows an address.
        TooManyCodes: Five went out, and the last one is still good.
    """
    if not email:
        raise Conflict(detail="there is no e-mail address to send a code to; add one first")
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at <= now))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = _row_of(session, purpose, subject) or _new_row(session, purpose, subject, store_id, merchant_id, now)
    if row.sent >= MOST_SENT:
        wait = max(1, (row.expires_at - now + 999) // 1_000)
        raise TooManyCodes(detail=f"{row.sent} codes were sent; wait {wait} s", headers=(("Retry-After", str(wait)),))
    _renew(row, code, now)
    session.flush()
    letters.write(session, _letter(row, code, email), now)


def check_code(session: Session, *, purpose: str, subject: str, code: str, now: int) -> None:
    """Uses a code up. What the transaction wrote before a refusal is committed with the count, so ask this first.

    Raises:
        CodeInvalid: It is wrong, over, or five wrong ones came before it.
    """
    row = _row_of(session, purpose, subject)
    if row is None or row.expires_at <= now or not row.hash:
        raise CodeInvalid(detail="no code is open; ask for a new one")
    if row.tries >= TRIES:
        raise CodeInvalid(detail=f"{row.tries} wrong codes were sent; ask for a new one")
    if not hmac.compare_digest(row.hash, _hash(row.salt, code)):
        row.tries += 1
        session.flush()
        raise CodeInvalid(detail=f"this code is wrong; {TRIES - row.tries} more tries")
    row.hash = ""
    session.flush()


def _row_of(session: Session, purpose: str, subject: str) -> OneTimeCode | None:
    """Locked, so that parallel guesses are counted one by one."""
    asked = select(OneTimeCode).where(OneTimeCode.purpose == purpose, OneTimeCode.subject == subject)
    return session.scalar(asked.with_for_update().execution_options(populate_existing=True))


def _new_row(session: Session, purpose: str, subject: str, store_id: str, merchant_id: str, now: int) -> OneTimeCode:
    made = OneTimeCode(
        id=new_id("otc"), merchant_id=merchant_id, store_id=store_id, purpose=purpose, subject=subject, salt="",
        hash="", sent=0, expires_at=now + LASTS_MS,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as problem:
        raise TooManyCodes(detail="another code is on its way; look there first") from problem
    return made


def _renew(row: OneTimeCode, code: str, now: int) -> None:
    """The row lives on, so that codes are counted; it goes when the last one is over."""
    row.salt = secrets.token_hex(16)
    row.hash, row.tries, row.sent = _hash(row.salt, code), 0, row.sent + 1
    row.expires_at = now + LASTS_MS


def _hash(salt: str, code: str) -> str:
    """Six digits are guessed fast from any hash; what protects them is that they live short."""
    return hashlib.sha256(f"{salt}:{code.strip()}".encode()).hexdigest()


def _letter(row: OneTimeCode, code: str, email: str) -> letters.Letter:
    return letters.Letter(
        store_id=row.store_id, template=letters.CODE, fact=f"{row.id}:{row.sent}", recipient=email,
        data={"minutes": LASTS_MS // MINUTE}, passing={"code": code}, until=row.expires_at,
    )  # fmt: skip
