"""Delivery inside the database: many orders in one transaction."""

import base64
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from passmanager.service.clock import DAY, SECOND
from passmanager.service.engine import enqueue_many, wake
from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.progress import follow
from passmanager.service.fulfillment.repository import MERCHANT, STOCK, VENDOR, WAITING, Batch, url_of
from passmanager.service.fulfillment.starting import CALL, RESTOCK, Act, call_key, deliverable
from passmanager.service.licenses import pools
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.issuing import Content, Unit, issue, issue_from_pool
from passmanager.service.licenses.patterns import STANDARD, make_key, make_test_key
from passmanager.service.licenses.terms import terms_of
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News
from passmanager.service.sealing import Sealer

MOST_ORDERS = 100
RETRY_MS = SECOND
IN_DATABASE = frozenset({"generated", "pool", "shared", "information"})


@dataclass(slots=True)
class Delivery:
    """One transaction of deliveries.

    Attributes:
        missing: Units without a key, by line.
        informed: Deliveries that are a mail and nothing else.
    """

    session: Session
    vault: Vault
    sealer: Sealer
    act: Act
    batch: Batch
    missing: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    informed: set[str] = field(default_factory=set[str])

    def units(self, one: Fulfillment) -> Iterator[Unit]:
        """What is still owed for a line."""
        for number in self.missing[one.order_item_id]:
            yield unit_of(self.batch, one, number, self.act.at)


def unit_of(batch: Batch, one: Fulfillment, number: int, at: int) -> Unit:
    """One unit of a line, with the terms of its license."""
    days = one.config.get("valid_days")
    return Unit(
        store_id=one.store_id, order_id=one.order_id, order_item_id=one.order_item_id,
        product_id=batch.item(one).product_id, unit=number, purchase_id=batch.rights.get(one.order_item_id),
        kind=one.deliverable, activation_limit=one.config.get("activation_limit"),
        expires_at=None if days is None else at + days * DAY, terms=terms_of(one.method, one.config),
        test=batch.order(one).test,
    )  # fmt: skip


def shared_context(template_id: str | None) -> str:
    """To what the key of a shared template is bound."""
    return f"{template_id} shared key"


def deliver(session: Session, order_ids: Collection[str], vault: Vault, sealer: Sealer, act: Act) -> None:
    """Delivers what of these orders is due, as far as it can."""
    batch = repository.load(session, order_ids)
    due = [
        one
        for one in batch.fulfillments.values()
        if one.status == WAITING and one.waits_for in {"", STOCK} and deliverable(batch, one)
    ]
    before = licenses.units_of(session, [one.order_item_id for one in due])
    work = Delivery(session, vault, sealer, act, batch)
    for one in due:
        there = before.get(one.order_item_id, set())
        work.missing[one.order_item_id] = [unit for unit in range(1, one.units + 1) if unit not in there]
    _make(work, [one for one in due if one.method in {"generated", "shared"}])
    from_pool = [one for one in due if one.method == "pool"]
    _make_test_keys(work, [one for one in from_pool if batch.order(one).test])
    news = _draw(work, [one for one in from_pool if not batch.order(one).test])
    work.informed = {one.id for one in due if one.method == "information"}
    for one in due:
        if one.method not in IN_DATABASE:
            _hand_over(work, one)
    follow(session, batch, due, before, act, work.informed)
    act.wire.tell_all(session, news)


def _make(work: Delivery, due: Sequence[Fulfillment]) -> None:
    """Generated and shared keys."""
    contents = [
        Content(unit, _text(work, one).encode(), shared=one.method == "shared")
        for one in due
        for unit in work.units(one)
    ]
    issue(work.session, work.vault, contents, work.act.at)


def _make_test_keys(work: Delivery, due: Sequence[Fulfillment]) -> None:
    """Test orders take no key of a pool: those cost the merchant money."""
    contents = [Content(unit, make_test_key().encode()) for one in due for unit in work.units(one)]
    issue(work.session, work.vault, contents, work.act.at)


def _text(work: Delivery, one: Fulfillment) -> str:
    if one.method == "generated":
        return make_key(one.config.get("pattern") or STANDARD, one.config.get("prefix", ""))
    sealed = base64.b64decode(one.config["sealed_key"])
    return work.sealer.open(sealed, shared_context(one.template_id)).decode()


def _draw(work: Delivery, due: Sequence[Fulfillment]) -> list[News]:
    """Keys of pools, to the oldest orders first; who gets none waits for stock."""
    news: list[News] = []
    for pool_id in sorted({one.pool_id for one in due if one.pool_id}):
        mine = sorted((one for one in due if one.pool_id == pool_id), key=lambda one: one.number)
        units = [unit for one in mine for unit in work.units(one)]
        got = issue_from_pool(work.session, pool_id, units, work.act.at)
        short = {unit.order_item_id for unit in units[got:]}
        for one in mine:
            one.waits_for = STOCK if one.order_item_id in short else ""
            one.problem = "the key pool is empty" if one.waits_for else ""
        news += pools.watch(work.session, pool_id, work.batch.order(mine[0]).merchant_id, work.act.at)
        if short and licenses.count_free(work.session, pool_id, 1):
            wake(work.session, RESTOCK, [pool_id], work.act.at + RETRY_MS)  # others held them and gave them back
    return news


def _hand_over(work: Delivery, one: Fulfillment) -> None:
    """To the merchant's web service, or to the merchant."""
    if one.method == "manual":
        one.waits_for = MERCHANT
        return
    one.waits_for = VENDOR
    ask(work.session, one, work.missing[one.order_item_id], work.act.at)


def ask(session: Session, one: Fulfillment, units: Sequence[int], at: int) -> None:
    """The merchant's web service is to be asked for these units."""
    lane = f"vendor:{urlsplit(url_of(one, 'new') or '').hostname}"
    calls = [(call_key(one.id, unit), at, {"fulfillment_id": one.id, "unit": unit}) for unit in units]
    enqueue_many(session, CALL, calls, lane=lane)


def restock(session: Session, pool_id: str, vault: Vault, sealer: Sealer, act: Act) -> None:
    """A pool has keys again: whoever waits for some gets them, the oldest order first."""
    order_ids = repository.waiting_for_stock(session, pool_id, MOST_ORDERS)
    if not order_ids:
        return
    deliver(session, order_ids, vault, sealer, act)
    if licenses.count_free(session, pool_id, 1) and repository.waiting_for_stock(session, pool_id, 1):
        wake(session, RESTOCK, [pool_id], act.at)
