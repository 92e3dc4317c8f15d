"""Pages of lists: a cursor that names the last row seen, so that new rows move nothing."""

import base64
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel, WithJsonSchema
from pydantic_core import to_json
from sqlalchemy import Select, SQLColumnExpression

from passmanager.service.http.problems import bad_field

Row = TypeVar("Row")
Shown = TypeVar("Shown")

LIMIT = 50
MOST = 100

PageLimit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.")]
CURSOR = re.compile("[A-Za-f][A-Za-z0-9_-]{10}")
PageCursor = Annotated[
    str | None,
    Query(description="`next_cursor` of the page before."),
    WithJsonSchema({"type": "string", "pattern": f"^{CURSOR.pattern}$"}),
]


class Page(BaseModel, Generic[Shown]):
    """One page of a list, newest first."""

    data: list[Shown]
    has_more: bool
    next_cursor: str | None


def after(statement: Select[Any], number: SQLColumnExpression[int], cursor: str | None, limit: int) -> Select[Any]:
    """The rows of one page, and one more that tells whether there is another."""
    if cursor is not None:
        statement = statement.where(number < decode_cursor(cursor))
    return statement.order_by(number.desc()).limit(limit + 1)


def page(rows: Sequence[Row], limit: int, number: Callable[[Row], int], show: Callable[[Row], Shown]) -> Page[Shown]:
    """What `after` found, as the answer shows it."""
    cursor = _next(rows, limit, number)
    return Page(data=[show(row) for row in rows[:limit]], has_more=cursor is not None, next_cursor=cursor)


def page_answer(
    rows: Sequence[Row], limit: int, number: Callable[[Row], int], show: Callable[[Sequence[Row]], Sequence[Shown]]
) -> Response:
    """The same, shown all at once and as bytes: for the lists that programs ask for all day."""
    cursor = _next(rows, limit, number)
    shown = {"data": show(rows[:limit]), "has_more": cursor is not None, "next_cursor": cursor}
    return Response(to_json(shown), media_type="application/json")


def _next(rows: Sequence[Row], limit: int, number: Callable[[Row], int]) -> str | None:
    """Where the next page begins, if there is one: `after` asked for one row more."""
    return encode_cursor(number(rows[limit - 1])) if len(rows) > limit else None


def encode_cursor(number: int) -> str:
    """Opaque to callers, so that its form may change."""
    return base64.urlsafe_b64encode(number.to_bytes(8, "big")).decode().rstrip("=")


def decode_cursor(cursor: str) -> int:
    """The number in a cursor.

    Raises:
        InvalidInput: It is none that this service made.
    """
    if CURSOR.fullmatch(cursor) is None:
        raise bad_field("/query/cursor", "cursor", "the cursor is none of this service; start without one")
    return int.from_bytes(base64.urlsafe_b64decode(cursor + "="), "big")
