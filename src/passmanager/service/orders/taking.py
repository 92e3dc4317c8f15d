"""One batch of facts of the chain, worked through in order: orders, payments and rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from passmanager.core.pricing import list_cost, purchase_cost
from passmanager.core.state import ItemState
from passmanager.service.catalog.models import Organization
from passmanager.service.catalog.releases import kept_terms
from passmanager.service.chain.facts import (
    Airdropped,
    Batch,
    Billed,
    Changed,
    Fact,
    Line,
    OrganizationMoved,
    PassMoved,
    Purchased,
    Refunded,
    RenewalFailed,
    Renewed,
    StateWritten,
)
from passmanager.service.engine import enqueue
from passmanager.service.orders import paying, repository
from passmanager.service.orders.amounts import LineAmounts, cart_lines, priced_line
from passmanager.service.orders.announcing import Announcement, announce, state_kind, transfer
from passmanager.service.orders.births import Desk, Sold
from passmanager.service.orders.hooks import Hooks
from passmanager.service.orders.lookups import STEP, Lookups, Selling
from passmanager.service.orders.models import Payment
from passmanager.service.orders.refunding import refund
from passmanager.service.orders.rights import Right
from passmanager.service.orders.status import AttemptStatus
from passmanager.units import NATIVE, Address

DERIVE = "organization.derive"
INEXACT = "lines_do_not_add_up"
ELSEWHERE_IN_TX = 1 << 40
"""Added to the position of a fact whose place in its transaction had another one before a reorg."""


@dataclass(frozen=True, slots=True)
class _Grant:
    """Rights that come with lines of an order.

    Attributes:
        customer_id: Of the order, if it was there before; by default the wallet's.
    """

    source: str
    owner: Address
    pass_id: int
    lines: Sequence[Line]
    item_ids: Sequence[str]
    customer_id: str | None = None


@dataclass(slots=True)
class Taking:
    """The work on one batch.

    Attributes:
        deriving: The organization was bound after its logs were read, and these are the logs of before.
        told: What happened to rights, told once their rows are written.
    """

    session: Session
    batch: Batch
    organizations: Mapping[int, Organization]
    hooks: Hooks
    now: int
    deriving: bool
    lookups: Lookups = field(init=False)
    desk: Desk = field(init=False)
    told: list[Announcement] = field(default_factory=list[Announcement])

    def __post_init__(self) -> None:
        """Asks for everything at once."""
        self.lookups = Lookups.of(self.session, self.batch.chain_id, self.organizations, self.batch.facts)
        self.desk = Desk(self.lookups, self.batch.levels, self.now)

    def run(self) -> None:
        """Everything, in order."""
        handlers: dict[type[Fact], Any] = {
            Purchased: self._purchased, Airdropped: self._airdropped, Renewed: self._renewed, Billed: self._billed,
            Changed: self._changed, Refunded: self._refunded, StateWritten: self._state_written,
            PassMoved: self._pass_moved, RenewalFailed: self._renewal_failed,
            OrganizationMoved: self._organization_moved,
        }  # fmt: skip
        for fact in self.batch.facts:
            organization = self.organizations[fact.org_id]
            if isinstance(fact, OrganizationMoved) or self._counts(organization):
                handlers[type(fact)](fact, organization)
        self._settle_up()

    def _counts(self, organization: Organization) -> bool:
        return self.deriving or (organization.bound and organization.derived_to is None)

    def _tells(self, fact: Fact, organization: Organization) -> bool:
        return fact.place.block_number >= organization.deliver_from_block

    # --- what makes orders

    def _purchased(self, fact: Purchased, organization: Organization) -> None:
        key, payment = self._seen(fact, 0, [line.product_id for line in fact.lines])
        if payment is not None:
            self._again(payment, fact, organization, key)
            return
        order = self.lookups.orders.get((organization.merchant_id, fact.reference)) if fact.reference else None
        if order is not None:
            items = repository.items_of(self.session, order.id)
            if paying.fits(self.desk, order, items, organization, fact):
                self._joined(fact, organization, key)
                return
        terms = [self.lookups.term(line.pricing_id) for line in fact.lines]
        amounts, exact = cart_lines(terms, [line.quantity for line in fact.lines], fact.subtotal, fact.paid)
        reason = paying.MISMATCH if order is not None else "" if exact else INEXACT
        item_ids = self._sell(
            fact, organization, key, source="chain", owner=fact.owner, payer=fact.purchaser, pass_id=fact.pass_id,
            lines=[(line.product_id, line.pricing_id) for line in fact.lines], amounts=amounts, token=fact.token,
            fee=fact.fee, reference=fact.reference, reductions=fact.reductions, reason=reason,
        )  # fmt: skip
        self._give(fact, organization, key, _Grant("chain", fact.owner, fact.pass_id, fact.lines, item_ids))

    def _airdropped(self, fact: Airdropped, organization: Organization) -> None:
        """An order for each recipient, who is its customer and gets what it delivers; nobody paid anything."""
        terms = [self.lookups.term(line.pricing_id) for line in fact.lines]
        quantities = [line.quantity for line in fact.lines]
        costs = [0 if one is None else purchase_cost(one, units) for one, units in zip(terms, quantities, strict=True)]
        amounts = [priced_line(units, cost, cost) for units, cost in zip(quantities, costs, strict=True)]
        token = next((one.token for one in terms if one is not None), NATIVE)
        products = [line.product_id for line in fact.lines]
        for number, recipient in enumerate(fact.recipients):
            key, payment = self._seen(fact, number, products)
            pass_id = fact.first_pass_id + number
            if payment is not None:
                self._again_for(payment, fact, organization, key, recipient, pass_id, fact.lines)
                continue
            item_ids = self._sell(
                fact, organization, key, source="airdrop", owner=recipient, payer=fact.purchaser, pass_id=pass_id,
                lines=[(line.product_id, line.pricing_id) for line in fact.lines], amounts=amounts, token=token, fee=0,
                reference=fact.reference,
            )  # fmt: skip
            self._give(fact, organization, key, _Grant("airdrop", recipient, pass_id, fact.lines, item_ids))

    def _renewed(self, fact: Renewed, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        if not fact.usage:
            self._charged(fact, organization, right, "renewal", fact.paid, {"period_start": fact.period_start,
                          "period_end": fact.period_end})  # fmt: skip
        if right is not None and self._tells(fact, organization):
            self._tell_right(right, organization, "subscription.renewed", fact, amount=str(fact.paid))

    def _billed(self, fact: Billed, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        self._charged(fact, organization, right, "usage", fact.paid, {"units": fact.units})

    def _changed(self, fact: Changed, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        if fact.paid:
            self._charged(fact, organization, right, "chain", fact.paid, {"change": str(fact.value_left)})
        if right is not None and self._tells(fact, organization):
            self._tell_right(right, organization, "subscription.changed", fact, amount=str(fact.paid))

    def _charged(
        self, fact: Renewed | Billed | Changed, organization: Organization, right: Right | None, source: str, paid: int,
        about: dict[str, object],
    ) -> None:  # fmt: skip
        """A charge for what somebody has already: an order of its own, that delivers nothing new."""
        key, payment = self._seen(fact, 0, [fact.product_id])
        if payment is not None:
            paying.again(self.session, self.desk, self.hooks, payment, fact.place)
            return
        state = ItemState.from_word(right.state if right is not None else 0)
        item_ids = self._sell(
            fact, organization, key, source=source, owner=right.owner if right else fact.payer,
            payer=fact.payer, pass_id=fact.pass_id, lines=[(fact.product_id, state.pricing_id)],
            amounts=[self._charge(source, state, paid)], token=fact.token, fee=fact.fee, deliver=False,
            details={source: about},
        )  # fmt: skip
        if right is not None:
            right.details["last_item"] = item_ids[0]
            right.dirty = True

    def _charge(self, source: str, state: ItemState, paid: int) -> LineAmounts:
        """A bill is what was used; a period or a plan has its list price, and what was taken off it."""
        terms = self.lookups.term(state.pricing_id)
        if source == "usage" or terms is None:
            return priced_line(1, paid, 0)
        cost = max(list_cost(terms, state.quantity), paid)
        return priced_line(state.quantity, cost, cost - paid)

    def _sell(self, fact: Selling, organization: Organization, key: tuple[object, ...], **values: Any) -> list[str]:
        elsewhere = not self._tells(fact, organization)
        return self.desk.add(Sold(organization=organization, key=key, place=fact.place, elsewhere=elsewhere, **values))

    # --- payments that are there

    def _seen(self, fact: Selling, number: int, products: Sequence[int]) -> tuple[tuple[object, ...], Payment | None]:
        """What tells the fact from all others, and its payment if it was in a block before."""
        position = fact.position * STEP + number
        while (payment := self.lookups.payments.get((fact.place.tx_hash, position))) is not None:
            items = repository.items_of(self.session, payment.order_id)
            if sorted(item.chain_product_id or 0 for item in items) == sorted(products):
                break
            position += ELSEWHERE_IN_TX
        return (fact.place.chain_id, fact.place.tx_hash, position), payment

    def _again(self, payment: Payment, fact: Purchased, organization: Organization, key: tuple[object, ...]) -> None:
        self._again_for(payment, fact, organization, key, fact.owner, fact.pass_id, fact.lines)

    def _again_for(
        self, payment: Payment, fact: Purchased | Airdropped, organization: Organization, key: tuple[object, ...],
        owner: Address, pass_id: int, lines: Sequence[Line],
    ) -> None:  # fmt: skip
        """The same order, the same rights, perhaps on another pass."""
        items = {item.chain_product_id: item for item in repository.items_of(self.session, payment.order_id)}
        if payment.status == AttemptStatus.REORGED:
            for right in repository.rights_of_items(self.session, [item.id for item in items.values()]):
                if right.pass_id == 0:
                    right.pass_id, right.dirty = pass_id, True
                    right.details.pop("gone", None)
                    self.lookups.rights[pass_id, right.chain_product_id] = right
        source = "airdrop" if isinstance(fact, Airdropped) else "chain"
        self._give(
            fact, organization, key, _Grant(source, owner, pass_id, lines, [items[one.product_id].id for one in lines])
        )
        self.desk.flush()
        paying.again(self.session, self.desk, self.hooks, payment, fact.place)

    def _joined(self, fact: Purchased, organization: Organization, key: tuple[object, ...]) -> None:
        """The purchase settles the order that it names."""
        order = self.lookups.orders[organization.merchant_id, fact.reference]
        items = {item.chain_product_id: item.id for item in repository.items_of(self.session, order.id)}
        customer_id = paying.own_wallet(self.desk, order, fact.owner)
        payment = paying.attach(self.session, self.desk, order, fact, key)
        self.lookups.payments[fact.place.tx_hash, payment.position or 0] = payment
        ids = [items[line.product_id] for line in fact.lines]
        self._give(fact, organization, key, _Grant("chain", fact.owner, fact.pass_id, fact.lines, ids, customer_id))
        self.desk.flush()
        paying.confirm(self.session, self.desk, self.hooks, order, payment, fact.place.at)

    def _refunded(self, fact: Refunded, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        if right is None or right.last_item is None:
            return
        self._settle_up()
        refund(self.session, fact, right.last_item, self.hooks.tell)
        if self._tells(fact, organization) and fact.revoked:
            self._tell_right(right, organization, "purchase.revoked", fact)

    def _settle_up(self) -> None:
        """Writes and tells of what there is so far: it happened before what follows."""
        self.desk.flush()
        announce(self.session, self.hooks, self.desk, self.told)

    # --- rights

    def _give(
        self, fact: Purchased | Airdropped, organization: Organization, key: tuple[object, ...], grant: _Grant
    ) -> None:
        """A right for each line; the same product a second time on the same pass goes on with the same right."""
        buyer = self.desk.buyer(organization.store_id, grant.owner, fact.place)
        for number, (line, item_id) in enumerate(zip(grant.lines, grant.item_ids, strict=True)):
            right = self.lookups.rights.get((grant.pass_id, line.product_id))
            if right is None:
                right = self._new_right(fact, organization, key, number, line)
                right.pass_id, right.source = grant.pass_id, grant.source
                self.lookups.rights[grant.pass_id, line.product_id] = right
                if self._tells(fact, organization):
                    self._tell_right(right, organization, "purchase.created", fact)
            kept = right.customer_id if right.owner == grant.owner else None
            right.customer_id = grant.customer_id or kept or buyer.id
            right.order_item_id, right.owner = item_id, grant.owner
            right.details["last_item"] = item_id
            right.write(line.state, fact.place.at)

    def _new_right(
        self, fact: Fact, organization: Organization, key: tuple[object, ...], number: int, line: Line
    ) -> Right:
        offered = self.lookups.products.get((organization.id, line.product_id))
        return Right(
            id=fact.place.id_of("pur", *key, number), store_id=organization.store_id, stored=False, order_item_id=None,
            customer_id=None, product_id=offered.id if offered else None, source="chain", owner=NATIVE,
            chain_id=fact.place.chain_id, pass_id=0, chain_product_id=line.product_id, created_at=fact.place.at,
            state=line.state, state_at=fact.place.at,
            details=kept_terms(offered.files, fact.place.at) if offered and offered.files else {},
        )  # fmt: skip

    def _state_written(self, fact: StateWritten, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        if right is None:
            return
        before, after = right.write(fact.state, fact.place.at)
        kind = state_kind(before, after)
        if kind and self._tells(fact, organization):
            self._tell_right(right, organization, kind, fact)

    def _pass_moved(self, fact: PassMoved, organization: Organization) -> None:
        """Whoever hears of it is told of this move, also if the pass has moved on since."""
        burned = fact.receiver == NATIVE
        buyer = None if burned else self.desk.buyer(organization.store_id, fact.receiver, fact.place)
        for right in [one for one in self.lookups.rights.values() if one.pass_id == fact.pass_id]:
            before, right.owner, right.dirty = right.customer_id, fact.receiver, True
            right.customer_id = buyer.id if buyer else before
            if burned:
                right.details["gone"] = "burned"
            if self._tells(fact, organization):
                kind = "purchase.revoked" if burned else "purchase.transferred"
                more = transfer(fact.sender, fact.receiver, before, right.customer_id)
                self._tell_right(right, organization, kind, fact, **more)

    def _renewal_failed(self, fact: RenewalFailed, organization: Organization) -> None:
        right = self.lookups.rights.get((fact.pass_id, fact.product_id))
        if right is not None and self._tells(fact, organization):
            self._tell_right(right, organization, "renewal.failed", fact, reason=fact.reason)

    def _tell_right(self, right: Right, organization: Organization, kind: str, fact: Fact, **more: object) -> None:
        self.told.append(Announcement(right.id, organization.merchant_id, kind, fact.place.at, more))

    # --- the organization itself

    def _organization_moved(self, fact: OrganizationMoved, organization: Organization) -> None:
        """Orders wait while the organization is with somebody who did not sign; logs are kept meanwhile."""
        if self.deriving:
            return
        organization.bound = fact.receiver == organization.holder
        if not organization.bound:
            waiting = fact.place.block_number - 1
            done = organization.derived_to
            organization.derived_to = waiting if done is None else min(done, waiting)
        elif organization.derived_to is not None:
            enqueue(self.session, DERIVE, organization.id, self.now)
        self.session.flush()
