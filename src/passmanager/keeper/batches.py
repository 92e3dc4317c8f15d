"""Renews pairs in transactions: simulated first, so that gas is spent only on those that will go ahead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from passmanager.abi.events import RenewalFailed, SubscriptionStateChanged
from passmanager.client import PassManager
from passmanager.core.calls import Call
from passmanager.core.state import Outcome
from passmanager.core.transactions import Transaction
from passmanager.errors import NoSigner, NotMined, Reverted, RpcError, TransactionFailed, Underpriced
from passmanager.keeper.index import Pair
from passmanager.keeper.metrics import Metrics
from passmanager.models import DEFAULT_OPTIONS, Receipt, TxOptions

MOST_PAIRS: Final = 100  # renewSubscriptions takes no more
GAS_LIMIT: Final = 16_777_216  # of one transaction, EIP-7825
OUT_OF_GAS = ("out of gas", "outofgas", "gas required exceeds", "exceeds block gas limit", "intrinsic gas")
TOLD_ON_CHAIN = frozenset(
    {
        Outcome.PRICING_RETIRED,
        Outcome.CAP_EXCEEDED,
        Outcome.ALLOWANCE_TOO_SMALL,
        Outcome.BALANCE_TOO_SMALL,
        Outcome.TOKEN_FAILED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a keeper works.

    Attributes:
        batch: Pairs in one transaction, at most 100.
        gas_limit: Gas of one transaction; a batch that needs more is halved.
        max_fee_per_gas: Wei; while the base fee is higher, nothing is sent. None = no limit.
        announce_failures: Send a pair that fails once, so that RenewalFailed is on the chain; costs gas.
        poll_seconds: Pause between two rounds.
        wait_seconds: How long to wait for a transaction before it is sent again with a higher fee.
        dry_run: Simulate only.
    """

    batch: int = MOST_PAIRS
    gas_limit: int = GAS_LIMIT
    max_fee_per_gas: int | None = None
    announce_failures: bool = False
    poll_seconds: float = 12.0
    wait_seconds: float = 90.0
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a pair.

    Attributes:
        pair: The subscription.
        outcome: As `renewSubscriptions` gives it; None if the call was refused for this pair alone.
        tx_hash: The transaction that was mined; None if the pair was only simulated.
        problem: Why the call was refused.
    """

    pair: Pair
    outcome: Outcome | None
    tx_hash: str | None = None
    problem: str = ""


class Batches:
    """Renewals of one wallet."""

    def __init__(
        self, client: PassManager, options: Options, metrics: Metrics, first_failure: Callable[[Pair], bool]
    ) -> None:
        """`first_failure` says if a pair has not failed since its last change."""
        if client.signer is None:
            raise NoSigner(call="PurchaseManager.renewSubscriptions")
        self._client, self._options, self._metrics, self._first_failure = client, options, metrics, first_failure
        self._sender = client.signer.address
        self._raises = 0  # of the fee, since a transaction got stuck
        self.size = min(options.batch, MOST_PAIRS)

    def renew(self, pairs: Sequence[Pair]) -> Iterator[Result]:
        """Results as they come; pairs without one were not tried, because a problem was raised.

        Raises:
            TransactionError: A transaction was sent, but not mined.
            InsufficientFunds: The wallet cannot pay gas.
            NoNode, RpcError: The node.
        """
        try:
            outcomes = self._simulate(pairs)
        except (Reverted, RpcError) as problem:
            yield from self._halves(pairs, problem)
            return
        chosen: list[Pair] = []
        for pair, outcome in zip(pairs, outcomes, strict=True):
            if not self._options.dry_run and self._is_sent(pair, outcome):
                chosen.append(pair)
            else:
                yield Result(pair, outcome)
        if chosen:
            yield from self._send(chosen)

    def _is_sent(self, pair: Pair, outcome: Outcome) -> bool:
        if outcome is Outcome.RENEWED:
            return True
        return self._options.announce_failures and outcome in TOLD_ON_CHAIN and self._first_failure(pair)

    def _simulate(self, pairs: Sequence[Pair]) -> list[Outcome]:
        call = self._call(pairs)
        bare = self._transaction(call, self._gas_limit())
        return [Outcome(number) for number in call.decode(self._client.node.call(bare, name=call.name))]

    def _send(self, pairs: Sequence[Pair]) -> Iterator[Result]:
        call = self._call(pairs)
        limit = self._gas_limit()
        try:
            needed = self._client.node.estimate_gas(self._transaction(call, limit), name=call.name)
            receipt = self._client.send(call, tx=replace(self._fees(), gas=min(needed * 5 // 4, limit)))
        except (Reverted, RpcError, TransactionFailed) as problem:
            yield from self._halves(pairs, problem)
        except (NotMined, Underpriced):
            self._raises += 1
            raise
        else:
            self._raises = 0
            self.size = min(2 * self.size, self._options.batch, MOST_PAIRS)
            self._count(receipt)
            yield from _results(pairs, receipt)

    def _halves(self, pairs: Sequence[Pair], problem: Reverted | RpcError | TransactionFailed) -> Iterator[Result]:
        """A batch that was refused: too much gas, or a pair that refuses; either way the others go on."""
        if isinstance(problem, RpcError) and not _is_gas(problem):
            raise problem
        if len(pairs) == 1:
            yield Result(pairs[0], None, problem=str(problem))
            return
        self._metrics.add("halvings_total")
        half = len(pairs) // 2
        self.size = max(half, 1)
        yield from self.renew(pairs[:half])
        yield from self.renew(pairs[half:])

    # --- transactions

    def _call(self, pairs: Sequence[Pair]) -> Call[tuple[int, ...]]:
        return self._client.manager.calls.renew_subscriptions(
            [pair.pass_id for pair in pairs], [pair.product_id for pair in pairs]
        )

    def _transaction(self, call: Call[Any], gas: int) -> Transaction:
        return Transaction(to=call.to, data=call.data, sender=self._sender, gas=gas)

    def _gas_limit(self) -> int:
        head = self._client.node.request("eth_getBlockByNumber", "latest", False)  # noqa: FBT003 - hashes only
        return min(self._options.gas_limit, int(head["gasLimit"], 16))

    def _fees(self) -> TxOptions:
        """After a stuck transaction its nonce is used again, with a fee that is higher each time."""
        node, most = self._client.node, self._options.max_fee_per_gas
        options = replace(DEFAULT_OPTIONS, wait_seconds=self._options.wait_seconds)
        if most is None and not self._raises:
            return options
        fees = node.fees()
        ceiling = fees.ceiling if most is None else min(fees.ceiling, most)
        tip = max(fees.tip, 1) * 5**self._raises // 4**self._raises + self._raises
        ceiling = max(ceiling, ceiling * 5**self._raises // 4**self._raises)
        nonce = node.nonce(self._sender, block="latest") if self._raises else None
        return replace(options, nonce=nonce, max_fee_per_gas=ceiling, max_priority_fee_per_gas=min(tip, ceiling))

    def _count(self, receipt: Receipt[Any]) -> None:
        self._metrics.add("transactions_total")
        self._metrics.add("gas_used_total", receipt.gas_used)
        self._metrics.add("fees_wei_total", receipt.gas_used * receipt.gas_price)


def _results(pairs: Sequence[Pair], receipt: Receipt[Any]) -> Iterator[Result]:
    """Outcomes as the mined transaction had them: between simulation and block somebody may have been faster."""
    renewed = {Pair(one.product_pass_id, one.product_id) for one in receipt.events_of(SubscriptionStateChanged)}
    reasons = {Pair(one.product_pass_id, one.product_id): one.reason for one in receipt.events_of(RenewalFailed)}
    for pair in pairs:
        if pair in renewed:
            yield Result(pair, Outcome.RENEWED, receipt.tx_hash)
        else:
            yield Result(pair, Outcome(reasons.get(pair, Outcome.NOT_DUE)), receipt.tx_hash)


def _is_gas(problem: RpcError) -> bool:
    text = problem.message.lower()
    return any(words in text for words in OUT_OF_GAS)
