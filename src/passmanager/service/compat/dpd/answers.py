"""Answers: plain JSON, and pages with the header that DPD's client looks for in exactly this writing."""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from fastapi import Request, Response
from pydantic_core import to_json
from sqlalchemy import Select
from sqlalchemy.orm import Session

from passmanager.service.http.problems import MEDIA_TYPE, NotFound

Rows: TypeAlias = Select[*tuple[Any, ...]]
"""A query of plain columns."""

COUNT = b"Dpd-Collection-Count"
JSON = "application/json"


def answer(shown: Any) -> Response:
    """One thing."""
    return Response(to_json(shown), media_type=JSON)


def find_page(session: Session, rows: Rows, count: Select[int], page: int, size: int) -> tuple[Sequence[Any], int]:
    """Rows of one page, and how many there are in all; the database counts only if the page does not tell."""
    start = (page - 1) * size
    found = session.execute(rows.limit(size).offset(start)).all()
    if found and len(found) < size:
        return found, start + len(found)
    return found, session.execute(count).scalar_one()


def collection(request: Request, shown: Sequence[Any], count: int, page: int) -> Response:
    """A page; past the end it is a 404, by which the client knows the end."""
    made = answer(shown) if shown or page == 1 else _past_the_end(request, page, count)
    made.raw_headers.append((COUNT, str(count).encode()))
    return made


def _past_the_end(request: Request, page: int, count: int) -> Response:
    problem = NotFound(detail=f"there is no page {page} of {count} rows")
    document = problem.document(request.url.path, getattr(request.state, "request_id", ""))
    return Response(json.dumps(document), problem.status, media_type=MEDIA_TYPE)
