"""Orders, payments and rights from the facts of a chain: what the follower tells is written here.

* A purchase is an order, or pays the open order that its reference names if everything else fits, too.
* An airdrop is an order for each recipient: each is a customer, and gets what the products deliver.
* A renewal, a bill for usage and a paid change of plan are orders of their own, for the same right.
* Each has a payment, also if it cost nothing: by it the order is found again when blocks are replaced.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.models import Contracts
from passmanager.service.catalog.models import Organization, Store
from passmanager.service.chain import repository as chain
from passmanager.service.chain.facts import Batch, Dropped, Levels, OrganizationMoved, Refunded
from passmanager.service.chain.reading import facts_of
from passmanager.service.clock import Clock
from passmanager.service.engine import Job, enqueue
from passmanager.service.orders import repository
from passmanager.service.orders.announcing import (
    CHANGED,
    TRANSFERRED,
    Announcement,
    state_kind,
    tell_rights,
    transfer,
)
from passmanager.service.orders.births import ACTOR
from passmanager.service.orders.finality import DEPTHS, PAYING, lines_reached, newest
from passmanager.service.orders.hooks import Hooks
from passmanager.service.orders.lookups import passes_of
from passmanager.service.orders.models import Order, Payment
from passmanager.service.orders.refunding import take_back as take_refund_back
from passmanager.service.orders.rights import REVOKED, Right, view
from passmanager.service.orders.settling import schedule
from passmanager.service.orders.status import AttemptStatus, Axis, PaymentStatus, move
from passmanager.service.orders.taking import DERIVE, Taking
from passmanager.service.orders.telling import payment_news
from passmanager.units import NATIVE

DERIVE_LOGS = 2_000
AT_ONCE = 500
RETRACTABLE = frozenset({PaymentStatus.PAID, PaymentStatus.HELD})


@dataclass(frozen=True, slots=True)
class ChainOrders:
    """Subscriber of the follower."""

    clock: Clock
    contracts: Contracts
    hooks: Hooks

    # --- what is new

    def take(self, session: Session, batch: Batch) -> None:
        """Facts of organizations that are bound; the others' logs wait until somebody binds them."""
        organizations = repository.organizations(session, batch.chain_id, {fact.org_id for fact in batch.facts})
        facts = [fact for fact in batch.facts if fact.org_id in organizations]
        if facts:
            mine = Batch(batch.chain_id, facts, batch.levels)
            Taking(session, mine, organizations, self.hooks, self.clock.now(), deriving=False).run()

    def derive(self, session: Session, jobs: Sequence[Job]) -> None:
        """Work: orders of organizations from the logs that were read before they were bound, some at a time."""
        for job in jobs:
            organization = session.scalar(select(Organization).where(Organization.id == job.key).with_for_update())
            if organization is not None and organization.bound and self._derive(session, organization):
                enqueue(session, DERIVE, organization.id, self.clock.now())

    def _derive(self, session: Session, organization: Organization) -> bool:
        """The next logs; False if none are left."""
        if organization.derived_to is None:
            return False
        chain_id, org_id = organization.chain_id, organization.org_id
        logs = chain.logs_of_organization(session, chain_id, org_id, organization.derived_to, DERIVE_LOGS)
        organization.derived_to = logs[-1].block_number if logs else None
        facts = facts_of(chain_id, self.contracts, logs)
        if facts:
            batch = Batch(chain_id, facts, chain.levels_of(session, chain_id))
            Taking(session, batch, {org_id: organization}, self.hooks, self.clock.now(), deriving=True).run()
        return bool(logs)

    # --- what is no longer on the chain

    def take_back(self, session: Session, dropped: Dropped) -> None:
        """Refunds, then payments, then rights; nothing that was delivered is taken away."""
        now = self.clock.now()
        for fact in reversed(dropped.facts):
            if isinstance(fact, Refunded):
                take_refund_back(session, fact, now, self.hooks.tell)
        for payment in repository.payments_from(session, dropped.chain_id, dropped.first_block):
            self._take_payment_back(session, payment, now)
        self._look_again(session, dropped, now)
        self._organizations(session, dropped)

    def _take_payment_back(self, session: Session, payment: Payment, now: int) -> None:
        settled = payment.status in PAYING
        move(session, payment, Axis.ATTEMPT, AttemptStatus.REORGED, actor=ACTOR, at=now, reason="reorged")
        order = repository.get_order(session, payment.order_id)
        if settled and order.payment_status in RETRACTABLE:
            self._unpay(session, order, now)
        if not order.elsewhere:
            self.hooks.tell(session, payment_news(session, order, payment, "payment.reorged", now))

    def _unpay(self, session: Session, order: Order, now: int) -> None:
        """As before the payment; a buyer whose transaction is mined again finds the same order."""
        move(session, order, Axis.PAYMENT, PaymentStatus.NOT_PAID, actor=ACTOR, at=now, reason="reorged")
        if not order.elsewhere:
            schedule(session, session.scalars(select(Store).where(Store.id == order.store_id)).one(), order)
            self.hooks.recalled(session, order)
        session.flush()

    def _look_again(self, session: Session, dropped: Dropped, now: int) -> None:
        """Rights as the logs that are left have them."""
        passes = {pass_id for fact in dropped.facts for pass_id in passes_of(fact)}
        rights = repository.rights(session, dropped.chain_id, passes)
        before = {right.id: _Before.of(right) for right in rights.values()}
        views = chain.passes(session, dropped.chain_id, {pass_id for pass_id, _ in rights})
        for (pass_id, product_id), right in rights.items():
            _restore(right, views[pass_id], product_id)
        wallets = {(right.store_id, right.owner) for right in rights.values()}
        buyers = repository.buyers(session, wallets)
        for right in rights.values():
            known = buyers.get((right.store_id, right.owner))
            right.customer_id = known.id if known else right.customer_id
        repository.change_rights(session, [right.row(now) for right in rights.values()])
        told = self._moved_back(session, dropped, rights.values(), before, now)
        tell_rights(session, self.hooks, told)

    def _moved_back(
        self, session: Session, dropped: Dropped, rights: Collection[Right], before: Mapping[str, "_Before"], now: int
    ) -> list[Announcement]:
        """What the other domains hear of rights that have another holder now, or are no longer over."""
        organizations = repository.organizations(session, dropped.chain_id, {fact.org_id for fact in dropped.facts})
        telling = {
            pass_id
            for fact in dropped.facts
            if (one := organizations.get(fact.org_id)) and fact.place.block_number >= one.deliver_from_block
            for pass_id in passes_of(fact)
        }
        merchants = repository.merchants_of(session, {right.store_id for right in rights})
        return [
            Announcement(right.id, merchants[right.store_id], kind, now, more)
            for right in rights
            if right.pass_id in telling
            for kind, more in before[right.id].differences(right)
        ]

    def _organizations(self, session: Session, dropped: Dropped) -> None:
        """Who holds organizations, and how far their older logs were worked through."""
        moved = {fact.org_id for fact in dropped.facts if isinstance(fact, OrganizationMoved)}
        mine = select(Organization).where(Organization.chain_id == dropped.chain_id)
        for one in session.scalars(mine.where(Organization.derived_to >= dropped.first_block)):
            one.derived_to = dropped.first_block - 1
        for one in session.scalars(mine.where(Organization.org_id.in_(moved))):
            nft = self.contracts.organization_nft
            one.bound = chain.holder_of(session, dropped.chain_id, nft, one.org_id) in {None, one.holder}
            if one.bound and one.derived_to is not None:
                enqueue(session, DERIVE, one.id, self.clock.now())
        session.flush()

    # --- what got deeper, or older

    def reached(self, session: Session, chain_id: int, before: Levels, now: Levels) -> None:
        """Payments become final, lines deep enough, and subscriptions end."""
        self._finalize(session, chain_id, now)
        lines = [
            line
            for depth in DEPTHS
            for line in lines_reached(
                session, chain_id, depth, newest(before, depth), min(newest(now, depth), before.included)
            )
        ]
        if lines:
            self.hooks.deliverable(session, lines)
        self.hooks.deeper(session, chain_id)
        self._pass_time(session, chain_id, now)

    def _finalize(self, session: Session, chain_id: int, now: Levels) -> None:
        for payment in repository.payments_to_finalize(session, chain_id, now.finalized, AT_ONCE):
            move(session, payment, Axis.ATTEMPT, AttemptStatus.FINALIZED, actor=ACTOR, at=self.clock.now())
            order = repository.get_order(session, payment.order_id)
            if not order.elsewhere:
                self.hooks.tell(session, payment_news(session, order, payment, "payment.finalized", self.clock.now()))

    def _pass_time(self, session: Session, chain_id: int, now: Levels) -> None:
        """Subscriptions that ended, or whose time to pay is over, by the time of the blocks."""
        rights = repository.rights_changing(session, chain_id, now.block_at, AT_ONCE)
        told: list[Announcement] = []
        merchants = repository.merchants_of(session, {right.store_id for right in rights})
        for right in rights:
            kind = state_kind(*right.write(right.state, now.block_at))
            if kind:
                told.append(Announcement(right.id, merchants[right.store_id], kind, now.block_at, {}))
        repository.change_rights(session, [right.row(self.clock.now()) for right in rights])
        tell_rights(session, self.hooks, told)


@dataclass(frozen=True, slots=True)
class _Before:
    """A right before blocks were dropped."""

    owner: str
    customer_id: str | None
    over: bool

    @classmethod
    def of(cls, right: Right) -> "_Before":
        return cls(right.owner, right.customer_id, _is_over(right))

    def differences(self, right: Right) -> Iterator[tuple[str, dict[str, object]]]:
        """Holders that changed, and rights that came back."""
        if self.owner not in {right.owner, NATIVE} and right.owner != NATIVE:
            yield TRANSFERRED, transfer(self.owner, right.owner, self.customer_id, right.customer_id, reorged=True)
        if self.over and not _is_over(right):
            yield CHANGED, {"reorged": True}


def _is_over(right: Right) -> bool:
    return "gone" in right.details or view(right.state, right.state_at).status == REVOKED


def _restore(right: Right, view: chain.PassView, product_id: int) -> None:
    word = view.items.get(product_id)
    right.dirty = True
    right.details.pop("gone", None)
    if word is None:
        right.pass_id, right.details["gone"] = 0, "reorged"
        return
    right.write(*word)
    right.owner = view.owner
    if view.owner == NATIVE:
        right.details["gone"] = "burned"
