"""Refunds that the chain says: which line of which order they are of, and what becomes of both."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.chain.facts import Refunded
from passmanager.service.http.problems import Conflict
from passmanager.service.ids import chain_id_of, new_id
from passmanager.service.news import News, Tell
from passmanager.service.orders import repository
from passmanager.service.orders.births import ACTOR
from passmanager.service.orders.finality import PAYING
from passmanager.service.orders.models import (
    Order,
    OrderHistory,
    OrderItem,
    Payment,
    Purchase,
    Refund,
    RefundTransaction,
)
from passmanager.service.orders.settling import Act
from passmanager.service.orders.status import Axis, FulfillmentStatus, PaymentStatus, allowed, fulfillment_of, move
from passmanager.service.orders.telling import order_news, tell_moves
from passmanager.units import format_units

PROCESSING, SUCCEEDED, FAILED, CANCELED, REORGED = "processing", "succeeded", "failed", "canceled", "reorged"
PAID_BACK = "refunded"
"""Why lines are returned, in their history."""
REFUNDABLE = frozenset({
    PaymentStatus.PAID, PaymentStatus.HELD, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED,
})  # fmt: skip
DELIVERING = frozenset({
    FulfillmentStatus.NOT_DELIVERED, FulfillmentStatus.PARTIALLY_DELIVERED, FulfillmentStatus.DELIVERED,
})  # fmt: skip


class RefundAlreadyOpen(Conflict):
    """The line, or the pass and product, has a refund or a request for one that is not over."""

    code = "refund-already-open"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be paid back.

    Attributes:
        amount: In base units of the order's currency.
        revoke: What was bought ends with it.
    """

    amount: int
    revoke: bool
    reason: str = ""


def refund_id(fact: Refunded) -> str:
    """The same one for the same fact."""
    return chain_id_of("ref", fact.place.chain_id, fact.place.tx_hash, fact.position)


def open_key(chain_id: int, pass_id: int, product_id: int) -> str:
    """By it one refund of a pass and product is open, whoever asks."""
    return f"{chain_id}:{pass_id}:{product_id}"


def find_open(session: Session, key: str) -> Refund | None:
    """The refund of a pass and product that is not paid yet."""
    return session.scalar(select(Refund).where(Refund.open_key == key))


def refund(session: Session, fact: Refunded, item_id: str, tell: Tell) -> None:
    """A line was paid back, in part or as a whole."""
    item = session.scalars(select(OrderItem).where(OrderItem.id == item_id)).one()
    order = repository.get_order(session, item.order_id)
    found = _find(session, fact, order)
    if found is not None and found.status == SUCCEEDED:
        return
    if found is None:
        found = Refund(
            id=refund_id(fact), store_id=order.store_id, order_id=order.id, actor=ACTOR, asked=False,
            created_at=fact.place.at,
        )  # fmt: skip
        session.add(found)
    _take(found, fact, item)
    session.flush()
    settle(session, order, fact.place.at, tell)
    if not order.elsewhere:
        tell(session, refund_news(order, found, "refund.succeeded", fact.place.at))
    if fact.revoked:
        give_back(session, order, item, fact.place.at, tell)


def _take(found: Refund, fact: Refunded, item: OrderItem) -> None:
    found.order_item_id, found.status, found.amount, found.revoke = item.id, SUCCEEDED, fact.amount, fact.revoked
    found.chain_id, found.pass_id, found.chain_product_id = fact.place.chain_id, fact.pass_id, fact.product_id
    found.tx_hash, found.recipient, found.updated_at = fact.place.tx_hash, fact.recipient, fact.place.at
    found.open_key, found.problem = None, ""


def _find(session: Session, fact: Refunded, order: Order) -> Refund | None:
    """The refund, seen before; else the one that was signed here; else the one that was asked for."""
    seen = session.scalar(select(Refund).where(Refund.id == refund_id(fact)))
    if seen is not None:
        return seen
    signed = select(RefundTransaction.refund_id).where(RefundTransaction.tx_hash == fact.place.tx_hash)
    mine = session.scalar(select(Refund).where(Refund.id.in_(signed)))
    if mine is not None:
        return mine
    refunds = repository.refunds_of(session, order.id)
    same = [one for one in refunds if one.tx_hash == fact.place.tx_hash]
    again = [one for one in same if (one.pass_id, one.chain_product_id) == (fact.pass_id, fact.product_id)]
    asked = [one for one in refunds if _is_asked(session, one, fact)]
    return next(iter([*again, *sorted(asked, key=lambda one: (one.amount, one.created_at))]), None)


def _is_asked(session: Session, one: Refund, fact: Refunded) -> bool:
    """A log has no id of a refund: pass, product and amount have to be right; less is enough if it ended the product.

    A refund that was signed here is found by its transactions, and by nothing else.
    """
    if one.status != PROCESSING and not (one.status == REORGED and one.asked):
        return False
    if (one.pass_id, one.chain_product_id) != (fact.pass_id, fact.product_id):
        return False
    if one.amount != fact.amount and not (fact.revoked and fact.amount < one.amount):
        return False
    signed = select(RefundTransaction.tx_hash).where(RefundTransaction.refund_id == one.id)
    return session.scalar(signed.limit(1)) is None


def take_back(session: Session, fact: Refunded, now: int, tell: Tell) -> None:
    """The chain took a refund back: as if it had not been."""
    found = session.scalar(select(Refund).where(Refund.id == refund_id(fact))) or session.scalar(
        select(Refund).where(
            Refund.chain_id == fact.place.chain_id,
            Refund.pass_id == fact.pass_id,
            Refund.chain_product_id == fact.product_id,
            Refund.status == SUCCEEDED,
            Refund.tx_hash == fact.place.tx_hash,
        )
    )
    if found is None or found.status != SUCCEEDED:
        return
    found.status, found.updated_at = REORGED, now
    if found.asked:
        _reopen(session, found, fact)
    session.flush()
    order = repository.get_order(session, found.order_id)
    settle(session, order, now, tell)
    item = session.scalars(select(OrderItem).where(OrderItem.id == found.order_item_id)).one()
    was = _before_return(session, item) if item.fulfillment_status == FulfillmentStatus.RETURNED else None
    if was is not None:
        move(session, item, Axis.LINE, was, actor=ACTOR, at=now, reason="reorged")
        _follow_lines(session, order, now, "reorged", ACTOR)
    if not order.elsewhere:
        tell(session, refund_news(order, found, "refund.reorged", now))


def _reopen(session: Session, found: Refund, fact: Refunded) -> None:
    """Its transaction may be mined again, so that no other one is begun; unless one was meanwhile."""
    key = open_key(fact.place.chain_id, fact.pass_id, fact.product_id)
    if find_open(session, key) is None:
        found.open_key = key


def right_of(session: Session, order: Order, item: OrderItem) -> Purchase | None:
    """The right of the chain for which a line paid last; None off the chain, or if a later line paid for it since."""
    chain = order.details.get("chain", {})
    if "pass_id" not in chain or item.chain_product_id is None:
        return None
    paid = select(Payment.chain_id).where(Payment.order_id == order.id, Payment.status.in_(PAYING))
    found = session.scalar(
        select(Purchase).where(
            Purchase.chain_id.in_(paid), Purchase.pass_id == int(chain["pass_id"]),
            Purchase.chain_product_id == item.chain_product_id,
        )
    )  # fmt: skip
    last = None if found is None else found.details.get("last_item", found.order_item_id)
    return found if last == item.id else None


def begin(session: Session, order: Order, item: OrderItem, right: Purchase | None, wish: Wish, act: Act) -> Refund:
    """A refund that is to be paid: on the chain if the right is there, else by the merchant's bank.

    Raises:
        RefundAlreadyOpen: The pass and product have one that is not paid yet.
    """
    made = Refund(
        id=new_id("ref"), store_id=order.store_id, order_id=order.id, order_item_id=item.id, status=PROCESSING,
        amount=wish.amount, revoke=wish.revoke, reason=wish.reason, actor=act.actor, created_at=act.at,
        updated_at=act.at,
    )  # fmt: skip
    if right is not None and right.pass_id is not None:
        made.chain_id, made.pass_id, made.chain_product_id = right.chain_id, right.pass_id, right.chain_product_id
        made.open_key = key = open_key(right.chain_id or 0, right.pass_id, right.chain_product_id or 0)
        there = find_open(session, key)
        if there is not None:
            raise RefundAlreadyOpen(
                detail=f"refund {there.id} of this pass and product is not paid yet; cancel it first"
            )
    session.add(made)
    session.flush()
    act.tell(session, refund_news(order, made, "refund.created", act.at))
    return made


def pay_back(session: Session, order: Order, found: Refund, act: Act) -> None:
    """A line was paid back off the chain, as a whole: somebody who may do that says so."""
    item = session.scalars(select(OrderItem).where(OrderItem.id == found.order_item_id)).one()
    found.status, found.updated_at = SUCCEEDED, act.at
    session.flush()
    settle(session, order, act.at, act.tell, act.actor)
    act.tell(session, refund_news(order, found, "refund.succeeded", act.at))
    give_back(session, order, item, act.at, act.tell, act.actor)


def _before_return(session: Session, item: OrderItem) -> FulfillmentStatus | None:
    """What a refund has ended; None of a line that was given up, which was over before it was paid back."""
    last = (
        select(OrderHistory.old, OrderHistory.reason)
        .where(
            OrderHistory.order_id == item.order_id,
            OrderHistory.axis == f"{Axis.LINE}:{item.id}",
            OrderHistory.new == FulfillmentStatus.RETURNED.value,
        )
        .order_by(OrderHistory.number.desc())
    )
    old, reason = session.execute(last.limit(1)).one()
    return FulfillmentStatus(old) if reason == PAID_BACK else None


def settle(session: Session, order: Order, at: int, tell: Tell, actor: str = ACTOR) -> None:
    """The order's status by the refunds that succeeded, line by line."""
    items = repository.items_of(session, order.id)
    done = [one for one in repository.refunds_of(session, order.id) if one.status == SUCCEEDED]
    for item in items:
        mine = [one for one in done if one.order_item_id == item.id]
        whole = any(one.revoke for one in mine) or (bool(mine) and sum(one.amount for one in mine) >= item.total)
        item.refunded_at = (item.refunded_at or at) if whole else None
    session.flush()
    status = PaymentStatus.PARTIALLY_REFUNDED if done else PaymentStatus.PAID
    if done and all(item.refunded_at is not None for item in items):
        status = PaymentStatus.REFUNDED
    undone = status is PaymentStatus.PAID and order.payment_status == PaymentStatus.HELD
    if order.payment_status in REFUNDABLE and not undone:
        made = move(session, order, Axis.PAYMENT, status, actor=actor, at=at)
        if made is not None and status is not PaymentStatus.PAID:
            tell_moves(session, order, [made], tell)


def give_back(session: Session, order: Order, item: OrderItem, at: int, tell: Tell, actor: str = ACTOR) -> None:
    """A product that was revoked is returned, whether it was delivered or not."""
    if item.fulfillment_status in DELIVERING:
        move(session, item, Axis.LINE, FulfillmentStatus.RETURNED, actor=actor, at=at, reason=PAID_BACK)
        _follow_lines(session, order, at, PAID_BACK, actor)
    if not order.elsewhere:
        news = order_news(session, order, "product.returned", at)
        lines = [shown for shown in news.data["items"] if shown["id"] == item.id]
        tell(session, _told(order, "product.returned", {**news.data, "items": lines}, at))


def _follow_lines(session: Session, order: Order, at: int, reason: str, actor: str) -> None:
    status = fulfillment_of(item.fulfillment_status for item in repository.items_of(session, order.id))
    if allowed(Axis.FULFILLMENT, order.fulfillment_status, status):
        move(session, order, Axis.FULFILLMENT, status, actor=actor, at=at, reason=reason)


def refund_news(order: Order, found: Refund, kind: str, at: int) -> News:
    """News of a refund, in the sequence of its order."""
    data = {
        "id": found.id, "order_id": order.id, "order_number": order.number, "item_id": found.order_item_id,
        "amount": format_units(found.amount, order.decimals), "currency": order.currency, "decimals": order.decimals,
        "status": found.status, "revoked": found.revoke, "reason": found.reason, "problem": found.problem,
        "recipient": found.recipient, "tx_hash": found.tx_hash,
    }  # fmt: skip
    return _told(order, kind, data, at)


def _told(order: Order, kind: str, data: Mapping[str, object], at: int) -> News:
    return News(
        type=kind, merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
        aggregate_id=order.id, at=at, data=data,
    )  # fmt: skip
