"""Endpoints of key pools and license keys, and the public ones that programs of buyers call."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from passmanager.service.catalog.repository import narrowed
from passmanager.service.db import rows, session_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.limits import RateLimit, client_address
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page, page_answer
from passmanager.service.http.problems import Problem
from passmanager.service.http.shapes import Id
from passmanager.service.licenses import pools, repository, revoking, showing, using
from passmanager.service.licenses.models import KeyPool, LicenseKey
from passmanager.service.licenses.schemas import (
    DeviceIn,
    KeyAnswer,
    KeyOut,
    KeyQuestion,
    KeyShown,
    KeyStatus,
    PoolIn,
    PoolOut,
    PoolPatch,
    PoolStats,
    UploadOut,
)
from passmanager.service.licenses.uploads import read_upload
from passmanager.service.licenses.vault import Vault

router = make_router(prefix="/v1", tag="licenses")

Reader = Annotated[Caller, Depends(require("licenses:read"))]
SecretReader = Annotated[Caller, Depends(require("licenses:reveal"))]
Writer = Annotated[Caller, Depends(require("licenses:write"))]
WriteOnce = Annotated[Once, Depends(once("licenses:write"), scope="function")]

_TEXT = {"schema": {"type": "string"}}
_LIST = {"schema": {"type": "object", "properties": {"keys": {"type": "array", "items": {"type": "string"}}}}}
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"text/plain": _TEXT, "text/csv": _TEXT, "application/json": _LIST},
    }
}


# --- pools


@router.post("/key-pools", status_code=201, response_model=PoolOut)
def create_pool(body: PoolIn, request: WriteOnce) -> Response:
    """A new pool without keys."""
    pool = pools.add_pool(request.session, request.caller, body, request.now)
    return request.answer(showing.show_pools(request.session, [pool])[0])


@router.get("/key-pools")
def list_pools(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[PoolOut]:
    """The newest first."""
    asked = repository.pools_of(caller)
    asked = asked if store_id is None else asked.where(KeyPool.store_id == store_id)
    found = session.scalars(after(asked, KeyPool.number, cursor, limit)).all()
    shown = {one.id: one for one in showing.show_pools(session, found)}
    return page(found, limit, lambda pool: pool.number, lambda pool: shown[pool.id])


@router.get("/key-pools/{pool_id}")
def read_pool(pool_id: Id, session: Reading, caller: Reader) -> PoolOut:
    """One pool."""
    return showing.show_pools(session, [repository.get_pool(session, caller, pool_id)])[0]


@router.get("/key-pools/{pool_id}/stats")
def pool_stats(pool_id: Id, session: Reading, caller: Reader) -> PoolStats:
    """How many keys it has."""
    return showing.show_pools(session, [repository.get_pool(session, caller, pool_id)])[0].stats


@router.patch("/key-pools/{pool_id}")
def change_pool(pool_id: Id, body: PoolPatch, session: Writing, caller: Writer) -> PoolOut:
    """Changes what is sent."""
    pool = repository.get_pool(session, caller, pool_id)
    pools.change_pool(session, pool, body)
    return showing.show_pools(session, [pool])[0]


async def _raw(request: Request) -> bytes:
    return await request.body()


@router.post("/key-pools/{pool_id}/keys", response_model=UploadOut, openapi_extra=UPLOAD)
def upload(
    pool_id: Id, body: Annotated[bytes, Depends(_raw)], http: Request, request: WriteOnce, services: TheServices
) -> Response:
    """Adds up to 10,000 keys: one on each line, a CSV file, or JSON."""
    pool = repository.get_pool(request.session, request.caller, pool_id)
    rows = read_upload(body, http.headers.get("content-type", ""))
    filling = pools.Filling(Vault.of(services.settings), request.caller, request.now, services.wire.tell)
    return request.answer(pools.fill(request.session, pool, rows, filling), 200)


# --- keys


@router.get("/license-keys", response_model=Page[KeyOut])
def list_keys(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    pool_id: Annotated[Id | None, Query()] = None,
    order_id: Annotated[Id | None, Query()] = None,
    status: Annotated[KeyStatus | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Response:
    """The newest first."""
    asked = repository.listed_keys(narrowed(session, caller))
    wanted = ((LicenseKey.store_id, store_id), (LicenseKey.pool_id, pool_id))
    for column, value in (*wanted, (LicenseKey.order_id, order_id), (LicenseKey.status, status)):
        asked = asked if value is None else asked.where(column == value)
    found = rows(session, after(asked, LicenseKey.number, cursor, limit))
    return page_answer(found, limit, lambda key: key.number, lambda some: list(map(showing.show_key, some)))


@router.get("/license-keys/{key_id}")
def read_key(key_id: Id, session: Reading, caller: SecretReader, services: TheServices) -> KeyShown:
    """One key, in clear; needs a scope of its own."""
    key = repository.get_key(session, caller, key_id)
    return showing.show_whole_key(session, Vault.of(services.settings), key)


def _change(request: Once, key_id: str, status: str, services: TheServices) -> Response:
    key = repository.lock_key(request.session, repository.get_key(request.session, request.caller, key_id).id)
    news = revoking.change(request.session, key, status, request.caller.merchant_id, request.now)
    services.wire.tell(request.session, news)
    return request.answer(showing.show_key(key), 200)


@router.post("/license-keys/{key_id}/revoke", response_model=KeyOut)
def revoke(key_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """It can never be used again."""
    return _change(request, key_id, repository.REVOKED, services)


@router.post("/license-keys/{key_id}/suspend", response_model=KeyOut)
def suspend(key_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """It cannot be used until it is reinstated."""
    return _change(request, key_id, repository.SUSPENDED, services)


@router.post("/license-keys/{key_id}/reinstate", response_model=KeyOut)
def reinstate(key_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """A suspended key can be used again."""
    return _change(request, key_id, repository.ISSUED, services)


# --- what programs of buyers ask


def _limited(services: TheServices, http: Request, now: Now) -> RateLimit:
    limit: RateLimit | None = getattr(http.app.state, "license_limit", None)
    if limit is None:
        limit = http.app.state.license_limit = RateLimit(services.settings.rate_per_minute)
    limit.take(f"address:{client_address(http, services.settings)}", now)
    return limit


Limited = Annotated[RateLimit, Depends(_limited)]


def _desk(services: TheServices, now: Now) -> using.Desk:
    return using.Desk(Vault.of(services.settings), now, services.wire.tell)


TheDesk = Annotated[using.Desk, Depends(_desk)]


def _count(limit: RateLimit, desk: using.Desk, asked: KeyQuestion | DeviceIn) -> None:
    limit.take(f"key:{asked.store_id}:{desk.vault.lookup(asked.key.encode())}", desk.at)


@router.post("/license-keys/validate")
def validate(body: KeyQuestion, session: Writing, limit: Limited, desk: TheDesk) -> KeyAnswer:
    """May this key be used? Needs no API key."""
    _count(limit, desk, body)
    return using.validate(session, body, desk)


@router.post("/license-keys/activate")
def activate(body: DeviceIn, services: TheServices, limit: Limited, desk: TheDesk) -> KeyAnswer:
    """A device begins to use a key. Needs no API key."""
    _count(limit, desk, body)
    with session_scope(services.sessions) as session:  # what is told of a refusal is kept
        answer = using.activate(session, body, desk)
    if isinstance(answer, Problem):
        raise answer
    return answer


@router.post("/license-keys/deactivate")
def deactivate(body: DeviceIn, session: Writing, limit: Limited, desk: TheDesk) -> KeyAnswer:
    """A device does not use a key any more. Needs no API key."""
    _count(limit, desk, body)
    return using.deactivate(session, body, desk)
