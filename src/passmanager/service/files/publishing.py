"""What a merchant does with versions and files, and with the terms of later purchases."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.catalog.releases import current
from passmanager.service.engine import cancel, enqueue
from passmanager.service.files import repository
from passmanager.service.files.models import ProductFile, ProductVersion
from passmanager.service.files.schemas import Policy, PolicyIn, VersionIn, VersionPatch
from passmanager.service.files.semver import Semver
from passmanager.service.files.uploading import SWEEP, Content
from passmanager.service.http.problems import Conflict, bad_field
from passmanager.service.http.shapes import milliseconds
from passmanager.service.ids import new_id


def add_version(session: Session, product: Product, body: VersionIn, now: int) -> ProductVersion:
    """A draft, or a version that is out at once or at a time to come."""
    found = Semver.parse(body.version)
    if found is None:
        raise bad_field("/body/version", "semver", f"{body.version} is no version such as 1.2 or 1.2.3-beta.1")
    made = ProductVersion(
        id=new_id("ver"), store_id=product.store_id, product_id=product.id, version=body.version, exact=str(found),
        notes=body.notes, released_at=_moment(body.released_at), created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as problem:
        raise Conflict(detail=f"product {product.id} has a version {found} already") from problem
    refresh(session, product, now)
    return made


def _moment(given: datetime | None) -> int | None:
    return None if given is None else milliseconds(given.astimezone(UTC))


def change_version(session: Session, version: ProductVersion, body: VersionPatch, now: int) -> None:
    """Only what is shown of it: its number and its release are what purchases rely on."""
    version.notes, version.updated_at = body.notes, now
    session.flush()


def publish(
    session: Session, product: Product, version: ProductVersion, released_at: datetime | None, now: int
) -> None:
    """Out now, or at a time to come.

    Raises:
        Conflict: It is out already: purchases rely on it.
    """
    if version.released_at is not None and version.released_at <= now:
        raise Conflict(detail=f"version {version.version} is out already")
    version.released_at = _moment(released_at) or now
    version.updated_at = now
    refresh(session, product, now)


def remove_version(session: Session, product: Product, version: ProductVersion, now: int) -> None:
    """A draft and its files.

    Raises:
        Conflict: It is out: who bought it keeps it. Remove its files instead.
    """
    if version.released_at is not None and version.released_at <= now:
        raise Conflict(detail=f"version {version.version} is out; who bought it keeps it. Its files can be removed")
    if session.scalar(select(ProductFile.id).where(ProductFile.version_id == version.id).limit(1)) is not None:
        raise Conflict(detail=f"version {version.version} has or had files; it stays a draft")
    session.delete(version)
    session.flush()
    refresh(session, product, now)


def add_file(
    session: Session, product: Product, version: ProductVersion | None, name: str, content: Content, now: int
) -> ProductFile:
    """A file that was uploaded.

    Raises:
        Conflict: The product, or this version of it, has a file of this name.
    """
    version_id = None if version is None else version.id
    same = repository.files_of(product).where(ProductFile.name == name, ProductFile.version_id == version_id)
    if session.scalar(same) is not None:
        raise Conflict(detail=f"there is a file {name} already; remove it first")
    made = ProductFile(
        id=content.id, store_id=product.store_id, product_id=product.id, version_id=version_id, name=name,
        media_type=content.media_type, size=content.size, sha256=content.sha256, created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    cancel(session, SWEEP, made.id)
    session.refresh(made)
    refresh(session, product, now)
    return made


def remove_file(session: Session, product: Product, file: ProductFile, now: int) -> None:
    """Nobody can download it any more; its content goes."""
    file.removed_at = now
    session.flush()
    enqueue(session, SWEEP, file.id, now)
    refresh(session, product, now)


def policy_of(product: Product) -> Policy:
    """The terms of later purchases; without any, everything is allowed."""
    return Policy.model_validate(product.files.get("terms") or Policy().model_dump(mode="json"))


def set_policy(session: Session, product: Product, body: PolicyIn, now: int) -> None:
    """For later purchases, and for those that are reactivated."""
    terms = body.model_dump(mode="json", exclude_none=True, exclude={"updates": {"date"}})
    if body.updates.date is not None:
        terms["updates"]["until"] = milliseconds(body.updates.date)
    product.files = {**product.files, "terms": terms}
    refresh(session, product, now)


def refresh(session: Session, product: Product, now: int) -> None:
    """What purchases copy: the terms, and the versions from the highest down, pre-releases last."""
    out = session.scalars(repository.versions_of(product).where(ProductVersion.released_at.is_not(None))).all()
    read = [(one, found) for one in out if (found := Semver.parse(one.version)) is not None]
    ranked = sorted(read, key=lambda pair: (not pair[1].pre, pair[1].key), reverse=True)
    product.files = {
        "terms": product.files.get("terms") or Policy().model_dump(mode="json", exclude_none=True),
        "releases": [[one.released_at, one.version] for one, _ in ranked],
    }
    product.files = {**product.files, "shown": _shown(session, product, now)}
    product.updated_at = now
    session.flush()


def _shown(session: Session, product: Product, now: int) -> dict[str, Any]:
    """The file that faces of other shops show: of the current version, or else of the product."""
    version = current(product.files, now)
    ids = session.scalars(
        select(ProductVersion.id).where(ProductVersion.product_id == product.id, ProductVersion.version == version)
    ).all()
    files = list(session.scalars(repository.files_of(product).order_by(ProductFile.number)))
    found = next(
        (one for one in files if one.version_id in ids), next((f for f in files if f.version_id is None), None)
    )
    return {} if found is None else {"name": found.name, "media_type": found.media_type, "size": found.size}
