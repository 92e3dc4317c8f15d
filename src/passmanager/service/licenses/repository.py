"""All queries about pools, keys and activations."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Select, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import in_stores, stores_of
from passmanager.service.db import plain
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.licenses.models import ActivationTick, FormerKey, KeyPool, LicenseActivation, LicenseKey

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
    return select(LicenseKey).where(in_stores(LicenseKey.store_id, caller))


def listed_keys(caller: Caller) -> Select[LicenseKey]:
    """The same, for `rows`."""
    return plain(LicenseKey).where(in_stores(LicenseKey.store_id, caller))


def get_key(session: Session, caller: Caller, key_id: str) -> LicenseKey:
    """One key.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(keys_of(caller).where(LicenseKey.id == key_id))
    if found is None:
        raise NotFound(detail=f"there is no license key {key_id}; see GET /v1/license-keys")
    return found


def lock_key(session: Session, key_id: str) -> LicenseKey:
    """A key that is there, as it is now; nobody else changes it meanwhile."""
    chosen = select(LicenseKey).where(LicenseKey.id == key_id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one()


def keys_of_rights(session: Session, right_ids: Collection[str]) -> list[LicenseKey]:
    """The keys that came with rights of access, also those that were revoked; locked."""
    found: list[LicenseKey] = []
    for some in portions(right_ids):
        chosen = select(LicenseKey).where(LicenseKey.purchase_id.in_(some)).order_by(LicenseKey.number)
        found += session.scalars(chosen.with_for_update().execution_options(populate_existing=True))
    return found


def of_right(right_id: str) -> Select[LicenseKey]:
    """The keys that the holder of a right may see."""
    return select(LicenseKey).where(LicenseKey.purchase_id == right_id, LicenseKey.status.in_({ISSUED, SUSPENDED}))


def key_by_number(session: Session, number: int) -> LicenseKey:
    """A key that is there."""
    chosen = select(LicenseKey).where(LicenseKey.number == number)
    return session.scalars(chosen.execution_options(populate_existing=True)).one()


def successor_of(session: Session, key: LicenseKey) -> LicenseKey | None:
    """The key of the pool that was issued instead of one."""
    mine = (LicenseKey.order_id == key.order_id, LicenseKey.replaces == key.id, LicenseKey.status != REVOKED)
    return session.scalar(select(LicenseKey).where(*mine).with_for_update())


def waiting_for_replacement(session: Session, pool_id: str, most: int) -> list[LicenseKey]:
    """Keys instead of which others of their pool are to be issued, the oldest first."""
    mine = (LicenseKey.pool_id == pool_id, LicenseKey.status == REVOKED, LicenseKey.wants_replacement)
    return list(session.scalars(select(LicenseKey).where(*mine).order_by(LicenseKey.number).limit(most)))


def is_known(session: Session, store_id: str, lookups: Collection[str]) -> bool:
    """Has any key of the store this text, or had it?"""
    now = select(LicenseKey.id).where(LicenseKey.store_id == store_id, LicenseKey.lookup.in_(lookups))
    before = select(FormerKey.number).where(FormerKey.store_id == store_id, FormerKey.lookup.in_(lookups))
    return session.scalar(now.limit(1)) is not None or session.scalar(before.limit(1)) is not None


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


# --- what keys were before


def find_former(session: Session, store_id: str, lookups: Collection[str]) -> FormerKey | None:
    """An earlier text of some key; the one that may still be used comes first."""
    chosen = select(FormerKey).where(FormerKey.store_id == store_id, FormerKey.lookup.in_(lookups))
    return session.scalar(chosen.order_by(FormerKey.ends_at.desc(), FormerKey.number.desc()).limit(1))


def former_of_owner(session: Session, key: LicenseKey, owner: str) -> FormerKey | None:
    """How a key was when a wallet gave its pass away the last time."""
    mine = (FormerKey.license_key_id == key.id, FormerKey.owner == owner)
    return session.scalar(select(FormerKey).where(*mine).order_by(FormerKey.number.desc()).limit(1))


def count_rotations(session: Session, key: LicenseKey, made_by: str, since: int) -> int:
    """How often somebody rotated a key since a time; keys of a pool are replaced instead."""
    mine = (FormerKey.license_key_id == key.id, FormerKey.made_by == made_by, FormerKey.created_at > since)
    found = session.scalar(select(func.count()).select_from(FormerKey).where(*mine)) or 0
    same = (LicenseKey.purchase_id == key.purchase_id, LicenseKey.unit == key.unit, LicenseKey.replaces.is_not(None))
    replaced = select(func.count()).select_from(LicenseKey).where(*same, LicenseKey.issued_at > since)
    return found + (session.scalar(replaced) or 0)


# --- activations


def ticks_of(session: Session, key: LicenseKey, since: int, most: int) -> list[int]:
    """When devices were activated since a time, the newest first."""
    mine = (ActivationTick.license_key_id == key.id, ActivationTick.at > since)
    return list(session.scalars(select(ActivationTick.at).where(*mine).order_by(ActivationTick.at.desc()).limit(most)))


def tick(session: Session, key: LicenseKey, at: int, since: int) -> None:
    """A device was activated; what is older than `since` counts no more."""
    session.execute(delete(ActivationTick).where(ActivationTick.license_key_id == key.id, ActivationTick.at <= since))
    session.add(ActivationTick(license_key_id=key.id, at=at))


def devices_of(key: LicenseKey) -> Select[LicenseActivation]:
    """The devices of a key."""
    return select(LicenseActivation).where(LicenseActivation.license_key_id == key.id)


def find_activation(session: Session, key: LicenseKey, fingerprint: str) -> LicenseActivation | None:
    """The device of a key."""
    return session.scalar(
        select(LicenseActivation).where(
            LicenseActivation.license_key_id == key.id, LicenseActivation.fingerprint == fingerprint
        )
    )


def activations_of(session: Session, key: LicenseKey, most: int | None = None) -> list[LicenseActivation]:
    """The devices of a key, the first first."""
    return list(session.scalars(devices_of(key).order_by(LicenseActivation.number).limit(most)))


def move_activations(session: Session, key: LicenseKey, other: LicenseKey) -> None:
    """The devices of one key use another one from now on."""
    mine = LicenseActivation.license_key_id == key.id
    session.execute(update(LicenseActivation).where(mine).values(license_key_id=other.id))
    other.activations, key.activations = key.activations, 0


def forget_activations(session: Session, key_ids: Collection[str]) -> None:
    """No device uses these keys any more, and none was activated lately."""
    for some in portions(key_ids):
        session.execute(delete(ActivationTick).where(ActivationTick.license_key_id.in_(some)))
        session.execute(delete(LicenseActivation).where(LicenseActivation.license_key_id.in_(some)))
        session.execute(update(LicenseKey).where(LicenseKey.id.in_(some)).values(activations=0))
