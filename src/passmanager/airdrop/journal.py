"""What was sent, on disk before it is sent: one row a batch, in SQLite.

A process that is killed leaves a row that says which transaction may be on its way, so the next one asks
the chain about it instead of sending anew. One process at a time works with a journal.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from passmanager.airdrop.campaign import Campaign, Line
from passmanager.airdrop.errors import JournalBusy, JournalMismatch, UnreadableJournal
from passmanager.airdrop.events import Given
from passmanager.airdrop.gas import GasModel
from passmanager.airdrop.plan import Plan
from passmanager.units import Address, checksum

VERSION = 1
ADDRESS_BYTES = 20
TABLES = (
    "CREATE TABLE airdrop (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE batches (
        number INTEGER PRIMARY KEY, reference BLOB NOT NULL UNIQUE, recipients BLOB NOT NULL, state TEXT NOT NULL,
        nonce INTEGER, tx_hashes TEXT NOT NULL, raw BLOB, ceiling INTEGER NOT NULL, tip INTEGER NOT NULL,
        sent_block INTEGER NOT NULL, tx_hash TEXT NOT NULL, block_number INTEGER NOT NULL, block_hash TEXT NOT NULL,
        first_pass INTEGER NOT NULL) STRICT""",
)
SAVE = """UPDATE batches SET state = ?, nonce = ?, tx_hashes = ?, raw = ?, ceiling = ?, tip = ?, sent_block = ?,
    tx_hash = ?, block_number = ?, block_hash = ?, first_pass = ? WHERE number = ?"""
COLUMNS = (
    "number, reference, recipients, state, nonce, tx_hashes, raw, ceiling, tip, sent_block, tx_hash, block_number,"
    " block_hash, first_pass"
)


class State(StrEnum):
    """Where a batch is."""

    PLANNED = "planned"
    SENT = "sent"
    MINED = "mined"
    DONE = "done"


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch.

    Attributes:
        number: From 0.
        reference: Its order reference on the chain.
        packed: The recipients' addresses one after the other; recipient i gets pass `first_pass` + i.
        state: Planned, sent (or about to be), mined, or done: as deep in the chain as was asked for.
        nonce: Of the transaction that is on its way; None if none is.
        tx_hashes: Every transaction that was ever signed for it, the latest last.
        raw: The latest one, signed; None if the node signs.
        ceiling: Its wei per gas at most.
        tip: Its tip in wei per gas.
        sent_block: Latest block when it was first sent.
        tx_hash: The transaction that gave the passes.
        block_number: Its block.
        block_hash: The block's hash.
        first_pass: Id of the first pass.
    """

    number: int
    reference: bytes
    packed: bytes
    state: State = State.PLANNED
    nonce: int | None = None
    tx_hashes: list[str] = field(default_factory=list[str])
    raw: bytes | None = None
    ceiling: int = 0
    tip: int = 0
    sent_block: int = 0
    tx_hash: str = ""
    block_number: int = 0
    block_hash: str = ""
    first_pass: int = 0

    @property
    def count(self) -> int:
        """Number of recipients."""
        return len(self.packed) // ADDRESS_BYTES

    @property
    def recipients(self) -> tuple[Address, ...]:
        """The recipients, made anew at each call: a checksum costs a hash."""
        return unpack(self.packed)

    def mine(self, given: Given) -> None:
        """The chain has it."""
        self.state = State.MINED
        self.tx_hash, self.first_pass = given.tx_hash, given.first_pass
        self.block_number, self.block_hash = given.block_number, given.block_hash


class Journal:
    """The journal of one airdrop."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use `open`."""
        self.path = path
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal in a file, which is made if there is none.

        Raises:
            JournalBusy: Another process has it open.
            UnreadableJournal: It is something else, damaged, or cannot be made.
        """
        try:
            connection = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        except sqlite3.Error as problem:
            raise UnreadableJournal(path=str(path), problem=str(problem)) from problem
        journal = cls(path, connection)
        try:
            with journal._named_errors():
                journal._lock()
        except BaseException:
            connection.close()
            raise
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets others have it."""
        self._db.close()

    @contextmanager
    def _named_errors(self) -> Generator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise JournalBusy(path=str(self.path)) from problem
            raise UnreadableJournal(path=str(self.path), problem=str(problem)) from problem
        except KeyError as problem:
            raise UnreadableJournal(path=str(self.path), problem=f"it has no {problem}") from problem
        except (sqlite3.DatabaseError, ValueError) as problem:
            raise UnreadableJournal(path=str(self.path), problem=str(problem)) from problem

    def _lock(self) -> None:
        """The lock is the operating system's: it ends with the process, however that ends."""
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not self._tables():
                for table in TABLES:
                    self._db.execute(table)
                self._db.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION or not {"airdrop", "batches"} <= self._tables():
                message = f"it is no journal of version {VERSION}"
                raise ValueError(message)

    def _tables(self) -> set[str]:
        return {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- the airdrop

    def is_empty(self) -> bool:
        """Nothing was planned yet."""
        return not self._values()

    def start(self, plan: Plan) -> None:
        """Writes the plan, all of it or nothing."""
        values = {**_identity(plan.campaign, plan.digest, plan.sender), **_amounts(plan)}
        with self._named_errors(), self._transaction():
            self._db.executemany("INSERT INTO airdrop VALUES (?, ?)", values.items())
            self._insert(_planned_batches(plan))
            self._insert(_given_batches(plan))

    def check(self, campaign: Campaign, digest: str, sender: Address) -> None:
        """Refuses to go on with other arguments.

        Raises:
            JournalMismatch: Another campaign, list or sender.
        """
        kept = self._values()
        for what, given in _identity(campaign, digest, sender).items():
            if kept.get(what) != given:
                raise JournalMismatch(path=str(self.path), what=what, kept=kept.get(what, "none"), given=given)

    @property
    def gas(self) -> GasModel:
        """What a batch was measured to cost."""
        kept = self._values()
        with self._named_errors():
            return GasModel(base=int(kept["gas base"]), each=int(kept["gas each"]), most=int(kept["gas most"]))

    @property
    def from_block(self) -> int:
        """Latest block when the airdrop was planned."""
        with self._named_errors():
            return int(self._values()["from block"])

    @property
    def campaign(self) -> Campaign:
        """What is given."""
        kept = self._values()
        with self._named_errors():
            return Campaign(
                name=kept["campaign"],
                chain_id=int(kept["chain"]),
                manager=checksum(kept["PurchaseManager"]),
                org_id=int(kept["organization"]),
                lines=tuple(map(Line.parse, kept["list of lines"].split())),
            )

    @property
    def sender(self) -> Address:
        """Who sends."""
        with self._named_errors():
            return checksum(self._values()["sender"])

    @property
    def batch_size(self) -> int:
        """Recipients of a full batch."""
        with self._named_errors():
            return int(self._values()["batch size"])

    def batches(self) -> list[Batch]:
        """All batches in their order."""
        with self._named_errors():
            return [_batch(row) for row in self._db.execute(f"SELECT {COLUMNS} FROM batches ORDER BY number")]  # noqa: S608 - a constant

    def save(self, batches: Iterable[Batch]) -> None:
        """Writes what changed of some batches; it is on disk afterwards."""
        with self._named_errors(), self._transaction():
            self._db.executemany(SAVE, [(*_changing(batch), batch.number) for batch in batches])

    def _insert(self, batches: Iterable[Batch]) -> None:
        marks = ", ".join("?" * 14)
        rows = [(b.number, b.reference, b.packed, *_changing(b)) for b in batches]
        self._db.executemany(f"INSERT INTO batches ({COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - constants

    def _values(self) -> dict[str, str]:
        with self._named_errors():
            return dict(self._db.execute("SELECT key, value FROM airdrop").fetchall())


def _identity(campaign: Campaign, digest: str, sender: Address) -> dict[str, str]:
    """What has to be the same when the same command goes on, by its name in messages."""
    return {
        "chain": str(campaign.chain_id),
        "PurchaseManager": campaign.manager,
        "organization": str(campaign.org_id),
        "sender": sender,
        "list of lines": " ".join(map(str, campaign.lines)),
        "list of recipients": digest,
        "campaign": campaign.name,
    }


def _amounts(plan: Plan) -> Mapping[str, str]:
    gas = plan.gas
    values = (gas.base, gas.each, gas.most, plan.batch_size, plan.from_block)
    return dict(zip(("gas base", "gas each", "gas most", "batch size", "from block"), map(str, values), strict=True))


def _planned_batches(plan: Plan) -> Iterable[Batch]:
    for number, recipients in plan.batches.items():
        yield Batch(number=number, reference=plan.campaign.reference(number), packed=pack(recipients))


def _given_batches(plan: Plan) -> Iterable[Batch]:
    for number, given in plan.given.items():
        batch = Batch(number=number, reference=plan.campaign.reference(number), packed=pack(given.recipients))
        batch.mine(given)
        yield batch


def _changing(batch: Batch) -> tuple[Any, ...]:
    return (
        batch.state,
        batch.nonce,
        json.dumps(batch.tx_hashes),
        batch.raw,
        batch.ceiling,
        batch.tip,
        batch.sent_block,
        batch.tx_hash,
        batch.block_number,
        batch.block_hash,
        batch.first_pass,
    )


def _batch(row: tuple[Any, ...]) -> Batch:
    number, reference, packed, state, nonce, tx_hashes, raw, *rest = row
    ceiling, tip, sent_block, tx_hash, block_number, block_hash, first_pass = rest
    return Batch(
        number=number,
        reference=reference,
        packed=packed,
        state=State(state),
        nonce=nonce,
        tx_hashes=json.loads(tx_hashes),
        raw=raw,
        ceiling=ceiling,
        tip=tip,
        sent_block=sent_block,
        tx_hash=tx_hash,
        block_number=block_number,
        block_hash=block_hash,
        first_pass=first_pass,
    )


def pack(recipients: Iterable[Address]) -> bytes:
    """Addresses as bytes, one after the other."""
    return b"".join(bytes.fromhex(wallet[2:]) for wallet in recipients)


def unpack(packed: bytes) -> tuple[Address, ...]:
    """The addresses again."""
    places = range(0, len(packed), ADDRESS_BYTES)
    return tuple(checksum(f"0x{packed[place : place + ADDRESS_BYTES].hex()}") for place in places)
