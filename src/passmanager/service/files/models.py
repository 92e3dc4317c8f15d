"""Tables of versions, files, what was downloaded of them, and the devices that may download."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passmanager.service.db import Base, BigKey


class ProductVersion(Base):
    """A version of a product.

    Attributes:
        version: As the merchant writes it, such as `1.2`.
        exact: The same in three numbers, `1.2.0`: unique in a product.
        released_at: Buyers have it from then on; null while it is a draft.
    """

    __tablename__ = "product_versions"
    __table_args__ = (UniqueConstraint("product_id", "exact"), Index(None, "product_id", "number"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    version: Mapped[str]
    exact: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    released_at: Mapped[int | None]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class ProductFile(Base):
    """A file that was uploaded; its content lies in the store of files under its id.

    Attributes:
        version_id: Null for a file that belongs to the product whatever its version is.
        sha256: Of the content, 64 hexadecimal digits.
        removed_at: Nobody can download it from then on.
    """

    __tablename__ = "product_files"
    __table_args__ = (Index(None, "product_id", "number"), Index(None, "version_id"))

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("product_versions.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    removed_at: Mapped[int | None]
    created_at: Mapped[int]


class DownloadCount(Base):
    """How often a file was downloaded for a purchase, since it was bought or reactivated.

    Attributes:
        spare: Bytes of later parts that were sent without being counted; they never become a whole file.
    """

    __tablename__ = "download_counts"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("product_files.id"), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    spare: Mapped[int] = mapped_column(default=0)


class DownloadTerms(Base):
    """Terms that a purchase got when it was reactivated, in place of those that it kept."""

    __tablename__ = "download_terms"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    limit: Mapped[int]
    seconds: Mapped[int | None]
    since: Mapped[int]


class Download(Base):
    """A download that began: one for each link.

    Attributes:
        link_id: Of the link; a second request with it is the same download.
        person: Customer or wallet.
        completed_at: When the last byte was sent.
    """

    __tablename__ = "downloads"
    __table_args__ = (
        Index(None, "store_id", "number"),
        Index(None, "purchase_id", "number"),
        Index(None, "file_id", "number"),
    )

    number: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    link_id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    file_id: Mapped[str] = mapped_column(ForeignKey("product_files.id"))
    device_id: Mapped[str | None]
    person: Mapped[str]
    started_at: Mapped[int]
    completed_at: Mapped[int | None]


class Device(Base):
    """A browser in which somebody proved to be the holder of a purchase.

    Attributes:
        person: Customer or wallet; when the purchase goes to somebody else, it opens nothing any more.
        hash: Of the random text in its cookie.
        name: What the browser calls itself.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("purchase_id", "person", "hash"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id"))
    person: Mapped[str]
    hash: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]
