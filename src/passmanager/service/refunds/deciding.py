"""What a merchant decides: approves or refuses a request, pays back by himself, stops waiting for the chain."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.http.shapes import base_units
from passmanager.service.orders import refunding
from passmanager.service.orders.models import Purchase, Refund
from passmanager.service.orders.refunding import CANCELED, PROCESSING, REORGED, Wish
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import repository
from passmanager.service.refunds.chain import Outlook
from passmanager.service.refunds.changing import APPROVED, FAILED, REFUSED, move, require
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.refundable import NotRefundable, find_right, require_refundable
from passmanager.service.refunds.repository import Line
from passmanager.service.refunds.schemas import ApproveIn, RefundIn
from passmanager.units import format_units

NOT_ENOUGH = "the organization has {have} in its escrow, and {need} are to be paid back: top it up, then try again"


class EscrowTooLow(Conflict):
    """The organization has less in its escrow than is to be paid back."""

    code = "escrow-too-low"


@dataclass(frozen=True, slots=True)
class Asked:
    """How much, and whether what was bought ends.

    Attributes:
        amount: Decimal text; all that is left if None.
        revoke: If None: when all is paid back.
    """

    amount: str | None
    revoke: bool | None
    reason: str

    @classmethod
    def of(cls, body: ApproveIn | RefundIn, reason: str) -> "Asked":
        """What a merchant sent."""
        return cls(body.amount, body.revoke, reason)


def approve(
    session: Session, request: RefundRequest, asked: Asked, answer: str, seen: Outlook | None, act: Act
) -> None:
    """The money goes back: at once off the chain, else when the chain says so. One that failed is tried again.

    Raises:
        NotRefundable: Nothing can go back any more.
        RefundAlreadyOpen: The product has a refund that is not paid yet.
    """
    line = repository.lock(session, _line_of(session, request))
    session.refresh(request)
    require(request, APPROVED)
    right, wish = _weigh(session, line, asked, seen)
    request.amount, request.answer, request.problem, request.refund_id = wish.amount, answer, "", None
    request.decided_by, request.decided_at = act.actor, act.at
    move(session, line, request, APPROVED, act)
    problem = _shortage(line, wish, seen)
    if problem:
        request.problem = problem
        move(session, line, request, FAILED, act)
        return
    _pay(session, line, right, wish, act, request)


def refuse(session: Session, request: RefundRequest, reason: str, act: Act) -> None:
    """No; the buyer gets a mail that says why."""
    line = _line_of(session, request)
    require(request, REFUSED)
    request.answer, request.decided_by, request.decided_at = reason, act.actor, act.at
    move(session, line, request, REFUSED, act)


def refund(session: Session, line: Line, asked: Asked, seen: Outlook | None, act: Act) -> Refund:
    """A refund at the merchant's own wish.

    Raises:
        NotRefundable: Nothing can go back.
        EscrowTooLow: The organization cannot pay it.
        RefundAlreadyOpen: The product has a refund that is not paid yet, or a request was approved.
    """
    line = repository.lock(session, line)
    right, wish = _weigh(session, line, asked, seen)
    there = repository.find_open(session, line.item.id)
    if there is not None and there.status == APPROVED:
        raise refunding.RefundAlreadyOpen(detail=f"refund request {there.id} of this item is being paid")
    problem = _shortage(line, wish, seen)
    if problem:
        raise EscrowTooLow(detail=problem)
    return _pay(session, line, right, wish, act, None)


def _pay(
    session: Session, line: Line, right: Purchase | None, wish: Wish, act: Act, request: RefundRequest | None
) -> Refund:
    made = refunding.begin(session, line.order, line.item, right, wish, act)
    if request is not None:
        request.refund_id = made.id
        session.flush()
    if right is None:
        refunding.pay_back(session, line.order, made, act)
    return made


def cancel(session: Session, found: Refund, act: Act) -> None:
    """The merchant does not send the call after all; its request can be decided anew.

    Raises:
        Conflict: The service has signed it, or it is over.
    """
    order = repository.orders_by_id(session, [found.order_id])[found.order_id]
    if found.status not in {PROCESSING, REORGED} or found.chain_id is None:
        raise Conflict(detail=f"refund {found.id} is {found.status}; there is nothing to wait for")
    if found.by_service:
        raise Conflict(detail=f"refund {found.id} is signed by the service and may be mined; it cannot be canceled")
    stop(session, found, CANCELED, f"canceled by {act.actor}", act)
    act.tell(session, refunding.refund_news(order, found, "refund.canceled", act.at))


def stop(session: Session, found: Refund, status: str, problem: str, act: Act) -> None:
    """It will not be paid: its request, if it has one, failed."""
    found.status, found.problem, found.open_key, found.updated_at = status, problem, None, act.at
    session.flush()
    request = repository.of_refund(session, found.id)
    if request is not None and request.status == APPROVED:
        request.problem = problem
        move(session, _line_of(session, request), request, FAILED, act)


def _line_of(session: Session, request: RefundRequest) -> Line:
    return repository.lines_of(session, [request.order_item_id])[request.order_item_id]


# --- how much


def _weigh(session: Session, line: Line, asked: Asked, seen: Outlook | None) -> tuple[Purchase | None, Wish]:
    """What the chain said before the transaction began is weighed; its contracts have the last word."""
    require_refundable(line)
    right = find_right(session, line)
    if right is None:
        return None, _whole(line, asked)
    if seen is None:
        raise Conflict(detail=f"order {line.order.id} changed meanwhile; send the same again")
    return right, _on_chain(line, asked, seen)


def _whole(line: Line, asked: Asked) -> Wish:
    """Off the chain a line goes back with all of its units, and ends."""
    order, item = line
    if asked.amount is not None and base_units(asked.amount, order.decimals, "/body/amount") != item.total:
        whole = format_units(item.total, order.decimals)
        raise bad_field("/body/amount", "whole", f"off the chain the whole line is paid back: {whole}; leave it out")
    if asked.revoke is False:
        raise bad_field("/body/revoke", "revoke", "off the chain what is paid back ends; leave it out")
    return Wish(item.total, revoke=True, reason=asked.reason)


def _on_chain(line: Line, asked: Asked, outlook: Outlook) -> Wish:
    """At most what the contracts allow; at least the value left if the product is to end."""
    order, item = line
    if not outlook.most:
        raise NotRefundable(detail=f"the chain says that nothing of item {item.id} can be paid back any more")
    whole = min(outlook.most, max(item.total, outlook.least))
    amount = whole if asked.amount is None else base_units(asked.amount, order.decimals, "/body/amount")
    if not 0 < amount <= outlook.most:
        most = format_units(outlook.most, order.decimals)
        raise bad_field("/body/amount", "range", f"more than 0 and at most {most} can be paid back")
    revoke = amount == whole if asked.revoke is None else asked.revoke
    if revoke and amount < outlook.least:
        least = format_units(outlook.least, order.decimals)
        raise bad_field("/body/amount", "least", f"to end the product at least {least} has to be paid back")
    return Wish(amount, revoke, asked.reason)


def _shortage(line: Line, wish: Wish, outlook: Outlook | None) -> str:
    if outlook is None or wish.amount <= outlook.balance:
        return ""
    have, need = (format_units(units, line.order.decimals) for units in (outlook.balance, wish.amount))
    return NOT_ENOUGH.format(have=f"{have} {line.order.currency}", need=f"{need} {line.order.currency}")
