"""Endpoints of stores, currencies, product types, products and prices."""

from typing import Annotated

from fastapi import Depends, Query, Response

from passmanager.service.catalog import repository, selling, showing
from passmanager.service.catalog.models import Product, Store
from passmanager.service.catalog.schemas import (
    CurrencyIn,
    CurrencyOut,
    PriceIn,
    PriceOut,
    ProductIn,
    ProductOut,
    ProductPatch,
    ProductTypeIn,
    ProductTypeOut,
    ProductTypePatch,
    StoreIn,
    StoreOut,
    StorePatch,
)
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, Writing, require
from passmanager.service.http.idempotency import Once, once
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id

router = make_router(prefix="/v1", tag="catalog")

Reader = Annotated[Caller, Depends(require("catalog:read"))]
Writer = Annotated[Caller, Depends(require("catalog:write"))]
WriteOnce = Annotated[Once, Depends(once("catalog:write"), scope="function")]


@router.post("/stores", status_code=201, response_model=StoreOut)
def create_store(body: StoreIn, request: WriteOnce) -> Response:
    """A new store."""
    store = selling.add_store(request.session, request.caller, body, request.now)
    return request.answer(showing.show_store(store))


@router.get("/stores")
def list_stores(
    session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[StoreOut]:
    """The newest first."""
    found = session.scalars(after(repository.stores_of(caller), Store.number, cursor, limit)).all()
    return page(found, limit, lambda store: store.number, showing.show_store)


@router.get("/stores/{store_id}")
def get_store(store_id: Id, session: Reading, caller: Reader) -> StoreOut:
    """One store."""
    return showing.show_store(repository.get_store(session, caller, store_id))


@router.patch("/stores/{store_id}")
def change_store(store_id: Id, body: StorePatch, session: Writing, caller: Writer, now: Now) -> StoreOut:
    """Changes what is sent."""
    store = repository.get_store(session, caller, store_id)
    selling.change_store(session, store, body, now)
    return showing.show_store(store)


@router.post("/currencies", status_code=201, response_model=CurrencyOut)
def create_currency(body: CurrencyIn, request: WriteOnce) -> Response:
    """A token or national currency in which a store sells."""
    return request.answer(showing.show_currency(selling.add_currency(request.session, request.caller, body)))


@router.get("/currencies")
def list_currencies(session: Reading, caller: Reader, store_id: Annotated[Id, Query()]) -> list[CurrencyOut]:
    """All of a store."""
    store = repository.get_store(session, caller, store_id)
    return [showing.show_currency(currency) for currency in repository.currencies_of(session, store)]


@router.post("/product-types", status_code=201, response_model=ProductTypeOut)
def create_type(body: ProductTypeIn, request: WriteOnce) -> Response:
    """A new kind of product."""
    return request.answer(showing.show_type(selling.add_type(request.session, request.caller, body, request.now)))


@router.get("/product-types")
def list_types(session: Reading, caller: Reader, store_id: Annotated[Id, Query()]) -> list[ProductTypeOut]:
    """All of a store."""
    store = repository.get_store(session, caller, store_id)
    return [showing.show_type(kind) for kind in repository.types_of(session, store)]


@router.patch("/product-types/{type_id}")
def change_type(type_id: Id, body: ProductTypePatch, session: Writing, caller: Writer) -> ProductTypeOut:
    """Changes what is sent; purchases that are there keep what they had."""
    kind = repository.get_own_type(session, caller, type_id)
    selling.change_type(session, kind, body)
    return showing.show_type(kind)


@router.post("/products", status_code=201, response_model=ProductOut)
def create_product(body: ProductIn, request: WriteOnce) -> Response:
    """A new product."""
    product = selling.add_product(request.session, request.caller, body, request.now)
    return request.answer(showing.show_products(request.session, [product])[0])


@router.get("/products")
def list_products(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    archived: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[ProductOut]:
    """The newest first; archived ones on request."""
    asked = repository.products_of(repository.narrowed(session, caller))
    asked = asked if store_id is None else asked.where(Product.store_id == store_id)
    asked = asked if archived else asked.where(Product.archived_at.is_(None))
    found = session.scalars(after(asked, Product.number, cursor, limit)).all()
    shown = {product.id: product for product in showing.show_products(session, list(found))}
    return page(found, limit, lambda product: product.number, lambda product: shown[product.id])


@router.get("/products/{product_id}")
def get_product(product_id: Id, session: Reading, caller: Reader) -> ProductOut:
    """One product."""
    return showing.show_products(session, [repository.get_product(session, caller, product_id)])[0]


@router.patch("/products/{product_id}")
def change_product(product_id: Id, body: ProductPatch, session: Writing, caller: Writer, now: Now) -> ProductOut:
    """Changes what is sent; orders that are there keep what they had."""
    product = repository.get_product(session, caller, product_id)
    selling.change_product(session, product, body, now)
    return showing.show_products(session, [product])[0]


@router.post("/products/{product_id}/archive")
def archive_product(product_id: Id, session: Writing, caller: Writer, now: Now) -> ProductOut:
    """Sells no more; who has it keeps it."""
    product = repository.get_product(session, caller, product_id)
    selling.archive_product(session, product, now)
    return showing.show_products(session, [product])[0]


@router.post("/products/{product_id}/prices", status_code=201, response_model=PriceOut)
def create_price(product_id: Id, body: PriceIn, request: WriteOnce) -> Response:
    """A new price: offline, or a pricing of the chain."""
    product = repository.get_product(request.session, request.caller, product_id)
    return request.answer(showing.show_price(*selling.add_price(request.session, product, body, request.now)))


@router.delete("/products/{product_id}/prices/{price_id}", status_code=204)
def archive_price(product_id: Id, price_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """No later order can take it."""
    product = repository.get_product(session, caller, product_id)
    selling.archive_price(session, repository.get_price(session, product, price_id)[0], now)
