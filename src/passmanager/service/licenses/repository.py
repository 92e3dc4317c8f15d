"""All queries about pools, keys and activations."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Select, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.licenses.models import KeyPool, LicenseActivation, LicenseKey

FREE, ISSUED, SUSPENDED, REVOKED = "free", "issued", "suspended", "revoked"
PORTION = 500

Thing = TypeVar("Thing")


def portions(things: Iterable[Thing], size: int = PORTION) -> Iterator[list[Thing]]:
    """Few enough for one statement."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some


# --- pools


def pools_of(caller: Caller) -> Select[KeyPool]:
    """The pools of the stores that a key may touch."""
    return select(KeyPool).where(KeyPool.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_pool(session: Session, caller: Caller, pool_id: str) -> KeyPool:
    """One pool.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(pools_of(caller).where(KeyPool.id == pool_id))
    if found is None:
        raise NotFound(detail=f"there is no key pool {pool_id}; see GET /v1/key-pools")
    return found


def pool_row(session: Session, pool_id: str) -> KeyPool:
    """A pool that is there."""
    return session.scalars(select(KeyPool).where(KeyPool.id == pool_id)).one()


def lock_pool(session: Session, pool_id: str) -> KeyPool:
    """A pool that is there, as it is now."""
    chosen = select(KeyPool).where(KeyPool.id == pool_id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one()


def counts_of(session: Session, pool_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """How many keys pools have, by pool and status."""
    grouped = (
        select(LicenseKey.pool_id, LicenseKey.status, func.count())
        .where(LicenseKey.pool_id.in_(pool_ids))
        .group_by(LicenseKey.pool_id, LicenseKey.status)
    )
    return {(pool_id or "", status): count for pool_id, status, count in session.execute(grouped)}


def count_free(session: Session, pool_id: str, most: int) -> int:
    """Keys that can be issued; counted no further than `most`."""
    some = select(LicenseKey.number).where(LicenseKey.pool_id == pool_id, LicenseKey.status == FREE).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def known_lookups(session: Session, store_id: str, lookups: Collection[str]) -> set[str]:
    """Those by which a pool of the store has a key already."""
    found: set[str] = set()
    for some in portions(lookups):
        chosen = select(LicenseKey.lookup).where(
            LicenseKey.store_id == store_id, LicenseKey.lookup.in_(some), LicenseKey.pool_id.is_not(None)
        )
        found.update(session.scalars(chosen))
    return found


def add_keys(session: Session, rows: Sequence[dict[str, Any]]) -> set[str]:
    """New keys; ids of those that were not there."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table = cast("Table", LicenseKey.__table__)
    statement = insert(table).on_conflict_do_nothing().returning(table.c.id)
    added: set[str] = set()
    for some in portions(rows, 2_000):
        added.update(session.scalars(statement, some))
    return added


def take_free(session: Session, pool_id: str, count: int, now: int) -> list[int]:
    """Issues so many keys of a pool, as far as it has them: one statement, so that no two callers get the same.

    Keys that another transaction is about to issue are left to it.
    """
    oldest = (
        select(LicenseKey.number)
        .where(LicenseKey.pool_id == pool_id, LicenseKey.status == FREE)
        .order_by(LicenseKey.number)
        .limit(count)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    taking = (
        update(LicenseKey)
        .where(LicenseKey.number.in_(select(oldest.c.number)))
        .values(status=ISSUED, issued_at=now)
        .returning(LicenseKey.number)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(taking))


def assign(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """To whom keys were issued: `row` is the number of the key, the rest its new columns."""
    if rows:
        table = cast("Table", LicenseKey.__table__)
        names = [name for name in rows[0] if name != "row"]
        statement = update(table).where(table.c.number == bindparam("row"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        session.connection().execute(
            statement.values(values),
            [{"row": row["row"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )


# --- keys


def keys_of(caller: Caller) -> Select[LicenseKey]:
    """The keys of the stores that a key may touch."""
    return select(LicenseKey).where(LicenseKey.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_key(session: Session, caller: Caller, key_id: str) -> LicenseKey:
    """One key.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(keys_of(caller).where(LicenseKey.id == key_id))
    if found is None:
        raise NotFound(detail=f"there is no license key {key_id}; see GET /v1/license-keys")
    return found


def issued_to(session: Session, item_ids: Collection[str]) -> list[LicenseKey]:
    """The keys of lines, unit by unit."""
    found: list[LicenseKey] = []
    for some in portions(item_ids):
        chosen = select(LicenseKey).where(LicenseKey.order_item_id.in_(some))
        found += session.scalars(chosen.order_by(LicenseKey.order_item_id, LicenseKey.unit))
    return found


def units_of(session: Session, item_ids: Collection[str]) -> dict[str, set[int]]:
    """Which units of lines have their keys."""
    found: dict[str, set[int]] = {}
    for some in portions(item_ids):
        chosen = select(LicenseKey.order_item_id, LicenseKey.unit).where(LicenseKey.order_item_id.in_(some))
        for item_id, unit in session.execute(chosen):
            found.setdefault(item_id or "", set()).add(unit or 0)
    return found


def find_usable(session: Session, store_id: str, lookups: Collection[str]) -> LicenseKey | None:
    """The key that somebody shows, locked; one that may be used comes before one that may not."""
    chosen = (
        select(LicenseKey)
        .where(LicenseKey.store_id == store_id, LicenseKey.lookup.in_(lookups), LicenseKey.status != FREE)
        .order_by(LicenseKey.status != ISSUED, LicenseKey.number)
        .limit(1)
        .with_for_update()
    )
    return session.scalar(chosen)


# --- activations


def find_activation(session: Session, key: LicenseKey, fingerprint: str) -> LicenseActivation | None:
    """The device of a key."""
    return session.scalar(
        select(LicenseActivation).where(
            LicenseActivation.license_key_id == key.id, LicenseActivation.fingerprint == fingerprint
        )
    )


def activations_of(session: Session, key: LicenseKey) -> list[LicenseActivation]:
    """All devices of a key."""
    chosen = select(LicenseActivation).where(LicenseActivation.license_key_id == key.id)
    return list(session.scalars(chosen.order_by(LicenseActivation.created_at, LicenseActivation.id)))


def forget_activations(session: Session, key_ids: Collection[str]) -> None:
    """No device uses these keys any more."""
    for some in portions(key_ids):
        session.execute(delete(LicenseActivation).where(LicenseActivation.license_key_id.in_(some)))
        session.execute(update(LicenseKey).where(LicenseKey.id.in_(some)).values(activations=0))
