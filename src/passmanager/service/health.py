"""Is the process alive, can it work, and how much has it done."""

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from passmanager.service.db import read_scope
from passmanager.service.http.deps import TheServices
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.problems import Unavailable, refuses

router = make_router(tag="operation")


class Health(BaseModel):
    """`ok`, or the answer is a problem."""

    status: str = "ok"


@router.get("/healthz")
def alive() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz")
@refuses(Unavailable)
def ready(services: TheServices) -> Health:
    """The database answers, too."""
    try:
        with read_scope(services.sessions) as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as problem:
        raise Unavailable(detail=f"the database does not answer: {type(problem).__name__}") from problem
    return Health()


@router.get("/metrics", response_class=Response)
def metrics() -> Response:
    """Counters and gauges for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
