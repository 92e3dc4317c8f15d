"""The one function that moves a request, and the table of its moves."""

from sqlalchemy.orm import Session

from passmanager.service.http.problems import Conflict
from passmanager.service.orders.settling import Act
from passmanager.service.refunds import repository
from passmanager.service.refunds.models import RefundRequest
from passmanager.service.refunds.repository import Line
from passmanager.service.refunds.telling import request_news

REQUESTED, APPROVED, REFUSED, WITHDRAWN = "requested", "approved", "refused", "withdrawn"
FULFILLED, FAILED = "fulfilled", "failed"
OPEN = frozenset({REQUESTED, APPROVED, FAILED})
UNDECIDED = frozenset({REQUESTED, FAILED})
MOVES = {
    REQUESTED: frozenset({APPROVED, REFUSED, WITHDRAWN, FULFILLED}),
    APPROVED: frozenset({FULFILLED, FAILED}),
    FAILED: frozenset({APPROVED, REFUSED, WITHDRAWN, FULFILLED}),
    FULFILLED: frozenset({APPROVED, REQUESTED}),  # the chain took the refund back
    REFUSED: frozenset[str](),
    WITHDRAWN: frozenset[str](),
}
KINDS = {FULFILLED: "fulfilled", FAILED: "failed", REFUSED: "refused", WITHDRAWN: "withdrawn", APPROVED: "approved"}


def require(request: RefundRequest, new: str) -> None:
    """Refuses what cannot be.

    Raises:
        Conflict: It is not in a state from which it can come to another.
    """
    if new not in MOVES[request.status]:
        raise Conflict(detail=f"refund request {request.id} is {request.status}, from which it cannot become {new}")


def move(session: Session, line: Line, request: RefundRequest, new: str, act: Act) -> None:
    """Brings a request to a status and tells of it; a reopened one is told as such."""
    require(request, new)
    old, request.status, request.updated_at = request.status, new, act.at
    request.open_item = request.order_item_id if new in OPEN and _is_free(session, request) else None
    session.flush()
    kind = "reopened" if old == FULFILLED else KINDS[new]
    act.tell(session, request_news(line, request, kind, act.at, old))


def _is_free(session: Session, request: RefundRequest) -> bool:
    """A request that is opened again gives way to one that was made since."""
    there = repository.find_open(session, request.order_item_id)
    return there is None or there.id == request.id
