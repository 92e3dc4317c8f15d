"""The keeper: follows the chain into its index, and renews what the index says is due."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from passmanager.client import PassManager
from passmanager.core.state import Outcome
from passmanager.errors import InsufficientFunds, NoNode, PassManagerError, ReorgTooDeep, RpcError, TransactionError
from passmanager.keeper.batches import Batches, Options, Result
from passmanager.keeper.errors import KeeperError
from passmanager.keeper.index import KINDS, Index, Origin, Pair
from passmanager.keeper.metrics import Metrics

REFRESH_AT_ONCE = 200
AGAIN_S = 60  # for what was sent and is not in the index yet, and for what could not be tried
LONGEST_PAUSE_S = 300.0
Tell = Callable[[Result], None]


@dataclass(slots=True)
class Report:
    """What a round did.

    Attributes:
        outcomes: How often each outcome came; `refused` for a pair that was refused without one.
        transactions: Hashes of mined transactions.
        problem: What ended the round early; the rest is tried in the next one.
    """

    outcomes: Counter[str] = field(default_factory=Counter[str])
    transactions: list[str] = field(default_factory=list[str])
    problem: PassManagerError | None = None

    def note(self, result: Result) -> None:
        """Counts a result."""
        self.outcomes[label(result)] += 1
        if result.tx_hash and result.tx_hash not in self.transactions:
            self.transactions.append(result.tx_hash)


def label(result: Result) -> str:
    """The outcome as text."""
    return "refused" if result.outcome is None else result.outcome.name.lower()


class Keeper:
    """Renews what is due, for a wallet that pays the gas."""

    def __init__(
        self,
        client: PassManager,
        index: Index,
        options: Options | None = None,
        *,
        metrics: Metrics | None = None,
        tell: Tell | None = None,
    ) -> None:
        """`tell` is called with each result.

        Raises:
            NoSigner: The client has no wallet.
        """
        self._client, self.index, self.options = client, index, options or Options()
        self.metrics = metrics or Metrics()
        self._tell = tell
        self._batches = Batches(client, self.options, self.metrics, lambda pair: not index.tries(pair))

    @classmethod
    def open(
        cls,
        client: PassManager,
        path: Path,
        *,
        first_block: int,
        options: Options | None = None,
        metrics: Metrics | None = None,
        tell: Tell | None = None,
        writes: bool = True,
    ) -> Self:
        """A keeper with its index in a file; `first_block` is the one of the deployment.

        With `writes` off the file stays as it is: for `preview`.

        Raises:
            KeeperError: The file is of another deployment, or no index.
            NoSigner: The client has no wallet.
        """
        node, contracts = client.node, client.contracts
        first = node.request("eth_getBlockByNumber", hex(first_block), False)  # noqa: FBT003 - hashes only
        origin = Origin(
            chain_id=node.chain_id(),
            manager=contracts.purchase_manager,
            product_pass=contracts.product_pass,
            first_block=first_block,
            first_hash=first["hash"] if first else "",
        )
        return cls(client, Index(path, origin, writes=writes), options, metrics=metrics, tell=tell)

    def sync(self, stop: threading.Event | None = None) -> int:
        """Brings the index up to the newest block, or on the way there until `stop`; gives that block's time."""
        while True:
            before = self.index.position
            try:
                step = self._client.events.step(before, kinds=KINDS)
            except ReorgTooDeep:
                self.index.rebuild()
                continue
            if self.index.apply(before, step):
                self.metrics.add("replaced_blocks_total", len(step.dropped))
                self.metrics.set("block", step.position.next_block - 1)
            if step.caught_up or (stop is not None and stop.is_set()):
                self.metrics.set("block_timestamp_seconds", step.tip.timestamp)
                self._refresh(step.tip.number)
                return step.tip.timestamp

    def _refresh(self, block: int) -> None:
        while pairs := self.index.stale(REFRESH_AT_ONCE):
            calls = [self._client.manager.calls.state_of(*pair) for pair in pairs]
            words = self._client.read_many(calls, block=block)
            self.index.refresh(list(zip(pairs, words, strict=True)))

    def round(self, stop: threading.Event | None = None) -> Report:
        """Brings the index up to date, and tries all that is due once; a problem of chain or node ends it early.

        Raises:
            KeeperError: The index cannot be used.
        """
        report = Report()
        try:
            now = self.sync(stop)
            if not self._waits_for_fee():
                self._renew_due(now, report, stop or threading.Event())
            self._measure(now)
        except KeeperError:
            raise
        except PassManagerError as problem:
            report.problem = problem
            self.metrics.add("problems_total", label=type(problem).__name__)
        else:
            self.metrics.set("last_round_timestamp_seconds", time.time())
        self.metrics.add("rounds_total")
        return report

    def _renew_due(self, now: int, report: Report, stop: threading.Event) -> None:
        while not stop.is_set() and (pairs := self.index.due(now, self._batches.size)):
            self._renew(pairs, now, report)
            now = max(now, self.sync())

    def _renew(self, pairs: list[Pair], now: int, report: Report) -> None:
        untried = set(pairs)
        try:
            for result in self._batches.renew(pairs):
                untried.discard(result.pair)
                self._record(result, now)
                report.note(result)
                self.metrics.add("outcomes_total", label=label(result))
                if self._tell is not None:
                    self._tell(result)
        except (TransactionError, InsufficientFunds, NoNode, RpcError):
            self.index.postpone(untried, now + AGAIN_S)
            raise

    def _record(self, result: Result, now: int) -> None:
        if result.outcome is Outcome.RENEWED:
            self.index.postpone([result.pair], now + AGAIN_S)  # its event brings the next date
        else:
            self.index.failed(result.pair, result.outcome, now)

    def _waits_for_fee(self) -> bool:
        most = self.options.max_fee_per_gas
        fee = 0 if most is None else (self._client.node.head().base_fee or 0)
        waits = most is not None and fee > most
        self.metrics.set("waits_for_lower_fee", waits)
        return waits

    def _measure(self, now: int) -> None:
        self.metrics.set("due", self.index.count_due(now))
        self.metrics.set("next_due_timestamp_seconds", self.index.next_due() or 0)

    def preview(self) -> list[Result]:
        """What a round would do now, by simulation."""
        now = self.sync()
        pairs = self.index.due(now, self.index.count_due(now))
        dry = Batches(self._client, replace(self.options, dry_run=True), self.metrics, lambda _pair: False)
        parts = [pairs[start : start + self.options.batch] for start in range(0, len(pairs), self.options.batch)]
        return [result for part in parts for result in dry.renew(part)]

    def run(self, stop: threading.Event, *, each: Callable[[Report], None] | None = None) -> None:
        """Rounds until `stop` is set; the batch at hand is finished. After problems the pauses grow.

        Raises:
            KeeperError: The index cannot be used.
        """
        problems = 0
        while not stop.is_set():
            report = self.round(stop)
            if each is not None:
                each(report)
            problems = problems + 1 if report.problem else 0
            stop.wait(min(self.options.poll_seconds * 2**problems, max(LONGEST_PAUSE_S, self.options.poll_seconds)))
