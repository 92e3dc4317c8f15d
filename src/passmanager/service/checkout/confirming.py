"""From a cart to an order, and the ways to pay that."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.buying import account_for
from passmanager.service.accounts.gating import check_requirements
from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Store
from passmanager.service.checkout import carting, changing, methods
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.opening import EXPIRE
from passmanager.service.checkout.problems import ConsentMissing
from passmanager.service.checkout.repository import store_of
from passmanager.service.checkout.schemas import ConfirmIn, OtherMethodIn
from passmanager.service.checkout.telling import session_news
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer
from passmanager.service.engine import cancel
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.orders import deciding, repricing
from passmanager.service.orders.models import Order
from passmanager.service.orders.placing import Origin, place
from passmanager.service.orders.schemas import Address, Buyer, MethodIn, OrderIn
from passmanager.service.orders.settling import Act

SOURCE = "checkout"
CONSENTS = ("terms", "personal_data")


def confirm(session: Session, found: CheckoutSession, body: ConfirmIn, act: Act, ip_address: str) -> Order:
    """The order of a session; a second time gives the same one.

    Raises:
        ConsentMissing: The buyer did not agree to both texts.
        CheckoutExpired: It was not confirmed in time.
        InvalidInput: The cart is empty, or there is no such way to pay.
        PriceChanged: The cart costs something else now.
    """
    if found.order_id is not None:
        return order_of(session, found)
    changing.require_open(found, act.at)
    store = store_of(session, found.store_id)
    if not carting.lines_of(found):
        raise bad_field("/body/items", "empty", "nothing is in the cart; PATCH the session with items first")
    account_id = _account(session, found, store, act)
    _require_consents(found, body, act.at)
    method, instructions = _method(session, found, store, body.payment_method)
    origin = Origin(
        source=SOURCE, ip_address=ip_address, customer=_customer(session, found, act.at),
        guest=found.customer_id is None, expected=int(found.quote["total"]), account_id=account_id,
        details={"consents": found.form["consents"], "checkout_session_id": found.id,
                 **({"user_session_id": found.user_session_id} if found.user_session_id else {})},
    )  # fmt: skip
    order = place(session, carting.seller_of(store), _order_in(found, method, instructions), act, origin)
    _close(session, found, order, act)
    return order


def _account(session: Session, found: CheckoutSession, store: Store, act: Act) -> str | None:
    """The account that it is bought for, once it is sure that this person may buy these products."""
    holder, seller = carting.holder_of(found), carting.seller_of(store)
    products = [catalog.get_product(session, seller, line["product_id"]) for line in carting.lines_of(found)]
    check_requirements(session, holder, store, products, act.at, act.tell)
    return account_for(session, holder, store, for_account=found.form.get("for_account"))


def _require_consents(found: CheckoutSession, body: ConfirmIn, now: int) -> None:
    changing.agree(found, body.consents, now)
    missing = [name for name in CONSENTS if name not in found.form["consents"]]
    if missing:
        raise ConsentMissing(
            detail=f"the buyer has to agree: {' and '.join(missing)}; send the version of the text that he saw",
            errors=tuple(
                {"pointer": f"/body/consents/{name}", "code": "missing", "detail": "there is no order without it"}
                for name in missing
            ),
        )


def _method(session: Session, found: CheckoutSession, store: Store, wanted: str | None) -> tuple[str, str]:
    currency = catalog.get_currency(session, store, found.currency)
    if currency.chain_id is None and found.quote["total"] == "0":
        return methods.FREE, ""
    return methods.choose(session, store, found.currency, wanted or found.form.get("payment_method"))


def _customer(session: Session, found: CheckoutSession, now: int) -> Customer:
    """Who buys. A wallet that nobody proved is not the customer's: the payment will prove it."""
    if found.customer_id is not None:
        return session.scalars(select(Customer).where(Customer.id == found.customer_id)).one()
    entered: dict[str, Any] = found.form.get("customer", {})
    person = Person(
        external_id=found.context.get("external_customer_id"), email=entered.get("email") or "",
        first_name=entered.get("first_name", ""), last_name=entered.get("last_name", ""),
        receives_email=found.form.get("marketing_optin", False),
    )  # fmt: skip
    return find_or_add(session, found.store_id, person, now)


def _order_in(found: CheckoutSession, method: str, instructions: str) -> OrderIn:
    form = found.form
    return OrderIn(
        store_id=found.store_id, items=carting.items_of(found), currency=found.currency,
        customer=Buyer(**form.get("customer", {})), coupon=found.cart["coupon"], payment_method=method,
        instructions=instructions, billing_address=Address(**form.get("billing_address", {})),
        shipping_address=Address(**form.get("shipping_address", {})), custom_fields=form["custom_fields"],
        customer_notes=form.get("customer_notes", ""), marketing_optin=form.get("marketing_optin", False),
        test=found.test,
    )  # fmt: skip


def _close(session: Session, found: CheckoutSession, order: Order, act: Act) -> None:
    found.order_id, found.status = order.id, "confirmed"
    found.confirmed_at = found.updated_at = act.at
    cancel(session, EXPIRE, found.id)
    session.flush()
    act.tell(session, session_news(session, found, "checkout.confirmed", act.at))


def order_of(session: Session, found: CheckoutSession) -> Order:
    """What the session became.

    Raises:
        Conflict: It is no order yet.
    """
    if found.order_id is None:
        raise Conflict(detail=f"session {found.id} is not confirmed; POST /v1/checkout-sessions/{found.id}/confirm")
    return session.scalars(select(Order).where(Order.id == found.order_id)).one()


def change_method(session: Session, found: CheckoutSession, body: OtherMethodIn, act: Act) -> Order:
    """Another way to pay the same order; in another currency its lines are priced again.

    Raises:
        Conflict: It is paid, or what was promised for it holds in its currency only.
    """
    order = order_of(session, found)
    store = store_of(session, found.store_id)
    symbol = body.currency or order.currency
    method, instructions = methods.choose(session, store, symbol, body.payment_method)
    deciding.require_open(order)
    if symbol != order.currency:
        _switch(session, found, store, order, symbol, act)
    deciding.change_method(session, order, MethodIn(payment_method=method, instructions=instructions), act)
    return order


def _switch(session: Session, found: CheckoutSession, store: Store, order: Order, symbol: str, act: Act) -> None:
    """Coupons and amounts of one currency say nothing about another."""
    if order.discount or any(line["amount"] for line in carting.lines_of(found)) or found.cart["promised"]:
        raise Conflict(
            detail=f"order {order.id} has a coupon or an amount of its own, which holds in {order.currency} only;"
            " begin a new cart to pay in another currency"
        )
    carting.switch_currency(found, symbol)
    cart = carting.reprice(session, found, store, act.at)
    repricing.reprice(session, order, cart, act)


def expire(session: Session, session_id: str, act: Act) -> None:
    """Nobody confirmed it in time: it never becomes an order."""
    found = session.scalar(select(CheckoutSession).where(CheckoutSession.id == session_id).with_for_update())
    if found is None or found.status != "open":
        return
    found.status, found.updated_at = "expired", act.at
    session.flush()
    act.tell(session, session_news(session, found, "checkout.expired", act.at))
