"""Who calls: API keys of merchants. A key is shown once and kept as a hash."""

import hashlib
import secrets
import zlib
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from passmanager.service.db import plain, rows
from passmanager.service.http.models import ApiKey
from passmanager.service.http.problems import Forbidden, Unauthenticated
from passmanager.service.ids import new_id
from passmanager.service.settings import Mode

SECRET_BYTES = 32
HINT = 12
ALL = "*"
BUYERS = ("pmb_", "pms_")
"""Beginnings of tokens of buyers, by wallet or by a merchant's session: none of them opens a merchant's route."""
_BY_HASH = plain(ApiKey).where(ApiKey.hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Caller:
    """A merchant's program.

    Attributes:
        store_id: The only store it may touch; all of the merchant's if None.
        name: For histories: who did it.
    """

    merchant_id: str
    store_id: str | None
    role: str
    scopes: frozenset[str]
    name: str

    def require(self, scope: str) -> None:
        """Refuses what the key was not made for.

        Raises:
            Forbidden: It lacks the scope.
        """
        resource = scope.partition(":")[0]
        if not self.scopes & {ALL, scope, f"{resource}:{ALL}"}:
            raise Forbidden(detail=f"this key lacks the scope {scope}; make one that has it")


def make_key(mode: Mode) -> str:
    """A new key: its mode, 32 random bytes, and a checksum by which leaked ones are recognized."""
    body = secrets.token_hex(SECRET_BYTES)
    return f"pm_{mode}_{body}{zlib.crc32(body.encode()):08x}"


def hash_key(key: str) -> str:
    """What is kept of it; keys are random, so that no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def add_key(  # noqa: PLR0913 - what a key is
    session: Session,
    *,
    merchant_id: str,
    name: str,
    mode: Mode,
    now: int,
    scopes: list[str] | None = None,
    store_id: str | None = None,
    role: str = "admin",
    expires_at: int | None = None,
) -> tuple[ApiKey, str]:
    """Makes a key; the text is returned this once."""
    key = make_key(mode)
    row = ApiKey(
        id=new_id("key"), merchant_id=merchant_id, store_id=store_id, name=name, hash=hash_key(key), hint=key[:HINT],
        role=role, scopes=scopes or [ALL], expires_at=expires_at, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, key


def find_caller(session: Session, key: str, now: int) -> Caller:
    """Whose key it is.

    Raises:
        Forbidden: It is the token of a buyer.
        Unauthenticated: Nobody's, or it is revoked or expired.
    """
    if key.startswith(BUYERS):
        raise Forbidden(detail="this is the token of a buyer; only a merchant's server may call this, with its API key")
    row = next(iter(rows(session, _BY_HASH, {"hash": hash_key(key)})), None)
    if row is None or row.revoked_at is not None:
        raise Unauthenticated(detail="this API key is not known; send `Authorization: Bearer pm_…`")
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated(detail="this API key has expired; make a new one")
    return Caller(row.merchant_id, row.store_id, row.role, frozenset(row.scopes), row.name)
