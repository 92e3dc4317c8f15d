"""The work `refund`: the service signs a refund of the chain with a key that may do nothing else.

Each step is one try of the same piece of work, and what it found out is written with the row that says so: first
the signed transaction is kept, and only then is it sent; after a crash the chain is asked before anything is sent
again. A second nonce is used only when the first one belongs for good to another transaction, so that a refund is
never paid twice. That it was paid, the chain's log says, like that of every other refund.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.errors import InsufficientFunds, NoNode, PassManagerError, Reverted, RpcError, UnexpectedAnswer
from passmanager.service.clock import MINUTE, SECOND
from passmanager.service.db import read_scope
from passmanager.service.engine import Again, Done, Job
from passmanager.service.orders.models import Refund, RefundTransaction
from passmanager.service.orders.refunding import FAILED, PROCESSING, REORGED, refund_news
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import repository
from passmanager.service.refunds.deciding import stop
from passmanager.service.refunds.repository import LIVE, LOST, REVERTED
from passmanager.service.services import Services

if TYPE_CHECKING:
    from passmanager.service.refunds.wallet import Signed, Wallet

ROLE_REFUND: Final = 16
FIRST_PAUSE, LONGEST_PAUSE = 2 * SECOND, 10 * MINUTE
TROUBLE = (NoNode, RpcError, UnexpectedAnswer, InsufficientFunds)
ACTOR = "service"


class NonceTaken(PassManagerError):
    """Another refund was given the nonce meanwhile; the next try takes another one."""

    nonce: int

    def __str__(self) -> str:
        return f"nonce {self.nonce} was given to another refund"


class PayingBack:
    """Handler of the work; its key is the refund's id."""

    def __init__(self, services: Services, open_wallet: "Callable[[], Wallet] | None") -> None:
        """Without a wallet refunds are left to their merchants."""
        self._services = services
        self._open_wallet = open_wallet
        self._wallet: Wallet | None = None

    def __call__(self, job: Job) -> Done | Again:
        """One step."""
        with read_scope(self._services.sessions) as session:
            refund = session.scalar(select(Refund).where(Refund.id == job.key))
            known = repository.transactions_of(session, job.key)
        if refund is None or refund.status not in {PROCESSING, REORGED}:
            return Done()
        live = [one for one in known if one.status == LIVE]
        try:
            wallet = self._opened()
            if wallet is None or wallet.chain_id != refund.chain_id:
                return self._leave(refund, "the service has no key for this chain; send the call yourself")
            return self._follow(job, wallet, refund, live) if live else self._begin(wallet, refund)
        except TROUBLE as problem:
            return self._later(job, refund, str(problem))

    def _opened(self) -> "Wallet | None":
        if self._wallet is None and self._open_wallet is not None:
            self._wallet = self._open_wallet()
        return self._wallet

    # --- signing

    def _begin(self, wallet: "Wallet", refund: Refund) -> Done | Again:
        """Nothing is under way: sign, unless the contracts would refuse it."""
        roles = wallet.roles(refund)
        if roles != ROLE_REFUND:
            more = "has not" if not roles & ROLE_REFUND else "has more than"
            return self._leave(refund, f"{wallet.address} {more} the role refund; send the call yourself")
        refusal = wallet.refusal(refund)
        if refusal:
            return Done(partial(self._fail, refund_id=refund.id, problem=refusal))
        with read_scope(self._services.sessions) as session:
            nonce = repository.next_nonce(session, wallet.chain_id, wallet.address, wallet.nonce())
        try:
            return self._keep(wallet, refund, wallet.sign(refund, nonce))
        except Reverted as problem:
            return Done(partial(self._fail, refund_id=refund.id, problem=str(problem)))

    def _keep(self, wallet: "Wallet", refund: Refund, signed: "Signed") -> Again:
        """It is sent by the next step, when it is stored."""
        store = partial(self._store, refund_id=refund.id, signed=signed, wallet=wallet)
        return Again(self._services.clock.now(), "signed", store)

    def _store(self, session: Session, refund_id: str, signed: "Signed", wallet: "Wallet") -> None:
        refund = repository.refund_row(session, refund_id)
        if refund.status not in {PROCESSING, REORGED}:
            return
        there = repository.at_nonce(session, wallet.chain_id, wallet.address, signed.nonce)
        if any(one.status == LIVE and one.refund_id != refund_id for one in there):
            raise NonceTaken(nonce=signed.nonce)
        now, fees = self._services.clock.now(), signed.fees
        row = RefundTransaction(
            tx_hash=signed.tx_hash, refund_id=refund_id, chain_id=wallet.chain_id, sender=wallet.address,
            nonce=signed.nonce, attempt=1 + max([one.attempt for one in there], default=0), raw=signed.raw,
            gas=signed.gas, ceiling=fees.ceiling, tip=fees.tip, legacy=fees.legacy, status=LIVE, signed_at=now,
        )  # fmt: skip
        session.add(row)
        refund.tx_hash, refund.problem, refund.updated_at = signed.tx_hash, "", now
        session.flush()

    # --- until it is mined

    def _follow(self, job: Job, wallet: "Wallet", refund: Refund, live: Sequence[RefundTransaction]) -> Done | Again:
        """Something is signed: the chain says whether it is mined, can be, or cannot any more."""
        found = wallet.mined([one.tx_hash for one in live])
        if found is not None and found.done:
            return self._later(job, refund, "mined; the service has not read its block yet", note=False)
        if found is not None:
            if found.block_number > wallet.settled_block():
                return self._later(job, refund, "refused by the contracts, in a block that may be replaced", note=False)
            problem = wallet.refusal(refund, found.block_number - 1) or f"transaction {found.tx_hash} was refused"
            return Done(partial(self._fail, refund_id=refund.id, problem=problem))
        if live[-1].nonce < wallet.nonce():
            return self._overtaken(job, wallet, refund, live)
        return self._push(job, wallet, refund, live[-1])

    def _overtaken(self, job: Job, wallet: "Wallet", refund: Refund, live: Sequence[RefundTransaction]) -> Again:
        """The nonce is used, and not by us: when that is settled, nothing that was signed can be mined any more."""
        settled = wallet.nonce(wallet.settled_block())
        if live[-1].nonce < settled and wallet.mined([one.tx_hash for one in live]) is None:
            return Again(self._services.clock.now(), "overtaken", partial(self._mark, refund_id=refund.id, status=LOST))
        return self._later(job, refund, f"nonce {live[-1].nonce} was used by another transaction")

    def _push(self, job: Job, wallet: "Wallet", refund: Refund, newest: RefundTransaction) -> Again:
        """Nobody has mined it: once more to the node, with a higher fee if it is stuck."""
        problem = wallet.send(newest)
        stuck = self._services.clock.now() - newest.signed_at >= self._services.settings.refund_replace_seconds * SECOND
        if (stuck and newest.nonce == wallet.nonce()) or wallet.is_underpriced(problem):
            signed = wallet.replace(refund, newest)
            if signed is not None:
                return self._keep(wallet, refund, signed)
        return self._later(job, refund, str(problem or "waits for its block"), note=problem is not None)

    # --- outcomes

    def _later(self, job: Job, refund: Refund, problem: str, *, note: bool = True) -> Again:
        pause = min(FIRST_PAUSE << min(job.attempt - 1, 16), LONGEST_PAUSE)
        due = self._services.clock.now() + int(pause * self._services.jitter(0.1))
        return Again(due, problem, partial(self._note, refund_id=refund.id, problem=problem) if note else None)

    @staticmethod
    def _note(session: Session, refund_id: str, problem: str) -> None:
        repository.refund_row(session, refund_id).problem = problem
        session.flush()

    def _leave(self, refund: Refund, problem: str) -> Done:
        """The merchant's own wallet has to send the call."""

        def write(session: Session) -> None:
            found = repository.refund_row(session, refund.id)
            found.by_service, found.problem = False, problem
            session.flush()

        return Done(write)

    def _fail(self, session: Session, refund_id: str, problem: str) -> None:
        refund = repository.refund_row(session, refund_id)
        if refund.status not in {PROCESSING, REORGED}:
            return
        self._mark(session, refund_id, REVERTED)
        act = Act(ACTOR, self._services.clock.now(), self._services.wire.tell)
        stop(session, refund, FAILED, problem, act)
        order = repository.orders_by_id(session, [refund.order_id])[refund.order_id]
        act.tell(session, refund_news(order, refund, "refund.failed", act.at))

    @staticmethod
    def _mark(session: Session, refund_id: str, status: str) -> None:
        for one in repository.transactions_of(session, refund_id):
            if one.status == LIVE:
                one.status = status
        session.flush()
