"""All queries about versions, files and downloads."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.repository import products_of, stores_of
from passmanager.service.files.models import (
    Device,
    Download,
    DownloadCount,
    DownloadTerms,
    ProductFile,
    ProductVersion,
)
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import NotFound
from passmanager.service.orders.models import Purchase

# --- for the merchant


def product_to_change(session: Session, caller: Caller, product_id: str) -> Product:
    """A product of the caller, locked: its versions and files change one at a time.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(products_of(caller).where(Product.id == product_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no product {product_id}; see GET /v1/products")
    return found


def versions_of(product: Product) -> Select[ProductVersion]:
    """Of one product."""
    return select(ProductVersion).where(ProductVersion.product_id == product.id)


def get_version(session: Session, product: Product, version_id: str) -> ProductVersion:
    """One of them.

    Raises:
        NotFound: There is none of this id.
    """
    found = session.scalar(versions_of(product).where(ProductVersion.id == version_id))
    if found is None:
        raise NotFound(detail=f"product {product.id} has no version {version_id}")
    return found


def files_of(product: Product) -> Select[ProductFile]:
    """Of one product, without those that were removed."""
    return select(ProductFile).where(ProductFile.product_id == product.id, ProductFile.removed_at.is_(None))


def get_file(session: Session, product: Product, file_id: str) -> ProductFile:
    """One of them.

    Raises:
        NotFound: There is none of this id.
    """
    found = session.scalar(files_of(product).where(ProductFile.id == file_id))
    if found is None:
        raise NotFound(detail=f"product {product.id} has no file {file_id}")
    return found


def versions_by_id(session: Session, ids: Sequence[str]) -> dict[str, ProductVersion]:
    """Some, by id."""
    return {one.id: one for one in session.scalars(select(ProductVersion).where(ProductVersion.id.in_(ids)))}


def downloads_of(caller: Caller) -> Select[Download]:
    """In the stores that a key may touch."""
    return select(Download).where(Download.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_purchase(session: Session, caller: Caller, purchase_id: str) -> Purchase:
    """A right of access in these stores.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    stores = stores_of(caller).with_only_columns(Store.id)
    found = session.scalar(select(Purchase).where(Purchase.id == purchase_id, Purchase.store_id.in_(stores)))
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id}; see GET /v1/purchases")
    return found


# --- for the holder


def renewed_terms(session: Session, purchase_id: str) -> DownloadTerms | None:
    """Of the last reactivation."""
    return session.scalar(select(DownloadTerms).where(DownloadTerms.purchase_id == purchase_id))


def released(session: Session, product_id: str, now: int) -> list[ProductVersion]:
    """Versions that are out, the first one first."""
    asked = select(ProductVersion).where(ProductVersion.product_id == product_id, ProductVersion.released_at <= now)
    return list(session.scalars(asked.order_by(ProductVersion.released_at, ProductVersion.number)))


def live_files(session: Session, product_id: str) -> list[ProductFile]:
    """Files that can be downloaded, the newest first."""
    asked = select(ProductFile).where(ProductFile.product_id == product_id, ProductFile.removed_at.is_(None))
    return list(session.scalars(asked.order_by(ProductFile.number.desc())))


def counts_of(session: Session, purchase_id: str) -> dict[str, int]:
    """Downloads by file."""
    asked = select(DownloadCount.file_id, DownloadCount.count).where(DownloadCount.purchase_id == purchase_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def locked_count(session: Session, purchase_id: str, file_id: str) -> DownloadCount:
    """The counter of a file, locked: parallel downloads are counted one by one."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"purchase_id": purchase_id, "file_id": file_id, "count": 0, "spare": 0}
    session.execute(insert(DownloadCount).values(row).on_conflict_do_nothing())
    asked = select(DownloadCount).where(DownloadCount.purchase_id == purchase_id, DownloadCount.file_id == file_id)
    return session.scalars(asked.with_for_update().execution_options(populate_existing=True)).one()


def download_by(session: Session, link_id: str) -> Download | None:
    """The download that a link began."""
    return session.scalar(select(Download).where(Download.link_id == link_id))


def devices_of(purchase_id: str, person: str | None = None) -> Select[Device]:
    """Devices for a purchase; of one person, if one is named."""
    asked = select(Device).where(Device.purchase_id == purchase_id)
    return asked if person is None else asked.where(Device.person == person)


def forget_devices(session: Session, purchase_id: str) -> None:
    """All of a purchase."""
    session.execute(delete(Device).where(Device.purchase_id == purchase_id))
