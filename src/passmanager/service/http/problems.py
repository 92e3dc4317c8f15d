"""Errors of the HTTP interface as problem documents (RFC 9457). Each class is one documented code."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from passmanager.errors import PassManagerError

MEDIA_TYPE = "application/problem+json"

Function = TypeVar("Function", bound=Callable[..., Any])


class Problem(PassManagerError):
    """Root of what the service refuses; `detail` says what is wrong and what to do next.

    Attributes:
        errors: For bad input: a JSON pointer, a code and a text each.
        retryable: The same request may succeed later.
        headers: To be sent with it, such as `Retry-After`.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"
    retryable: ClassVar[bool] = False

    detail: str
    errors: tuple[dict[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.detail

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": f"/problems/{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
            "retryable": self.retryable,
            "errors": list(self.errors),
        }


class BadRequest(Problem):
    """The request cannot be understood."""


class InvalidInput(Problem):
    """A value is refused; `errors` says which."""

    status = 422
    code = "invalid-input"


class Unauthenticated(Problem):
    """No key or session, or one that is not valid any more."""

    status = 401
    code = "unauthenticated"


class Forbidden(Problem):
    """The key or session does not allow this."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is no such thing, or it belongs to somebody else."""

    status = 404
    code = "not-found"


class Conflict(Problem):
    """The state of the thing does not allow this."""

    status = 409
    code = "conflict"


class Gone(Problem):
    """It was there, and is over."""

    status = 410
    code = "gone"


class TooLarge(Problem):
    """The body is larger than the service takes."""

    status = 413
    code = "too-large"


class IdempotencyMismatch(Problem):
    """The same `Idempotency-Key` came with another body."""

    status = 422
    code = "idempotency-mismatch"


class IdempotencyInProgress(Problem):
    """The first request with this `Idempotency-Key` still runs."""

    status = 409
    code = "idempotency-in-progress"
    retryable = True


class IdempotencyKeyMissing(Problem):
    """This call moves money or goods and needs an `Idempotency-Key`."""

    status = 400
    code = "idempotency-key-missing"


class RateLimited(Problem):
    """Too many requests."""

    status = 429
    code = "rate-limited"
    retryable = True


class Unavailable(Problem):
    """Something that the service needs does not answer."""

    status = 503
    code = "unavailable"
    retryable = True


def bad_field(pointer: str, code: str, detail: str) -> InvalidInput:
    """One bad value, by its JSON pointer."""
    return InvalidInput(detail=detail, errors=({"pointer": pointer, "code": code, "detail": detail},))


def refuses(*kinds: type[Problem]) -> Callable[[Function], Function]:
    """A dependency or an endpoint says what it refuses, for OpenAPI; what can be seen from outside need not be said."""

    def mark(function: Function) -> Function:
        function.__dict__["refuses"] = kinds
        return function

    return mark


def refusals_of(function: Callable[..., Any] | None) -> tuple[type[Problem], ...]:
    """What a function has said."""
    return getattr(function, "__dict__", {}).get("refuses", ())
