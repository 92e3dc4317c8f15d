"""Sends the batches of a journal until each is in the chain, once.

Each round asks the chain first: which references are used, and what the sender's nonce is, at one block.
What vanished in a reorganization, or was dropped by the node, is sent again with the same nonce; what is
stuck is replaced with a higher fee. Every transaction is in the journal before the node gets it. Even if the
node lies about all that, the chain takes each reference only once: the worst is gas for a refused transaction.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from eth_utils.crypto import keccak

from passmanager.abi.errors import ReferenceUsed
from passmanager.airdrop.campaign import Campaign
from passmanager.airdrop.chain import AirdropChain, View
from passmanager.airdrop.errors import AirdropStalled, BatchReverted, NoNewBlocks
from passmanager.airdrop.fees import FeePolicy, raised
from passmanager.airdrop.gas import block_gas
from passmanager.airdrop.journal import Batch, Journal, State
from passmanager.airdrop.tracker import Status, Tracker
from passmanager.client import PassManager
from passmanager.core.rpc import is_known, sending_error
from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import Dropped, InsufficientFunds, NoNode, RpcError, Underpriced, UnexpectedAnswer
from passmanager.node import Request
from passmanager.signers import Signer

NODE_TROUBLE = (NoNode, RpcError, UnexpectedAnswer)
LOST_LOOKS = 3  # a nonce that is used by nothing known, seen so often, belongs to somebody else
FIRST_PAUSE_S = 0.02
LONG_AGO = -1e9
BLOCKS_AHEAD = 2
LOCAL_CHAINS = (31337, 1337)
LOCAL_BLOCKS_AHEAD = 1  # Anvil mines when a transaction comes; what does not fit that block waits for the next one


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOptions:
    """How to send.

    Attributes:
        confirmations: A batch is done when its block is this deep; 1 is the latest block.
        window: Transactions on their way at once, but never more than two blocks hold; nodes keep few for one wallet.
        resend_seconds: Pass on again what is not mined after this time.
        replace_seconds: Give a higher fee to what is not mined after this time.
        max_fee_per_gas: Wei per gas that are never exceeded; by default four times what is usual at the start.
        patience_seconds: Give up when nothing is mined, or the node does not answer, for this time.
        poll_seconds: Longest pause between two looks at the chain.
    """

    confirmations: int = 1
    window: int = 16
    resend_seconds: float = 15.0
    replace_seconds: float = 60.0
    max_fee_per_gas: int | None = None
    patience_seconds: float = 900.0
    poll_seconds: float = 2.0


class Sender:
    """Sends one airdrop."""

    def __init__(
        self,
        client: PassManager,
        signer: Signer,
        campaign: Campaign,
        journal: Journal,
        *,
        options: SendOptions | None = None,
        report: Callable[[Status], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Works on the batches of the journal; `report` is called after each round."""
        self._options = options or SendOptions()
        self._node = client.node
        self._signer = signer
        self._campaign = campaign
        self._report = report
        self._clock = clock
        self._gas = journal.gas
        self._chain = AirdropChain(client, campaign, signer.address)
        self._tracker = Tracker(self._chain, journal, confirmations=self._options.confirmations)
        self._fees = FeePolicy(client.node, self._options.max_fee_per_gas)
        self._passed_on: dict[int, float] = {}  # batch number -> when the node last got its transaction
        self._signed: dict[int, float] = {}  # batch number -> when its latest transaction was signed
        self._lost: dict[int, int] = {}  # batch number -> looks in which its nonce was used by something else
        self._replaced = self._resent = 0
        self._gas_ahead = 0
        self._moved = clock()
        self._head = ("", clock())

    def run(self) -> list[Batch]:
        """Sends until all batches are done; gives them.

        Raises:
            ContractError: The chain would refuse the next batch; the subclass says why.
            BatchReverted: The chain refused a batch that was sent.
            ReferenceTaken: A batch was executed with other contents.
            AirdropStalled: Nothing was mined for too long.
            NoNewBlocks: The chain stands still.
            InsufficientFunds: The sender cannot pay the next batch.
            NoNode: The node did not answer for too long.
        """
        self._try(self._start)
        pause = FIRST_PAUSE_S
        while not self._tracker.is_finished():
            before = self._tracker.mark()
            self._try(self._round)
            self._tell()
            if self._tracker.is_finished():
                self._try(self._tracker.recheck)
            elif self._tracker.mark() == before:
                time.sleep(pause)
                pause = min(pause * 1.5, self._options.poll_seconds)
            else:
                pause = FIRST_PAUSE_S
        self._tell()
        return self._tracker.batches

    def status(self) -> Status:
        """How far it is."""
        return replace(self._tracker.status(), replaced=self._replaced, resent=self._resent)

    def _tell(self, trouble: str = "") -> None:
        if self._report is not None:
            self._report(replace(self.status(), trouble=trouble))

    def _try(self, work: Callable[[], None]) -> None:
        """Nodes fail now and then; what was asked is asked again until the patience ends."""
        pause = FIRST_PAUSE_S
        started = self._clock()
        while True:
            try:
                work()
            except NODE_TROUBLE as problem:
                if self._clock() - started > self._options.patience_seconds:
                    raise
                self._tell(str(problem))
                time.sleep(pause)
                pause = min(2 * pause, self._options.poll_seconds)
            else:
                return

    def _start(self) -> None:
        self._tracker.recheck()
        self._fees.start()
        blocks = LOCAL_BLOCKS_AHEAD if self._campaign.chain_id in LOCAL_CHAINS else BLOCKS_AHEAD
        self._gas_ahead = blocks * block_gas(self._node)
        view = self._tracker.update(self._upcoming())
        planned = [batch for batch in self._tracker.among(State.PLANNED) if batch.number not in view.used]
        if planned:
            self._preflight(planned[0])

    def _preflight(self, batch: Batch) -> None:
        """Refuses before gas is paid."""
        refusal = self._chain.simulate(batch)
        if refusal is not None and not isinstance(refusal, ReferenceUsed):
            raise refusal

    def _upcoming(self) -> list[Batch]:
        """The next batches to send; those that were sent before come first."""
        planned = self._tracker.among(State.PLANNED)
        return sorted(planned, key=lambda batch: not batch.tx_hashes)[: self._options.window]

    def _round(self) -> None:
        self._fees.forget()
        upcoming = self._upcoming()
        mined = len(self._tracker.among(State.MINED, State.DONE))
        view = self._tracker.update(upcoming)
        if len(self._tracker.among(State.MINED, State.DONE)) > mined:
            self._moved = self._clock()
        self._settle_nonces(view)
        self._mend(view)
        self._send_next(view, upcoming)
        self._check_patience(view)

    # --- what is on its way

    def _settle_nonces(self, view: View) -> None:
        """A nonce that is used while its batch is not executed: the batch was refused, or others used the nonce."""
        for batch in self._tracker.among(State.SENT):
            if batch.number in view.used or (batch.nonce is not None and batch.nonce >= view.nonce):
                self._lost.pop(batch.number, None)
                continue
            self._lost[batch.number] = self._lost.get(batch.number, 0) + 1
            refusal = self._chain.refusal(batch)
            if refusal is None and self._lost[batch.number] < LOST_LOOKS:
                continue
            batch.state, batch.nonce = State.PLANNED, None
            self._tracker.save([batch])
            if refusal is not None:
                raise BatchReverted(number=batch.number, tx_hash=refusal[0], reason=refusal[1])
            self._preflight(batch)

    def _mend(self, view: View) -> None:
        """Replaces what is stuck, passes on again what may have been dropped."""
        sent = sorted(self._tracker.among(State.SENT), key=_nonce)
        waiting = [batch for batch in sent if batch.number not in view.used]
        if not waiting:
            return
        if _nonce(waiting[0]) > view.nonce and self._is_stuck(waiting[-1]):
            self._sign([waiting[-1]], view.nonce, view)  # nothing of ours has the nonce that all others wait for
        for i, batch in enumerate(waiting):
            if (i == 0 or _too_cheap(batch, view)) and self._is_stuck(batch):
                self._replace(batch, view)
        now = self._clock()
        quiet = [b for b in waiting if now - self._passed_on.get(b.number, LONG_AGO) > self._options.resend_seconds]
        self._resent += sum(batch.number in self._passed_on for batch in quiet)
        self._pass_on(quiet)

    def _is_stuck(self, batch: Batch) -> bool:
        now = self._clock()
        return now - self._signed.setdefault(batch.number, now) > self._options.replace_seconds

    def _replace(self, batch: Batch, view: View) -> None:
        fees = self._fees.capped(raised(Fees(ceiling=batch.ceiling, tip=batch.tip), self._fees.now()))
        self._signed[batch.number] = self._clock()
        if self._fees.is_replacement(fees, batch.ceiling):
            self._replaced += 1
            self._sign([batch], _nonce(batch), view, fees)

    # --- sending

    def _send_next(self, view: View, upcoming: Sequence[Batch]) -> None:
        waiting = [batch for batch in upcoming if batch.state is State.PLANNED and batch.number not in view.used]
        new = waiting[: self._room(waiting)]
        if new:
            self._sign(new, self._next_nonce(view), view)
            self._pass_on(new)

    def _room(self, waiting: Sequence[Batch]) -> int:
        """How many more may be on their way."""
        sent = self._tracker.among(State.SENT)
        gas = list(accumulate(self._gas.limit(batch.count) for batch in (*sent, *waiting)))
        fit = max(sum(total <= self._gas_ahead for total in gas), 1)
        return max(min(fit, self._options.window) - len(sent), 0)

    def _next_nonce(self, view: View) -> int:
        ours = [_nonce(batch) + 1 for batch in self._tracker.among(State.SENT)]
        return max([view.nonce, *ours]) if ours else max(view.nonce, self._node.nonce(self._signer.address))

    def _sign(self, batches: Sequence[Batch], nonce: int, view: View, fees: Fees | None = None) -> None:
        """Signs, and writes to the journal what the node will get."""
        fees = fees or self._fees.capped(self._fees.now())
        for i, batch in enumerate(batches):
            batch.state, batch.nonce = State.SENT, nonce + i
            batch.ceiling, batch.tip = fees.ceiling, fees.tip
            batch.sent_block = batch.sent_block or max(view.head.number, 1)
            batch.raw = self._signer.sign(self._transaction(batch))
            if batch.raw is not None:
                batch.tx_hashes.append(f"0x{keccak(batch.raw).hex()}")
            self._signed[batch.number] = self._clock()
            self._passed_on.pop(batch.number, None)
        self._tracker.save(batches)

    def _transaction(self, batch: Batch) -> Transaction:
        call = self._campaign.call(batch.recipients, batch.reference)
        return Transaction(
            to=call.to,
            data=call.data,
            sender=self._signer.address,
            gas=self._gas.limit(batch.count),
            nonce=_nonce(batch),
            chain_id=self._campaign.chain_id,
            fees=Fees(ceiling=batch.ceiling, tip=batch.tip, legacy=self._fees.now().legacy),
        )

    def _pass_on(self, batches: Sequence[Batch]) -> None:
        """Gives transactions to the node, which may have them already."""
        answers = self._node.request_many([self._sending(batch) for batch in batches])
        for batch, answer in zip(batches, answers, strict=True):
            self._passed_on[batch.number] = self._clock()
            if isinstance(answer, RpcError):
                self._note_refusal(batch, answer)
            elif batch.raw is None and answer not in batch.tx_hashes:
                batch.tx_hashes.append(answer)
                self._tracker.save([batch])

    def _sending(self, batch: Batch) -> Request:
        if batch.raw is None:
            return "eth_sendTransaction", (self._transaction(batch).rpc_fields(),)
        return "eth_sendRawTransaction", (f"0x{batch.raw.hex()}",)

    def _note_refusal(self, batch: Batch, answer: RpcError) -> None:
        """Most refusals mend themselves in one of the next rounds."""
        if is_known(answer):
            return
        problem = sending_error(answer, self._transaction(batch), batch.raw)
        if isinstance(problem, InsufficientFunds):
            if batch.nonce == min(map(_nonce, self._tracker.among(State.SENT))):
                problem.have = self._node.balance(self._signer.address)
                raise problem
        elif isinstance(problem, Underpriced):
            if batch.ceiling < self._fees.now().ceiling:
                self._signed[batch.number] = LONG_AGO
        elif not isinstance(problem, Dropped):  # the pool is full, or the like
            self._passed_on[batch.number] = LONG_AGO

    def _check_patience(self, view: View) -> None:
        now, most = self._clock(), self._options.patience_seconds
        if view.head.hash != self._head[0]:
            self._head = (view.head.hash, now)
        waiting = sorted(self._tracker.among(State.SENT), key=_nonce)
        if waiting and now - self._moved > most:
            first = waiting[0]
            raise AirdropStalled(
                number=first.number, nonce=_nonce(first), seconds=now - self._moved, max_fee_per_gas=first.ceiling
            )
        if not waiting and now - self._head[1] > most:
            confirmations = self._options.confirmations
            raise NoNewBlocks(block_number=view.head.number, seconds=now - self._head[1], confirmations=confirmations)


def _nonce(batch: Batch) -> int:
    return -1 if batch.nonce is None else batch.nonce


def _too_cheap(batch: Batch, view: View) -> bool:
    return view.head.base_fee is not None and batch.ceiling < view.head.base_fee
