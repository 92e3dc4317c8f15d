"""All SQL of the chain's tables."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.abi import events as abi
from passmanager.abi.structs import PricingTerms
from passmanager.core.events import topic_of
from passmanager.core.follower import Position
from passmanager.core.pricing import terms_from_json
from passmanager.service.chain.facts import Levels
from passmanager.service.chain.logs import Seen, columns_of, from_row
from passmanager.service.chain.models import ChainCursor, ChainLog, ChainOffer
from passmanager.service.db import add_columns
from passmanager.units import NATIVE, Address, checksum

T = TypeVar("T")
PARAMETERS = 500
"""Values of one IN; SQLite takes 32,766 in a statement, and plans do not get better with more."""

_ORDER = (ChainLog.block_number, ChainLog.log_index)
NATIVE_TOKEN: tuple[str, int] = ("ETH", 18)


def portions(values: Collection[T], size: int = PARAMETERS) -> Iterator[list[T]]:
    """Values in portions that one statement takes."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


# --- the cursor


def position_of(session: Session, chain_id: int) -> Position | None:
    """Where the follower of a chain is; None before its first step."""
    found = session.scalar(select(ChainCursor.position).where(ChainCursor.chain_id == chain_id))
    return None if found is None else Position.from_json(found)


def lock_cursor(session: Session, chain_id: int, before: Position, now: int) -> ChainCursor | None:
    """The cursor, for this transaction only; None if another process has moved it since `before`."""
    statement = select(ChainCursor).where(ChainCursor.chain_id == chain_id).with_for_update()
    found = session.scalar(statement)
    if found is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        values = {"chain_id": chain_id, "position": before.to_json(), "head": 0, "safe": 0, "finalized": 0}
        fresh = dialect.insert(ChainCursor).values(**values, block_at=0, updated_at=now)
        session.execute(fresh.on_conflict_do_nothing())
        found = session.scalars(statement).one()
    return found if Position.from_json(found.position) == before else None


def levels_of(session: Session, chain_id: int) -> Levels:
    """How far the chain was read, and how much of that is safe and final."""
    found = session.scalar(select(ChainCursor).where(ChainCursor.chain_id == chain_id))
    return Levels(0, 0, 0, 0) if found is None else cursor_levels(found)


def cursor_levels(cursor: ChainCursor) -> Levels:
    """The same, of a cursor that was read."""
    included = Position.from_json(cursor.position).next_block - 1
    return Levels(included, cursor.safe, cursor.finalized, cursor.block_at)


# --- logs


def add_logs(session: Session, chain_id: int, logs: Sequence[Seen]) -> None:
    """Keeps logs raw."""
    if logs:
        add_columns(session, ChainLog, columns_of(chain_id, logs))


def drop_logs(session: Session, chain_id: int, first_block: int) -> list[Seen]:
    """Deletes the logs of blocks that were replaced, and gives them back, in order."""
    theirs = (ChainLog.chain_id == chain_id, ChainLog.block_number >= first_block)
    rows = session.execute(select(*ChainLog.__table__.columns).where(*theirs).order_by(*_ORDER))
    dropped = [from_row(row) for row in rows]
    session.execute(delete(ChainLog).where(*theirs))
    session.execute(delete(ChainOffer).where(ChainOffer.chain_id == chain_id, ChainOffer.block_number >= first_block))
    return dropped


def organizations_of(session: Session, chain_id: int, pass_ids: Collection[int]) -> dict[int, int]:
    """Organizations of passes, by what older logs say."""
    found: dict[int, int] = {}
    for some in portions(pass_ids):
        statement = (
            select(ChainLog.pass_id, func.max(ChainLog.org_id))
            .where(ChainLog.chain_id == chain_id, ChainLog.pass_id.in_([str(one) for one in some]))
            .group_by(ChainLog.pass_id)
        )
        found |= {int(pass_id): int(org_id) for pass_id, org_id in session.execute(statement) if org_id}
    return found


def logs_of_organization(session: Session, chain_id: int, org_id: int, after: int, limit: int) -> list[Seen]:
    """The next logs of an organization in blocks above `after`: whole blocks, about `limit` logs."""
    theirs = (ChainLog.chain_id == chain_id, ChainLog.org_id == str(org_id), ChainLog.block_number > after)
    return _next_logs(session, theirs, limit)


def all_logs(session: Session, chain_id: int, after: int, limit: int) -> list[Seen]:
    """The next logs of a chain in blocks above `after`: whole blocks, about `limit` logs."""
    return _next_logs(session, (ChainLog.chain_id == chain_id, ChainLog.block_number > after), limit)


def _next_logs(session: Session, theirs: tuple[ColumnElement[bool], ...], limit: int) -> list[Seen]:
    numbers = select(ChainLog.block_number).where(*theirs).order_by(ChainLog.block_number).limit(limit)
    last = session.scalar(select(func.max(numbers.subquery().c.block_number)))
    if last is None:
        return []
    columns = ChainLog.__table__.columns
    statement = select(*columns).where(*theirs, ChainLog.block_number <= last)
    return [from_row(row) for row in session.execute(statement.order_by(*_ORDER))]


@dataclass(slots=True)
class PassView:
    """What the logs say of a pass.

    Attributes:
        owner: The zero address if it was burned, or never minted on this chain.
        items: Word and time in ms of its last change, by product.
    """

    owner: Address
    items: dict[int, tuple[int, int]]


def passes(session: Session, chain_id: int, pass_ids: Collection[int]) -> dict[int, PassView]:
    """Passes as the logs have them."""
    found = {pass_id: PassView(NATIVE, {}) for pass_id in pass_ids}
    for some in portions(pass_ids):
        statement = select(ChainLog).where(ChainLog.chain_id == chain_id, ChainLog.pass_id.in_([str(i) for i in some]))
        for row in session.scalars(statement.order_by(*_ORDER)):
            _see(found[int(row.pass_id)], row)
    return found


def _see(view: PassView, row: ChainLog) -> None:
    if row.topics[0] == topic_of(abi.Transfer):
        view.owner = checksum(f"0x{row.topics[2][-40:]}")
    elif row.topics[0] == topic_of(abi.SubscriptionStateChanged):
        view.items[int(row.topics[2], 16)] = (int(row.data, 16), row.block_at)


def holder_of(session: Session, chain_id: int, organization_nft: str, org_id: int) -> str | None:
    """Holder of an organization by the logs; None if there are none of it."""
    statement = (
        select(ChainLog)
        .where(ChainLog.chain_id == chain_id, ChainLog.org_id == str(org_id), ChainLog.address == organization_nft)
        .order_by(ChainLog.block_number.desc(), ChainLog.log_index.desc())
    )
    for row in session.scalars(statement.limit(PARAMETERS)):
        if row.topics[0] == topic_of(abi.Transfer):
            return checksum(f"0x{row.topics[2][-40:]}")
    return None


# --- offers


def add_offers(session: Session, offers: Sequence[dict[str, Any]]) -> None:
    """Keeps what organizations offer, or tokens say of themselves."""
    if offers:
        session.execute(insert(ChainOffer), list(offers))


def terms_of(session: Session, chain_id: int, pricing_ids: Collection[int]) -> dict[int, PricingTerms]:
    """Terms of pricings, of those that the logs know."""
    return {number: terms_from_json(data) for number, data in _offers(session, chain_id, "pricing", pricing_ids)}


def names_of(session: Session, chain_id: int, product_ids: Collection[int]) -> dict[int, str]:
    """Names of products as the chain has them now."""
    return {number: str(data["name"]) for number, data in _offers(session, chain_id, "product", product_ids)}


def reductions_of(session: Session, chain_id: int, kind: str, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """Coupons or discounts."""
    return dict(_offers(session, chain_id, kind, numbers))


def tokens_of(session: Session, chain_id: int, tokens: Collection[str]) -> dict[str, tuple[str, int]]:
    """Symbol and decimals of tokens, of those that were asked."""
    known: dict[str, tuple[str, int]] = {str(NATIVE): NATIVE_TOKEN} if NATIVE in tokens else {}
    numbers = [int(token, 16) for token in tokens if token != NATIVE]
    for number, data in _offers(session, chain_id, "token", numbers):
        known[checksum(f"0x{number:040x}")] = (str(data["symbol"]), int(data["decimals"]))
    return known


def _offers(
    session: Session, chain_id: int, kind: str, numbers: Collection[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The newest last, so that it wins in a dict."""
    for some in portions(numbers):
        statement = select(ChainOffer.number, ChainOffer.data).where(
            ChainOffer.chain_id == chain_id, ChainOffer.kind == kind, ChainOffer.number.in_(some)
        )
        yield from session.execute(statement.order_by(ChainOffer.block_number, ChainOffer.log_index))


def move_cursor(session: Session, cursor: ChainCursor, position: Position, head: int, now: Levels, at: int) -> None:
    """The position after a step, in the transaction of what was made of it."""
    session.execute(
        update(ChainCursor)
        .where(ChainCursor.chain_id == cursor.chain_id)
        .values(
            position=position.to_json(), head=head, safe=now.safe, finalized=now.finalized, block_at=now.block_at,
            updated_at=at,
        )
    )  # fmt: skip
