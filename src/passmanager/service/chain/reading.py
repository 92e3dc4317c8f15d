"""From the logs of a transaction to facts: what belongs together is put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from passmanager.abi import events as abi
from passmanager.core.state import ItemState
from passmanager.models import Contracts, Event
from passmanager.service.chain.facts import (
    Airdropped,
    Billed,
    Changed,
    Fact,
    Line,
    OrganizationMoved,
    PassMoved,
    Place,
    Purchased,
    Reduction,
    Refunded,
    RenewalFailed,
    Renewed,
    StateWritten,
)
from passmanager.service.chain.logs import Seen, passes_of, transactions
from passmanager.units import NATIVE

NO_REFERENCE = bytes(32)
_Written: TypeAlias = tuple[int, Seen, int]
"""Number of a log, the log, and the word in it."""


def facts_of(chain_id: int, contracts: Contracts, logs: Iterable[Seen]) -> list[Fact]:
    """The facts of logs that are annotated and in order; each transaction is there as a whole."""
    found: list[Fact] = []
    for group in transactions(logs):
        found += _Transaction(chain_id, contracts, group).facts()
    return found


@dataclass(slots=True)
class _Transaction:
    """One transaction, while it is read.

    Attributes:
        states: Logs of words that were written so far and belong to no purchase yet, by pass and product.
        words: The newest word of each item, whoever it belongs to.
        reductions: Coupons and discounts for the purchase that follows.
    """

    chain_id: int
    contracts: Contracts
    logs: Sequence[Seen]
    found: dict[int, Fact] = field(default_factory=dict[int, Fact])
    states: dict[tuple[int, int], list[_Written]] = field(default_factory=dict[tuple[int, int], list[_Written]])
    words: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    reductions: list[Reduction] = field(default_factory=list[Reduction])
    payments: list[abi.PaymentReceived] = field(default_factory=list[abi.PaymentReceived])

    def facts(self) -> list[Fact]:
        """In the order of their logs."""
        self.payments = [log.event for log in self.logs if isinstance(log.event, abi.PaymentReceived)]
        for number, log in enumerate(self.logs):
            fact = self._fact(number, log)
            if fact is not None:
                self.found[number] = fact
        self._keep_states()
        return [self.found[number] for number in sorted(self.found)]

    def _place(self, log: Seen) -> Place:
        return Place(self.chain_id, log.block_number, log.block_hash, log.at, log.tx_hash, log.log_index)

    def _fact(self, number: int, log: Seen) -> Fact | None:
        event = log.event
        if isinstance(event, abi.SubscriptionStateChanged):
            key = (event.product_pass_id, event.product_id)
            self.states.setdefault(key, []).append((number, log, event.state))
            self.words[key] = event.state
            return None
        read = _READERS.get(type(event))
        return None if read is None else read(self, log, event)

    def _keep_states(self) -> None:
        """Those that no purchase has taken are facts of their own."""
        for key, written in self.states.items():
            for number, log, state in written:
                self.found[number] = StateWritten(self._place(log), log.org_id, *key, state)

    def redeemed(self, _log: Seen, event: abi.CouponRedeemed) -> None:
        self.reductions.append(Reduction("coupon", event.coupon_id, event.bps))

    def discounted(self, _log: Seen, event: abi.DiscountMinted) -> None:
        self.reductions.append(Reduction("discount", event.discount_id, event.bps))

    def refunded(self, log: Seen, event: abi.ProductRefunded) -> Refunded:
        return Refunded(
            self._place(log), event.org_id, log.position or 0, event.product_pass_id, event.product_id,
            event.recipient, event.token, event.amount, event.revoked,
        )  # fmt: skip

    def failed(self, log: Seen, event: abi.RenewalFailed) -> RenewalFailed:
        return RenewalFailed(self._place(log), log.org_id, event.product_pass_id, event.product_id, event.reason)

    def _lines(self, pass_id: int, event: abi.ProductsPurchased | abi.ProductsAirdropped) -> tuple[Line, ...]:
        lines = zip(event.product_ids, event.pricing_ids, event.quantities, strict=True)
        return tuple(Line(*line, self._used(pass_id, line[0])) for line in lines)

    def _used(self, pass_id: int, product_id: int) -> int:
        """The word that a purchase wrote is part of it, no fact of its own."""
        written = self.states.get((pass_id, product_id))
        return written.pop()[2] if written else 0

    def purchased(self, log: Seen, event: abi.ProductsPurchased) -> Purchased:
        _, fee = self._payment(event.org_id, event.amount_paid)
        reductions, self.reductions = tuple(self.reductions), []
        return Purchased(
            self._place(log), event.org_id, log.position or 0, event.product_pass_id, event.pass_owner,
            event.purchaser, self._lines(event.product_pass_id, event), event.token, event.subtotal,
            event.amount_paid, fee, _reference(event.order_reference), reductions,
        )  # fmt: skip

    def airdropped(self, log: Seen, event: abi.ProductsAirdropped) -> Airdropped:
        lines = [self._lines(pass_id, event) for pass_id in passes_of(event)]
        return Airdropped(
            self._place(log), event.org_id, log.position or 0, event.first_pass_id, event.purchaser,
            event.recipients, lines[0], _reference(event.order_reference),
        )  # fmt: skip

    def _is_usage(self, pass_id: int, product_id: int) -> bool:
        return ItemState.from_word(self.words.get((pass_id, product_id), 0)).usage

    def renewed(self, log: Seen, event: abi.SubscriptionRenewed) -> Renewed:
        usage = self._is_usage(event.product_pass_id, event.product_id)
        paid = 0 if usage else event.amount_paid
        _, fee = self._payment(event.org_id, paid)
        return Renewed(
            self._place(log), event.org_id, log.position or 0, event.product_pass_id, event.product_id, event.payer,
            event.token, paid, fee, usage, event.period_start, event.period_end,
        )  # fmt: skip

    def changed(self, log: Seen, event: abi.SubscriptionChanged) -> Changed:
        usage = self._is_usage(event.product_pass_id, event.product_id)
        paid = 0 if usage else event.amount_paid
        payment, fee = self._payment(event.org_id, paid)
        return Changed(
            self._place(log), event.org_id, log.position or 0, event.product_pass_id, event.product_id,
            event.pricing_id, event.quantity, payment.payer if payment else NATIVE, event.token, paid, fee, usage,
            event.value_left,
        )  # fmt: skip

    def billed(self, log: Seen, event: abi.UsageBilled) -> Billed | None:
        """The start of a meter, and what is forgiven, are bills of 0: nothing happened to anybody's money."""
        payment, fee = self._payment(log.org_id, event.amount)
        if payment is None:
            return None
        return Billed(
            self._place(log), log.org_id, log.position or 0, event.product_pass_id, event.product_id, payment.payer,
            payment.token, event.units, event.amount, fee,
        )  # fmt: skip

    def _payment(self, org_id: int, amount: int) -> tuple[abi.PaymentReceived | None, int]:
        """The payment of a sum, and its fee; each payment is of one thing."""
        for payment in self.payments if amount else ():
            if (payment.org_id, payment.amount) == (org_id, amount):
                self.payments.remove(payment)
                return payment, payment.fee
        return None, 0

    def moved(self, log: Seen, event: abi.Transfer) -> PassMoved | OrganizationMoved | None:
        """The mint of a pass belongs to its purchase."""
        if log.address == self.contracts.organization_nft:
            return OrganizationMoved(self._place(log), event.token_id, event.receiver)
        if log.address != self.contracts.product_pass or event.sender == NATIVE:
            return None
        return PassMoved(self._place(log), log.org_id, event.token_id, event.sender, event.receiver)


_READERS: dict[type[Event], Callable[[_Transaction, Seen, Any], Fact | None]] = {
    abi.ProductsPurchased: _Transaction.purchased,
    abi.ProductsAirdropped: _Transaction.airdropped,
    abi.SubscriptionRenewed: _Transaction.renewed,
    abi.SubscriptionChanged: _Transaction.changed,
    abi.UsageBilled: _Transaction.billed,
    abi.ProductRefunded: _Transaction.refunded,
    abi.RenewalFailed: _Transaction.failed,
    abi.Transfer: _Transaction.moved,
    abi.CouponRedeemed: _Transaction.redeemed,
    abi.DiscountMinted: _Transaction.discounted,
}


def _reference(reference: bytes) -> str:
    return "" if reference == NO_REFERENCE else f"0x{reference.hex()}"
