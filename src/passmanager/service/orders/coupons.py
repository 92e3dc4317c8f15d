"""Coupons of orders that are not paid on the chain."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Currency, Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.customers.keys import search_key
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, InvalidInput, NotFound, bad_field
from passmanager.service.http.shapes import base_units, milliseconds, money
from passmanager.service.ids import new_id
from passmanager.service.orders.models import OfflineDiscount
from passmanager.service.orders.schemas import DiscountIn, DiscountOut
from passmanager.units import format_units

PERCENT_DECIMALS = 2
WHOLE = 100 * 10**PERCENT_DECIMALS


def add(session: Session, store: Store, currency: Currency | None, body: DiscountIn, now: int) -> OfflineDiscount:
    """A new one: a share in percent, or money of one currency."""
    if (body.percent is None) == (body.money is None):
        raise bad_field("/body/percent", "kind", "a coupon has percent or money, not both")
    if body.percent is not None:
        kind, amount = "percent", base_units(body.percent, PERCENT_DECIMALS, "/body/percent")
        if not 0 < amount <= WHOLE:
            raise bad_field("/body/percent", "range", f"{body.percent} is not above 0 and at most 100")
    else:
        if currency is None:
            raise bad_field("/body/currency", "missing", "a coupon over money says in which currency")
        kind, amount = "money", base_units(body.money or "", currency.decimals, "/body/money")
    made = OfflineDiscount(
        id=new_id("dsc"), store_id=store.id, name=body.name, code=search_key(body.code), kind=kind, amount=amount,
        currency=currency.symbol if currency is not None else "", uses_left=body.uses,
        ends_at=None if body.ends_at is None else milliseconds(body.ends_at), created_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as problem:
        raise Conflict(detail=f"store {store.id} has a coupon {body.code!r} already") from problem
    return made


def coupons_of(session: Session, store: Store) -> list[DiscountOut]:
    """All of a store, the first first."""
    found = session.execute(
        select(OfflineDiscount, Currency)
        .outerjoin(Currency, (Currency.store_id == store.id) & (Currency.symbol == OfflineDiscount.currency))
        .where(OfflineDiscount.store_id == store.id)
        .order_by(OfflineDiscount.created_at, OfflineDiscount.id)
    )
    return [show(coupon, currency) for coupon, currency in found]


def remove(session: Session, caller: Caller, coupon_id: str) -> None:
    """No later order can use it.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    mine = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(
        select(OfflineDiscount).where(OfflineDiscount.id == coupon_id, OfflineDiscount.store_id.in_(mine))
    )
    if found is None:
        raise NotFound(detail=f"there is no coupon {coupon_id}; see GET /v1/discounts")
    session.delete(found)
    session.flush()


def show(coupon: OfflineDiscount, currency: Currency | None) -> DiscountOut:
    """As answers have it."""
    over_money = coupon.kind == "money" and currency is not None
    return DiscountOut(
        id=coupon.id,
        store_id=coupon.store_id,
        name=coupon.name,
        code=coupon.code,
        percent=None if over_money else format_units(coupon.amount, PERCENT_DECIMALS),
        money=money(coupon.amount, currency.symbol, currency.decimals) if over_money and currency else None,
        uses_left=coupon.uses_left,
        ends_at=coupon.ends_at,
    )


def redeem(
    session: Session, store: Store, currency: Currency, code: str | None, subtotal: int, now: int
) -> tuple[int, list[dict[str, Any]]]:
    """What a coupon takes off, at most the subtotal, and how the order remembers it. One use is gone."""
    if not code:
        return 0, []
    found = _find(session, store, currency, code, now)
    if not _use(session, found):
        raise _refused(code)
    return _off(found, currency, code, subtotal)


def look(
    session: Session, store: Store, currency: Currency, code: str | None, subtotal: int, now: int
) -> tuple[int, list[dict[str, Any]]]:
    """The same for a cart that is no order yet: no use is gone."""
    if not code:
        return 0, []
    found = _find(session, store, currency, code, now)
    if found.uses_left == 0:
        raise _refused(code)
    return _off(found, currency, code, subtotal)


def _find(session: Session, store: Store, currency: Currency, code: str, now: int) -> OfflineDiscount:
    found = session.scalar(
        select(OfflineDiscount).where(OfflineDiscount.store_id == store.id, OfflineDiscount.code == search_key(code))
    )
    if found is None or (found.ends_at is not None and found.ends_at <= now):
        raise _refused(code)
    if found.kind == "money" and found.currency != currency.symbol:
        raise bad_field("/body/coupon", "currency", f"coupon {code!r} is for {found.currency}")
    return found


def _refused(code: str) -> InvalidInput:
    return bad_field("/body/coupon", "coupon", f"coupon {code!r} is not known, or used up, or over")


def _off(found: OfflineDiscount, currency: Currency, code: str, subtotal: int) -> tuple[int, list[dict[str, Any]]]:
    off = min(subtotal, found.amount if found.kind == "money" else subtotal * found.amount // WHOLE)
    shown = format_units(found.amount, currency.decimals if found.kind == "money" else PERCENT_DECIMALS)
    return off, [{"name": found.name, "code": code, "discount_amount": shown, "discount_type": found.kind}]


def _use(session: Session, coupon: OfflineDiscount) -> bool:
    """One atomic statement, so that the last use is had once."""
    if coupon.uses_left is None:
        return True
    done = session.execute(
        update(OfflineDiscount)
        .where(OfflineDiscount.id == coupon.id, OfflineDiscount.uses_left > 0)
        .values(uses_left=OfflineDiscount.uses_left - 1)
        .returning(OfflineDiscount.id)
    )
    return done.scalar() is not None
