"""Seats: units of one purchase that different people use. Whoever changes them has locked the purchase."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.claim_links import LinkExpired, ends_at, link, new_token
from passmanager.service.accounts.entitlement import is_active
from passmanager.service.accounts.sharing_models import Seat
from passmanager.service.catalog.models import Product, Store
from passmanager.service.clock import rfc3339
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import hash_key
from passmanager.service.http.problems import Conflict, NotFound
from passmanager.service.ids import new_id
from passmanager.service.mail.letters import Letter, write
from passmanager.service.news import News, Tell
from passmanager.service.orders.models import Purchase

PREFIX = "pmc_"
PENDING, CLAIMED, REVOKED = "pending", "claimed", "revoked"
LIVE = (PENDING, CLAIMED)
UNKNOWN = "this seat is not known; open the link of the mail as it is"


class SeatUnavailable(Conflict):
    """Every seat of the purchase is taken."""

    code = "seat-unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Who gets a link to a seat.

    Attributes:
        page: Of the merchant, which takes the token; empty for his store's.
    """

    email: str
    page: str = ""
    days: int


@dataclass(frozen=True, slots=True)
class Act:
    """When something happens to seats, and whom it is told.

    Attributes:
        at: Milliseconds.
    """

    at: int
    tell: Tell


def seats_of(purchase: Purchase) -> Select[Seat]:
    """All of a purchase, also those that were revoked."""
    return select(Seat).where(Seat.purchase_id == purchase.id)


def count(session: Session, purchase: Purchase, now: int) -> dict[str, int]:
    """How many of its seats are claimed and pending; links that are over hold none."""
    live = Seat.expires_at.is_(None) | (Seat.status == CLAIMED) | (Seat.expires_at > now)
    asked = select(Seat.status, func.count()).where(Seat.purchase_id == purchase.id, Seat.status.in_(LIVE), live)
    found = dict(session.execute(asked.group_by(Seat.status)).all())
    return {CLAIMED: found.get(CLAIMED, 0), PENDING: found.get(PENDING, 0)}


def give(session: Session, purchase: Purchase, customer_id: str, act: Act) -> Seat:
    """A seat for a person whom we know: it is his at once. Who has one keeps that.

    Raises:
        SeatUnavailable: None is free.
        Conflict: The purchase has no seats, or cannot be used.
    """
    there = session.scalar(seats_of(purchase).where(Seat.customer_id == customer_id, Seat.status == CLAIMED))
    if there is not None:
        return there
    _require_free(session, purchase, act)
    made = _new(purchase, act.at)
    made.customer_id, made.status, made.claimed_at = customer_id, CLAIMED, act.at
    session.add(made)
    session.flush()
    for kind in ("seat.assigned", "seat.claimed"):
        act.tell(session, seat_news(session, purchase, made, kind, act.at))
    return made


def invite(session: Session, purchase: Purchase, invited: Invited, act: Act) -> tuple[Seat, str]:
    """A seat for whoever reads a mailbox; it is held until the link is over.

    Raises:
        SeatUnavailable: None is free.
        Conflict: The purchase has no seats, or cannot be used.
    """
    _require_free(session, purchase, act)
    made = _new(purchase, act.at)
    made.email, made.status = invited.email, PENDING
    session.add(made)
    session.flush()
    act.tell(session, seat_news(session, purchase, made, "seat.assigned", act.at))
    return made, _send(session, purchase, made, invited, act)


def resend(session: Session, purchase: Purchase, seat: Seat, invited: Invited, act: Act) -> str:
    """Another link to the same mailbox; the one before opens nothing any more.

    Raises:
        Conflict: It is not pending.
    """
    if seat.status != PENDING:
        raise Conflict(detail=f"seat {seat.id} is {seat.status}; only a pending one has a link")
    if (seat.expires_at or 0) <= act.at:
        seat.status = REVOKED  # it held no seat any more
        _require_free(session, purchase, act)
        seat.status = PENDING
    return _send(session, purchase, seat, invited, act)


def store_of(session: Session, token: str) -> str:
    """The store in which a link opens a seat.

    Raises:
        NotFound: Nobody gave this token out.
    """
    found = session.scalar(select(Seat.store_id).where(Seat.hash == hash_key(token)))
    if found is None:
        raise NotFound(detail=UNKNOWN)
    return found


def claim(session: Session, token: str, customer_id: str, store_id: str, act: Act) -> Seat:
    """A link is used: the seat is the person's.

    Raises:
        NotFound: Nobody gave this token out, or for another store.
        LinkExpired: It was used, taken back, or its time is over.
        Conflict: The person has a seat, or the purchase cannot be used.
    """
    purchase_id = session.scalar(select(Seat.purchase_id).where(Seat.hash == hash_key(token)))
    purchase = None if purchase_id is None else lock(session, purchase_id)
    seat = session.scalar(
        select(Seat).where(Seat.hash == hash_key(token)).execution_options(populate_existing=True)
    )  # fmt: skip
    if purchase is None or seat is None or seat.store_id != store_id:
        raise NotFound(detail=UNKNOWN)
    if seat.status != PENDING or (seat.expires_at or 0) <= act.at:
        state = "over" if seat.status == PENDING else seat.status
        raise LinkExpired(detail=f"the link of this seat is {state}; ask for a new one")
    _require_usable(session, purchase, act.at)
    if session.scalar(seats_of(purchase).where(Seat.customer_id == customer_id, Seat.status == CLAIMED)) is not None:
        raise Conflict(detail=f"you have a seat of purchase {purchase.id} already")
    seat.customer_id, seat.status, seat.claimed_at, seat.updated_at = customer_id, CLAIMED, act.at, act.at
    session.flush()
    act.tell(session, seat_news(session, purchase, seat, "seat.claimed", act.at))
    return seat


def revoke(session: Session, purchase: Purchase, seat: Seat, reason: str, act: Act) -> None:
    """It is free again, and its user has nothing of the purchase any more. A second time changes nothing."""
    if seat.status == REVOKED:
        return
    seat.status, seat.reason, seat.revoked_at, seat.updated_at = REVOKED, reason, act.at, act.at
    session.flush()
    act.tell(session, seat_news(session, purchase, seat, "seat.revoked", act.at))


def revoke_above(session: Session, purchase: Purchase, most: int, reason: str, act: Act) -> int:
    """Takes the newest seats back, until at most so many are left: pending ones first. Returns how many."""
    newest = seats_of(purchase).where(Seat.status.in_(LIVE))
    live = session.scalars(newest.order_by(Seat.status.desc(), Seat.claimed_at.desc(), Seat.number.desc())).all()
    over = live[: max(0, len(live) - most)]
    for seat in over:
        revoke(session, purchase, seat, reason, act)
    return len(over)


def lock(session: Session, purchase_id: str) -> Purchase:
    """The purchase, as it is now; others wait who want its seats."""
    asked = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def get_seat(session: Session, purchase: Purchase, seat_id: str) -> Seat:
    """A seat of a purchase.

    Raises:
        NotFound: There is none of this id.
    """
    found = session.scalar(seats_of(purchase).where(Seat.id == seat_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound(detail=f"purchase {purchase.id} has no seat {seat_id}")
    return found


def _new(purchase: Purchase, now: int) -> Seat:
    return Seat(
        id=new_id("seat"), store_id=purchase.store_id, purchase_id=purchase.id, email="", sent=0, created_at=now,
        updated_at=now,
    )  # fmt: skip


def _require_usable(session: Session, purchase: Purchase, now: int) -> None:
    per_seat = session.scalar(select(Product.per_seat).where(Product.id == purchase.product_id))
    if not per_seat:
        raise Conflict(detail=f"purchase {purchase.id} has no seats: its product is not priced per seat")
    if not is_active(purchase, now):
        raise Conflict(detail=f"purchase {purchase.id} is {purchase.status}; only an active one has seats to give")


def _require_free(session: Session, purchase: Purchase, act: Act) -> None:
    _require_usable(session, purchase, act.at)
    over = seats_of(purchase).where(Seat.status == PENDING, Seat.expires_at <= act.at)
    for seat in session.scalars(over).all():
        revoke(session, purchase, seat, "link expired", act)
    taken = sum(count(session, purchase, act.at).values())
    if taken >= purchase.quantity:
        raise SeatUnavailable(detail=f"all {purchase.quantity} seats of purchase {purchase.id} are taken; revoke one")


def _send(session: Session, purchase: Purchase, seat: Seat, invited: Invited, act: Act) -> str:
    token, seat.hash = new_token(PREFIX)
    seat.sent, seat.expires_at, seat.updated_at = seat.sent + 1, ends_at(act.at, invited.days), act.at
    session.flush()
    store = session.scalars(select(Store).where(Store.id == seat.store_id)).one()
    address = link(invited.page or store.url, "seat_token", token)
    write(session, _letter(session, purchase, seat, address, token), act.at)
    return token


def _letter(session: Session, purchase: Purchase, seat: Seat, address: str, token: str) -> Letter:
    name = session.scalar(select(Product.name).where(Product.id == purchase.product_id))
    return Letter(
        store_id=seat.store_id, template="seat_invitation", fact=f"{seat.id}:{seat.sent}", recipient=seat.email,
        data={"product_name": name, "until": rfc3339(seat.expires_at)}, passing={"link": address, "token": token},
        until=seat.expires_at or 0,
    )  # fmt: skip


def seat_news(session: Session, purchase: Purchase, seat: Seat, kind: str, at: int) -> News:
    """News of a seat, in the sequence of its purchase."""
    merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == seat.store_id)).one()
    user_id = session.scalar(select(Customer.external_id).where(Customer.id == (seat.customer_id or "")))
    return News(
        type=kind, merchant_id=merchant_id, store_id=seat.store_id, aggregate_type="purchase",
        aggregate_id=purchase.id, at=at,
        data={
            "id": seat.id, "purchase_id": purchase.id, "product_id": purchase.product_id, "status": seat.status,
            "customer_id": seat.customer_id, "user_id": user_id, "email": seat.email, "reason": seat.reason,
        },
    )  # fmt: skip
