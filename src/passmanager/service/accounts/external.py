"""What was bought elsewhere: the merchant says who has it, by an id of his own; no order, no payment, no refund."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.accounts.entitlement import EXTERNAL
from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.releases import kept_terms
from passmanager.service.ids import new_id
from passmanager.service.news import Tell
from passmanager.service.orders.models import Purchase
from passmanager.service.orders.settling import right_news

ACTIVE, INACTIVE, CONSUMED = "active", "inactive", "consumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """One purchase as the merchant tells it.

    Attributes:
        owner: Wallet with checksum; empty if it belongs to the customer or to the account.
        active_until: In ms; None if it does not end.
    """

    external_id: str
    product: Product
    customer_id: str
    account_id: str | None = None
    owner: str = ""
    quantity: int
    active: bool
    active_until: int | None


def put(session: Session, store: Store, told: Elsewhere, now: int, tell: Tell) -> tuple[Purchase, bool]:
    """The purchase of this external id as it is now, and whether it is new; what changes nothing is not told."""
    right = _find(session, store, told.external_id)
    new = right is None
    if right is None:
        right = _added(session, store, told, now)
        if right is None:  # another request was quicker
            return put(session, store, told, now, tell)
    elif not _changed(right, told):
        return right, False
    _write(right, told, now)
    session.flush()
    tell(session, right_news(store.merchant_id, right, "purchase.created" if new else "purchase.state_changed", now))
    return right, new


def _find(session: Session, store: Store, external_id: str) -> Purchase | None:
    same = select(Purchase).where(
        Purchase.store_id == store.id, Purchase.source == EXTERNAL, Purchase.external_id == external_id
    )
    return session.scalar(same.with_for_update())


def _added(session: Session, store: Store, told: Elsewhere, now: int) -> Purchase | None:
    made = Purchase(
        id=new_id("pur"), store_id=store.id, source=EXTERNAL, external_id=told.external_id, status=ACTIVE,
        details=kept_terms(told.product.files, now) if told.product.files else {}, created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return None
    return made


def _values(right: Purchase, told: Elsewhere) -> dict[str, object]:
    """Columns of what is told; what was used up stays so."""
    status = CONSUMED if right.consumed_at is not None else ACTIVE if told.active else INACTIVE
    return {
        "product_id": told.product.id, "customer_id": told.customer_id, "account_id": told.account_id,
        "owner": told.owner, "quantity": told.quantity, "active": told.active, "status": status,
        "active_until": told.active_until,
    }  # fmt: skip


def _changed(right: Purchase, told: Elsewhere) -> bool:
    return any(getattr(right, name) != value for name, value in _values(right, told).items())


def _write(right: Purchase, told: Elsewhere, now: int) -> None:
    for name, value in _values(right, told).items():
        setattr(right, name, value)
    right.updated_at = now
