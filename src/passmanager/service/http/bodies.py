"""What a request may bring: so many bytes, in so much time, and JSON that is not nested without end.

A body is read before anything else happens, so that a slow or a large one costs no thread and no transaction.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passmanager.service.http.answers import answer
from passmanager.service.http.problems import BadRequest, Problem, TooLarge

DEEPEST = 64
STREAM: None = None
"""Limit of a path whose endpoint reads the body piece by piece and counts itself."""

_BRACKETS = b"[{"
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKET = re.compile(rb"[^\[\]{}]+")


class TooSlow(Problem):
    """The body of the request did not come in time."""

    status: ClassVar[int] = 408
    code: ClassVar[str] = "too-slow"
    retryable: ClassVar[bool] = True


class Bodies:
    """Reads the body for the application behind it, or refuses it."""

    def __init__(self, app: ASGIApp, most: int, seconds: float, others: Mapping[str, int | None]) -> None:
        """`others` are limits of paths, as regular expressions, that differ from `most` bytes."""
        self._app = app
        self._most = most
        self._seconds = seconds
        self._others = [(re.compile(path), limit) for path, limit in others.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        limit = self._limit(scope["path"]) if scope["type"] == "http" and _has_body(scope) else STREAM
        if limit is None:
            await self._app(scope, receive, send)
            return
        try:
            messages = await self._read(scope, receive, limit)
        except Problem as problem:
            await answer(Request(scope), problem)(scope, receive, send)
        else:
            await self._app(scope, _again(messages, receive), send)

    def _limit(self, path: str) -> int | None:
        return next((limit for pattern, limit in self._others if pattern.fullmatch(path)), self._most)

    async def _read(self, scope: Scope, receive: Receive, limit: int) -> list[Message]:
        said = _header(scope, b"content-length")
        if said.isdigit() and int(said[:20]) > limit:
            raise _too_large(said.decode()[:20], limit)
        try:
            messages = await asyncio.wait_for(_collect(receive, limit), self._seconds)
        except TimeoutError:
            raise TooSlow(
                detail=f"the body did not come within {self._seconds:g} s; send it again",
                headers=(("Connection", "close"),),
            ) from None
        if b"json" in _header(scope, b"content-type").lower():
            check_depth(b"".join(message.get("body", b"") for message in messages))
        return messages


def _has_body(scope: Scope) -> bool:
    return bool(_header(scope, b"transfer-encoding")) or _header(scope, b"content-length") not in {b"", b"0"}


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for found, value in scope["headers"] if found == name), b"")


async def _collect(receive: Receive, limit: int) -> list[Message]:
    messages: list[Message] = []
    size, more = 0, True
    while more:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(str(size), limit)
        more = message["type"] == "http.request" and message.get("more_body", False)
    return messages


def _too_large(size: str, limit: int) -> TooLarge:
    return TooLarge(
        detail=f"{size} bytes; this request takes at most {limit}", headers=(("Connection", "close"),)
    )  # fmt: skip


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Gives out what was read, then what comes."""
    waiting = iter(messages)

    async def next_one() -> Message:
        for message in waiting:
            return message
        return await receive()

    return next_one


def check_depth(body: bytes) -> None:
    """Python's parser of JSON calls itself for each level, and ends in an error of its own.

    Raises:
        BadRequest: It is nested deeper than any request needs.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for bracket in _NO_BRACKET.sub(b"", _STRING.sub(b"", body)):
        depth += 1 if bracket in _BRACKETS else -1
        if depth > DEEPEST:
            raise BadRequest(detail=f"JSON of a request is nested {DEEPEST} levels at most")
