"""Wei per gas: what is usual now, what a replacement needs, and what is never exceeded."""

from dataclasses import replace

from passmanager.core.transactions import Fees
from passmanager.node import Node

RAISE = (5, 4)
LEAST_RAISE = (11, 10)  # nodes take a replacement from a tenth more
CAP = 4  # times the fee of the start; that is eight times the base fee


class FeePolicy:
    """The fees of one run."""

    def __init__(self, node: Node, most: int | None) -> None:
        """`most` is never exceeded; by default four times what is usual at the start."""
        self._node = node
        self._most = most
        self._now: Fees | None = None

    def start(self) -> None:
        """Sets the limit."""
        if self._most is None:
            self._most = CAP * self.now().ceiling

    def forget(self) -> None:
        """The next question goes to the node again."""
        self._now = None

    def now(self) -> Fees:
        """What is usual now."""
        if self._now is None:
            self._now = self._node.fees()
        return self._now

    def capped(self, fees: Fees) -> Fees:
        """The fees, within the limit."""
        if self._most is None or fees.ceiling <= self._most:
            return fees
        return replace(fees, ceiling=self._most, tip=min(fees.tip, self._most))

    def is_replacement(self, fees: Fees, before: int) -> bool:
        """Is it so much more that a node takes it instead?"""
        return fees.ceiling * LEAST_RAISE[1] >= before * LEAST_RAISE[0]


def raised(before: Fees, now: Fees) -> Fees:
    """A quarter more than before, and at least what is usual now."""
    tip = max(before.tip * RAISE[0] // RAISE[1] + 1, now.tip)
    ceiling = max(before.ceiling * RAISE[0] // RAISE[1] + 1, now.ceiling, tip)
    return Fees(ceiling=ceiling, tip=0 if now.legacy else tip, legacy=now.legacy)
