"""OpenAPI of the service with everything that an operation can refuse, derived from what it asks for.

No route lists its problems by hand: who asks for a key can answer 401 and 403, who names a thing 404, who reads
values 422. What cannot be seen from outside, a dependency says of itself with `@refuses(…)`.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from passmanager.service.http.bodies import TooSlow
from passmanager.service.http.lazy_routes import all_routes
from passmanager.service.http.problems import (
    MEDIA_TYPE,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    IdempotencyKeyMissing,
    InvalidInput,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    refusals_of,
)

READING = frozenset({"GET", "HEAD"})
KEY_HEADER = "Idempotency-Key"
OWN_INPUT = "dpd"
"""Tag of the routes that answer 400 to bad values, as the system does whose face they are."""

_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


class FieldProblem(BaseModel):
    """A value that is refused."""

    pointer: str = Field(description="JSON pointer; its first part is `body`, `query`, `path` or `header`.")
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """Why a request is refused (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="`/problems/` and the code.")
    title: str
    status: int
    detail: str = Field(description="What is wrong, and what to do next.")
    instance: str = Field(description="Path of the request.")
    code: str = Field(description="For programs; the list of codes is in the reference.")
    request_id: str
    retryable: bool = Field(description="The same request may succeed later.")
    errors: list[FieldProblem]
    unmet: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        description="Of `requirement-unmet`: what is lacking, and what the page in front does about it.",
    )


def describe_problems(app: FastAPI) -> None:
    """Replaces `app.openapi` by one that knows them."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] - FastAPI documents this way


def _describe(app: FastAPI) -> dict[str, Any]:
    routes = list(all_routes(app))
    whole = get_openapi(title=app.title, version=app.version, openapi_version=app.openapi_version, routes=routes)
    _complete(whole, routes)
    return whole


def _complete(whole: dict[str, Any], routes: Iterable[APIRoute]) -> None:
    components = whole.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas |= _schemas()
    _close(schemas)
    used: set[type[Problem]] = set()
    for method, operation, own in _operations(whole, routes):
        found = {*own, *_from_outside(method, operation)}
        used |= found
        if IdempotencyKeyMissing in own:
            _require_key(operation)
        _write(operation, found)
    components["responses"] = {
        _name(status): _response(status, used) for status in sorted({one.status for one in used})
    }


def _close(schema: Any) -> None:
    """Names of an object that have a pattern must have it; Pydantic's schema leaves that open."""
    if isinstance(schema, dict):
        found = cast("dict[str, Any]", schema)
        if "patternProperties" in found:
            found.setdefault("additionalProperties", False)
        for inner in found.values():
            _close(inner)
    elif isinstance(schema, list):
        for inner in cast("list[Any]", schema):
            _close(inner)


def _schemas() -> dict[str, Any]:
    made = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**made.pop("$defs"), ProblemDocument.__name__: made}


def _operations(
    whole: dict[str, Any], routes: Iterable[APIRoute]
) -> Iterator[tuple[str, dict[str, Any], set[type[Problem]]]]:
    """Method and text of each operation, and what its own code says that it refuses."""
    for route in routes:
        if route.include_in_schema:
            path = whole["paths"][route.path_format]
            for method in sorted(route.methods or ()):
                yield method, path[method.lower()], set(_said(route.dependant))


def _said(dependant: Dependant) -> Iterator[type[Problem]]:
    yield from refusals_of(dependant.call)
    for inner in dependant.dependencies:
        yield from _said(inner)


def _from_outside(method: str, operation: dict[str, Any]) -> Iterator[type[Problem]]:
    parameters, body = operation.get("parameters", []), "requestBody" in operation
    named = body or any(_names_a_thing(parameter) for parameter in parameters)
    writing = method not in READING
    if operation.get("security") or named:  # without a key, what somebody knows is his right: a token, a license key
        yield from (Unauthenticated, Forbidden)
    if named:
        yield NotFound
    if named and (writing or not operation.get("security")):
        yield Gone
    if writing:
        yield from (Conflict, TooLarge, TooSlow)
    if body or OWN_INPUT in operation.get("tags", []):
        yield BadRequest
    if parameters or body:
        yield InvalidInput


def _names_a_thing(parameter: dict[str, Any]) -> bool:
    name, place = parameter["name"], parameter["in"]
    return place == "path" or (place == "query" and (name in {"after", "page"} or name.endswith("_id")))


def _require_key(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == KEY_HEADER:
            parameter["required"] = True
            parameter["schema"] = next(one for one in parameter["schema"]["anyOf"] if one["type"] == "string")


def _write(operation: dict[str, Any], problems: set[type[Problem]]) -> None:
    answers = operation["responses"]
    answers.pop(str(InvalidInput.status), None)  # FastAPI's own, in a form that the service does not use
    for status in sorted({problem.status for problem in problems}):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "").replace("-", "")


def _response(status: int, problems: set[type[Problem]]) -> dict[str, Any]:
    said = {problem.code: _first_line(problem) for problem in problems if problem.status == status}
    lines = [f"`{code}`: {text}" for code, text in sorted(said.items())]
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    return {"description": "\n\n".join(lines), "content": {MEDIA_TYPE: {"schema": schema}}}


def _first_line(problem: type[Problem]) -> str:
    return (problem.__doc__ or "").strip().partition("\n")[0]
