"""Is the database what the chain says? Orders, rights, refunds and balances, derived again from the logs.

Each difference says what the logs have and what the database has. None is the only good answer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.abi import events as abi
from passmanager.models import Contracts
from passmanager.service.catalog.models import Organization
from passmanager.service.chain import repository as chain
from passmanager.service.chain.facts import Airdropped, Billed, Changed, Fact, Purchased, Refunded, Renewed
from passmanager.service.chain.logs import Seen
from passmanager.service.chain.models import ChainLog
from passmanager.service.chain.reading import facts_of
from passmanager.service.orders import repository
from passmanager.service.orders.finality import PAYING
from passmanager.service.orders.lookups import STEP
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment, Refund
from passmanager.service.orders.refunding import SUCCEEDED
from passmanager.service.orders.rights import EXPIRED, REVOKED, view
from passmanager.service.orders.status import PaymentStatus, replay
from passmanager.service.orders.taking import ELSEWHERE_IN_TX, INEXACT
from passmanager.units import NATIVE

LOGS_AT_ONCE = 5_000
UNPAID = frozenset({PaymentStatus.NOT_PAID, PaymentStatus.FAILED, PaymentStatus.AUTHORIZED})
Balance = tuple[int, str]
"""Organization and token."""

BalanceOf = Callable[[int, str], int]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on which the logs and the database disagree.

    Attributes:
        kind: `log`, `payment`, `order`, `history`, `right`, `refund`, `sum` (of an organization's payments in a token)
            or `balance`.
        subject: What it is about: an id, or a place on the chain.
    """

    kind: str
    subject: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: the chain has {self.expected}, the database {self.found}"


@dataclass(frozen=True, slots=True)
class Due:
    """A payment that the logs prove; an airdrop's has no token."""

    paid: int
    fee: int
    token: str | None
    payer: str
    block_hash: str
    subtotal: int | None
    products: tuple[int, ...]


@dataclass(slots=True)
class Audit:
    """The look at one chain.

    Attributes:
        balance_of: What PaymentEscrow says now, if the node can be asked.
        checked: How much was looked at, by kind.
    """

    session: Session
    chain_id: int
    contracts: Contracts
    balance_of: BalanceOf | None = None
    differences: list[Difference] = field(default_factory=list[Difference])
    checked: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    _organizations: dict[int, Organization] = field(default_factory=dict[int, Organization])
    _balances: dict[Balance, int] = field(default_factory=lambda: defaultdict[Balance, int](int))
    _paid: dict[Balance, int] = field(default_factory=lambda: defaultdict[Balance, int](int))
    _refunds: dict[str, list[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict[str, list[tuple[int, int, int]]](list)
    )

    def run(self) -> list[Difference]:
        """Everything."""
        mine = select(Organization).where(Organization.chain_id == self.chain_id, Organization.bound.is_(True))
        whole = self.session.scalars(mine.where(Organization.derived_to.is_(None)))
        self._organizations = {one.org_id: one for one in whole}
        after = -1
        while logs := chain.all_logs(self.session, self.chain_id, after, LOGS_AT_ONCE):
            after = logs[-1].block_number
            self._portion(logs)
        self._payments_without_logs()
        self._orders()
        self._rights()
        self._refunds_of_orders()
        self._paid_in_all()
        self._balances_of_escrow()
        return self.differences

    def differ(self, kind: str, subject: object, expected: object, found: object) -> None:
        """Notes a difference, if it is one."""
        if expected != found:
            self.differences.append(Difference(kind, str(subject), str(expected), str(found)))

    # --- payments

    def _portion(self, logs: Sequence[Seen]) -> None:
        self.checked["log"] += len(logs)
        for log in logs:
            self._count(log)
        facts = facts_of(self.chain_id, self.contracts, logs)
        known = [fact for fact in facts if fact.org_id in self._organizations]
        found = repository.payments(self.session, self.chain_id, {fact.place.tx_hash for fact in known})
        for fact in known:
            for position, due in _dues(fact):
                self._payment(fact.place.tx_hash, position, due, found)
                if due.paid:
                    self._paid[fact.org_id, due.token or NATIVE] += due.paid
            if isinstance(fact, Refunded):
                self._refunds[fact.place.tx_hash].append((fact.pass_id, fact.product_id, fact.amount))
        self.session.expunge_all()

    def _payment(self, tx_hash: str, position: int, due: Due, found: dict[tuple[str, int], Payment]) -> None:
        """A fact whose place in its transaction had another one before a reorg is further on."""
        self.checked["payment"] += 1
        where = f"{tx_hash}:{position}"
        payment = found.get((tx_hash, position))
        while payment is not None and not self._is_of(payment, due):
            position += ELSEWHERE_IN_TX
            payment = found.get((tx_hash, position))
        if payment is None:
            self.differ("payment", where, f"a payment of {due.paid}", "nothing")
            return
        has = (payment.amount, payment.fee, due.token and payment.token, payment.payer, payment.block_hash)
        self.differ("payment", where, (due.paid, due.fee, due.token, due.payer, due.block_hash), has)
        self.differ("payment", where, "a payment in a block", _located(payment))
        self._order_of(payment, due)

    def _is_of(self, payment: Payment, due: Due) -> bool:
        items = repository.items_of(self.session, payment.order_id)
        return sorted(item.chain_product_id or 0 for item in items) == sorted(due.products)

    def _order_of(self, payment: Payment, due: Due) -> None:
        order = self.session.scalars(select(Order).where(Order.id == payment.order_id)).one()
        if payment.status in PAYING and order.payment_status in UNPAID:
            self.differ("order", order.id, "paid", order.payment_status)
        if order.source not in {"api", "checkout"}:
            self.differ("order", order.id, f"total {due.paid}", f"total {order.total}")
            if due.subtotal is not None:
                self.differ("order", order.id, f"subtotal {due.subtotal}", f"subtotal {order.subtotal}")
            exact = "lines that add up to it"
            self.differ("order", order.id, exact, exact if order.reason != INEXACT else "others")

    def _payments_without_logs(self) -> None:
        """A payment that is in a block has a log there."""
        logs = select(ChainLog.tx_hash).where(ChainLog.chain_id == self.chain_id, ChainLog.position.is_not(None))
        alone = select(Payment).where(
            Payment.chain_id == self.chain_id, Payment.status.in_(repository.LOCATED), Payment.tx_hash.not_in(logs)
        )
        for payment in self.session.scalars(alone):
            self.differ("payment", payment.id, "nothing", f"{payment.status} in {payment.tx_hash}")

    # --- orders

    def _orders(self) -> None:
        """Of every order: its lines add up to it, and its history to its status."""
        sums = select(Order.id, Order.total, Order.tax, Order.shipping, Order.payment_status, Order.fulfillment_status)
        for row in self.session.execute(sums.order_by(Order.number)).all():
            self.checked["order"] += 1
            totals = self.session.scalars(select(OrderItem.total).where(OrderItem.order_id == row[0])).all()
            self.differ("order", row[0], f"lines of {row[1] - row[3]}", f"lines of {sum(totals)}")
            self._history(row[0], (row[4], row[5]))

    def _history(self, order_id: str, status: tuple[str, str]) -> None:
        rows = self.session.scalars(
            select(OrderHistory).where(OrderHistory.order_id == order_id).order_by(OrderHistory.number)
        ).all()
        try:
            told = replay(rows)
        except ValueError as problem:
            self.differ("history", order_id, "moves that follow on each other", str(problem))
            return
        self.differ("history", order_id, (told.get("payment"), told.get("fulfillment")), status)

    # --- rights

    def _rights(self) -> None:
        """Of every pass: its owner and the words of its items; and no right that the chain does not have."""
        levels = chain.levels_of(self.session, self.chain_id)
        organizations = {str(org_id) for org_id in self._organizations}
        ids = select(ChainLog.pass_id).where(
            ChainLog.chain_id == self.chain_id, ChainLog.pass_id != "", ChainLog.org_id.in_(organizations)
        )
        passes = sorted({int(one) for one in self.session.scalars(ids.distinct())})
        for some in chain.portions(passes):
            views = chain.passes(self.session, self.chain_id, some)
            rights = repository.rights(self.session, self.chain_id, some)
            for pass_id, seen in views.items():
                for product_id, (word, at) in seen.items.items():
                    self.checked["right"] += 1
                    right = rights.pop((pass_id, product_id), None)
                    expected = (seen.owner, hex(word), _status(seen.owner, word, max(at, levels.block_at)))
                    has = right and (right.owner, hex(right.state), right.status)
                    self.differ("right", f"{pass_id}:{product_id}", expected, has)
            for pass_id, product_id in rights:
                self.differ("right", f"{pass_id}:{product_id}", "nothing", "a right")

    # --- money

    def _count(self, log: Seen) -> None:
        if isinstance(log.event, abi.PaymentReceived):
            self._balances[log.event.org_id, log.event.token] += log.event.amount - log.event.fee
            self._balances[0, log.event.token] += log.event.fee
        elif isinstance(log.event, abi.PaidOut):
            self._balances[log.event.org_id, log.event.token] -= log.event.amount

    def _refunds_of_orders(self) -> None:
        """Each refund of the logs is there once, and no other."""
        found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        mine = select(Refund).where(Refund.chain_id == self.chain_id, Refund.status == SUCCEEDED)
        for one in self.session.scalars(mine):
            found[one.tx_hash or ""].append((one.pass_id or 0, one.chain_product_id or 0, one.amount))
        for tx_hash in {*found, *self._refunds}:
            self.checked["refund"] += 1
            self.differ("refund", tx_hash, sorted(self._refunds[tx_hash]), sorted(found[tx_hash]))

    def _paid_in_all(self) -> None:
        """All payments of an organization in a token: none is missing, there twice, or another organization's."""
        found: dict[Balance, int] = defaultdict(int)
        mine = select(Payment.amount, Payment.token, Order.details).join(Order, Order.id == Payment.order_id)
        located = mine.where(Payment.chain_id == self.chain_id, Payment.status.in_(repository.LOCATED))
        for amount, token, details in self.session.execute(located):
            org_id = int(details.get("chain", {}).get("org_id", 0))
            if amount and org_id in self._organizations:
                found[org_id, token or NATIVE] += amount
        for key in sorted({*found, *self._paid}):
            self.checked["sum"] += 1
            self.differ("sum", f"{key[0]}:{key[1]}", self._paid[key], found[key])

    def _balances_of_escrow(self) -> None:
        for (org_id, token), expected in sorted(self._balances.items()):
            self.checked["balance"] += 1
            if self.balance_of is not None:
                self.differ("balance", f"{org_id}:{token}", self.balance_of(org_id, token), expected)
            elif expected < 0:
                self.differ("balance", f"{org_id}:{token}", "0 or more", expected)


def _status(owner: str, word: int, at: int) -> str:
    found = view(word, at)
    burned = EXPIRED if found.subscription else REVOKED
    return burned if owner == NATIVE else found.status


def _located(payment: Payment) -> str:
    return "a payment in a block" if payment.status in repository.LOCATED else payment.status


def _dues(fact: Fact) -> Iterable[tuple[int, Due]]:
    """Positions and payments that a fact proves."""
    if isinstance(fact, Airdropped):
        products = tuple(line.product_id for line in fact.lines)
        for number in range(len(fact.recipients)):
            yield fact.position * STEP + number, _due(fact, 0, None, products, fact.purchaser)
    elif isinstance(fact, Purchased):
        products = tuple(line.product_id for line in fact.lines)
        yield fact.position * STEP, _due(fact, fact.paid, fact.subtotal, products, fact.purchaser)
    elif isinstance(fact, (Renewed, Billed, Changed)) and _is_charge(fact):
        yield fact.position * STEP, _due(fact, fact.paid, None, (fact.product_id,), fact.payer)


def _is_charge(fact: Renewed | Billed | Changed) -> bool:
    return not fact.usage if isinstance(fact, Renewed) else fact.paid > 0


def _due(
    fact: Purchased | Airdropped | Renewed | Billed | Changed, paid: int, subtotal: int | None,
    products: tuple[int, ...], payer: str,
) -> Due:  # fmt: skip
    fee: int = getattr(fact, "fee", 0)
    token: str | None = getattr(fact, "token", None)
    return Due(paid, fee, token, payer, fact.place.block_hash, subtotal, products)
