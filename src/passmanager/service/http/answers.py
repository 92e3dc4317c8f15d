"""Problems as answers."""

import json

from starlette.requests import Request
from starlette.responses import Response

from passmanager.service.http.problems import MEDIA_TYPE, Problem


def answer(request: Request, problem: Problem) -> Response:
    """The problem document."""
    request_id = getattr(request.state, "request_id", "")
    return Response(
        json.dumps(problem.document(request.url.path, request_id)),
        problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )
