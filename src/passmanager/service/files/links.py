"""Links to downloads: short-lived, sealed with the key of the service, and bound to purchase, file and holder."""

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.clock import SECOND
from passmanager.service.files import access, repository
from passmanager.service.files.access import Offer
from passmanager.service.files.models import ProductFile
from passmanager.service.files.problems import DownloadLimitReached, LinkExpired
from passmanager.service.http.problems import NotFound
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Purchase
from passmanager.service.sealing import CannotOpen, sealer_of
from passmanager.service.settings import Settings

CONTEXT = "download link"
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Link:
    """What is given to the holder.

    Attributes:
        left: How many more downloads of the file are allowed; None if there is no limit.
        expires_at: Milliseconds.
    """

    url: str
    offer: Offer
    left: int | None
    expires_at: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What a link says.

    Attributes:
        id: Tells it from all others: it is counted once.
        expires_at: Milliseconds.
    """

    id: str
    purchase_id: str
    file_id: str
    expires_at: int
    holder: Holder


def make_link(
    session: Session, settings: Settings, holder: Holder, purchase_id: str, file_id: str | None, now: int
) -> Link:
    """A link to a file of a purchase; None for the newest file that the purchase gives.

    Raises:
        NotFound: The purchase is somebody else's, or has no such file.
        PurchaseInactive: It is refunded, over, or held.
        VersionNotEntitled: The file is of a version that the purchase does not give.
        DownloadTimeOver: Too late.
        DownloadLimitReached: The file was downloaded as often as is allowed.
    """
    found = access.of(session, holder, purchase_id, now)
    offer = access.offer(session, found, file_id or _newest(session, found, now), now)
    left = downloads_left(found, repository.counts_of(session, purchase_id).get(offer.file.id, 0))
    if left == 0:
        raise limit_reached(found)
    expires_at = now + settings.link_seconds * SECOND
    token = _seal(settings, Claims(new_id("lnk"), purchase_id, offer.file.id, expires_at, holder))
    return Link(f"{settings.public_url}d/{token}", offer, left, expires_at)


def pages_of(session: Session, settings: Settings, item_id: str) -> list[str]:
    """Where the buyer of a line finds its files, for mails; empty if the product has none."""
    asked = select(Purchase.id).join(ProductFile, ProductFile.product_id == Purchase.product_id)
    found = session.scalars(
        asked.where(Purchase.order_item_id == item_id, ProductFile.removed_at.is_(None)).distinct()
    ).all()
    return [f"{settings.public_url}v1/me/purchases/{one}/files" for one in found]


def _newest(session: Session, found: access.Access, now: int) -> str:
    offers = access.offers(session, found, now)
    if not offers:
        raise NotFound(detail=f"purchase {found.purchase.id} has no file to download")
    return offers[0].file.id


def downloads_left(found: access.Access, count: int) -> int | None:
    """None if there is no limit, which is so where devices are known."""
    if found.terms.limit == 0 or found.terms.devices is not None:
        return None
    return max(found.terms.limit - count, 0)


def limit_reached(found: access.Access) -> DownloadLimitReached:
    """The refusal."""
    return DownloadLimitReached(
        detail=f"the file was downloaded {found.terms.limit} times, as often as purchase {found.purchase.id} allows;"
        " the shop can reactivate it"
    )


def _seal(settings: Settings, claims: Claims) -> str:
    holder = {name: value for name, value in asdict(claims.holder).items() if value}
    said = [claims.id, claims.purchase_id, claims.file_id, claims.expires_at, holder]
    sealed = sealer_of(settings).seal(json.dumps(said, separators=(",", ":")).encode(), CONTEXT)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_link(settings: Settings, token: str, now: int) -> Claims:
    """What a link says; whether its holder still holds the purchase is asked at each use.

    Raises:
        NotFound: This service did not make it.
        LinkExpired: It is over.
    """
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= LONGEST else b""
        said: list[Any] = json.loads(sealer_of(settings).open(sealed, CONTEXT))
    except (CannotOpen, ValueError):
        raise NotFound(detail="there is no such download; see GET /v1/me/purchases") from None
    claims = Claims(said[0], said[1], said[2], said[3], Holder(**said[4]))
    if claims.expires_at <= now:
        path = f"/v1/me/purchases/{claims.purchase_id}/files/{claims.file_id}/link"
        raise LinkExpired(detail=f"the link is over; a new one: POST {path}")
    return claims
