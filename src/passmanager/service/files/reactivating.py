"""What a reactivation does to downloads: counters to 0, limits of today's terms; versions stay as they were bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.catalog.releases import FILES
from passmanager.service.clock import SECOND
from passmanager.service.files import repository
from passmanager.service.files.models import DownloadCount, DownloadTerms
from passmanager.service.files.terms import Terms
from passmanager.service.news import News
from passmanager.service.orders.models import Purchase


def reactivated(session: Session, news: News) -> None:
    """Listens to `purchase.reactivated`."""
    asked = select(Product.files).join(Purchase, Purchase.product_id == Product.id)
    files = session.scalar(asked.where(Purchase.id == news.aggregate_id))
    if not files:
        return
    today = files["terms"]
    session.execute(delete(DownloadTerms).where(DownloadTerms.purchase_id == news.aggregate_id))
    session.add(
        DownloadTerms(
            purchase_id=news.aggregate_id, limit=today.get("limit", 0), seconds=today.get("seconds"), since=news.at
        )
    )
    session.execute(delete(DownloadCount).where(DownloadCount.purchase_id == news.aggregate_id))
    repository.forget_devices(session, news.aggregate_id)
    session.flush()


@dataclass(frozen=True, slots=True)
class LineDownloads:
    """Downloads of what came with a line of an order.

    Attributes:
        count: Of the file that was downloaded most.
        expires_at: Seconds; None if it does not end.
    """

    limit: int
    count: int
    expires_at: int | None


def downloads_of_lines(session: Session, item_ids: Sequence[str]) -> Mapping[str, LineDownloads]:
    """By line; lines of products without terms are missing."""
    if not item_ids:
        return {}
    most = (
        select(func.max(DownloadCount.count))
        .where(DownloadCount.purchase_id == Purchase.id)
        .correlate(Purchase)
        .scalar_subquery()
    )
    asked = (
        select(Purchase.order_item_id, Purchase.details, Purchase.created_at, DownloadTerms, most)
        .outerjoin(DownloadTerms, DownloadTerms.purchase_id == Purchase.id)
        .where(Purchase.order_item_id.in_(item_ids))
    )
    found: dict[str, LineDownloads] = {}
    for item_id, details, created_at, newest, count in session.execute(asked):
        renewed = cast("DownloadTerms | None", newest)  # of an outer join
        if FILES in details or renewed is not None or count:
            terms = Terms.read(details, created_at, renewed)
            ends = None if terms.ends_at is None else terms.ends_at // SECOND
            found[item_id or ""] = LineDownloads(terms.limit, count or 0, ends)
    return found
