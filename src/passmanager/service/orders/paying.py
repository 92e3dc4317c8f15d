"""Payments of the chain for orders that are there: by reference, and again after a reorg."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Organization
from passmanager.service.chain.facts import Place, Purchased
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.db import add_rows
from passmanager.service.ids import new_id
from passmanager.service.orders import repository
from passmanager.service.orders.births import ACTOR, Desk
from passmanager.service.orders.finality import PAYING, default_depth, newest
from passmanager.service.orders.hooks import Hooks, Line
from passmanager.service.orders.models import Order, OrderItem, Payment
from passmanager.service.orders.repository import Buyer
from passmanager.service.orders.settling import Act, settle
from passmanager.service.orders.status import OPEN, AttemptStatus, Axis, PaymentStatus, move
from passmanager.service.orders.telling import payment_news
from passmanager.units import Address

CHAIN = "chain"
MISMATCH = "reference_mismatch"


def fits(desk: Desk, order: Order, items: Sequence[OrderItem], organization: Organization, fact: Purchased) -> bool:
    """Does a purchase settle the order that it names? The reference is public, so all else has to be right, too."""
    currency = desk.lookups.currencies.get((order.store_id, fact.token))
    if order.payment_status not in OPEN or order.store_id != organization.store_id:
        return False
    if currency is None or currency.symbol != order.currency or fact.paid < order.total:
        return False
    asked = sorted((item.chain_product_id or 0, item.pricing_id or 0, max(item.quantity, 1)) for item in items)
    given = sorted((line.product_id, line.pricing_id, max(line.quantity, 1)) for line in fact.lines)
    return asked == given


def attach(session: Session, desk: Desk, order: Order, fact: Purchased, key: tuple[object, ...]) -> Payment:
    """The payment of an order, from its purchase; the attempt that was open becomes it."""
    found = repository.open_payment(session, order.id)
    if found is None or found.method != CHAIN:
        found = Payment(
            id=fact.place.id_of("pay", *key), order_id=order.id, method=CHAIN, status=AttemptStatus.PENDING.value,
            created_at=desk.now,
        )  # fmt: skip
        session.add(found)
    found.amount, found.fee, found.token, found.payer = fact.paid, fact.fee, fact.token, fact.purchaser
    found.chain_id, found.tx_hash, found.position = fact.place.chain_id, fact.place.tx_hash, int(str(key[2]))
    found.updated_at = desk.now
    _locate(found, fact.place)
    order.fee = fact.fee
    order.wallet = order.wallet or fact.owner
    chain = {"org_id": str(fact.org_id), "pass_id": str(fact.pass_id), "order_reference": fact.reference}
    order.details = {**order.details, "chain": chain}
    session.flush()
    return found


def own_wallet(desk: Desk, order: Order, wallet: Address) -> str | None:
    """The order's customer has the rights; the wallet becomes his, unless it is somebody's already."""
    if (order.store_id, wallet) not in desk.lookups.buyers and order.customer_id is not None:
        known = Buyer(order.customer_id, order.email, order.first_name, order.last_name, order.email_key)
        desk.lookups.buyers[order.store_id, wallet] = known
        row = {"id": new_id("wal"), "store_id": order.store_id, "customer_id": order.customer_id}
        add_rows(desk.lookups.session, CustomerWallet, [{**row, "address": wallet, "created_at": desk.now}])
    return order.customer_id


def _locate(payment: Payment, place: Place) -> None:
    payment.block_number, payment.block_hash = place.block_number, place.block_hash


def confirm(session: Session, desk: Desk, hooks: Hooks, order: Order, payment: Payment, at: int) -> None:
    """The money is there: the payment is confirmed, and its order is paid unless it is given up."""
    payable = order.payment_status in OPEN
    status = _outcome(desk, order, payment) if payable else AttemptStatus.LATE
    move(session, payment, Axis.ATTEMPT, status, actor=ACTOR, at=at)
    if not payable:
        return
    settle(session, order, Act(ACTOR, at, hooks.tell))
    if not order.elsewhere:
        hooks.tell(session, payment_news(session, order, payment, "payment.succeeded", at))
        lines = deep_lines(session, desk, order, payment)
        if lines:
            hooks.deliverable(session, lines)


def _outcome(desk: Desk, order: Order, payment: Payment) -> AttemptStatus:
    if payment.amount > order.total:
        return AttemptStatus.OVERPAID
    final = (payment.block_number or 0) <= desk.levels.finalized
    return AttemptStatus.FINALIZED if final else AttemptStatus.CONFIRMED


def again(session: Session, desk: Desk, hooks: Hooks, payment: Payment, place: Place) -> None:
    """A transaction that was replaced is in a block again: the same order is paid again."""
    if payment.status != AttemptStatus.REORGED:
        return
    _locate(payment, place)
    confirm(session, desk, hooks, repository.get_order(session, payment.order_id), payment, desk.now)


def deep_lines(session: Session, desk: Desk, order: Order, payment: Payment) -> list[Line]:
    """Lines of a paid order that are deep enough now."""
    if order.payment_status != PaymentStatus.PAID or payment.status not in PAYING or payment.block_number is None:
        return []
    items = repository.items_of(session, order.id)
    depths = repository.depths_of(session, [item.product_id for item in items if item.product_id])
    usual = default_depth(payment.chain_id or 0)
    return [
        (order.id, item.id)
        for item in items
        if item.fulfillment_template_id is not None
        and payment.block_number <= newest(desk.levels, depths.get(item.product_id or "") or usual)
    ]
