"""Keeps the journal's batches in step with the chain; reads only.

What is used is looked up in the logs, and counts as done when its block is deep enough and still there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passmanager.airdrop.campaign import Campaign
from passmanager.airdrop.chain import REORG_REACH, AirdropChain, View
from passmanager.airdrop.journal import Batch, Journal, State
from passmanager.client import PassManager
from passmanager.units import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far the airdrop is.

    Attributes:
        recipients: Wallets by the state of their batch.
        batches: Batches by state.
        block_number: Latest block; 0 before the first look.
        replaced: Transactions that were replaced with a higher fee since this process started.
        resent: Transactions that were passed on again.
        vanished: Batches that a reorganization took back.
        trouble: What the node answers, if it does not work at the moment.
    """

    recipients: dict[State, int]
    batches: dict[State, int]
    block_number: int = 0
    replaced: int = 0
    resent: int = 0
    vanished: int = 0
    trouble: str = ""

    @property
    def total(self) -> int:
        """All recipients."""
        return sum(self.recipients.values())


class Tracker:
    """The batches of one journal."""

    def __init__(self, chain: AirdropChain, journal: Journal, *, confirmations: int) -> None:
        """A batch is done when its block is `confirmations` deep; 1 is the latest block."""
        self._chain = chain
        self._journal = journal
        self._confirmations = confirmations
        self.batches = journal.batches()
        self.view: View | None = None
        self.vanished = 0

    def among(self, *states: State) -> list[Batch]:
        """Batches in one of these states, in their order."""
        return [batch for batch in self.batches if batch.state in states]

    def is_finished(self) -> bool:
        """All batches are done."""
        return all(batch.state is State.DONE for batch in self.batches)

    def mark(self) -> tuple[int, ...]:
        """Changes whenever a batch gets another state."""
        return tuple(sum(batch.state is state for batch in self.batches) for state in State)

    def status(self) -> Status:
        """How far it is."""
        return Status(
            recipients={state: sum(b.count for b in self.batches if b.state is state) for state in State},
            batches=dict(zip(State, self.mark(), strict=True)),
            block_number=self.view.head.number if self.view else 0,
            vanished=self.vanished,
        )

    def save(self, batches: Iterable[Batch]) -> None:
        """Writes batches that changed."""
        changed = list(batches)
        if changed:
            self._journal.save(changed)

    def recheck(self) -> None:
        """What the journal calls done has to be done on the chain; a deep reorganization may have taken it back."""
        done = self.among(State.DONE)
        view = self.view = self._chain.look(done)
        self._take_back(batch for batch in done if batch.number not in view.used)

    def update(self, planned: Sequence[Batch] = ()) -> View:
        """Looks at what is on its way, and at those of the planned batches that are named."""
        watched = [*self.among(State.SENT, State.MINED), *planned]
        view = self.view = self._chain.look(watched)
        self._note_mined([batch for batch in watched if batch.number in view.used], view)
        self._take_back(batch for batch in self.among(State.MINED) if batch.number not in view.used)
        self._note_final(view)
        return view

    def _note_mined(self, used: Sequence[Batch], view: View) -> None:
        new = [batch for batch in used if batch.state is not State.MINED]
        if not new:
            return
        first = min(batch.sent_block or self._journal.from_block for batch in new)
        found = self._chain.find(new, from_block=max(first - REORG_REACH, 0), to_block=view.head.number)
        if any(batch.number not in found and not batch.sent_block for batch in new):
            found |= self._chain.find(new, from_block=0, to_block=view.head.number)  # given before it was planned here
        for batch in new:
            if batch.number in found:
                batch.mine(found[batch.number])
        self.save(batch for batch in new if batch.state is State.MINED)

    def _take_back(self, batches: Iterable[Batch]) -> None:
        gone = list(batches)
        for batch in gone:
            batch.state = State.PLANNED if batch.nonce is None else State.SENT
        self.vanished += len(gone)
        self.save(gone)

    def _note_final(self, view: View) -> None:
        newest = view.head.number + 1 - self._confirmations
        deep = [batch for batch in self.among(State.MINED) if batch.block_number <= newest]
        if not deep:
            return
        hashes = self._chain.hashes(sorted({batch.block_number for batch in deep}))
        final = [batch for batch in deep if hashes.get(batch.block_number) == batch.block_hash]
        for batch in final:
            batch.state = State.DONE
        self.save(final)
        self._take_back(batch for batch in deep if batch.state is State.MINED)


def watch(
    client: PassManager, campaign: Campaign, journal: Journal, *, sender: Address, confirmations: int = 1
) -> Tracker:
    """What became of all batches, whoever executed them; sends nothing."""
    tracker = Tracker(AirdropChain(client, campaign, sender), journal, confirmations=confirmations)
    tracker.recheck()
    tracker.update(tracker.among(State.PLANNED))
    return tracker
