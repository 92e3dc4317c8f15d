"""HTTP Basic as DPD has it: an account's name, and as password an API key.

The name is that of the merchant, or of one of his stores, which then is the only one that is seen; or the id of
either.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from sqlalchemy import Table, bindparam, join, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Merchant, Store
from passmanager.service.db import read_scope, session_scope
from passmanager.service.http.auth import Caller, hash_key
from passmanager.service.http.deps import services_of
from passmanager.service.http.models import ApiKey
from passmanager.service.http.problems import Unauthenticated
from passmanager.service.services import Services

CHALLENGE = (("WWW-Authenticate", 'Basic realm="passmanager", charset="UTF-8"'),)
_basic = HTTPBasic(auto_error=False, description="Name or id of the merchant or a store, and an API key.")

Given = Annotated[HTTPBasicCredentials | None, Depends(_basic)]


@dataclass(frozen=True, slots=True)
class Storefront:
    """A store, as far as every answer needs it."""

    id: str
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is known.

    Attributes:
        stores: What the key and the account's name allow to see, by id; at most all of one merchant.
        now: Milliseconds.
    """

    services: Services
    session: Session
    caller: Caller
    stores: dict[str, Storefront]
    now: int

    def store_of_number(self, number: int) -> str | None:
        """Id of a store by the number that DPD's clients know."""
        return next((store.id for store in self.stores.values() if store.number == number), None)


@contextmanager
def visit(request: Request, given: HTTPBasicCredentials | None, scope: str | None) -> Generator[Visit]:
    """A request that reads.

    Raises:
        Unauthenticated: No or wrong credentials.
        Forbidden: The key lacks the scope.
    """
    services = services_of(request)
    with read_scope(services.sessions) as session:
        yield enter(services, session, given, scope)


@contextmanager
def writing_visit(request: Request, given: HTTPBasicCredentials | None, scope: str) -> Generator[Visit]:
    """A request that changes something.

    Raises:
        Unauthenticated: No or wrong credentials.
        Forbidden: The key lacks the scope.
    """
    services = services_of(request)
    with session_scope(services.sessions) as session:
        yield enter(services, session, given, scope)


_K, _M, _S = (cast("Table", one.__table__).c for one in (ApiKey, Merchant, Store))
_KEY = (
    select(
        _K.merchant_id, _K.store_id, _K.role, _K.scopes, _K.name, _K.expires_at, _K.revoked_at,
        _M.name.label("merchant_name"),
    )
    .select_from(join(ApiKey.__table__, Merchant.__table__, _M.id == _K.merchant_id))
    .where(_K.hash == bindparam("hash"))
)  # fmt: skip
_STORES = select(_S.id, _S.number, _S.name).where(_S.merchant_id == bindparam("merchant_id")).order_by(_S.number)


def enter(services: Services, session: Session, given: HTTPBasicCredentials | None, scope: str | None) -> Visit:
    """Who it is, and what he may see."""
    if given is None:
        raise _unknown()
    now = services.clock.now()
    row = session.execute(_KEY, {"hash": hash_key(given.password)}).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise _unknown()
    stores = {found.id: Storefront(*found) for found in session.execute(_STORES, {"merchant_id": row.merchant_id})}
    if row.store_id is not None:
        stores = {row.store_id: stores[row.store_id]}
    seen = _seen(given.username, (row.merchant_id, row.merchant_name), stores)
    only = next(iter(seen)) if len(seen) == 1 else row.store_id
    caller = Caller(row.merchant_id, only, row.role, frozenset(row.scopes), row.name)
    if scope is not None:
        caller.require(scope)
    return Visit(services, session, caller, seen, now)


def _seen(account: str, merchant: tuple[str, str], stores: dict[str, Storefront]) -> dict[str, Storefront]:
    if account in merchant:
        return stores
    found = {store.id: store for store in stores.values() if account in (store.id, store.name)}
    if len(found) != 1:
        raise _unknown()
    return found


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        detail="send HTTP Basic: name or id of your merchant or one of its stores, and an API key as password",
        headers=CHALLENGE,
    )
