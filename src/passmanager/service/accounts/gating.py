"""What users must bring along to buy: refusals are written down and told, so that somebody can look after them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.gating_models import BlockedAttempt, Requirement
from passmanager.service.accounts.models import UserSession
from passmanager.service.catalog.models import Product, ProductType, Store
from passmanager.service.catalog.requirements import RequirementUnmet
from passmanager.service.customers.models import Customer
from passmanager.service.ids import new_id
from passmanager.service.mail.letters import Letter, write
from passmanager.service.news import News, Tell

BLOCKED = "purchase.blocked"


class Visitor(Protocol):
    """Who wants to buy: a holder of purchases; `session_id` is empty without a session of the merchant."""

    @property
    def session_id(self) -> str:
        """Of the session that says what the user brings along."""
        ...


@dataclass(frozen=True, slots=True)
class _Lack:
    product: Product
    names: tuple[str, ...]


def check_requirements(
    session: Session, visitor: Visitor | None, store: Store, products: Sequence[Product], now: int, tell: Tell
) -> None:
    """May this person buy these products? Ask before anything is written: a refusal is committed with the attempt.

    Raises:
        RequirementUnmet: Something is lacking; without a session of the merchant, nothing is brought along.
    """
    opened = _session_of(session, visitor)
    brought = set[str]() if opened is None else set(map(str, opened.requirements))
    lacks = [_Lack(one, names) for one in products if (names := _missing(session, one, brought))]
    if not lacks:
        return
    customer = session.scalar(select(Customer).where(Customer.id == (opened.customer_id if opened else "")))
    for lack in lacks:
        _write_down(session, store, lack, opened, customer, now, tell)
    configured = _configured(session, store, {name for lack in lacks for name in lack.names})
    raise _refusal(lacks, configured)


def _session_of(session: Session, visitor: Visitor | None) -> UserSession | None:
    if visitor is None or not visitor.session_id:
        return None
    return session.get(UserSession, visitor.session_id)


def needed_for(session: Session, product: Product) -> list[str]:
    """What a product and its type ask for, in this order, each once."""
    of_type: list[Any] | None = None
    if product.type_id is not None:
        of_type = session.scalar(select(ProductType.requirements).where(ProductType.id == product.type_id))
    return list(dict.fromkeys([*map(str, product.requirements), *map(str, of_type or [])]))


def _missing(session: Session, product: Product, brought: set[str]) -> tuple[str, ...]:
    return tuple(name for name in needed_for(session, product) if name not in brought)


def _configured(session: Session, store: Store, names: Iterable[str]) -> dict[str, Requirement]:
    asked = select(Requirement).where(Requirement.store_id == store.id, Requirement.name.in_(names))
    return {one.name: one for one in session.scalars(asked)}


def _write_down(
    session: Session, store: Store, lack: _Lack, opened: UserSession | None, customer: Customer | None, now: int,
    tell: Tell,
) -> None:  # fmt: skip
    attempt = BlockedAttempt(
        id=new_id("blk"), store_id=store.id, customer_id=customer and customer.id,
        session_id=opened.id if opened else "", user_id=(customer and customer.external_id) or "",
        product_id=lack.product.id, missing=list(lack.names), created_at=now,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    tell(session, _news(store, attempt, lack.product, now))
    if any(one.mail for one in _configured(session, store, lack.names).values()):
        write(session, _letter(store, attempt, lack.product), now)


def _facts(attempt: BlockedAttempt, product: Product) -> dict[str, Any]:
    return {
        "id": attempt.id, "product_id": product.id, "product_name": product.name, "user_id": attempt.user_id,
        "customer_id": attempt.customer_id, "session_id": attempt.session_id, "missing": attempt.missing,
    }  # fmt: skip


def _news(store: Store, attempt: BlockedAttempt, product: Product, now: int) -> News:
    return News(
        type=BLOCKED, merchant_id=store.merchant_id, store_id=store.id, aggregate_type="blocked_attempt",
        aggregate_id=attempt.id, at=now, data=_facts(attempt, product),
    )  # fmt: skip


def _letter(store: Store, attempt: BlockedAttempt, product: Product) -> Letter:
    return Letter(
        store_id=store.id, template="purchase_blocked", fact=attempt.id,
        recipient=str(store.settings.get("contact_email", "")), data=_facts(attempt, product),
    )  # fmt: skip


def _refusal(lacks: Sequence[_Lack], configured: dict[str, Requirement]) -> RequirementUnmet:
    names = list(dict.fromkeys(name for lack in lacks for name in lack.names))
    unmet = tuple(
        {
            "requirement": name,
            "product_ids": [lack.product.id for lack in lacks if name in lack.names],
            "redirect_url": (configured[name].redirect_url if name in configured else "") or None,
            "callback": _callback(configured.get(name)),
        }
        for name in names
    )
    errors = tuple(
        {"pointer": "/requirements", "code": "requirement", "detail": f"{name} is needed, and the session lacks it"}
        for name in names
    )
    return RequirementUnmet(detail=f"this needs {', '.join(names)}; see unmet", errors=errors, unmet=unmet)


def _callback(requirement: Requirement | None) -> dict[str, Any] | None:
    """As actions of type callback answer the embedding page."""
    if requirement is None or not requirement.callback:
        return None
    return {"type": "callback", **requirement.callback}
