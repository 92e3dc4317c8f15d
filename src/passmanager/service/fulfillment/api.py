"""Endpoints of templates and deliveries."""

from typing import Annotated

from fastapi import Depends, Query, Response

from passmanager.service.fulfillment import by_hand, repository, showing, templates
from passmanager.service.fulfillment.models import Fulfillment, FulfillmentTemplate
from passmanager.service.fulfillment.schemas import (
    DeliveryStatus,
    FulfillmentOut,
    FulfillmentShown,
    LicenseIn,
    Method,
    ReactivatedOut,
    ReactivateIn,
    TemplateIn,
    TemplateOut,
    TemplatePatch,
    WaitsFor,
)
from passmanager.service.fulfillment.starting import Act
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.outbound import Outbound
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id
from passmanager.service.licenses.vault import Vault
from passmanager.service.orders.lists import get_order
from passmanager.service.sealing import sealer_of
from passmanager.service.services import Services

router = make_router(prefix="/v1", tag="fulfillment")

Reader = Annotated[Caller, Depends(require("fulfillment:read"))]
Writer = Annotated[Caller, Depends(require("fulfillment:write"))]
WriteOnce = Annotated[Once, Depends(once("fulfillment:write"), scope="function")]
DeliverOnce = Annotated[Once, Depends(once("fulfillment:write", required=True), scope="function")]


def _act(request: Once, services: Services) -> Act:
    return Act(request.caller.name, request.now, services.wire)


# --- templates


@router.post("/fulfillment-templates", status_code=201, response_model=TemplateOut)
def create_template(body: TemplateIn, request: WriteOnce, services: TheServices) -> Response:
    """A new way to deliver."""
    sealer, outbound = sealer_of(services.settings), Outbound.of(services.settings)
    made = templates.add_template(request.session, request.caller, body, sealer, outbound, request.now)
    return request.answer(showing.show_template(made))


@router.get("/fulfillment-templates")
def list_templates(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[TemplateOut]:
    """The newest first."""
    asked = repository.templates_of(caller)
    asked = asked if store_id is None else asked.where(FulfillmentTemplate.store_id == store_id)
    found = session.scalars(after(asked, FulfillmentTemplate.number, cursor, limit)).all()
    return page(found, limit, lambda template: template.number, showing.show_template)


@router.get("/fulfillment-templates/{template_id}")
def read_template(template_id: Id, session: Reading, caller: Reader) -> TemplateOut:
    """One way to deliver."""
    return showing.show_template(repository.get_template(session, caller, template_id))


@router.patch("/fulfillment-templates/{template_id}")
def change_template(
    template_id: Id, body: TemplatePatch, session: Writing, caller: Writer, services: TheServices, now: Now
) -> TemplateOut:
    """Changes what is sent, for later orders."""
    template = repository.get_template(session, caller, template_id)
    sealer, outbound = sealer_of(services.settings), Outbound.of(services.settings)
    templates.change_template(session, caller, template, body, sealer, outbound, now)
    return showing.show_template(template)


@router.delete("/fulfillment-templates/{template_id}", status_code=204)
def archive_template(template_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """Later orders are not delivered by it."""
    templates.archive_template(session, repository.get_template(session, caller, template_id), now)


# --- deliveries


@router.get("/fulfillments")
def list_fulfillments(  # noqa: PLR0913, PLR0917 - each is a query parameter
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    order_id: Annotated[Id | None, Query()] = None,
    template_id: Annotated[Id | None, Query()] = None,
    status: Annotated[DeliveryStatus | None, Query()] = None,
    waits_for: Annotated[WaitsFor | None, Query()] = None,
    method: Annotated[Method | None, Query()] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[FulfillmentOut]:
    """The newest first."""
    asked = repository.fulfillments_of(caller)
    for column, value in (
        (Fulfillment.store_id, store_id), (Fulfillment.order_id, order_id), (Fulfillment.template_id, template_id),
        (Fulfillment.status, status), (Fulfillment.waits_for, waits_for), (Fulfillment.method, method),
    ):  # fmt: skip
        asked = asked if value is None else asked.where(column == value)
    found = session.scalars(after(asked, Fulfillment.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, showing.show_fulfillment)


@router.get("/fulfillments/{fulfillment_id}")
def read_fulfillment(fulfillment_id: Id, session: Reading, caller: Reader) -> FulfillmentShown:
    """One delivery, with what was tried."""
    return showing.show_whole(session, repository.get_fulfillment(session, caller, fulfillment_id))


@router.post("/fulfillments/{fulfillment_id}/retry", response_model=FulfillmentOut)
def retry(fulfillment_id: Id, request: WriteOnce, services: TheServices) -> Response:
    """Tries again now."""
    one = repository.get_fulfillment(request.session, request.caller, fulfillment_id)
    by_hand.retry(request.session, one, _act(request, services))
    return request.answer(showing.show_fulfillment(one), 200)


@router.post("/orders/{order_id}/items/{item_id}/license", status_code=201, response_model=FulfillmentShown)
def deliver(order_id: Id, item_id: Id, body: LicenseIn, request: DeliverOnce, services: TheServices) -> Response:
    """Delivers the next unit of a line by hand: a text or a file."""
    order = get_order(request.session, request.caller, order_id)
    vault = Vault.of(services.settings)
    by_hand.deliver_by_hand(request.session, order, item_id, body, vault, _act(request, services))
    one = repository.of_items(request.session, [item_id])[0]
    return request.answer(showing.show_whole(request.session, one))


@router.post("/purchases/{purchase_id}/reactivate", response_model=ReactivatedOut)
def reactivate(purchase_id: Id, body: ReactivateIn, request: WriteOnce, services: TheServices) -> Response:
    """Mail again, counters to 0; with `refulfill` what is missing is delivered."""
    right = repository.get_right(request.session, request.caller, purchase_id)
    item, order = repository.bought_with(request.session, right)
    wish = by_hand.Wish(body.customer_email, body.refulfill, item.id)
    by_hand.reactivate(request.session, order, wish, _act(request, services))
    return request.answer(ReactivatedOut(purchase_id=right.id, order_id=order.id), 200)
