"""How files, versions, downloads and devices look in answers."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.files import access, repository
from passmanager.service.files.links import Link, downloads_left
from passmanager.service.files.models import Device, Download, ProductFile, ProductVersion
from passmanager.service.files.schemas import (
    DeviceRule,
    DownloadDeviceOut,
    DownloadLinkOut,
    DownloadOut,
    FileOfMine,
    FileOut,
    FilesOfMine,
    VersionOut,
)


def show_file(file: ProductFile) -> FileOut:
    """One file."""
    return FileOut.model_validate(file, from_attributes=True)


def show_versions(session: Session, product: Product, versions: Sequence[ProductVersion], now: int) -> list[VersionOut]:
    """Many, their files in one query."""
    asked = repository.files_of(product).where(ProductFile.version_id.in_([one.id for one in versions]))
    files: dict[str | None, list[FileOut]] = {}
    for file in session.scalars(asked.order_by(ProductFile.number)):
        files.setdefault(file.version_id, []).append(show_file(file))
    return [_version(one, files.get(one.id, []), now) for one in versions]


def _version(one: ProductVersion, files: list[FileOut], now: int) -> VersionOut:
    out = one.released_at is not None and one.released_at <= now
    return VersionOut(
        id=one.id, product_id=one.product_id, version=one.version, notes=one.notes,
        status="draft" if one.released_at is None else "released" if out else "scheduled",
        released_at=one.released_at, files=files, created_at=one.created_at, updated_at=one.updated_at,
    )  # fmt: skip


def show_download(one: Download) -> DownloadOut:
    """One download."""
    return DownloadOut.model_validate(one, from_attributes=True)


def show_device(one: Device) -> DownloadDeviceOut:
    """One device."""
    return DownloadDeviceOut.model_validate(one, from_attributes=True)


def show_mine(session: Session, found: access.Access, now: int) -> FilesOfMine:
    """What a purchase gives; nothing when its time is over."""
    terms, counts = found.terms, repository.counts_of(session, found.purchase.id)
    over = terms.ends_at is not None and terms.ends_at <= now
    return FilesOfMine(
        purchase_id=found.purchase.id, version=terms.version, updates=terms.say(), download_limit=terms.limit,
        expires_at=terms.ends_at,
        devices=None if terms.devices is None else DeviceRule.model_validate(terms.devices, from_attributes=True),
        data=[] if over else [_mine(found, one, counts) for one in access.offers(session, found, now)],
    )  # fmt: skip


def _mine(found: access.Access, offer: access.Offer, counts: dict[str, int]) -> FileOfMine:
    file, version = offer.file, offer.version
    count = counts.get(file.id, 0)
    return FileOfMine(
        id=file.id, name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256,
        version=version and version.version, released_at=version and version.released_at, download_count=count,
        downloads_left=downloads_left(found, count),
    )  # fmt: skip


def show_link(link: Link) -> DownloadLinkOut:
    """One link."""
    file, version = link.offer.file, link.offer.version
    return DownloadLinkOut(
        url=link.url, file_id=file.id, name=file.name, size=file.size, sha256=file.sha256,
        version=version and version.version, downloads_left=link.left, expires_at=link.expires_at,
    )  # fmt: skip


def devices_of(session: Session, purchase_id: str) -> list[DownloadDeviceOut]:
    """All of a purchase."""
    found = session.scalars(
        select(Device).where(Device.purchase_id == purchase_id).order_by(Device.created_at, Device.id)
    )
    return [show_device(one) for one in found]
