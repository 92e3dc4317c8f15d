"""What merchants upload to a pool: a key on each line, a column of a CSV file, or JSON."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from passmanager.service.http.problems import TooLarge, bad_field

MOST_KEYS = 10_000
LONGEST_KEY = 1_000
MOST_BYTES = 8 * 1024 * 1024
COLUMNS = ("key", "keys", "code", "license", "license_key", "serial")


@dataclass(frozen=True, slots=True)
class Row:
    """One key of an upload.

    Attributes:
        number: Its line or place, from 1.
        problem: Why it is refused; empty if it is not.
    """

    number: int
    key: str
    problem: str = ""


def read_upload(body: bytes, media_type: str) -> list[Row]:
    """The keys of a request.

    Raises:
        TooLarge: More than a request may have.
        InvalidInput: It is not of the form that it says.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge(detail=f"{len(body)} bytes; a request has at most {MOST_BYTES}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise bad_field("/body", "encoding", f"keys are sent in UTF-8; byte {problem.start} is not") from problem
    kind = media_type.partition(";")[0].strip().lower()
    rows = list(_judged({"application/json": _json, "text/csv": _csv}.get(kind, _lines)(text)))
    if len(rows) > MOST_KEYS:
        raise TooLarge(detail=f"{len(rows)} keys; a request has at most {MOST_KEYS}, send the rest in another one")
    if not rows:
        raise bad_field("/body", "empty", "there is no key in the request")
    return rows


def _judged(keys: Iterator[tuple[int, str]]) -> Iterator[Row]:
    for number, key in keys:
        clean = key.strip()
        if len(clean) > LONGEST_KEY:
            yield Row(number, "", f"{len(clean)} characters; a key has at most {LONGEST_KEY}")
        elif "\x00" in clean:
            yield Row(number, "", "a key has no NUL character")
        elif clean:
            yield Row(number, clean)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(text.split("\n"), 1)


def _csv(text: str) -> Iterator[tuple[int, str]]:
    """The first column, or the one whose head says that it has the keys."""
    rows = csv.reader(io.StringIO(text))
    column = 0
    try:
        for number, row in enumerate(rows, 1):
            heads = [cell.strip().lower() for cell in row]
            named = [heads.index(name) for name in COLUMNS if name in heads]
            if number == 1 and named:
                column = named[0]
            elif len(row) > column:
                yield number, row[column]
    except csv.Error as problem:
        raise bad_field("/body", "csv", f"line {rows.line_num}: {problem}") from problem


def _json(text: str) -> Iterator[tuple[int, str]]:
    """`{"keys": [...]}` or a list alone."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise bad_field("/body", "json", f"this is no JSON: {problem}") from problem
    keys: Any = cast("dict[str, Any]", found).get("keys") if isinstance(found, dict) else found
    if not isinstance(keys, list):
        raise bad_field("/body/keys", "type", 'send {"keys": ["…", …]}')
    for number, key in enumerate(cast("list[Any]", keys), 1):
        if not isinstance(key, str):
            raise bad_field(f"/body/keys/{number - 1}", "type", "a key is a text")
        yield number, key
