"""What somebody may download: of which purchase, which files, in which versions, how often and how long."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.entitlement import is_active
from passmanager.service.accounts.holders import Holder, held_by
from passmanager.service.catalog.models import Product
from passmanager.service.chain.repository import levels_of
from passmanager.service.clock import rfc3339
from passmanager.service.files import repository
from passmanager.service.files.models import ProductFile, ProductVersion
from passmanager.service.files.problems import (
    DownloadTimeOver,
    PurchaseInactive,
    PurchaseNotReady,
    VersionNotEntitled,
)
from passmanager.service.files.terms import Terms
from passmanager.service.http.problems import NotFound
from passmanager.service.orders.finality import PAYING, default_depth, newest
from passmanager.service.orders.models import Order, OrderItem, Payment, Purchase
from passmanager.service.orders.status import SETTLED, PaymentStatus

ENDS_BY_CHAIN = frozenset({*SETTLED, PaymentStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class Offer:
    """A file, and its version if it belongs to one."""

    file: ProductFile
    version: ProductVersion | None


@dataclass(frozen=True, slots=True)
class Access:
    """What a purchase that may be used gives."""

    purchase: Purchase
    terms: Terms


def of(session: Session, holder: Holder, purchase_id: str, now: int) -> Access:
    """The purchase, if the person holds it and it may be used.

    Raises:
        NotFound: It is somebody else's.
        PurchaseInactive: It is refunded, over, or held.
        PurchaseNotReady: Its payment is not deep enough in the chain.
    """
    purchase = session.scalar(select(Purchase).where(Purchase.id == purchase_id, held_by(holder)))
    if purchase is None:
        raise NotFound(detail=f"there is no purchase {purchase_id} of yours; see GET /v1/me/purchases")
    require_usable(session, purchase, now)
    return Access(purchase, Terms.of(purchase, repository.renewed_terms(session, purchase.id)))


def require_usable(session: Session, purchase: Purchase, now: int) -> None:
    """Refuses what is over, not paid, or not to be delivered yet.

    Raises:
        PurchaseInactive: It is refunded, over, or held.
        PurchaseNotReady: Its payment is not deep enough in the chain.
    """
    if not is_active(purchase, now):
        state = "over" if purchase.status == "active" else purchase.status
        raise PurchaseInactive(detail=f"purchase {purchase.id} is {state}; only an active one can be used")
    item = session.scalar(select(OrderItem).where(OrderItem.id == purchase.order_item_id))
    if item is None:
        return
    status = session.scalars(select(Order.payment_status).where(Order.id == item.order_id)).one()
    if purchase.subscription and status in ENDS_BY_CHAIN:  # other orders renew it, and the chain says when it ends
        _require_deep(session, item)
        return
    if status not in SETTLED:
        raise PurchaseInactive(detail=f"the order of purchase {purchase.id} is {status}; only a paid one can be used")
    if item.refunded_at is not None:
        raise PurchaseInactive(detail=f"purchase {purchase.id} was paid back at {rfc3339(item.refunded_at)}")
    _require_deep(session, item)


def _require_deep(session: Session, item: OrderItem) -> None:
    """Nothing is used before a delivery would be made."""
    paid = session.scalars(select(Payment).where(Payment.order_id == item.order_id, Payment.status.in_(PAYING))).all()
    depth = session.scalar(select(Product.deliver_on).where(Product.id == item.product_id))
    if paid and not any(_deep(session, payment, depth) for payment in paid):
        raise PurchaseNotReady(detail=f"the payment of order {item.order_id} is not deep enough yet; try again later")


def _deep(session: Session, payment: Payment, depth: str | None) -> bool:
    if payment.chain_id is None or payment.block_number is None:
        return True
    return payment.block_number <= newest(
        levels_of(session, payment.chain_id), depth or default_depth(payment.chain_id)
    )


def offers(session: Session, access: Access, now: int) -> list[Offer]:
    """Every file that the purchase gives, the newest version first."""
    product_id = access.purchase.product_id
    if product_id is None:
        return []
    out = repository.released(session, product_id, now)
    allowed = {one.id: one for one in out if access.terms.allow(one, out[0])}
    found = [
        Offer(one, allowed.get(one.version_id or "")) for one in repository.live_files(session, product_id)
        if one.version_id is None or one.version_id in allowed
    ]  # fmt: skip
    return sorted(found, key=_rank, reverse=True)


def _rank(offer: Offer) -> tuple[int, int]:
    return (offer.version.released_at or 0 if offer.version else 0), offer.file.number


def offer(session: Session, access: Access, file_id: str, now: int) -> Offer:
    """One file.

    Raises:
        NotFound: The product has no such file, or its version is not out.
        VersionNotEntitled: The purchase does not give its version.
        DownloadTimeOver: Too late.
    """
    file = session.scalar(
        select(ProductFile).where(
            ProductFile.id == file_id,
            ProductFile.product_id == access.purchase.product_id,
            ProductFile.removed_at.is_(None),
        )
    )
    if file is None:
        raise _no_file(access, file_id)
    if access.terms.ends_at is not None and access.terms.ends_at <= now:
        raise DownloadTimeOver(
            detail=f"downloads of purchase {access.purchase.id} ended at {rfc3339(access.terms.ends_at)};"
            " the shop can reactivate it"
        )
    return Offer(file, _version(session, access, file, now))


def _version(session: Session, access: Access, file: ProductFile, now: int) -> ProductVersion | None:
    if file.version_id is None:
        return None
    out = repository.released(session, file.product_id, now)
    version = next((one for one in out if one.id == file.version_id), None)
    if version is None:
        raise _no_file(access, file.id)
    if not access.terms.allow(version, out[0]):
        raise VersionNotEntitled(
            detail=f"version {version.version} does not belong to purchase {access.purchase.id}, which was made at"
            f" version {access.terms.version or out[0].version} and gives {access.terms.say()}"
        )
    return version


def _no_file(access: Access, file_id: str) -> NotFound:
    purchase_id = access.purchase.id
    return NotFound(
        detail=f"purchase {purchase_id} has no file {file_id}; see GET /v1/me/purchases/{purchase_id}/files"
    )
