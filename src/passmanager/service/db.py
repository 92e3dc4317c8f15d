"""The database: SQLite by default, PostgreSQL by another address; types that keep what they are given."""

import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Select,
    SQLColumnExpression,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import JSON, TypeEngine

BUSY_MS = 30_000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MS}",
    "cache_size=-65536",  # 64 MiB
    "wal_autocheckpoint=4000",  # pages, 16 MiB: a back-fill writes 3 MiB at a time, and often the same pages
)
TOKEN_DIGITS = 78  # 2^256 - 1 has 78
VALUE_DIGITS = TOKEN_DIGITS + 36
READING = "passmanager_reading"
WORD = 32

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
        self.above = 10**digits

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where it is exact, text of fixed width where it is not."""
        kind = Numeric(self.digits, 0) if dialect.name == "postgresql" else String(self.digits)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if not 0 <= value < self.above:
            raise ValueError(f"{value} is no amount of at most {self.digits} digits")
        return value if dialect.name == "postgresql" else _padded(value, self.digits)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database."""
        return None if value is None else _whole(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """The same without two calls in between: an order has six amounts, each of its lines five."""
        return _whole


@lru_cache(maxsize=16_384)  # a shop has few different prices, and many zeros
def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


@lru_cache(maxsize=16_384)  # a shop has few different prices, and many zeros
def _padded(value: int, digits: int) -> str:
    return str(value).zfill(digits)


def _bytes_of(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value[2:])


def _bytes_of_words(words: Sequence[str] | None) -> bytes | None:
    return None if words is None else bytes.fromhex("".join([word[2:] for word in words]))


class Hex(TypeDecorator[str]):
    """Bytes, `0x` and two letters for each in Python: hashes and data of a chain in half of their room."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """To the database."""
        return _bytes_of(value)

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """The same without two calls in between: a purchase has ten of them."""
        return _bytes_of

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else f"0x{value.hex()}"


class HexWords(TypeDecorator[list[str]]):
    """Words of 32 bytes one behind the other; in Python each is a text as above."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """To the database."""
        return _bytes_of_words(value)

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002
        """The same without two calls in between."""
        return _bytes_of_words

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else [f"0x{value[i : i + WORD].hex()}" for i in range(0, len(value), WORD)]


class Base(DeclarativeBase):
    """Parent of every table. Times are whole milliseconds since 1970 UTC, in columns that end in `_at`."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {int: BigInteger, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's name


Model = TypeVar("Model", bound=Base)


def index_where(condition: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows that have something in the column it is for: the many others cost nothing.

    It serves a query only if its condition follows from the query's; see `filled`.
    """
    where = text(condition)
    return Index(None, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


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
    for pragma in PRAGMAS:
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
    """For reading; what is changed in it is undone."""
    with open_reader(sessions) as session:
        yield session


def open_reader(sessions: Sessions) -> Session:
    """The same, for who closes it himself.

    The connection is taken by the first statement: a request that holds one while it waits for another could wait for
    ever when many do.
    """
    return sessions(bind=_readers(sessions.kw["bind"]))


@lru_cache(maxsize=16)
def _readers(engine: Engine) -> Engine:
    """The same connections, whose transactions begin as those of readers."""
    return engine.execution_options(**{READING: True})


# --- many rows


def plain(table: type[Model]) -> Select[Model]:
    """A query whose rows have the columns as attributes and nothing else: the ORM's objects take longer than the SQL.

    For `rows`.
    """
    return cast("Select[Model]", _columns(table))


@lru_cache(maxsize=256)
def _columns(table: type[Base]) -> Select[*tuple[Any, ...]]:
    return select(*cast("Table", table.__table__).columns)


def rows(session: Session, asked: Select[Model], given: Mapping[str, Any] | None = None) -> Sequence[Model]:
    """All rows of a query that began with `plain`."""
    session.flush()
    return cast("Sequence[Model]", session.connection().execute(asked, given).all())


def add_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows with the same columns, past the ORM and SQLAlchemy's parameters, which take longer than SQLite itself.

    Defaults of columns are not filled in: what is left out has to be nullable, or the number of the row.
    """
    if rows:
        add_columns(session, table, {name: [row[name] for row in rows] for name in rows[0]})


def add_columns(session: Session, table: type[Base], columns: Mapping[str, Sequence[Any]]) -> None:
    """The same, of values that are put together column by column already."""
    session.flush()
    connection = session.connection()
    statement, writers = _insert(cast("Table", table.__table__), tuple(columns), connection.dialect)
    written = [_written(columns[name], write) for name, write in writers]
    connection.exec_driver_sql(statement, list(zip(*written, strict=True)))


def _written(values: Sequence[Any], write: Callable[[Any], Any] | None) -> Sequence[Any]:
    """Values as the driver takes them; those that are the same are brought there once."""
    if write is None:
        return values
    if isinstance(values[0], (int, str)):
        known = {value: write(value) for value in set(values)}
        return [known[value] for value in values]
    return [write(value) for value in values]


@lru_cache(maxsize=256)
def _insert(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, Sequence[tuple[str, Callable[[Any], Any] | None]]]:
    """The statement, and of each column what brings a value to the driver."""
    columns = [table.c[name] for name in names]
    quote = dialect.identifier_preparer
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    listed = ", ".join(quote.format_column(column) for column in columns)
    marks = ", ".join([mark] * len(columns))
    writers = [(column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in columns]
    return f"INSERT INTO {quote.format_table(table)} ({listed}) VALUES ({marks})", writers  # noqa: S608


def filled(column: SQLColumnExpression[str]) -> SQLColumnExpression[bool]:
    """Not empty, written as in the indexes that leave empty texts out: by it a database sees that they serve."""
    return column != literal_column("''")
