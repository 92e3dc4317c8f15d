"""Devices that may download: a browser with a signed cookie, whose user proved to be the holder."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from passmanager.service.accounts import codes
from passmanager.service.accounts.holders import Holder, person_of
from passmanager.service.catalog.models import Store
from passmanager.service.customers.models import Customer
from passmanager.service.files import repository
from passmanager.service.files.access import Access
from passmanager.service.files.models import Device
from passmanager.service.files.problems import DeviceLimitReached
from passmanager.service.http.problems import Conflict, Forbidden
from passmanager.service.ids import new_id
from passmanager.service.news import News, Tell
from passmanager.service.orders.models import Purchase
from passmanager.service.sealing import sealer_of
from passmanager.service.settings import Settings

COOKIE = "pm_device"
PURPOSE = "download device"
LASTS_SECONDS = 400 * 86_400
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Browser:
    """Who asks, as far as a cookie tells.

    Attributes:
        cookie: A valid one: the one that came, or a new one.
        name: What it calls itself.
    """

    cookie: str
    name: str

    @property
    def hash(self) -> str:
        """What is kept of the cookie."""
        return hashlib.sha256(self.cookie.encode()).hexdigest()

    @classmethod
    def of(cls, request: Request, settings: Settings) -> "Browser":
        """The one that sent a request."""
        given = request.cookies.get(COOKIE, "")
        name = "".join(sign for sign in request.headers.get("user-agent", "") if sign.isprintable())
        return cls(given if _is_ours(settings, given) else _new_cookie(settings), name[:LONGEST_NAME])

    def remember(self, response: Response, settings: Settings) -> None:
        """Scripts of pages cannot read it."""
        response.set_cookie(
            COOKIE, self.cookie, max_age=LASTS_SECONDS, httponly=True, samesite="lax",
            secure=settings.public_url.scheme == "https",
        )  # fmt: skip


def _new_cookie(settings: Settings) -> str:
    text = secrets.token_hex(16)
    return f"{text}.{_signature(text, sealer_of(settings).derive(PURPOSE))}"


def _is_ours(settings: Settings, cookie: str) -> bool:
    text, _, signature = cookie.partition(".")
    keys = sealer_of(settings).derive_all(PURPOSE)
    return any(hmac.compare_digest(signature.encode(), _signature(text, key).encode()) for key in keys)


def _signature(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def find(session: Session, purchase: Purchase, person: str, browser: Browser) -> Device | None:
    """The device, if it is known for this purchase and person."""
    return session.scalar(repository.devices_of(purchase.id, person).where(Device.hash == browser.hash))


def send_code(session: Session, access: Access, holder: Holder, now: int) -> str:
    """Mails a code to the holder; the address, mostly hidden.

    Raises:
        Conflict: No address of his is known, or the product asks for another proof.
    """
    rule = access.terms.devices
    if rule is None or rule.challenge == "wallet":
        raise Conflict(
            detail="devices of this purchase are confirmed by a wallet: POST /v1/me/purchases/{id}/devices"
            if rule else "this purchase has no rule about devices: download with the link"
        )  # fmt: skip
    person = person_of(session, holder, access.purchase.store_id)
    email = session.scalar(select(Customer.email).where(Customer.id == person)) or ""
    if not email:
        raise Conflict(detail="no e-mail address of the holder is known; sign in with the wallet that holds it")
    codes.send_code(
        session, purpose=PURPOSE, subject=_subject(access, person), email=email, store_id=access.purchase.store_id,
        merchant_id=merchant_of(session, access.purchase.store_id), now=now,
    )  # fmt: skip
    return _hidden(email)


def _subject(access: Access, person: str) -> str:
    return f"{access.purchase.id}:{person}"


def _hidden(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain[:1]}***{domain[domain.rfind('.') :] if '.' in domain else ''}"


def confirm_by_code(
    session: Session, access: Access, holder: Holder, browser: Browser, code: str, now: int, tell: Tell
) -> Device:
    """A new device, by the code of a mail.

    Raises:
        CodeInvalid: Wrong or over.
        DeviceLimitReached: There are as many as are allowed.
    """
    person = person_of(session, holder, access.purchase.store_id)
    codes.check_code(session, purpose=PURPOSE, subject=_subject(access, person), code=code, now=now)
    return _register(session, access, person, browser, now, tell)


def confirm_by_wallet(
    session: Session, access: Access, holder: Holder, browser: Browser, now: int, tell: Tell
) -> Device:
    """A new device, by the session of a wallet.

    Raises:
        Forbidden: The session is not one of a wallet, or the product asks for another proof.
        DeviceLimitReached: There are as many as are allowed.
    """
    rule = access.terms.devices
    if rule is None:
        raise Conflict(detail="this purchase has no rule about devices: download with the link")
    if not holder.wallet or rule.challenge == "email":
        raise Forbidden(detail="this device has to be confirmed by a code: POST /d/{token}/code of a download link")
    return _register(session, access, person_of(session, holder, access.purchase.store_id), browser, now, tell)


def _register(session: Session, access: Access, person: str, browser: Browser, now: int, tell: Tell) -> Device:
    """The purchase is locked, so that two devices cannot both be the last one."""
    session.execute(select(Purchase.id).where(Purchase.id == access.purchase.id).with_for_update())
    known = find(session, access.purchase, person, browser)
    if known is not None:
        return known
    count = session.scalar(
        select(func.count()).select_from(repository.devices_of(access.purchase.id, person).subquery())
    )
    limit = access.terms.devices.limit if access.terms.devices else 0
    if (count or 0) >= limit:
        raise DeviceLimitReached(
            detail=f"there are {count} devices for purchase {access.purchase.id}, and {limit} are allowed;"
            " the shop can reset them"
        )
    made = Device(
        id=new_id("dev"), purchase_id=access.purchase.id, person=person, hash=browser.hash, name=browser.name,
        created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    data = {"id": made.id, "purchase_id": made.purchase_id, "person": person, "name": made.name}
    tell(session, purchase_news(session, access.purchase, "device.registered", data, now))
    return made


def purchase_news(session: Session, purchase: Purchase, kind: str, data: Mapping[str, object], at: int) -> News:
    """News in the sequence of a purchase."""
    return News(
        type=kind, merchant_id=merchant_of(session, purchase.store_id), store_id=purchase.store_id,
        aggregate_type="purchase", aggregate_id=purchase.id, at=at, data=data,
    )  # fmt: skip


def merchant_of(session: Session, store_id: str) -> str:
    """Whose store it is."""
    return session.scalars(select(Store.merchant_id).where(Store.id == store_id)).one()
