"""What merchants do about deliveries themselves: deliver by hand, try again, send again."""

import base64
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Product
from passmanager.service.clock import DAY, SECOND
from passmanager.service.engine import wake
from passmanager.service.fulfillment import repository
from passmanager.service.fulfillment.delivering import ask, unit_of
from passmanager.service.fulfillment.models import Fulfillment
from passmanager.service.fulfillment.progress import follow
from passmanager.service.fulfillment.repository import DELIVERED, FAILED, RETURNED, VENDOR, WAITING, Batch
from passmanager.service.fulfillment.schemas import LicenseIn
from passmanager.service.fulfillment.starting import DELIVER, Act, start, stop_calls
from passmanager.service.fulfillment.telling import line_news
from passmanager.service.http.problems import Conflict, NotFound, bad_field
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.issuing import Content, issue
from passmanager.service.licenses.terms import with_rate
from passmanager.service.licenses.vault import Vault
from passmanager.service.news import News
from passmanager.service.orders.finality import ready_lines
from passmanager.service.orders.models import Order, OrderItem
from passmanager.service.orders.settling import right_news
from passmanager.service.orders.status import SETTLED, FulfillmentStatus, PaymentStatus

REACTIVATED = "purchase.reactivated"
RESEND = "internal.delivery.resend"
OVER = frozenset({
    PaymentStatus.REFUNDED.value, PaymentStatus.PARTIALLY_REFUNDED.value, PaymentStatus.CHARGED_BACK.value,
    PaymentStatus.DELETED.value, PaymentStatus.TERMINATED.value,
})  # fmt: skip


def deliver_by_hand(session: Session, order: Order, item_id: str, body: LicenseIn, vault: Vault, act: Act) -> None:
    """The next unit of a line, whatever its method is: an empty pool or a dead web service is no end."""
    data, file_name = _content(body)
    batch = repository.load(session, [order.id])
    one = batch.fulfillments.get(item_id)
    if one is None:
        raise NotFound(detail=f"order {order.id} has no line {item_id} that delivers something")
    _require_open(batch, one)
    before = licenses.units_of(session, [item_id])
    missing = [unit for unit in range(1, one.units + 1) if unit not in before.get(item_id, set())]
    if not missing or one.status == DELIVERED:
        raise Conflict(detail=f"all {one.units} units of line {item_id} are delivered")
    one.status = WAITING
    unit = unit_of(batch, one, missing[0], act.at)
    issue(session, vault, [Content(unit, data, file_name)], act.at)
    follow(session, batch, [one], before, act)
    if one.status == DELIVERED:
        stop_calls(session, [one])


def _content(body: LicenseIn) -> tuple[bytes, str]:
    if (body.text is None) == (body.content is None):
        raise bad_field("/body/text", "one", "send text, or content with file_name, and not both")
    if body.text is not None:
        return body.text.encode(), ""
    if body.file_name is None:
        raise bad_field("/body/file_name", "missing", "a file needs a name")
    try:
        return base64.b64decode(body.content or "", validate=True), body.file_name
    except ValueError as problem:
        raise bad_field("/body/content", "base64", "the content of a file is sent in base64") from problem


def _require_open(batch: Batch, one: Fulfillment) -> None:
    order = batch.order(one)
    if order.payment_status not in SETTLED or batch.item(one).fulfillment_status == FulfillmentStatus.RETURNED:
        raise Conflict(
            detail=f"order {order.id} is {order.payment_status} and its delivery {one.status}: not to be sent"
        )


def retry(session: Session, one: Fulfillment, act: Act) -> None:
    """Tries again now; what waits for stock or a person is looked at again, too."""
    batch = repository.load(session, [one.order_id])
    _require_open(batch, one)
    if one.status == DELIVERED:
        raise Conflict(detail=f"fulfillment {one.id} is delivered")
    if one.status != WAITING:
        raise Conflict(detail=f"fulfillment {one.id} is {one.status}; it starts when the order is paid")
    _again(session, one, act)


def _again(session: Session, one: Fulfillment, act: Act) -> None:
    one.status, one.updated_at = WAITING, act.at
    after = one.config.get("give_up_after")
    one.give_up_at = None if after is None else act.at + after * SECOND
    stop_calls(session, [one])
    if one.method == "web_service":
        there = licenses.units_of(session, [one.order_item_id]).get(one.order_item_id, set())
        one.waits_for = VENDOR
        ask(session, one, [unit for unit in range(1, one.units + 1) if unit not in there], act.at)
    else:
        one.waits_for = "" if one.waits_for != repository.MERCHANT else one.waits_for
        wake(session, DELIVER, [one.order_id], act.at)
    session.flush()


@dataclass(frozen=True, slots=True)
class Wish:
    """How an order is to be reactivated.

    Attributes:
        email: Where this mail goes; empty: to the address of the order.
        refulfill: Deliver the units that are missing.
        item_id: Only this line; all if empty.
    """

    email: str = ""
    refulfill: bool = False
    item_id: str = ""


def reactivate(session: Session, order: Order, wish: Wish, act: Act) -> None:
    """Counters to 0, time limits from today's templates, and the delivery mail again.

    Raises:
        Conflict: It is paid back, canceled, or not paid; an unpaid order is marked paid first.
    """
    batch = repository.load(session, [order.id])
    order = batch.orders[order.id]
    if order.payment_status in OVER or order.payment_status not in SETTLED:
        raise Conflict(detail=f"order {order.id} is {order.payment_status}; only a paid one is reactivated")
    mine = [one for one in batch.fulfillments.values() if wish.item_id in {"", one.order_item_id}]
    kept = [one for one in mine if batch.item(one).refunded_at is None and one.status not in {RETURNED, FAILED}]
    _reset(session, kept, act.at)
    if wish.refulfill:
        for one in kept:
            if one.status == WAITING and one.delivered < one.units:
                _again(session, one, act)
        start(session, ready_lines(session, order), act)
    act.wire.tell_all(session, _news(session, batch, order, kept, wish, act.at))


def _reset(session: Session, fulfillments: list[Fulfillment], at: int) -> None:
    """Devices are forgotten; licenses that end, end later."""
    keys = licenses.issued_to(session, [one.order_item_id for one in fulfillments])
    licenses.forget_activations(session, [key.id for key in keys])
    templates = repository.templates(session, {one.template_id for one in fulfillments if one.template_id})
    today = {one.order_item_id: templates.get(one.template_id or "") for one in fulfillments}
    for key in keys:
        template = today.get(key.order_item_id or "")
        if template is not None:
            days = template.config.get("valid_days")
            key.activation_limit = template.config.get("activation_limit")
            key.terms = with_rate(key.terms, template.config.get("activation_rate"))
            key.expires_at = None if days is None else at + days * DAY
    session.flush()


def _news(session: Session, batch: Batch, order: Order, kept: list[Fulfillment], wish: Wish, at: int) -> list[News]:
    """The mail goes to the address of the wish, which is not kept."""
    news: list[News] = []
    email = wish.email or order.email
    for item in batch.items[order.id]:
        one = batch.fulfillments.get(item.id)
        if wish.item_id not in {"", item.id} or item.refunded_at is not None or (one is not None and one not in kept):
            continue
        right = repository.right_of(session, item.id)
        if right is not None:
            news.append(right_news(order.merchant_id, right, REACTIVATED, at))
        if one is not None:
            news.append(line_news(batch, one, RESEND, at, email=email))
        elif right is not None and session.scalar(select(Product.files).where(Product.id == item.product_id)):
            news.append(_files_news(order, item, email, at))
    return news


def _files_news(order: Order, item: OrderItem, email: str, at: int) -> News:
    """Of a line that is only downloaded: no template delivers it."""
    return News(
        type=RESEND, merchant_id=order.merchant_id, store_id=order.store_id, aggregate_type="order",
        aggregate_id=order.id, at=at,
        data={"order_item_id": item.id, "product_name": item.product_name, "sku": item.sku, "method": "download",
              "units": item.quantity, "email": email},
    )  # fmt: skip
