"""How sessions look in answers."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from passmanager.service.checkout import methods, progress
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.repository import orders_of, store_of
from passmanager.service.checkout.schemas import (
    CheckoutSessionOut,
    ConfirmedOut,
    MethodOut,
    SessionItemOut,
    SessionMade,
    Shopper,
)
from passmanager.service.http.shapes import Money, money
from passmanager.service.orders.models import Order
from passmanager.service.orders.showing import show_consents, show_order
from passmanager.service.settings import Settings

NO_QUOTE: dict[str, Any] = {"decimals": 0, "lines": [], "subtotal": "0", "discount": "0", "total": "0"}


def show_sessions(session: Session, sessions: Sequence[CheckoutSession], settings: Settings, now: int) -> list[Any]:
    """Many, their orders in one query."""
    orders = orders_of(session, sessions)
    return [_show(session, one, orders.get(one.order_id or ""), settings, now) for one in sessions]


def show_session(session: Session, found: CheckoutSession, settings: Settings, now: int) -> CheckoutSessionOut:
    """One."""
    shown: CheckoutSessionOut = show_sessions(session, [found], settings, now)[0]
    return shown


def show_made(session: Session, made: CheckoutSession, token: str, settings: Settings, now: int) -> SessionMade:
    """A new one, with its token."""
    shown = show_session(session, made, settings, now)
    return SessionMade(**dict(shown), token=token, url=page_of(settings, made, token))


def page_of(settings: Settings, found: CheckoutSession, token: str) -> str | None:
    """The page in front; its server never sees the token, which is behind the #."""
    if not settings.checkout_url:
        return None
    return f"{_with_query(settings.checkout_url, found)}#{urlencode({'token': token})}"


def _with_query(url: str, found: CheckoutSession) -> str:
    query: dict[str, str] = {"session_id": found.id}
    if found.form.get("locale"):
        query["locale"] = found.form["locale"]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def payment_url(settings: Settings, found: CheckoutSession, order: Order | None) -> str | None:
    """Where an unpaid order is paid: the page in front, or else the session itself, which says how."""
    if order is None or not progress.payable(order):
        return None
    if settings.checkout_url:
        return _with_query(settings.checkout_url, found)
    return f"{str(settings.public_url).rstrip('/')}/v1/checkout-sessions/{found.id}"


def show_confirmed(session: Session, found: CheckoutSession, order: Order, settings: Settings) -> ConfirmedOut:
    """The order, and where it is paid."""
    shown = show_order(session, order)
    last = next((one for one in reversed(shown["payments"]) if one["status"] == "pending"), None)
    return ConfirmedOut(
        session_id=found.id, order=shown, payment_url=payment_url(settings, found, order),
        payment_method=methods.FREE if last is None else last["method"],
        instructions="" if last is None else last["instructions"],
    )  # fmt: skip


def _show(
    session: Session, found: CheckoutSession, order: Order | None, settings: Settings, now: int
) -> CheckoutSessionOut:
    quote: dict[str, Any] = {**NO_QUOTE, "currency": found.currency, **found.quote}
    form = found.form

    def amount(units: str) -> Money:
        return money(int(units), quote["currency"], quote["decimals"])

    ways = methods.methods_of(session, store_of(session, found.store_id), found.currency)
    return CheckoutSessionOut(
        id=found.id,
        store_id=found.store_id,
        link_id=found.link_id,
        order_id=found.order_id,
        status="expired" if progress.is_over(found, now) else found.status,
        payment_status=order.payment_status if order else None,
        fulfillment_status=order.fulfillment_status if order else None,
        outcome=progress.outcome(order),
        redirect_url=progress.redirect_of(found, order),
        redirect_delay=found.context.get("redirects", {}).get("delay", 0),
        payment_url=payment_url(settings, found, order),
        test=found.test,
        currency=found.currency,
        items=[_show_line(line, amount) for line in quote["lines"]],
        subtotal=amount(quote["subtotal"]),
        discount=amount(quote["discount"]),
        total=amount(quote["total"]),
        coupon=found.cart.get("coupon"),
        customer=Shopper(**form.get("customer", {})),
        billing_address=form.get("billing_address", {}),
        shipping_address=form.get("shipping_address", {}),
        custom_fields=form.get("custom_fields", {}),
        customer_notes=form.get("customer_notes", ""),
        marketing_optin=form.get("marketing_optin", False),
        consents=show_consents(form),
        payment_method=form.get("payment_method"),
        payment_methods=[MethodOut(name=name, instructions=text) for name, text in ways.items()],
        locale=form.get("locale"),
        for_account=form.get("for_account"),
        seats=found.seats,
        query=found.context.get("query", {}),
        expires_at=found.expires_at,
        confirmed_at=found.confirmed_at,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def _show_line(line: dict[str, Any], amount: Any) -> SessionItemOut:
    prices = {name: amount(line[name]) for name in ("price", "subtotal", "discount", "total")}
    return SessionItemOut(**{**line, **prices})
