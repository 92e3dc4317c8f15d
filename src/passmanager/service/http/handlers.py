"""How errors become answers, and how every request gets an id."""

import json
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passmanager.service.http.answers import answer
from passmanager.service.http.idempotency import Replay, replayed
from passmanager.service.http.problems import MEDIA_TYPE, BadRequest, InvalidInput, NotFound, Problem, Unavailable
from passmanager.service.ids import new_id

log = structlog.get_logger()


def add_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem document."""
    app.add_exception_handler(Problem, _problem)  # type: ignore[arg-type] - Starlette's signature is wider
    app.add_exception_handler(Replay, _replay)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _plain)  # type: ignore[arg-type]
    app.add_exception_handler(OperationalError, _refused)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(_RequestIds)


class _RequestIds:
    """Gives every request an id: for its logs, its answer, and the problem in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = new_id("req")
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        header = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self._app(scope, receive, send_with_id)


async def _problem(request: Request, problem: Problem) -> Response:
    return answer(request, problem)


async def _replay(_request: Request, problem: Replay) -> Response:
    return replayed(problem)


async def _invalid(request: Request, problem: RequestValidationError) -> Response:
    errors = tuple(_error(error) for error in problem.errors())
    where = ", ".join(error["pointer"] for error in errors)
    return answer(request, InvalidInput(detail=f"values are refused: {where}", errors=errors))


def _error(error: dict[str, Any]) -> dict[str, str]:
    pointer = "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"])
    return {"pointer": pointer, "code": str(error["type"]), "detail": str(error["msg"])}


async def _plain(request: Request, problem: HTTPException) -> Response:
    """Errors of the framework, such as an unknown path."""
    if problem.status_code == NotFound.status:
        return answer(request, NotFound(detail=f"there is no {request.url.path}; see /openapi.json"))
    if problem.status_code == BadRequest.status:
        return answer(request, BadRequest(detail=f"{problem.detail}; send valid JSON in UTF-8"))
    made = Problem(detail=str(problem.detail), headers=tuple((problem.headers or {}).items()))
    document = made.document(request.url.path, getattr(request.state, "request_id", ""))
    document |= {"status": problem.status_code, "title": str(problem.detail), "code": f"http-{problem.status_code}"}
    return Response(json.dumps(document), problem.status_code, headers=dict(made.headers), media_type=MEDIA_TYPE)


async def _refused(request: Request, problem: OperationalError) -> Response:
    """The database is gone, or gave this transaction up for another that wanted the same rows."""
    log.warning("database refused", path=request.url.path, exc_info=problem)
    detail = "the database did not take the request, and nothing of it was kept; send the same again"
    return answer(request, Unavailable(detail=detail, headers=(("Retry-After", "1"),)))


async def _bug(request: Request, problem: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=problem)
    made = Problem(detail="an error of the service; it is logged under this request_id")
    document = made.document(request.url.path, getattr(request.state, "request_id", ""))
    document |= {"status": 500, "title": "Internal Server Error", "code": "internal", "retryable": True}
    return Response(json.dumps(document), 500, media_type=MEDIA_TYPE)
