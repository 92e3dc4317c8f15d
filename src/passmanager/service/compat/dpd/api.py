"""Endpoints of DPD's API v2. Every answer is a 200 with JSON, without redirects; errors are problem documents."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from passmanager.service.compat.dpd import filters, goods, people, purchases, shapes
from passmanager.service.compat.dpd.answers import answer, collection, find_page
from passmanager.service.compat.dpd.auth import Given, Visit, visit, writing_visit
from passmanager.service.compat.dpd.inputs import id_in_path, id_parameter, page_parameter, text_parameter
from passmanager.service.compat.dpd.ports import Ports
from passmanager.service.compat.dpd.reactivating import parse, reactivate
from passmanager.service.compat.dpd.sent import NOTIFICATION, REACTIVATION, parameters
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.problems import NotFound
from passmanager.service.http.public import Limited

BASE = "/compat/dpd/v2"
router = make_router(prefix=BASE, tag="dpd")

Function = TypeVar("Function", bound=Callable[..., Any])
Page = Annotated[str, Query(description="From 1.", json_schema_extra={"pattern": filters.PAGE})]
Number = Annotated[str, Query(description="Number of a store.", json_schema_extra={"pattern": filters.ID})]
Parameters = Annotated[dict[str, str], Depends(parameters)]


def both(method: str, path: str, **more: Any) -> Callable[[Function], Function]:
    """A route with and without a slash at its end: clients of DPD are not redirected."""

    def add(function: Function) -> Function:
        router.add_api_route(path, function, methods=[method], **more)
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        router.add_api_route(other, function, methods=[method], include_in_schema=False, **more)
        return function

    return add


def ports_of(request: Request) -> Ports:
    """What delivers."""
    found = getattr(request.app.state, "dpd", None)
    return found if isinstance(found, Ports) else Ports()


def _found(shown: dict[str, Any] | None, what: str, number: str) -> dict[str, Any]:
    if shown is None:
        raise NotFound(detail=f"there is no {what} {number}")
    return shown


@both("GET", "/", response_model=shapes.Ok)
def ping(request: Request, given: Given) -> Response:
    """The credentials are right."""
    with visit(request, given, None):
        return answer({"status": "OK"})


@both("GET", "/purchases", response_model=list[shapes.Purchase])
def list_purchases(request: Request, given: Given, query: Annotated[filters.PurchaseQuery, Query()]) -> Response:
    """The oldest first."""
    page = page_parameter(query.page)
    with visit(request, given, "orders:read") as of:
        where = filters.condition(of, query)
        size = of.services.settings.page_size
        found, count = find_page(of.session, purchases.rows(where), purchases.count(where), page, size)
        return collection(request, purchases.show(of, found, ports_of(request)), count, page)


@both("GET", "/purchases/{purchase_id}", response_model=shapes.Purchase)
def show_purchase(request: Request, given: Given, purchase_id: str) -> Response:
    """One purchase."""
    with visit(request, given, "orders:read") as of:
        where = filters.one(of, id_in_path(purchase_id))
        found = of.session.execute(purchases.rows(where)).all()
        shown = purchases.show(of, found, ports_of(request))
        return answer(_found(shown[0] if shown else None, "purchase", purchase_id))


@both("POST", "/purchases/{purchase_id}/reactivate", response_model=shapes.Ok, openapi_extra=REACTIVATION)
def reactivate_purchase(request: Request, given: Given, purchase_id: str, sent: Parameters) -> Response:
    """Sends it again; limits begin anew. An offline payment that never came counts as paid."""
    with writing_visit(request, given, "orders:write") as of:
        reactivate(of, id_in_path(purchase_id), parse(sent), ports_of(request))
    return answer({"status": "OK"})


@both("GET", "/storefronts", response_model=list[shapes.Storefront])
def list_storefronts(request: Request, given: Given, page: Page = "") -> Response:
    """The oldest first."""
    with visit(request, given, "catalog:read") as of:
        return _list(request, of, goods.storefronts(of), page, lambda rows: list(map(goods.show_storefront, rows)))


@both("GET", "/storefronts/{storefront_id}", response_model=shapes.Storefront)
def show_storefront(request: Request, given: Given, storefront_id: str) -> Response:
    """One store."""
    with visit(request, given, "catalog:read") as of:
        return answer(_found(goods.storefront(of, id_in_path(storefront_id)), "storefront", storefront_id))


@both("GET", "/products", response_model=list[shapes.Product])
def list_products(request: Request, given: Given, storefront_id: Number = "", page: Page = "") -> Response:
    """The oldest first; archived ones are not visible."""
    number = id_parameter("storefront_id", storefront_id)
    with visit(request, given, "catalog:read") as of:
        return _list(request, of, goods.products(of, number), page, lambda rows: goods.show_products(of, rows))


@both("GET", "/products/{product_id}", response_model=shapes.Product)
def show_product(request: Request, given: Given, product_id: str) -> Response:
    """One product."""
    with visit(request, given, "catalog:read") as of:
        return answer(_found(goods.product(of, id_in_path(product_id)), "product", product_id))


@both("GET", "/customers", response_model=list[shapes.Customer])
def list_customers(request: Request, given: Given, page: Page = "") -> Response:
    """The oldest first."""
    with visit(request, given, "customers:read") as of:
        found = people.customers(of)
        return _list(request, of, found, page, lambda rows: [people.customer_object(*row) for row in rows])


@both("GET", "/customers/{customer_id}", response_model=shapes.Customer)
def show_customer(request: Request, given: Given, customer_id: str) -> Response:
    """One customer."""
    with visit(request, given, "customers:read") as of:
        return answer(_found(people.customer(of, id_in_path(customer_id)), "customer", customer_id))


@both("GET", "/storefronts/{storefront_id}/subscribers", response_model=list[shapes.Subscriber])
def list_subscribers(
    request: Request, given: Given, storefront_id: str, username: str = "", page: Page = ""
) -> Response:
    """The oldest first."""
    name = text_parameter("username", username)
    with visit(request, given, "purchases:read") as of:
        found = people.subscribers(_store(of, storefront_id), name)
        return _list(request, of, found, page, lambda rows: [people.show_subscriber(of.session, row) for row in rows])


@both("GET", "/storefronts/{storefront_id}/subscribers/verify", response_model=shapes.SubscriberStatus)
def verify_subscriber(
    request: Request,
    given: Given,
    storefront_id: str,
    username: str = "",
    number: Annotated[str, Query(alias="id", json_schema_extra={"pattern": filters.ID})] = "",
) -> Response:
    """By `username` or `id`."""
    name, wanted = text_parameter("username", username), id_parameter("id", number)
    with visit(request, given, "purchases:read") as of:
        return answer(people.verify(of.session, _store(of, storefront_id), name, wanted))


@both("GET", "/storefronts/{storefront_id}/subscribers/{subscriber_id}", response_model=shapes.Subscriber)
def show_subscriber(request: Request, given: Given, storefront_id: str, subscriber_id: str) -> Response:
    """One subscriber."""
    with visit(request, given, "purchases:read") as of:
        row = people.subscriber(of.session, _store(of, storefront_id), id_in_path(subscriber_id))
        shown = None if row is None else people.show_subscriber(of.session, row)
        return answer(_found(shown, "subscriber", subscriber_id))


@both("POST", "/notification/verify", response_class=PlainTextResponse, openapi_extra=NOTIFICATION)
def verify_notification(request: Request, sent: Parameters, _: Limited) -> str:
    """Whether this is what a notification said: `VERIFIED` or `INVALID`. Needs no key."""
    return "VERIFIED" if ports_of(request).verify(sent) else "INVALID"


def _list(
    request: Request,
    of: Visit,
    found: tuple[Any, Any],
    text: str,
    show: Callable[[Any], list[dict[str, Any]]],
) -> Response:
    page = page_parameter(text)
    rows, count = find_page(of.session, *found, page, of.services.settings.page_size)
    return collection(request, show(rows), count, page)


def _store(of: Visit, number: str) -> str:
    found = of.store_of_number(id_in_path(number))
    if found is None:
        raise NotFound(detail=f"there is no storefront {number}")
    return found
