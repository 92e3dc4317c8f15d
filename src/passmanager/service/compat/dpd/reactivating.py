"""`POST /purchases/:id/reactivate`: what was delivered is sent again, and what ran out begins anew."""

import re
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.compat.dpd.auth import Visit
from passmanager.service.compat.dpd.inputs import flag_parameter, text_parameter
from passmanager.service.compat.dpd.ports import Ports, Reactivation
from passmanager.service.compat.dpd.statuses import ACTIVE, CANCELED, DPD, HELD, REFUNDED
from passmanager.service.http.problems import BadRequest, Conflict, NotFound
from passmanager.service.orders import deciding
from passmanager.service.orders.models import Order, Payment
from passmanager.service.orders.placing import CHAIN
from passmanager.service.orders.settling import Act

MARK_PAID = "orders:mark_paid"
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")


def parse(given: Mapping[str, str]) -> Reactivation:
    """What is asked for.

    Raises:
        BadRequest: A value makes no sense.
    """
    email = text_parameter("customer_email", given.get("customer_email", "")).strip()
    if email and (len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email)):
        raise BadRequest(detail="customer_email is no e-mail address; leave it out for that of the purchase")
    return Reactivation(email, flag_parameter("refulfill", given.get("refulfill", "")))


def reactivate(of: Visit, number: int, asked: Reactivation, ports: Ports) -> None:
    """Does it, or says why not.

    Raises:
        NotFound: The caller has no such purchase.
        Conflict: It is refunded or canceled, or the chain has not seen its payment.
    """
    order = of.session.scalar(select(Order).where(Order.number == number, Order.store_id.in_(of.stores)))
    if order is None:
        raise NotFound(detail=f"there is no purchase {number}")
    act = Act(of.caller.name, of.now, of.services.wire.tell)
    status = DPD[order.payment_status]
    if status in {REFUNDED, CANCELED}:
        raise Conflict(detail=f"purchase {number} is {order.payment_status}; it cannot be used again")
    if status != ACTIVE:
        _pay(of, order, status, act)
    ports.reactivate(of.session, order, asked, act)


def _pay(of: Visit, order: Order, status: str, act: Act) -> None:
    """A payment that never cleared counts as paid, because the merchant says so; of the chain only the chain does."""
    of.caller.require(MARK_PAID)
    if _on_chain(of.session, order):
        raise Conflict(detail=f"purchase {order.number} is {status} on the chain, which alone says when it is paid")
    if status == HELD:
        deciding.release(of.session, order, act)
    else:
        deciding.mark_paid(of.session, order, act)


def _on_chain(session: Session, order: Order) -> bool:
    statement = select(Payment.id).where(Payment.order_id == order.id, Payment.method == CHAIN).limit(1)
    return session.scalar(statement) is not None
