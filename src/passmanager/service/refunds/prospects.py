"""What endpoints ask for before their transaction begins, so that nobody waits for a node: the chain's view."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.binding_api import chain_reader
from passmanager.service.chain.reader import ChainReader
from passmanager.service.db import read_scope
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import TheServices, require
from passmanager.service.http.problems import Conflict
from passmanager.service.http.shapes import Id
from passmanager.service.orders.finality import PAYING
from passmanager.service.orders.models import Order, Payment, Refund
from passmanager.service.orders.refunding import PROCESSING, REORGED
from passmanager.service.refunds import repository
from passmanager.service.refunds.chain import Outlook, look, refund_call
from passmanager.service.refunds.refundable import find_right, require_refundable, require_role
from passmanager.service.refunds.repository import Line
from passmanager.service.refunds.schemas import RefundCallOut, RefundIn
from passmanager.service.services import Services

Writer = Annotated[Caller, Depends(require("refunds:write"))]


@dataclass(frozen=True, slots=True)
class Prospect:
    """Of a line that may be paid back.

    Attributes:
        chain: None off the chain, like `outlook`.
    """

    chain: ChainReader | None = None
    outlook: Outlook | None = None


def of_request(request_id: Id, caller: Writer, services: TheServices, http: Request) -> Prospect:
    """By the request that is to be approved."""
    require_role(caller)
    with read_scope(services.sessions) as session:
        found = repository.get_request(session, caller, request_id)
        line = repository.lines_of(session, [found.order_item_id])[found.order_item_id]
        return _of_line(session, line, services, http)


def of_line(body: RefundIn, caller: Writer, services: TheServices, http: Request) -> Prospect:
    """By the line that is to be paid back."""
    require_role(caller)
    with read_scope(services.sessions) as session:
        return _of_line(session, repository.get_line(session, caller, body.order_item_id), services, http)


def _of_line(session: Session, line: Line, services: Services, http: Request) -> Prospect:
    """Nothing is refused yet: the same request may have been answered before."""
    try:
        require_refundable(line)
        right = find_right(session, line)
    except Conflict:
        return Prospect()
    if right is None:
        return Prospect()
    chain = chain_reader(http, services)
    if chain.chain_id != right.chain_id:
        raise Conflict(detail=f"item {line.item.id} was paid on chain {right.chain_id}, and this is {chain.chain_id}")
    token = _token(session, line.order)
    return Prospect(chain, look(chain, right.pass_id or 0, right.chain_product_id or 0, token))


def _token(session: Session, order: Order) -> str:
    asked = select(Payment.token).where(Payment.order_id == order.id, Payment.status.in_(PAYING))
    return session.scalars(asked.where(Payment.token.is_not(None))).first() or f"0x{bytes(20).hex()}"


def call_of(chain: ChainReader | None, refund: Refund | None) -> RefundCallOut | None:
    """What the merchant's wallet has to send, while it is waited for."""
    if chain is None or refund is None or not waits_for_wallet(refund):
        return None
    call = refund_call(chain, refund)
    return RefundCallOut(chain_id=chain.chain_id, to=call.to, data=f"0x{call.data.hex()}")


def waits_for_wallet(refund: Refund) -> bool:
    """It is of the chain, not paid, and the service does not sign it."""
    return refund.pass_id is not None and not refund.by_service and refund.status in {PROCESSING, REORGED}


OfRequest = Annotated[Prospect, Depends(of_request)]
OfLine = Annotated[Prospect, Depends(of_line)]
