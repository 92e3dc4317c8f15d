"""Every way a call of the commerce service can fail.

CommerceError
├── Refused                 the service said no; one subclass per code: passmanager.commerce.refusals
├── ServiceUnreachable      no answer came
├── UnreadableAnswer        an answer came that is not of this API
├── WebhookRejected         a message is not one of the service
└── CommerceExtraMissing    the library for HTTP is not installed
"""

from dataclasses import dataclass
from typing import ClassVar

from passmanager.errors import PassManagerError


class CommerceError(PassManagerError):
    """The commerce service was not used with success."""


@dataclass(frozen=True, slots=True)
class BadField:
    """A value that the service refuses.

    Attributes:
        pointer: Where it is in the request, as a JSON pointer.
        code: What is wrong with it, for programs.
        detail: The same for people.
    """

    pointer: str
    code: str
    detail: str


class Refused(CommerceError):
    """The service said no, in a problem document (RFC 9457); subclasses say why.

    Attributes:
        call: Method and path.
        status: Of HTTP.
        code: Name of the problem; codes that this version does not know are plain `Refused`.
        errors: The values at fault, if there are some.
        request_id: To be found in the logs of the service.
        retryable: The same request may succeed later.
    """

    CODE: ClassVar[str] = ""

    call: str
    status: int
    code: str
    detail: str
    errors: tuple[BadField, ...] = ()
    request_id: str = ""
    retryable: bool = False

    def __str__(self) -> str:
        fields = "".join(f" {one.pointer}: {one.detail}." for one in self.errors)
        later = " The same request may succeed later." if self.retryable else ""
        asked = f" Request {self.request_id}." if self.request_id else ""
        return f"{self.call} was refused with {self.status} {self.code}: {self.detail}.{fields}{later}{asked}"


class ServiceUnreachable(CommerceError):
    """No answer came."""

    call: str
    problem: str
    attempts: int

    def __str__(self) -> str:
        return (
            f"{self.call} got no answer after {self.attempts} attempts: {self.problem}."
            " Is the address right, and does the service run? Ask its /healthz."
        )


class UnreadableAnswer(CommerceError):
    """An answer came that is not of this API."""

    call: str
    status: int
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.call} was answered with {self.status}, but not as this version of the client expects:"
            f" {self.problem}. Is the address that of the service, and is the client as new as it?"
        )


class WebhookRejected(CommerceError):
    """A message is not one of the service, or not of now. Answer it with 400."""

    problem: str

    def __str__(self) -> str:
        return f"The webhook is refused: {self.problem}. Give the body as it came, and the secret of this endpoint."


class CommerceExtraMissing(CommerceError, ImportError):
    """The library for HTTP is not installed."""

    def __str__(self) -> str:
        return "The client of the commerce service needs httpx2. Run `pip install 'passmanager[commerce]'`."
