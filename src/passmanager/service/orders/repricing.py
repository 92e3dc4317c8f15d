"""An unpaid order that is to be paid in another currency: the same lines at other prices."""

from sqlalchemy.orm import Session

from passmanager.service.http.problems import Conflict
from passmanager.service.http.shapes import value36
from passmanager.service.orders import repository
from passmanager.service.orders.carts import Cart
from passmanager.service.orders.models import Order
from passmanager.service.orders.settling import Act
from passmanager.service.orders.status import OPEN


def reprice(session: Session, order: Order, cart: Cart, act: Act) -> None:
    """Writes the prices of a cart that has the order's lines, in their order.

    Raises:
        Conflict: The order is paid, or has other lines, or tax or shipping.
    """
    items = repository.items_of(session, order.id)
    same = [(item.product_id, item.quantity) for item in items] == [
        (line.product.id, line.quantity) for line in cart.lines
    ]
    if order.payment_status not in OPEN or not same or order.tax or order.shipping:
        raise Conflict(detail=f"order {order.id} cannot be paid in another currency; place a new one")
    for item, line, off in zip(items, cart.lines, cart.discounts, strict=True):
        item.pricing_id, item.price, item.subtotal = line.price.pricing_id, line.unit, line.subtotal
        item.discount, item.total = off, line.subtotal - off
    order.currency, order.decimals = cart.currency.symbol, cart.currency.decimals
    order.subtotal, order.discount = cart.subtotal, cart.discount
    order.total = cart.subtotal - cart.discount
    order.total_value = value36(order.total, order.decimals)
    order.details = {**order.details, "coupons": list(cart.coupons)}
    order.updated_at = act.at
    session.flush()
