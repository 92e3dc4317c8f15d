"""What happens when somebody opens a link: its products come into the cart of his browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.models import Store
from passmanager.service.checkout import carting, links, opening, repository
from passmanager.service.checkout.models import CheckoutLink, CheckoutSession
from passmanager.service.checkout.problems import LinkExpired
from passmanager.service.checkout.telling import session_news
from passmanager.service.http.auth import hash_key
from passmanager.service.http.problems import Gone, NotFound, bad_field
from passmanager.service.orders.schemas import ItemIn
from passmanager.service.orders.settling import Act

YES = frozenset({"1", "y", "yes", "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the address says.

    Attributes:
        product_ids: More products than the link's own; units and amounts go with them by position, or else with
            the link's own.
        form: Of the buyer: it is written over what he entered.
        fields: Custom fields, whose names begin with `x-`.
        query: Where he comes from: `ref` and `utm_…`.
        token: Of the cart that his browser has already.
    """

    product_ids: Sequence[str] = ()
    units: Sequence[int] = ()
    amounts: Sequence[str] = ()
    currency: str | None = None
    coupon: str | None = None
    clear: bool = False
    form: dict[str, Any] = field(default_factory=dict[str, Any])
    fields: dict[str, str] = field(default_factory=dict[str, str])
    query: dict[str, str] = field(default_factory=dict[str, str])
    token: str | None = None


def find(session: Session, slug: str, now: int) -> CheckoutLink:
    """A link that is good.

    Raises:
        NotFound: There is none.
        Gone: It is archived.
        LinkExpired: It is over.
    """
    link = repository.find_link(session, slug)
    if link is None:
        raise NotFound(detail="there is no such link; ask the shop for another one")
    if link.archived_at is not None:
        raise Gone(detail="this link is not in use any more; ask the shop for another one")
    if link.expires_at is not None and link.expires_at <= now:
        raise LinkExpired(detail="this link is over; ask the shop for another one")
    return link


def visit(session: Session, link: CheckoutLink, visit: Visit, act: Act) -> tuple[CheckoutSession, str]:
    """The cart with the link's products in it, and its token: the browser's own, or a new one."""
    store = repository.store_of(session, link.store_id)
    found, token = _own(session, link, visit, act.at), visit.token
    fresh = found is None
    if found is None or token is None:
        found, token = opening.begin(store, act.at, link.offer["lasts"])
        found.currency = ""
    if visit.clear:
        carting.empty(found)
    items = _items(link, visit)
    _choose_currency(session, found, store, link, visit, items)
    if found.currency not in {visit.currency if visit.amounts else "", link.offer["currency"]}:
        items = [item.model_copy(update={"amount": None}) for item in items]  # they are in another currency
    _fill(found, link, visit)
    carting.add(found, items, promised=True)
    carting.reprice(session, found, store, act.at)
    if fresh:
        opening.keep(session, found, act)
    else:
        session.flush()
        act.tell(session, session_news(session, found, "checkout.updated", act.at))
    return found, token


def _own(session: Session, link: CheckoutLink, visit: Visit, now: int) -> CheckoutSession | None:
    """The cart of the browser, if it is of this shop, and no order yet."""
    if visit.token is None:
        return None
    found = session.scalar(repository.of_token(hash_key(visit.token)).with_for_update())
    if found is None or found.store_id != link.store_id:
        return None
    return found if found.status == "open" and found.expires_at > now and found.test == link.offer["test"] else None


def _items(link: CheckoutLink, visit: Visit) -> list[ItemIn]:
    """The link's own, and those of the address."""
    own = links.items_of(link)
    more = [ItemIn(product_id=one) for one in visit.product_ids]
    named = more or own
    for name, values in (("qty", visit.units), ("amount", visit.amounts)):
        if len(values) > len(named):
            raise bad_field(f"/query/{name}", "count", f"{len(values)} values of {name} for {len(named)} products")
    for item, units in zip(named, visit.units, strict=False):
        item.quantity = units
    for item, amount in zip(named, visit.amounts, strict=False):
        item.amount = amount
    return [*own, *more]


def _choose_currency(
    session: Session, found: CheckoutSession, store: Store, link: CheckoutLink, visit: Visit, items: list[ItemIn]
) -> None:
    """The address's word counts first, then the cart's, the link's, the store's, and what the product is priced in."""
    symbol = visit.currency or found.currency or link.offer["currency"] or _usual(session, store, items)
    if catalog.find_currency(session, store, symbol) is None:
        raise bad_field("/query/currency", "currency", f"this shop does not sell in {symbol}")
    carting.switch_currency(found, symbol)


def _usual(session: Session, store: Store, items: list[ItemIn]) -> str:
    if not items:
        return store.currency
    product = catalog.get_product(session, carting.seller_of(store), items[0].product_id)
    symbols = [currency.symbol for _, currency in catalog.prices_of(session, product)]
    return symbols[0] if symbols and store.currency not in symbols else store.currency


def _fill(found: CheckoutSession, link: CheckoutLink, visit: Visit) -> None:
    offer, form = link.offer, dict(found.form)
    form["custom_fields"] = {**form["custom_fields"], **offer["custom_fields"], **visit.fields}
    for name in ("locale", "payment_method"):
        if offer[name] is not None:
            form[name] = offer[name]
    form |= visit.form
    if "customer" in visit.form:
        form["customer"] = {**found.form.get("customer", {}), **visit.form["customer"]}
    found.form = form
    coupon = visit.coupon or offer["coupon"] or found.cart["coupon"]
    found.cart = {**found.cart, "coupon": coupon}
    found.link_id, found.test = link.id, offer["test"]
    query = {**found.context["query"], **visit.query}
    found.context = {**found.context, "redirects": offer["redirects"], "query": query}
