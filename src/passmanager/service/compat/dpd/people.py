"""Customers, and subscribers: those who have a subscription of a store."""

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from passmanager.core.state import ItemState
from passmanager.service.chain.models import ChainOffer
from passmanager.service.compat.dpd.answers import Rows
from passmanager.service.compat.dpd.auth import Visit
from passmanager.service.compat.dpd.money import money_text
from passmanager.service.compat.dpd.statuses import SUBSCRIBER
from passmanager.service.customers.keys import search_key
from passmanager.service.customers.models import Customer
from passmanager.service.http.problems import BadRequest, NotFound
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.specs import Frequency

_CUSTOMERS = select(
    Customer.number, Customer.first_name, Customer.last_name, Customer.email, Customer.receives_email,
    Customer.created_at, Customer.updated_at,
)  # fmt: skip
_SUBSCRIBERS = (
    select(
        Purchase.number, Purchase.owner, Purchase.status, Purchase.created_at, Purchase.updated_at,
        Purchase.active_until, Purchase.details, Purchase.chain_id, Customer.email.label("customer_email"),
        OrderItem.total.label("paid"), Order.decimals, Order.paid_at,
    )
    .select_from(Purchase)
    .outerjoin(Customer, Customer.id == Purchase.customer_id)
    .outerjoin(
        OrderItem,
        OrderItem.id == func.coalesce(Purchase.details["last_item"].as_string(), Purchase.order_item_id),
    )
    .outerjoin(Order, Order.id == OrderItem.order_id)
)  # fmt: skip
PERIODS = {
    Frequency.DAILY: (1, "day"), Frequency.WEEKLY: (1, "week"), Frequency.MONTHLY: (1, "month"),
    Frequency.QUARTERLY: (3, "month"), Frequency.YEARLY: (1, "year"),
}  # fmt: skip


def customer_object(
    number: int,
    first_name: str,
    last_name: str,
    email: str,
    receives_email: bool,  # noqa: FBT001
    created_at: int,
    updated_at: int,
) -> dict[str, Any]:
    """A customer; times in ms."""
    return {
        "id": number,
        "firstname": first_name,
        "lastname": last_name,
        "email": email,
        "receives_email": receives_email,
        "created_at": created_at // 1000,
        "updated_at": updated_at // 1000,
    }


# --- customers


def customers(of: Visit) -> tuple[Rows, Select[int]]:
    """Rows and count of all that the caller may see."""
    mine = Customer.store_id.in_(of.stores)
    return _CUSTOMERS.where(mine).order_by(Customer.number), select(func.count()).select_from(Customer).where(mine)


def customer(of: Visit, number: int) -> dict[str, Any] | None:
    """One of them."""
    row = of.session.execute(
        _CUSTOMERS.where(Customer.number == number, Customer.store_id.in_(of.stores))
    ).one_or_none()
    return None if row is None else customer_object(*row)


# --- subscribers


def subscribers(store_id: str, username: str) -> tuple[Rows, Select[int]]:
    """Rows and count of a store's; a user name is an e-mail address or a wallet."""
    found = _SUBSCRIBERS.where(Purchase.store_id == store_id, Purchase.subscription)
    counted = (
        select(func.count())
        .select_from(Purchase)
        .outerjoin(Customer, Customer.id == Purchase.customer_id)
        .where(Purchase.store_id == store_id, Purchase.subscription)
    )
    if username:
        named = or_(Customer.email_key == search_key(username), func.lower(Purchase.owner) == username.lower())
        found, counted = found.where(named), counted.where(named)
    return found.order_by(Purchase.number), counted


def subscriber(session: Session, store_id: str, number: int) -> Any | None:
    """The row of one."""
    found = subscribers(store_id, "")[0].where(Purchase.number == number)
    return session.execute(found).one_or_none()


def subscriber_status(row: Any) -> str:
    """NEW until something is paid for it; else what the contracts say."""
    if row.paid is None:
        return "NEW"
    return SUBSCRIBER.get(row.status, "CLOSED")


def show_subscriber(session: Session, row: Any) -> dict[str, Any]:
    """A subscriber with his subscription. What our subscriptions do not have (trials, tax) is 0."""
    created, updated = row.created_at // 1000, row.updated_at // 1000
    state = ItemState.from_word(int(row.details.get("state", "0x0"), 16))
    until = None if row.active_until is None else row.active_until // 1000
    status = subscriber_status(row)
    period, unit = _period(session, row.chain_id, state.pricing_id)
    return {
        "id": row.number,
        "created_at": created,
        "updated_at": updated,
        "username": row.customer_email or row.owner,
        "last_login_at": 0,
        "subscription": {
            "id": row.number,
            "status": status,
            "price": money_text(row.paid or 0, row.decimals or 0),
            "period": period,
            "unit": unit,
            "tax_amount": money_text(0, 0),
            "trial_price": money_text(0, 0),
            "trial_period": 0,
            "trial_unit": "",
            "trial_tax_amount": money_text(0, 0),
            "created_at": created,
            "updated_at": updated,
            "started_at": created if state.paused else state.start or created,
            "ended_at": until if status in {"CLOSED", "CANCELED"} and until else 0,
            "trial_started_at": 0,
            "last_payment_at": (row.paid_at or row.created_at) // 1000,
            "next_payment_at": until if status in {"ACTIVE", "PAST_DUE"} and until else 0,
        },
    }


def _period(session: Session, chain_id: int | None, pricing_id: int) -> tuple[int, str]:
    """Length of a cycle; 0 for what nobody knows the pricing of."""
    if chain_id is None:
        return 0, ""
    terms = session.scalar(
        select(ChainOffer.data)
        .where(ChainOffer.chain_id == chain_id, ChainOffer.kind == "pricing", ChainOffer.number == pricing_id)
        .limit(1)
    )
    return PERIODS.get((terms or {}).get("frequency", 0), (0, ""))


def verify(session: Session, store_id: str, username: str, number: int | None) -> dict[str, Any]:
    """Status of one, by user name or number.

    Raises:
        BadRequest: Neither is given.
        NotFound: There is none.
    """
    if not username and number is None:
        raise BadRequest(detail="send username or id")
    asked = subscribers(store_id, username)[0]
    asked = asked if number is None else asked.where(Purchase.number == number)
    rows = session.execute(asked).all()
    if not rows:
        raise NotFound(detail="there is no such subscriber")
    found = next((row for row in rows if subscriber_status(row) == "ACTIVE"), rows[-1])
    return {"id": found.number, "username": found.customer_email or found.owner, "status": subscriber_status(found)}
