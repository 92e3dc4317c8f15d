"""Endpoints of seats: for the merchant, for whoever manages a purchase, and for whoever has a link."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts import seats
from passmanager.service.accounts.claim_links import LASTS_DAYS, LinkExpired
from passmanager.service.accounts.holders import TheHolder, get_held
from passmanager.service.accounts.members_schemas import Days, ReturnUrl, TokenIn
from passmanager.service.accounts.seat_holders import customer_in, managed, member_of
from passmanager.service.accounts.seats import CLAIMED, PENDING, Act, Invited
from passmanager.service.accounts.sharing_models import Seat
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import NotFound, bad_field, refuses
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import Body, Email, Id, Moment, Name, Text
from passmanager.service.orders.models import Purchase

router = make_router(prefix="/v1", tag="seats")

Reader = Annotated[Caller, Depends(require("purchases:read"))]
Writer = Annotated[Caller, Depends(require("purchases:write"))]


class SeatIn(Body):
    """For a user of yours, who has it at once, or for an address, which gets a link."""

    user_id: Name | None = None
    email: Email | None = None
    return_url: ReturnUrl = None
    days: Days = LASTS_DAYS


class MySeatIn(Body):
    """For a member of the account that the purchase belongs to, or for an address, which gets a link."""

    customer_id: Id | None = None
    email: Email | None = None
    days: Days = LASTS_DAYS


class ResendIn(Body):
    """Another link to the same address."""

    return_url: ReturnUrl = None
    days: Days = LASTS_DAYS


class RevokeIn(Body):
    """Why."""

    reason: Text = ""


class SeatOut(BaseModel):
    """A seat; `status` is `pending`, `claimed` or `revoked`, and the link of a pending one ends at `expires_at`."""

    id: str
    purchase_id: str
    status: str
    customer_id: str | None
    user_id: str | None
    email: str
    reason: str
    expires_at: Moment | None
    claimed_at: Moment | None
    revoked_at: Moment | None
    created_at: Moment


class SeatMade(SeatOut):
    """A seat; the merchant sees the token of a new link this once."""

    token: str | None


class SeatsOut(Page[SeatOut]):
    """Seats of a purchase, and how many there are in all."""

    total: int
    claimed: int
    pending: int
    free: int


def show_seat(session: Session, seat: Seat) -> SeatOut:
    """With its user."""
    user_id = session.scalar(select(Customer.external_id).where(Customer.id == (seat.customer_id or "")))
    return SeatOut(
        id=seat.id, purchase_id=seat.purchase_id, status=seat.status, customer_id=seat.customer_id, user_id=user_id,
        email=seat.email, reason=seat.reason, expires_at=seat.expires_at, claimed_at=seat.claimed_at,
        revoked_at=seat.revoked_at, created_at=seat.created_at,
    )  # fmt: skip


def _listed(session: Session, purchase: Purchase, now: int, limit: int, cursor: str | None) -> SeatsOut:
    found = session.scalars(after(seats.seats_of(purchase), Seat.number, cursor, limit)).all()
    counted = seats.count(session, purchase, now)
    free = max(0, purchase.quantity - counted[CLAIMED] - counted[PENDING])
    some = page(found, limit, lambda seat: seat.number, lambda seat: show_seat(session, seat))
    return SeatsOut(
        **some.__dict__, total=purchase.quantity, claimed=counted[CLAIMED], pending=counted[PENDING], free=free
    )


def _purchase(session: Session, caller: Caller, purchase_id: str) -> Purchase:
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(select(Purchase.id).where(Purchase.id == purchase_id, Purchase.store_id.in_(stores)))
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id}; see GET /v1/purchases")
    return seats.lock(session, found)


def _one_of(first: str | None, email: str | None, name: str) -> None:
    if (first is None) == (email is None):
        raise bad_field(f"/body/{name}", "one_of", f"give {name} or email, not both")


@router.get("/purchases/{purchase_id}/seats")
def list_seats(
    purchase_id: Id, session: Reading, caller: Reader, now: Now, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> SeatsOut:
    """Who has which seat, also those that were revoked; the newest first."""
    return _listed(session, _purchase(session, caller, purchase_id), now, limit, cursor)


@router.post("/purchases/{purchase_id}/seats", status_code=201)
@refuses(seats.SeatUnavailable)
def assign_seat(
    purchase_id: Id, body: SeatIn, session: Writing, caller: Writer, services: TheServices, now: Now
) -> SeatMade:
    """Gives a seat away; 409 `seat-unavailable` when none is free."""
    _one_of(body.user_id, body.email, "user_id")
    purchase, act = _purchase(session, caller, purchase_id), Act(now, services.wire.tell)
    if body.email is not None:
        invited = Invited(email=body.email, page=str(body.return_url or ""), days=body.days)
        seat, token = seats.invite(session, purchase, invited, act)
        return SeatMade(**show_seat(session, seat).__dict__, token=token)
    customer = find_or_add(session, purchase.store_id, Person(external_id=body.user_id), now)
    return SeatMade(**show_seat(session, seats.give(session, purchase, customer.id, act)).__dict__, token=None)


@router.post("/purchases/{purchase_id}/seats/{seat_id}/resend")
@refuses(seats.SeatUnavailable)
def resend_seat(
    purchase_id: Id, seat_id: Id, body: ResendIn, session: Writing, caller: Writer, services: TheServices, now: Now
) -> SeatMade:
    """Another link; the one before opens nothing any more."""
    purchase = _purchase(session, caller, purchase_id)
    seat = seats.get_seat(session, purchase, seat_id)
    invited = Invited(email=seat.email, page=str(body.return_url or ""), days=body.days)
    token = seats.resend(session, purchase, seat, invited, Act(now, services.wire.tell))
    return SeatMade(**show_seat(session, seat).__dict__, token=token)


@router.post("/purchases/{purchase_id}/seats/{seat_id}/revoke")
def revoke_seat(
    purchase_id: Id, seat_id: Id, body: RevokeIn, session: Writing, caller: Writer, services: TheServices, now: Now
) -> SeatOut:
    """It is free again; its user has nothing of the purchase from the next request on."""
    purchase = _purchase(session, caller, purchase_id)
    seat = seats.get_seat(session, purchase, seat_id)
    seats.revoke(session, purchase, seat, body.reason, Act(now, services.wire.tell))
    return show_seat(session, seat)


@router.get("/me/purchases/{purchase_id}/seats")
def list_my_seats(
    purchase_id: Id, session: Reading, holder: TheHolder, now: Now, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> SeatsOut:
    """Of a purchase whose seats the caller manages."""
    return _listed(session, managed(session, holder, purchase_id), now, limit, cursor)


@router.post("/me/purchases/{purchase_id}/seats", status_code=201)
@refuses(seats.SeatUnavailable)
def assign_my_seat(
    purchase_id: Id, body: MySeatIn, session: Writing, holder: TheHolder, services: TheServices, now: Now, _: Limited
) -> SeatOut:
    """Gives a seat of the caller's purchase away."""
    _one_of(body.customer_id, body.email, "customer_id")
    purchase, act = managed(session, holder, purchase_id), Act(now, services.wire.tell)
    if body.email is not None:
        return show_seat(session, seats.invite(session, purchase, Invited(email=body.email, days=body.days), act)[0])
    if not member_of(session, purchase, body.customer_id or ""):
        raise NotFound(detail=f"customer {body.customer_id} is no member of the account of this purchase")
    return show_seat(session, seats.give(session, purchase, body.customer_id or "", act))


@router.post("/me/purchases/{purchase_id}/seats/take", status_code=201)
@refuses(seats.SeatUnavailable)
def take_seat(purchase_id: Id, session: Writing, holder: TheHolder, services: TheServices, now: Now) -> SeatOut:
    """A free seat for the caller himself, of a purchase of his or of his account; who has one keeps that."""
    purchase = get_held(session, holder, purchase_id)
    customer_id = customer_in(session, holder, purchase.store_id, now)
    return show_seat(session, seats.give(session, purchase, customer_id, Act(now, services.wire.tell)))


@router.post("/me/purchases/{purchase_id}/seats/{seat_id}/revoke")
def revoke_my_seat(
    purchase_id: Id, seat_id: Id, body: RevokeIn, session: Writing, holder: TheHolder, services: TheServices, now: Now
) -> SeatOut:
    """Takes a seat of the caller's purchase back."""
    purchase = managed(session, holder, purchase_id)
    seat = seats.get_seat(session, purchase, seat_id)
    seats.revoke(session, purchase, seat, body.reason, Act(now, services.wire.tell))
    return show_seat(session, seat)


@router.post("/me/purchases/{purchase_id}/seats/{seat_id}/resend")
@refuses(seats.SeatUnavailable)
def resend_my_seat(
    purchase_id: Id, seat_id: Id, session: Writing, holder: TheHolder, services: TheServices, now: Now, _: Limited
) -> SeatOut:
    """Another link to the same address; the one before opens nothing any more."""
    purchase = managed(session, holder, purchase_id)
    seat = seats.get_seat(session, purchase, seat_id)
    seats.resend(session, purchase, seat, Invited(email=seat.email, days=LASTS_DAYS), Act(now, services.wire.tell))
    return show_seat(session, seat)


@router.post("/me/seats/claim")
@refuses(LinkExpired)
def claim_seat(
    body: TokenIn, session: Writing, holder: TheHolder, services: TheServices, now: Now, _: Limited
) -> SeatOut:
    """Takes the seat of a link; 410 `link-expired` for one that is used, taken back or over."""
    act = Act(now, services.wire.tell)
    store_id = holder.store_id or seats.store_of(session, body.token)
    customer_id = customer_in(session, holder, store_id, now)
    return show_seat(session, seats.claim(session, body.token, customer_id, store_id, act))
