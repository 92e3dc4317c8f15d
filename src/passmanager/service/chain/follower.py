"""Follows one chain: reads logs outside of any transaction, then keeps them, tells the domains and moves on in one.

A step that fails leaves nothing behind, and a process that is killed goes on where its last transaction
ended. When two processes follow the same chain, the one that comes second does nothing.
"""

import gc
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event as Stop
from typing import Any, cast

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.orm import Session

from passmanager.core.events import Log
from passmanager.core.follower import Position
from passmanager.core.ranges import Window
from passmanager.errors import NoNode, RpcError, UnexpectedAnswer
from passmanager.events import Events, Progress
from passmanager.models import Contracts, Event, EventLog
from passmanager.node import Node
from passmanager.service.chain import repository
from passmanager.service.chain.facts import Batch, Dropped, Levels, Subscriber
from passmanager.service.chain.logs import KINDS, Seen, annotate, read_log, transactions, unplaced
from passmanager.service.chain.models import ChainCursor
from passmanager.service.chain.reading import facts_of
from passmanager.service.chain.tokens import ask_tokens, offers_of, tokens_in
from passmanager.service.db import read_scope, session_scope
from passmanager.service.services import Services

LOGS_AT_ONCE = 4_000
"""A range is not made longer when its answer has so many: others wait for the transaction that writes them."""

FIRST_RANGE = 64
PASSES_KEPT = 200_000
SAFE_DEPTH, FINAL_DEPTH = 32, 64  # of chains that know no such blocks
TROUBLE_SECONDS = 2.0

log = structlog.get_logger()
blocks_behind = Gauge("passmanager_chain_blocks_behind", "Blocks of the chain that are not read yet.", ["chain"])
logs_read = Counter("passmanager_chain_logs", "Logs of the contracts that were read.", ["chain"])
blocks_dropped = Counter("passmanager_chain_blocks_dropped", "Blocks that were read and then replaced.", ["chain"])


class _FullEvents(Events):
    """Keeps of each log what its event does not need."""

    def __init__(self, node: Node, contracts: Contracts) -> None:
        super().__init__(node, contracts)
        self._ours = {address.lower(): address for address in contracts.all().values()}
        self.window = Window(size=FIRST_RANGE, full=LOGS_AT_ONCE)

    def _decoded(self, logs: Iterable[Log]) -> tuple[EventLog[Event], ...]:
        """The steps of the SDK hand logs on without a look at them."""
        found = [read_log(one, self._ours) for one in logs]
        return cast("tuple[EventLog[Event], ...]", tuple([one for one in found if one is not None]))


@dataclass(frozen=True, slots=True)
class _Step:
    """What one look at the chain brought."""

    before: Position
    progress: Progress
    logs: list[Seen]
    tokens: Mapping[str, tuple[str, int]]
    tags: tuple[int, int]


class Follower:
    """The follower of one deployment."""

    def __init__(
        self,
        services: Services,
        node: Node,
        contracts: Contracts,
        *,
        chain_id: int,
        first_block: int,
        subscribers: Sequence[Subscriber],
    ) -> None:
        """Begins at `first_block`, or where the database says."""
        self._services = services
        self._node = node
        self._contracts = contracts
        self._chain_id = chain_id
        self._start = Position.start(first_block)
        self._subscribers = subscribers
        self._events = _FullEvents(node, contracts)
        self._organizations: dict[int, int] = {}

    def run(self, stop: Stop) -> None:
        """Follows until it is told to stop."""
        while not stop.is_set():
            try:
                more = self.step()
            except (NoNode, RpcError, UnexpectedAnswer) as problem:
                log.warning("no answer from the chain", problem=str(problem))
                stop.wait(TROUBLE_SECONDS)
            except Exception:
                log.exception("following the chain failed")
                stop.wait(TROUBLE_SECONDS)
            else:
                if not more:
                    stop.wait(self._services.settings.poll_seconds)

    def catch_up(self) -> None:
        """Reads until nothing new is there."""
        while self.step():
            pass

    def step(self) -> bool:
        """One look at the chain; True if there is more to read at once.

        Raises:
            ReorgTooDeep: A block was replaced that was taken as settled.
            NoNode: The node does not answer.
        """
        with _no_collection():
            return self._step()

    def _step(self) -> bool:
        found = self._look()
        with session_scope(self._services.sessions) as session:
            cursor = repository.lock_cursor(session, self._chain_id, found.before, self._services.clock.now())
            if cursor is None:
                return True
            self._write(session, cursor, found)
        chain = str(self._chain_id)
        logs_read.labels(chain).inc(len(found.logs))
        blocks_dropped.labels(chain).inc(len(found.progress.dropped))
        blocks_behind.labels(chain).set(max(found.progress.tip.number + 1 - found.progress.position.next_block, 0))
        return not found.progress.caught_up

    # --- outside of the transaction

    def _look(self) -> _Step:
        with read_scope(self._services.sessions) as session:
            before = repository.position_of(session, self._chain_id) or self._start
        progress = self._events.step(before, kinds=KINDS)
        logs = cast("list[Seen]", list(progress.logs))
        self._fill_in_times(logs)
        return _Step(before, progress, logs, self._new_tokens(logs), self._tags(progress.tip.number))

    def _fill_in_times(self, logs: Sequence[Seen]) -> None:
        """Times of blocks, asked for only if the logs do not tell them."""
        untimed = [one for one in logs if not one.at]
        blocks = list({one.block_hash for one in untimed})
        answers = self._node.request_many([("eth_getBlockByHash", (block, False)) for block in blocks])
        times = {block: _time_of(answer) for block, answer in zip(blocks, answers, strict=True)}
        for one in untimed:
            one.at = times[one.block_hash]

    def _new_tokens(self, logs: Sequence[Seen]) -> dict[str, tuple[str, int]]:
        tokens = tokens_in(logs)
        if tokens:
            with read_scope(self._services.sessions) as session:
                tokens -= set(repository.tokens_of(session, self._chain_id, tokens))
        return ask_tokens(self._node, tokens)

    def _tags(self, head: int) -> tuple[int, int]:
        """Newest safe and newest final block; by depth on chains that do not say."""
        answers = self._node.request_many([("eth_getBlockByNumber", (tag, False)) for tag in ("safe", "finalized")])
        safe, final = (
            int(answer["number"], 16) if isinstance(answer, dict) else max(head - depth, 0)  # pyright: ignore[reportUnknownArgumentType]
            for answer, depth in zip(answers, (SAFE_DEPTH, FINAL_DEPTH), strict=True)
        )
        return safe, final

    # --- inside

    def _write(self, session: Session, cursor: ChainCursor, found: _Step) -> None:
        before = repository.cursor_levels(cursor)
        progress = found.progress
        if progress.dropped:
            self._take_back(session, min(block.number for block in progress.dropped))
        now = self._levels(found, before)
        self._take(session, found, now)
        repository.move_cursor(session, cursor, progress.position, progress.tip.number, now, self._services.clock.now())
        for subscriber in self._subscribers:
            subscriber.reached(session, self._chain_id, before, now)

    def _levels(self, found: _Step, before: Levels) -> Levels:
        included = found.progress.position.next_block - 1
        if found.progress.dropped:  # the tags are those of the other chain, and more blocks may have to go
            return Levels(included, min(before.safe, included), min(before.finalized, included), before.block_at)
        tip = found.progress.tip
        newest = found.logs[-1].at if found.logs else before.block_at
        safe, final = (min(tag, included) for tag in found.tags)
        return Levels(included, safe, final, 1000 * tip.timestamp if included >= tip.number else newest)

    def _take(self, session: Session, found: _Step, now: Levels) -> None:
        self._annotate(session, found.logs)
        repository.add_logs(session, self._chain_id, found.logs)
        repository.add_offers(session, offers_of(self._chain_id, found.logs, found.tokens))
        facts = facts_of(self._chain_id, self._contracts, found.logs)
        if facts:
            for subscriber in self._subscribers:
                subscriber.take(session, Batch(self._chain_id, facts, now))

    def _take_back(self, session: Session, first_block: int) -> None:
        self._organizations.clear()
        logs = repository.drop_logs(session, self._chain_id, first_block)
        log.warning("blocks were replaced", chain_id=self._chain_id, first_block=first_block, logs=len(logs))
        facts = facts_of(self._chain_id, self._contracts, logs)
        for subscriber in self._subscribers:
            subscriber.take_back(session, Dropped(self._chain_id, first_block, facts))

    def _annotate(self, session: Session, logs: Sequence[Seen]) -> None:
        if len(self._organizations) > PASSES_KEPT:
            self._organizations.clear()
        unknown = unplaced(logs, self._contracts) - self._organizations.keys()
        self._organizations |= repository.organizations_of(session, self._chain_id, unknown)
        for transaction in transactions(logs):
            annotate(transaction, self._contracts, lambda pass_id: self._organizations.get(pass_id, 0))
            self._organizations |= {one.pass_id: one.org_id for one in transaction if one.pass_id and one.org_id}


@contextmanager
def _no_collection() -> Generator[None]:
    """All that a step makes is gone after it: looking for garbage before finds none, and takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _time_of(block: Any) -> int:
    if isinstance(block, RpcError):
        raise block
    if not block:
        raise UnexpectedAnswer(what="the node", answer="no such block: it was replaced meanwhile")
    return 1000 * int(block["timestamp"], 16)
