"""The keeper's own index: one row per subscription, ordered by when it is due, made of events alone.

What the events of a step changed and the position behind them are written in one transaction, and only if
nobody else has moved the position: a keeper can be killed at any moment, and two can share a file.
"""

import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from passmanager.abi.events import SubscriptionStateChanged, Transfer, UsageCapSet
from passmanager.core.follower import Position
from passmanager.core.state import ItemState, Outcome
from passmanager.events import Progress
from passmanager.keeper.errors import IndexMismatch, UnreadableIndex
from passmanager.keeper.schedule import DISAGREE, due, next_try
from passmanager.models import Event, EventLog
from passmanager.units import NATIVE, Address

KINDS: tuple[type[Event], ...] = (SubscriptionStateChanged, UsageCapSet, Transfer)
WORD = 32
LOCK_WAIT_S = 20.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
    pass_id INTEGER NOT NULL, product_id INTEGER NOT NULL, word BLOB NOT NULL,
    starts INTEGER, until INTEGER, due INTEGER, tries INTEGER NOT NULL DEFAULT 0, outcome INTEGER,
    PRIMARY KEY (pass_id, product_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_due ON items (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS seen (
    block_number INTEGER NOT NULL, block_hash TEXT NOT NULL, pass_id INTEGER NOT NULL, product_id INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS seen_block ON seen (block_hash);
CREATE INDEX IF NOT EXISTS seen_number ON seen (block_number);
CREATE TABLE IF NOT EXISTS stale (pass_id INTEGER, product_id INTEGER, PRIMARY KEY (pass_id, product_id)) WITHOUT ROWID;
"""
PUT = """
INSERT INTO items (pass_id, product_id, word, starts, until, due) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET word = excluded.word, starts = excluded.starts, until = excluded.until, due = excluded.due,
    tries = 0, outcome = NULL
"""


class Pair(NamedTuple):
    """A subscription: a pass and a product on it."""

    pass_id: int
    product_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What an index is of."""

    chain_id: int
    manager: Address
    product_pass: Address
    first_block: int
    first_hash: str

    def __str__(self) -> str:
        return f"PurchaseManager {self.manager} on chain {self.chain_id}, from block {self.first_block}"


class Index:
    """The subscriptions of one deployment."""

    def __init__(self, path: Path, origin: Origin, *, writes: bool = True) -> None:
        """Opens or creates the file; with `writes` off it works on a copy in memory.

        Raises:
            UnreadableIndex: It is damaged, or no index.
            IndexMismatch: It is of another deployment.
        """
        self._path, self._origin = path, origin
        try:
            self._db = sqlite3.connect(path if writes else ":memory:", timeout=LOCK_WAIT_S, isolation_level=None)
            if not writes and path.exists():
                self._copy(path)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            with self._transaction():
                self._create()
        except sqlite3.Error as problem:
            raise UnreadableIndex(path=str(path), problem=str(problem)) from problem

    def _copy(self, path: Path) -> None:
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT_S)) as file:
            file.backup(self._db)

    def _create(self) -> None:
        for statement in SCHEMA.split(";"):
            self._db.execute(statement)
        found = self._meta("origin")
        if found is not None and found != str(self._origin):
            raise IndexMismatch(path=str(self._path), expected=str(self._origin), found=found)
        if self._meta("first_hash") != self._origin.first_hash:  # new, or a development chain began anew
            self._clear()

    def close(self) -> None:
        """Ends the connection to the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- following the chain

    @property
    def position(self) -> Position:
        """Where reading goes on."""
        return Position.from_json(self._meta("position") or "")

    def rebuild(self) -> None:
        """Forgets everything, to read the chain from the first block again."""
        with self._transaction():
            self._clear()

    def apply(self, before: Position, step: Progress) -> bool:
        """Takes in what a step brought; False if somebody else has gone on from `before` meanwhile."""
        if step.position == before:
            return True
        with self._transaction():
            if self.position != before:
                return False
            for block in step.dropped:
                self._take_back(block.hash)
            for log in step.logs:
                self._take(log, open_from=step.position.floor)
            self._db.execute("DELETE FROM seen WHERE block_number < ?", (step.position.floor,))
            self._set_meta("position", step.position.to_json())
        return True

    def _take(self, log: EventLog[Event], *, open_from: int) -> None:
        event = log.event
        if isinstance(event, SubscriptionStateChanged):
            pair = Pair(event.product_pass_id, event.product_id)
            self._put(pair, event.state)
            self._note([pair], log, open_from)
        elif isinstance(event, UsageCapSet):
            self._db.execute(
                "UPDATE items SET due = starts, tries = 0 WHERE pass_id = ? AND product_id = ? AND due IS NOT NULL",
                (event.product_pass_id, event.product_id),
            )
        elif isinstance(event, Transfer) and event.receiver == NATIVE and log.address == self._origin.product_pass:
            self._note(self._burn(event.token_id), log, open_from)

    def _put(self, pair: Pair, word: int) -> None:
        when = due(ItemState.from_word(word))
        starts, until = (None, None) if when is None else (when.at, when.until)
        self._db.execute(PUT, (*pair, word.to_bytes(WORD), starts, until, starts))

    def _burn(self, pass_id: int) -> list[Pair]:
        pairs = self._db.execute("SELECT pass_id, product_id FROM items WHERE pass_id = ?", (pass_id,)).fetchall()
        self._db.execute("UPDATE items SET due = NULL WHERE pass_id = ?", (pass_id,))
        return [Pair(*pair) for pair in pairs]

    def _note(self, pairs: Iterable[Pair], log: EventLog[Event], open_from: int) -> None:
        """Remembers what a block touched, as long as the block may be replaced."""
        if log.block_number >= open_from:
            rows = [(log.block_number, log.block_hash, *pair) for pair in pairs]
            self._db.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", rows)

    def _take_back(self, block_hash: str) -> None:
        touched = "SELECT pass_id, product_id FROM seen WHERE block_hash = ?"
        self._db.execute(f"INSERT OR IGNORE INTO stale {touched}", (block_hash,))
        self._db.execute("DELETE FROM seen WHERE block_hash = ?", (block_hash,))

    # --- asking the chain again

    def stale(self, limit: int) -> list[Pair]:
        """Some of the subscriptions whose word has to be read from the chain."""
        rows = self._db.execute("SELECT pass_id, product_id FROM stale LIMIT ?", (limit,))
        return [Pair(*row) for row in rows.fetchall()]

    def refresh(self, words: Sequence[tuple[Pair, int]]) -> None:
        """The words that the chain has; one that is as expected changes no schedule."""
        with self._transaction():
            for pair, word in words:
                if self._word(pair) != word:
                    self._put(pair, word)
                self._db.execute("DELETE FROM stale WHERE pass_id = ? AND product_id = ?", pair)

    def _word(self, pair: Pair) -> int | None:
        row = self._db.execute("SELECT word FROM items WHERE pass_id = ? AND product_id = ?", pair).fetchone()
        return None if row is None else int.from_bytes(row[0])

    # --- what is due

    def due(self, now: int, limit: int) -> list[Pair]:
        """What to try now, the longest due first; what can no longer be paid leaves the schedule."""
        self._db.execute("UPDATE items SET due = NULL WHERE due <= ? AND until <= ?", (now, now))
        rows = self._db.execute(
            "SELECT pass_id, product_id FROM items WHERE due <= ? ORDER BY due LIMIT ?", (now, limit)
        )
        return [Pair(*row) for row in rows.fetchall()]

    def count_due(self, now: int) -> int:
        """How much is to be tried now."""
        return self._db.execute("SELECT count(*) FROM items WHERE due <= ?", (now,)).fetchone()[0]

    def next_due(self) -> int | None:
        """When the next try is."""
        return self._db.execute("SELECT min(due) FROM items WHERE due IS NOT NULL").fetchone()[0]

    def postpone(self, pairs: Iterable[Pair], until: int) -> None:
        """Not before `until`; an event may bring it forward."""
        with self._transaction():
            rows = [(until, *pair) for pair in pairs]
            self._db.executemany(
                "UPDATE items SET due = ? WHERE pass_id = ? AND product_id = ? AND due IS NOT NULL", rows
            )

    def failed(self, pair: Pair, outcome: Outcome | None, now: int) -> None:
        """Keeps an outcome that is no renewal, and when to try again."""
        with self._transaction():
            row = self._db.execute(
                "SELECT tries, until FROM items WHERE pass_id = ? AND product_id = ? AND due IS NOT NULL", pair
            ).fetchone()
            if row is None:
                return
            over = outcome is Outcome.NO_SUCH_SUBSCRIPTION
            then = None if over else next_try(outcome, row[0], now, row[1])
            self._db.execute(
                "UPDATE items SET due = ?, tries = tries + 1, outcome = ? WHERE pass_id = ? AND product_id = ?",
                (then, outcome, *pair),
            )
            if outcome in DISAGREE:
                self._db.execute("INSERT OR IGNORE INTO stale VALUES (?, ?)", pair)

    def tries(self, pair: Pair) -> int:
        """How often a subscription has failed since its last change."""
        row = self._db.execute("SELECT tries FROM items WHERE pass_id = ? AND product_id = ?", pair).fetchone()
        return 0 if row is None else row[0]

    # --- meta

    def _clear(self) -> None:
        for table in ("items", "seen", "stale", "meta"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self._set_meta("origin", str(self._origin))
        self._set_meta("first_hash", self._origin.first_hash)
        self._set_meta("position", Position.start(self._origin.first_block).to_json())

    def _meta(self, name: str) -> Any:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def _set_meta(self, name: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value)
        )
