"""Key pools: filling them, and telling the merchant once when one runs low or empty."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository
from passmanager.service.licenses.models import KeyPool
from passmanager.service.licenses.schemas import PoolIn, PoolPatch, RowResult, UploadOut
from passmanager.service.licenses.uploads import Row
from passmanager.service.licenses.vault import Vault, hint_of
from passmanager.service.news import INTERNAL, News, Tell

RESTOCKED = f"{INTERNAL}key_pool.restocked"
"""Told when keys were added: who waits for some can be served."""
LOW, EMPTY = "low", "empty"


def add_pool(session: Session, caller: Caller, body: PoolIn, now: int) -> KeyPool:
    """A new pool without keys."""
    store = catalog.get_store(session, caller, body.store_id)
    pool = KeyPool(id=new_id("kpl"), store_id=store.id, name=body.name, low_at=body.low_at, created_at=now)
    try:
        with session.begin_nested():
            session.add(pool)
    except IntegrityError as problem:
        raise Conflict(detail=f"store {store.id} has a key pool {body.name!r} already") from problem
    return pool


def change_pool(session: Session, pool: KeyPool, body: PoolPatch) -> None:
    """What was sent, and nothing else."""
    if body.name is not None:
        pool.name = body.name
    if body.low_at is not None:
        pool.low_at = body.low_at
    try:
        session.flush()
    except IntegrityError as problem:
        raise Conflict(detail=f"store {pool.store_id} has a key pool {body.name!r} already") from problem


@dataclass(frozen=True, slots=True)
class Filling:
    """Who fills a pool.

    Attributes:
        at: Milliseconds.
    """

    vault: Vault
    caller: Caller
    at: int
    tell: Tell


def fill(session: Session, pool: KeyPool, rows: Sequence[Row], filling: Filling) -> UploadOut:
    """Adds the keys that no pool of the store has yet."""
    repository.lock_pool(session, pool.id)  # whoever finds it empty now waits, and finds it full
    vault, results = filling.vault, dict[int, RowResult]()
    finders = {row.number: vault.lookups(row.key.encode()) for row in rows if not row.problem}
    known = repository.known_lookups(session, pool.store_id, {one for some in finders.values() for one in some})
    new: dict[str, Row] = {}
    for row in rows:
        if row.problem:
            results[row.number] = RowResult(row=row.number, result="refused", detail=row.problem)
        elif known.intersection(finders[row.number]) or finders[row.number][0] in new:
            results[row.number] = _duplicate(row)
        else:
            new[finders[row.number][0]] = row
    _add(session, pool, new, results, filling)
    shown = [results[row.number] for row in rows]
    count = {kind: sum(one.result == kind for one in shown) for kind in ("added", "duplicate", "refused")}
    if count["added"]:
        pool.told = ""
        session.flush()
        filling.tell(session, pool_news(pool, filling.caller.merchant_id, RESTOCKED, filling.at, count["added"]))
    return UploadOut(added=count["added"], duplicates=count["duplicate"], refused=count["refused"], rows=shown)


def _add(session: Session, pool: KeyPool, new: dict[str, Row], results: dict[int, RowResult], filling: Filling) -> None:
    columns = [(row, filling.vault.columns(row.key.encode())) for row in new.values()]
    added = repository.add_keys(
        session,
        [
            {
                **found, "store_id": pool.store_id, "pool_id": pool.id, "status": repository.FREE,
                "activations": 0, "shared": False, "kind": "key", "file_name": "", "created_at": filling.at,
            }
            for _, found in columns
        ],
    )  # fmt: skip
    for row, found in columns:  # another upload may have been faster
        fresh = found["id"] in added
        results[row.number] = _added(row) if fresh else _duplicate(row)


def _added(row: Row) -> RowResult:
    return RowResult(row=row.number, result="added", hint=hint_of(row.key))


def _duplicate(row: Row) -> RowResult:
    return RowResult(
        row=row.number, result="duplicate", hint=hint_of(row.key), detail="a pool of the store has this key already"
    )


def watch(session: Session, pool_id: str, merchant_id: str, now: int) -> list[News]:
    """After keys were asked for: the merchant is to hear once, until the next restock, that few or none are left."""
    if not _state(session, repository.pool_row(session, pool_id))[0]:
        return []
    pool = repository.lock_pool(session, pool_id)  # after an upload that is under way
    state, left = _state(session, pool)
    if state in {"", pool.told} or pool.told == EMPTY:
        return []
    pool.told = state
    session.flush()
    return [pool_news(pool, merchant_id, f"key_pool.{state}", now, left)]


def _state(session: Session, pool: KeyPool) -> tuple[str, int]:
    left = repository.count_free(session, pool.id, pool.low_at + 1)
    return EMPTY if not left else LOW if left <= pool.low_at else "", left


def pool_news(pool: KeyPool, merchant_id: str, kind: str, at: int, count: int) -> News:
    """News of a pool; the count is of keys left, or added."""
    return News(
        type=kind, merchant_id=merchant_id, store_id=pool.store_id, aggregate_type="key_pool", aggregate_id=pool.id,
        at=at, data={"id": pool.id, "name": pool.name, "count": count, "low_at": pool.low_at},
    )  # fmt: skip
