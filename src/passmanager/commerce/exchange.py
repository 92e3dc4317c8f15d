"""One call of the service as data, and what becomes of its outcome. Nothing here reads or writes."""

import json
import platform
import random
import secrets
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from passmanager import __version__
from passmanager.commerce.errors import BadField, CommerceError, Refused, ServiceUnreachable, UnreadableAnswer
from passmanager.commerce.refusals import BY_CODE
from passmanager.commerce.values import Query, Sent, parameters
from passmanager.errors import BadArgument

T = TypeVar("T")
JSON, TEXT, BYTES = "application/json", "text/plain", "application/octet-stream"
PROBLEM = "application/problem+json"
LONGEST_KEY = 255
LONGEST_TOKEN = 4_000
IN_PROGRESS = "idempotency-in-progress"
BUSY = {HTTPStatus.TOO_MANY_REQUESTS}
"""The request was not looked at."""

AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
"""Nobody knows whether it was."""

AGENT = f"passmanager-commerce/{__version__} python/{platform.python_version()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call.

    Attributes:
        path: Below the address of the service.
        repeatable: Sent twice, it has the effect of once.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict[str, None])
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool = True

    @property
    def name(self) -> str:
        """Method and path, for texts: the query may have somebody's name."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """What stands after the `?`."""
        return parameters(self.query)


def request(
    method: str,
    path: str,
    *,
    query: Query | None = None,
    body: Sent | str | bytes | None = None,
    media_type: str = BYTES,
    once: str | None = None,
) -> Request:
    """A call.

    Args:
        method: Of HTTP.
        path: Below the address of the service.
        query: By name; None is left out.
        body: A model, a text, or the bytes of a file.
        media_type: What bytes are.
        once: The Idempotency-Key; empty for a new one, None where the service takes none.

    Raises:
        BadArgument: The Idempotency-Key or the media type cannot be sent.
    """
    headers: dict[str, str] = {}
    if once is not None and not is_word(once or "x"):
        raise BadArgument(function="idempotency_key", problem="give up to 255 printable ASCII characters")
    if not is_word(media_type):
        raise BadArgument(function="media_type", problem="give a media type such as application/zip")
    if once is not None:
        headers["Idempotency-Key"] = once or secrets.token_hex(16)
    sent, kind = _content(body, media_type)
    if kind:
        headers["Content-Type"] = kind
    repeatable = method != "POST" or once is not None
    return Request(method=method, path=path, query=query or {}, headers=headers, body=sent, repeatable=repeatable)


def _content(body: Sent | str | bytes | None, media_type: str) -> tuple[bytes | None, str]:
    """Bytes of a body, and what they are."""
    if isinstance(body, Sent):
        return body.body(), JSON
    if isinstance(body, str):
        return body.encode(), f"{TEXT}; charset=utf-8"
    return body, media_type if body is not None else ""


def is_word(text: str, most: int = LONGEST_KEY) -> bool:
    """Can it be the value of a header?"""
    return text.isascii() and text.isprintable() and 0 < len(text) <= most


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """The service did it."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document; empty if it is none."""
        if not self.headers.get("content-type", "").startswith(PROBLEM):
            return {}
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing came back.

    Attributes:
        sent: The service may have got the request.
    """

    problem: str
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and when a request is sent again. A `Retry-After` of the service goes before.

    Attributes:
        most: After the first attempt.
        first_pause_s: Doubles with each; all are shortened at random, so that many clients spread.
        longest_pause_s: Who is asked to wait longer is told at once.
    """

    most: int = 3
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0

    def pause(self, asked: Request, outcome: "Reply | Lost", attempt: int) -> float | None:
        """Seconds to wait before the next attempt; None if this outcome stands.

        Args:
            asked: What was asked.
            outcome: What came of it.
            attempt: From 1.
        """
        if attempt > self.most or not worth_another(asked, outcome):
            return None
        wish = wished_pause(outcome.headers.get("retry-after", "")) if isinstance(outcome, Reply) else None
        if wish is not None:
            return wish if wish <= self.longest_pause_s else None
        longest = min(self.first_pause_s * 2 ** (attempt - 1), self.longest_pause_s)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, protects nothing


def worth_another(asked: Request, outcome: "Reply | Lost") -> bool:
    """Can the same request succeed later, and do no harm if it went through?"""
    if isinstance(outcome, Lost):
        return asked.repeatable or not outcome.sent
    if outcome.status in BUSY:
        return True
    return asked.repeatable and (outcome.status in AWAY or outcome.problem.get("code") == IN_PROGRESS)


def wished_pause(text: str) -> float | None:
    """`Retry-After`: seconds, or a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def failure(asked: Request, outcome: "Reply | Lost", attempts: int) -> CommerceError:
    """The error that an outcome is which is not good."""
    if isinstance(outcome, Lost):
        return ServiceUnreachable(call=asked.name, problem=outcome.problem, attempts=attempts)
    found = outcome.problem
    if not found:
        return UnreadableAnswer(call=asked.name, status=outcome.status, problem="it is no problem document")
    code = str(found.get("code", ""))
    return BY_CODE.get(code, Refused)(
        call=asked.name,
        status=outcome.status,
        code=code,
        detail=str(found.get("detail", "")).rstrip("."),
        errors=tuple(_bad_field(error) for error in found.get("errors", [])),
        request_id=str(found.get("request_id", "")),
        retryable=found.get("retryable") is True,
    )


def _bad_field(error: dict[str, Any]) -> BadField:
    return BadField(*(str(error.get(name, "")) for name in ("pointer", "code", "detail")))


def read(asked: Request, reply: Reply, kind: type[T]) -> T:
    """The answer as an object.

    Raises:
        UnreadableAnswer: It has another form.
    """
    try:
        return _adapter(kind).validate_json(reply.body)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        where = "/".join(map(str, first["loc"])) or "the whole"
        raise UnreadableAnswer(call=asked.name, status=reply.status, problem=f"{where}: {first['msg']}") from None


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)
