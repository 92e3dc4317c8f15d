"""May what was bought be used now? The same answer for files, actions and everything else that a purchase opens."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.http.problems import Conflict, Forbidden
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.service.orders.status import SETTLED, PaymentStatus

EXTERNAL = "external"


class PurchaseNotActive(Forbidden):
    """The purchase is revoked, paid back, used up, or over."""

    code = "purchase-not-active"


class PurchaseHeld(Conflict):
    """A person of the shop looks at the order first."""

    code = "purchase-held"
    retryable = True


def is_active(right: Purchase, now: int) -> bool:
    """Of subscriptions the follower of the chain keeps `active`; what was sold elsewhere ends by our clock."""
    over = right.source == EXTERNAL and right.active_until is not None and right.active_until <= now
    return right.active and right.consumed_at is None and not over


def require_usable(session: Session, right: Purchase, now: int) -> None:
    """Lets pass what is active, and whose order is paid, not paid back, and not held.

    Raises:
        PurchaseNotActive: It is not, and waiting does not help.
        PurchaseHeld: It will be, once somebody has looked at the order.
    """
    if not is_active(right, now):
        state = "over" if right.status == "active" else right.status
        raise PurchaseNotActive(detail=f"purchase {right.id} is {state}; only an active one can be used")
    if right.order_item_id is None:
        return
    asked = select(Order.payment_status, OrderItem.refunded_at).join(OrderItem, OrderItem.order_id == Order.id)
    status, refunded_at = session.execute(asked.where(OrderItem.id == right.order_item_id)).one()
    if refunded_at is not None:
        raise PurchaseNotActive(detail=f"purchase {right.id} was paid back; only an active one can be used")
    if status == PaymentStatus.HELD:
        raise PurchaseHeld(detail=f"the shop looks at the order of purchase {right.id} first; try again later")
    if status not in SETTLED:
        raise PurchaseNotActive(detail=f"the order of purchase {right.id} is {status}; only a paid one can be used")
