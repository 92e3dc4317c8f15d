"""Endpoints of orders: placing, paying, deciding, reading."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from passmanager.service.catalog import repository as catalog
from passmanager.service.catalog.requirements import RequirementUnmet
from passmanager.service.db import rows
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.limits import client_address
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page_answer
from passmanager.service.http.problems import refuses
from passmanager.service.http.shapes import Id
from passmanager.service.orders import blocking, coupons, deciding, placing, showing
from passmanager.service.orders.lists import OrderFilters, get_order, history_of, listed
from passmanager.service.orders.models import Order
from passmanager.service.orders.placing import ForUser, Origin
from passmanager.service.orders.schemas import (
    BlockRuleIn,
    BlockRuleOut,
    DiscountIn,
    DiscountOut,
    MethodIn,
    MoveOut,
    OrderIn,
    OrderOut,
    ReasonIn,
    ShipmentIn,
    ShipmentOut,
)
from passmanager.service.orders.settling import Act
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="orders")

Reader = Annotated[Caller, Depends(require("orders:read"))]
Writer = Annotated[Caller, Depends(require("orders:write"))]
PlaceOnce = Annotated[Once, Depends(once("orders:write", required=True), scope="function")]
WriteOnce = Annotated[Once, Depends(once("orders:write"), scope="function")]
MarkOnce = Annotated[Once, Depends(once("orders:mark_paid"), scope="function")]


def _act(request: Once, services: Services) -> Act:
    return Act(request.caller.name, request.now, services.wire.tell)


def _shown(request: Once, order: Order, status: int = 200) -> Response:
    return request.answer(showing.show_order(request.session, order), status)


@router.post("/orders", status_code=201, response_model=OrderOut)
@refuses(RequirementUnmet)
def place(body: OrderIn, request: PlaceOnce, services: TheServices, http: Request) -> Response:
    """A new order that is not paid yet."""
    origin, act = Origin(ip_address=client_address(http, services.settings)), _act(request, services)
    for_user: ForUser = http.app.state.for_user
    body, origin = for_user(request.session, request.caller, body, origin, act)
    order = placing.place(request.session, request.caller, body, act, origin)
    return _shown(request, order, 201)


@router.get("/orders", response_model=Page[OrderOut])
def list_orders(
    session: Reading,
    caller: Reader,
    filters: Annotated[OrderFilters, Query()],
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Response:
    """The newest first."""
    asked = listed(catalog.narrowed(session, caller), filters)
    found = rows(session, after(asked, Order.number, cursor, limit))
    return page_answer(found, limit, lambda order: order.number, partial(showing.show_orders, session))


@router.get("/orders/{order_id}")
def read(order_id: Id, session: Reading, caller: Reader) -> OrderOut:
    """One order."""
    return showing.show_order(session, get_order(session, caller, order_id))


@router.get("/orders/{order_id}/history")
def history(order_id: Id, session: Reading, caller: Reader) -> list[MoveOut]:
    """What happened to it, the first first."""
    moves = history_of(session, get_order(session, caller, order_id))
    return [
        MoveOut(axis=move.axis, old=move.old, new=move.new, reason=move.reason, actor=move.actor, at=move.at)
        for move in moves
    ]


@router.post("/orders/{order_id}/payment-method", response_model=OrderOut)
def change_method(order_id: Id, body: MethodIn, request: WriteOnce, services: TheServices) -> Response:
    """Another way to pay the same order."""
    order = get_order(request.session, request.caller, order_id)
    deciding.change_method(request.session, order, body, _act(request, services))
    return _shown(request, order)


@router.post("/orders/{order_id}/mark-paid", response_model=OrderOut)
def mark_paid(order_id: Id, request: MarkOnce, services: TheServices) -> Response:
    """An offline payment arrived."""
    order = get_order(request.session, request.caller, order_id)
    deciding.mark_paid(request.session, order, _act(request, services))
    return _shown(request, order)


@router.post("/orders/{order_id}/payments/{payment_id}/fail", response_model=OrderOut)
def fail_payment(order_id: Id, payment_id: Id, body: ReasonIn, request: MarkOnce, services: TheServices) -> Response:
    """An offline payment did not come."""
    order = get_order(request.session, request.caller, order_id)
    deciding.fail_payment(request.session, order, payment_id, _act(request, services), body.reason)
    return _shown(request, order)


@router.post("/orders/{order_id}/charge-back", response_model=OrderOut)
def charge_back(order_id: Id, body: ReasonIn, request: MarkOnce, services: TheServices) -> Response:
    """An offline payment was taken back."""
    order = get_order(request.session, request.caller, order_id)
    deciding.charge_back(request.session, order, _act(request, services), body.reason)
    return _shown(request, order)


@router.post("/orders/{order_id}/cancel", response_model=OrderOut)
def cancel(order_id: Id, body: ReasonIn, request: WriteOnce, services: TheServices) -> Response:
    """The merchant gives an unpaid order up."""
    order = get_order(request.session, request.caller, order_id)
    deciding.cancel(request.session, request.caller, order, _act(request, services), body.reason)
    return _shown(request, order)


@router.post("/orders/{order_id}/release", response_model=OrderOut)
def release(order_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """A held order is delivered after all."""
    order = get_order(request.session, request.caller, order_id)
    deciding.release(request.session, order, _act(request, services))
    return _shown(request, order)


@router.post("/orders/{order_id}/reject", response_model=OrderOut)
def reject(order_id: Id, body: ReasonIn, request: WriteOnce, services: TheServices) -> Response:
    """The money of a held order goes back."""
    order = get_order(request.session, request.caller, order_id)
    deciding.reject(request.session, order, _act(request, services), body.reason)
    return _shown(request, order)


@router.post("/orders/{order_id}/terminate", response_model=OrderOut)
def end_test(order_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """A test order is over."""
    order = get_order(request.session, request.caller, order_id)
    deciding.end_test(request.session, order, _act(request, services))
    return _shown(request, order)


@router.post("/orders/{order_id}/shipments", status_code=201, response_model=ShipmentOut)
def ship(order_id: Id, body: ShipmentIn, request: WriteOnce, services: TheServices) -> Response:
    """Goods left."""
    order = get_order(request.session, request.caller, order_id)
    made = deciding.ship(request.session, order, body, _act(request, services))
    return request.answer(
        ShipmentOut(
            id=made.id, order_id=order.id, carrier=made.carrier, tracking=made.tracking, units=made.units,
            created_at=made.created_at,
        )
    )  # fmt: skip


@router.post("/discounts", status_code=201, response_model=DiscountOut)
def add_discount(body: DiscountIn, request: WriteOnce) -> Response:
    """A coupon for orders that are not paid on the chain."""
    store = catalog.get_store(request.session, request.caller, body.store_id)
    currency = catalog.get_currency(request.session, store, body.currency) if body.currency else None
    return request.answer(coupons.show(coupons.add(request.session, store, currency, body, request.now), currency))


@router.get("/discounts")
def list_discounts(session: Reading, caller: Reader, store_id: Annotated[Id, Query()]) -> list[DiscountOut]:
    """All coupons of a store."""
    return coupons.coupons_of(session, catalog.get_store(session, caller, store_id))


@router.delete("/discounts/{discount_id}", status_code=204)
def remove_discount(discount_id: Id, session: Writing, caller: Writer) -> None:
    """No later order can use it; orders that did keep what it took off."""
    coupons.remove(session, caller, discount_id)


@router.post("/block-rules", status_code=201, response_model=BlockRuleOut)
def add_block_rule(body: BlockRuleIn, request: WriteOnce) -> Response:
    """Orders that match it wait for a person."""
    store = catalog.get_store(request.session, request.caller, body.store_id)
    return request.answer(blocking.show(blocking.add(request.session, store, body, request.now)))


@router.get("/block-rules")
def list_block_rules(session: Reading, caller: Reader, store_id: Annotated[Id, Query()]) -> list[BlockRuleOut]:
    """The whole list of a store."""
    store = catalog.get_store(session, caller, store_id)
    return [blocking.show(rule) for rule in blocking.rules_of(session, store)]


@router.delete("/block-rules/{rule_id}", status_code=204)
def remove_block_rule(rule_id: Id, session: Writing, caller: Writer) -> None:
    """Orders that match it are delivered again."""
    blocking.remove(session, caller, rule_id)
