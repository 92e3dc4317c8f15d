"""A download: who may, what is sent, and when it counts.

A link counts once, when the first bytes of its file are sent. `HEAD` counts never. A part that begins later than the
file does not count either, as programs ask for several parts at once and go on where they were interrupted: up to
the size of the file for each purchase, so that no parts ever add up to a download that is free.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import IO, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from passmanager.errors import PassManagerError
from passmanager.service.accounts.holders import person_of
from passmanager.service.db import read_scope, session_scope
from passmanager.service.files import access, devices, links, repository
from passmanager.service.files.access import Access, Offer
from passmanager.service.files.devices import Browser
from passmanager.service.files.links import Claims
from passmanager.service.files.models import Device, Download
from passmanager.service.files.problems import DeviceUnknown
from passmanager.service.files.ranges import Part
from passmanager.service.http.problems import Problem
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Purchase
from passmanager.service.services import Services

CHUNK: Final = 256 * 1024
CHECKED_EVERY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """A link that opens, at this moment.

    Attributes:
        person: Who holds the purchase: a customer, or a wallet.
        device: The one that asks, where devices have to be known.
    """

    claims: Claims
    access: Access
    offer: Offer
    person: str
    device: Device | None


def visit(session: Session, claims: Claims, browser: Browser, now: int) -> Visit:
    """May the holder of the link have the file now, on this device?

    Raises:
        NotFound: The purchase went to somebody else, or the file is gone.
        PurchaseInactive: It is refunded, over, or held.
        VersionNotEntitled: It never gave this file.
        DownloadTimeOver: Too late.
        DeviceUnknown: The device has to be confirmed first.
    """
    found = access.of(session, claims.holder, claims.purchase_id, now)
    offer = access.offer(session, found, claims.file_id, now)
    person = person_of(session, claims.holder, found.purchase.store_id)
    if found.terms.devices is None:
        return Visit(claims, found, offer, person, None)
    device = devices.find(session, found.purchase, person, browser)
    if device is None:
        raise DeviceUnknown(
            detail="this device is not known yet: POST /d/{token}/code sends a code to the holder, and"
            " POST /d/{token}/device takes it; a wallet that signed in: POST /v1/me/purchases/{id}/devices"
        )
    return Visit(claims, found, offer, person, device)


def count(session: Session, asked: Visit, part: Part, now: int) -> str | None:
    """Counts a request for some bytes; the id of its download, or None if it belongs to none.

    Raises:
        DownloadLimitReached: The purchase allows no more.
    """
    counter = repository.locked_count(session, asked.claims.purchase_id, asked.offer.file.id)
    begun = repository.download_by(session, asked.claims.id)
    if begun is not None:
        return begun.id
    if links.downloads_left(asked.access, counter.count) == 0:
        raise links.limit_reached(asked.access)
    if part.start > 0 and counter.spare + part.length < part.size:
        counter.spare += part.length
        return None
    counter.count += 1
    counter.spare = 0
    made = Download(
        id=new_id("dow"), link_id=asked.claims.id, store_id=asked.access.purchase.store_id,
        purchase_id=asked.claims.purchase_id, file_id=asked.offer.file.id,
        device_id=asked.device.id if asked.device else None, person=asked.person, started_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


class DownloadStopped(PassManagerError):
    """The holder lost the purchase while its file was sent: the connection is closed before the file is whole."""

    purchase_id: str
    code: str

    def __str__(self) -> str:
        return f"a download of purchase {self.purchase_id} was stopped: {self.code}"


@dataclass(frozen=True, slots=True)
class Sending:
    """Bytes on their way.

    Attributes:
        download_id: None for parts that are not counted.
    """

    services: Services
    claims: Claims
    browser: Browser
    part: Part
    download_id: str | None

    def bytes_of(self, content: IO[bytes]) -> Generator[bytes]:
        """The part, piece by piece.

        Raises:
            DownloadStopped: The holder lost the purchase meanwhile.
        """
        with content:
            content.seek(self.part.start)
            left, unchecked = self.part.length, 0
            while left and (piece := content.read(min(CHUNK, left))):
                if unchecked >= CHECKED_EVERY:
                    unchecked = 0
                    self._require_still()
                left -= len(piece)
                unchecked += len(piece)
                yield piece
        if not left and self.part.end == self.part.size:
            self._complete()

    def _require_still(self) -> None:
        """The link may expire while its file is sent; all else must stay as it was."""
        try:
            with read_scope(self.services.sessions) as session:
                visit(session, self.claims, self.browser, self.services.clock.now())
        except Problem as problem:
            raise DownloadStopped(purchase_id=self.claims.purchase_id, code=problem.code) from None

    def _complete(self) -> None:
        if self.download_id is None:
            return
        now = self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            done = (
                update(Download)
                .where(Download.id == self.download_id, Download.completed_at.is_(None))
                .values(completed_at=now)
                .returning(Download.file_id, Download.person, Download.device_id)
            )
            row = session.execute(done).one_or_none()
            if row is not None:
                purchase = session.scalars(select(Purchase).where(Purchase.id == self.claims.purchase_id)).one()
                data = {"id": self.download_id, "purchase_id": purchase.id, "file_id": row[0], "person": row[1]}
                news = devices.purchase_news(
                    session, purchase, "download.completed", {**data, "device_id": row[2]}, now
                )
                self.services.wire.tell(session, news)
