"""Ways to pay: the chain for its tokens, else what the store offers."""

from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Store
from passmanager.service.http.problems import bad_field
from passmanager.service.orders.placing import CHAIN

FREE = "free"


def methods_of(session: Session, store: Store, symbol: str) -> dict[str, str]:
    """Names and instructions of the ways to pay in a currency."""
    currency = catalog.find_currency(session, store, symbol)
    if currency is None:
        return {}
    offline: dict[str, str] = store.settings.get("offline_methods", {})
    return {CHAIN: ""} if currency.chain_id is not None else dict(offline)


def choose(session: Session, store: Store, symbol: str, wanted: str | None) -> tuple[str, str]:
    """The method and its instructions; the only one if none is named.

    Raises:
        InvalidInput: The store does not have it, or has several and none is named.
    """
    found = methods_of(session, store, symbol)
    if wanted is None and len(found) == 1:
        return next(iter(found.items()))
    if wanted is None or wanted not in found:
        names = ", ".join(sorted(found)) or "none yet: the shop sets `offline_methods` by PATCH /v1/stores"
        raise bad_field("/body/payment_method", "method", f"name a way to pay in {symbol}: {names}")
    return wanted, found[wanted]
