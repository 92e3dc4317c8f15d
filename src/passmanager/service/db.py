"""The database: SQLite by default, PostgreSQL by another address; types that keep what they are given."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import JSON, TypeEngine

BUSY_MS = 30_000
CACHE = "cache_size=-65536"  # 64 MiB: keys of chain facts are spread over their indexes
TOKEN_DIGITS = 78  # 2^256 - 1 has 78
VALUE_DIGITS = TOKEN_DIGITS + 36
READING = "passmanager_reading"

Sessions: TypeAlias = sessionmaker[Session]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""A row number that the database gives; SQLite gives them to INTEGER only."""

KeyText = String().with_variant(String(collation="C"), "postgresql")
"""Text that is compared byte by byte, so that a prefix is a range on every server."""


class Amount(TypeDecorator[int]):
    """A whole number of base units, 0 to 10^digits - 1; SQLite has 64 bits, so text of fixed width there."""

    impl = String
    cache_ok = True

    def __init__(self, digits: int = TOKEN_DIGITS) -> None:
        """Of at most so many decimal digits."""
        super().__init__()
        self.digits = digits

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where it is exact, text of fixed width where it is not."""
        kind = Numeric(self.digits, 0) if dialect.name == "postgresql" else String(self.digits)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if not 0 <= value < 10**self.digits:
            raise ValueError(f"{value} is no amount of at most {self.digits} digits")
        return value if dialect.name == "postgresql" else str(value).zfill(self.digits)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database."""
        return None if value is None else int(value)


class Base(DeclarativeBase):
    """Parent of every table. Times are whole milliseconds since 1970 UTC, in columns that end in `_at`."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {int: BigInteger, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's name


def open_database(url: str) -> Engine:
    """Engine with the settings that the service relies on."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    found = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, pool_size=20, max_overflow=80)
    event.listen(found, "connect", _prepare_sqlite)
    event.listen(found, "begin", _begin_sqlite)
    return found


def _begin_sqlite(connection: Connection) -> None:
    """Writers wait for each other from their first statement on; readers wait for nobody."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" above starts the transactions
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", CACHE):
        connection.execute(f"PRAGMA {pragma}")


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


class Kept:
    """Beside an error's class: its transaction is committed nevertheless, because it counts attempts that failed."""


@contextmanager
def session_scope(sessions: Sessions) -> Generator[Session]:
    """One transaction: committed at the end, undone when an error leaves the block. Nobody else commits."""
    refused: Exception | None = None
    with sessions() as session, session.begin():
        try:
            yield session
        except Exception as problem:
            if not isinstance(problem, Kept):
                raise
            refused = problem
    if refused is not None:
        raise refused


@contextmanager
def read_scope(sessions: Sessions) -> Generator[Session]:
    """One consistent view of the database; what is changed in it is undone."""
    with sessions() as session:
        session.connection(execution_options={READING: True})
        yield session
