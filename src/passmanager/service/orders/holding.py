"""Orders that wait for a person before anything is delivered: the block list, and large amounts."""

from collections.abc import Iterator

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Store
from passmanager.service.customers.keys import search_key
from passmanager.service.orders.models import BlockRule, Order


def hold_reason(session: Session, store: Store, order: Order) -> str:
    """Why the order is to be held; empty if it is not."""
    if store.hold_above is not None and order.total_value >= store.hold_above:
        return "amount"
    facts = list(_facts(order))
    if not facts:
        return ""
    found = session.scalar(
        select(BlockRule)
        .where(BlockRule.store_id == store.id, tuple_(BlockRule.field, BlockRule.value).in_(facts))
        .limit(1)
    )
    return f"blocked {found.field}" if found is not None else ""


def rule_value(field: str, value: str) -> str:
    """The form in which a value of a rule is kept and compared."""
    return value.upper() if field == "country" else search_key(value)


def _facts(order: Order) -> Iterator[tuple[str, str]]:
    if order.email_key:
        yield "email", order.email_key
        yield "domain", order.email_key.rpartition("@")[2]
    if order.wallet:
        yield "wallet", search_key(order.wallet)
    if order.ip_address:
        yield "ip", order.ip_address
    for address in ("billing_address", "shipping_address"):
        country = order.details.get(address, {}).get("country")
        if country:
            yield "country", country
