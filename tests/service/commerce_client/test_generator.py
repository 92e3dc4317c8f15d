"""The program that makes the client, on interfaces that it has not seen."""

import sys
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI

from passmanager.service.http.operations import operation_id

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

import commerce_calls
import commerce_schemas

TEXT = {"type": "string"}


def book_of(schemas, sent=(), answered=()):
    roots = [[{"$ref": f"#/components/schemas/{name}"} for name in names] for names in (sent, answered)]
    return commerce_schemas.Book(schemas, *roots)


def thing(properties, required=(), **more):
    return {"type": "object", "properties": properties, "required": list(required), "description": "A thing.", **more}


@pytest.mark.parametrize(
    ("schema", "sent", "answered"),
    [
        (TEXT, "str", "str"),
        ({"type": "string", "format": "date-time"}, "datetime", "datetime"),
        ({"type": "string", "format": "decimal"}, "Amount", "Amount"),
        ({"enum": ["a", "b"], "type": "string"}, "Literal['a', 'b']", "str"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "int | None", "int | None"),
        ({"type": "array", "items": TEXT}, "Sequence[str]", "tuple[str, ...]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]", "dict[str, int]"),
        ({"type": "object"}, "dict[str, Any]", "dict[str, Any]"),
        ({}, "Any", "Any"),
        ({"$ref": "#/components/schemas/Page_ThingOut_"}, "Page[Thing]", "Page[Thing]"),
    ],
)
def test_types(schema, sent, answered):
    schemas = {"ThingOut": thing({}), "Page_ThingOut_": thing({"data": {"$ref": "#/components/schemas/ThingOut"}})}
    book = book_of(schemas, answered=["Page_ThingOut_"])
    assert (book.kind(schema, sent=True), book.kind(schema, sent=False)) == (sent, answered)


def test_two_domains_may_use_the_same_name():
    names = [f"passmanager__service__{domain}__schemas__LogOut" for domain in ("orders", "mail")]
    book = book_of({name: thing({}) for name in names}, answered=names)
    assert sorted(book.names.values()) == ["MailLog", "OrderLog"]


def test_classes_stand_after_those_they_need_and_have_defaults():
    inner = {"$ref": "#/components/schemas/Inner"}
    outer = thing(
        {"inner": {**inner, "default": {"a": ""}}, "kind": {"const": "x"},
         "tax": {**TEXT, "format": "decimal", "default": "0"},
         "names": {"type": "array", "items": TEXT}, "secret": TEXT},
        required=["kind", "secret"],
    )  # fmt: skip
    made = commerce_schemas.models_module(book_of({"OuterIn": outer, "Inner": thing({"a": TEXT})}, sent=["OuterIn"]))
    assert made.index("class Inner(Sent)") < made.index("class OuterIn(Sent)")
    for line in (
        "    inner: Inner = Inner()",
        "    kind: Literal['x'] = 'x'",
        "    tax: Amount = Decimal(0)",
        "    names: Sequence[str] = ()",
        "    secret: str = Field(repr=False)",
    ):
        assert line in made.splitlines()


def test_what_is_sent_and_answered_takes_newer_fields():
    book = book_of({"Both": thing({"a": TEXT})}, sent=["Both"], answered=["Both"])
    assert 'class Both(Sent, extra="ignore"):' in commerce_schemas.models_module(book)


def test_a_field_that_python_cannot_name_is_told():
    with pytest.raises(ValueError, match="rename it"):
        commerce_schemas.models_module(book_of({"In": thing({"a-b": TEXT})}, sent=["In"]))


def described(*routes):
    """OpenAPI of endpoints: method, path, name."""
    router = APIRouter()
    for method, path, name in routes:
        endpoint = eval(f"lambda {', '.join(part[1:-1] for part in path.split('/') if part.startswith('{'))}: None")
        router.add_api_route(path, endpoint, methods=[method], name=name)
    app = FastAPI(generate_unique_id_function=operation_id)
    app.include_router(router)
    return app.openapi()


@pytest.mark.parametrize(
    ("method", "path", "name", "shown"),
    [
        ("GET", "/v1/orders", "list_orders", "orders.list"),
        ("GET", "/v1/orders/{one}", "read_order", "orders.get"),
        ("POST", "/v1/orders", "place", "orders.place"),
        ("POST", "/v1/product-types", "create_type", "product_types.create"),
        ("POST", "/v1/currencies", "create_currency", "currencies.create"),
        ("POST", "/v1/products/{one}/prices", "create_price", "products.create_price"),
        ("GET", "/v1/me/purchases", "list_mine", "me.purchases"),
        ("POST", "/v1/orders", "orders", "orders.orders"),
    ],
)
def test_names_of_calls(method, path, name, shown):
    (found,) = commerce_calls.read_operations(described((method, path, name)), "/v1/")
    assert f"{found.group}.{found.name}" == shown


def test_two_calls_of_one_name_are_told():
    twice = described(("GET", "/v1/orders/{one}", "get_order"))
    twice["paths"]["/v1/orders/{one}/x"] = twice["paths"]["/v1/orders/{one}"]
    with pytest.raises(ValueError, match="rename one"):
        commerce_calls.read_operations(twice, "/v1/")


def test_other_faces_stay_out():
    whole = described(("GET", "/compat/dpd/v2/purchases", "list_purchases"), ("GET", "/healthz", "alive"))
    assert commerce_calls.read_operations(whole, "/v1/") == []
