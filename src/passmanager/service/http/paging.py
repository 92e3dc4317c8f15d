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
    shown, more = rows[:limit], len(rows) > limit
    return Page(
        data=[show(row) for row in shown],
        has_more=more,
        next_cursor=encode_cursor(number(shown[-1])) if more else None,
    )


def page_answer(
    rows: Sequence[Row], limit: int, number: Callable[[Row], int], show: Callable[[Sequence[Row]], Sequence[Shown]]
) -> Response:
    """The same, shown all at once and as bytes: for the lists that programs ask for all day."""
    some, more = rows[:limit], len(rows) > limit
    cursor = encode_cursor(number(some[-1])) if more else None
    return Response(
        to_json({"data": show(some), "has_more": more, "next_cursor": cursor}), media_type="application/json"
    )


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
