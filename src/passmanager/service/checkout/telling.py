"""News of sessions."""

from sqlalchemy.orm import Session

from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.repository import store_of
from passmanager.service.clock import rfc3339
from passmanager.service.http.shapes import money
from passmanager.service.news import News


def session_news(session: Session, found: CheckoutSession, kind: str, at: int) -> News:
    """What merchants hear: what is in the cart; what the buyer entered comes with the order."""
    store = store_of(session, found.store_id)
    quote = found.quote
    return News(
        type=kind, merchant_id=store.merchant_id, store_id=store.id, aggregate_type="checkout",
        aggregate_id=found.id, at=at,
        data={
            "id": found.id, "store_id": store.id, "link_id": found.link_id, "order_id": found.order_id,
            "status": found.status, "test": found.test, "currency": found.currency,
            "total": money(int(quote["total"]), quote["currency"], quote["decimals"]), "items": found.cart["items"],
            "expires_at": rfc3339(found.expires_at),
        },
    )  # fmt: skip
