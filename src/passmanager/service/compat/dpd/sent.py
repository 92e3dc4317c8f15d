"""Parameters as clients send them: in the query, as a form or as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException

from passmanager.service.http.problems import BadRequest

FORM, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"


def _extra(schema: dict[str, Any], *kinds: str) -> dict[str, Any]:
    return {"requestBody": {"required": False, "content": {kind: {"schema": schema} for kind in kinds}}}


REACTIVATION = _extra(
    {
        "type": "object",
        "properties": {
            "customer_email": {"type": "string", "pattern": "^([A-Za-z0-9.]{1,60}@[a-z0-9]{1,60}[.]example)?$"},
            "refulfill": {"type": "string", "enum": ["", "1", "0", "true", "false"]},
        },
        "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
    },
    FORM,
    JSON,
)
NOTIFICATION = _extra({"type": "object", "additionalProperties": {"type": "string"}}, FORM)


async def parameters(request: Request) -> dict[str, str]:
    """Of the query, and of a body that is a form or JSON, which wins.

    Raises:
        BadRequest: The body cannot be read.
    """
    found = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON or kind.endswith("+json"):
        return found | _from_json(await request.body())
    if kind in {FORM, MULTIPART}:
        return found | await _from_form(request)
    return found


async def _from_form(request: Request) -> dict[str, str]:
    try:
        async with request.form(max_files=0) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except (HTTPException, UnicodeDecodeError) as problem:
        raise BadRequest(detail=f"the body is no form: {getattr(problem, 'detail', 'not UTF-8')}") from problem


def _from_json(body: bytes) -> dict[str, str]:
    try:
        read: Any = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, Mapping):
        raise BadRequest(detail='the body is no JSON object such as {"refulfill": true}')
    values: Mapping[Any, Any] = read  # pyright: ignore[reportUnknownVariableType]
    return {str(name): _as_text(str(name), value) for name, value in values.items()}


def _as_text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise BadRequest(detail=f"{name} is a text or true or false")
