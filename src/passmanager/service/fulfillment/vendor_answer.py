"""What the merchant's web service answered: the key, wherever it put it."""

import base64
import json
from dataclasses import dataclass
from typing import Any, cast

from passmanager.errors import PassManagerError
from passmanager.service.http.outbound import Answer

PLACES = (
    "licenses.0.activationCode", "product.licenses.0.activationCode", "activationCode", "key", "license", "licenseKey",
    "license_key", "serial", "code", "link", "url", "certificate", "content",
)  # fmt: skip
IDS = ("publisherFulfillmentId", "product.publisherFulfillmentId")
LONGEST_KEY = 20_000
FILES = frozenset({"certificate"})
ACKNOWLEDGED = "acknowledgement"
SUCCESS = range(200, 300)


class BadAnswer(PassManagerError):
    """The web service answered, and what it answered is no delivery."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Found:
    """What came back.

    Attributes:
        vendor_id: The merchant's own id of the delivery; empty if he gave none.
    """

    data: bytes
    file_name: str
    vendor_id: str


def read(answer: Answer, deliverable: str, place: str | None) -> Found:
    """The delivery in an answer.

    Raises:
        BadAnswer: There is none.
    """
    if answer.status not in SUCCESS:
        raise BadAnswer(problem=f"the web service answered {answer.status}")
    if not answer.complete:
        raise BadAnswer(problem="the answer is too long")
    document = _document(answer)
    vendor_id = str(next((one for path in IDS if (one := at_path(document, path)) is not None), ""))[:200]
    if deliverable == ACKNOWLEDGED:
        return Found(b"", "", vendor_id)
    if deliverable in FILES and document is None and answer.body:
        return Found(answer.body, _file_name(answer), vendor_id)
    value = _value(answer, document, place)
    if deliverable in FILES:
        return Found(_decoded(value), str(at_path(document, "fileName") or "certificate"), vendor_id)
    return Found(value.encode(), "", vendor_id)


def _document(answer: Answer) -> Any:
    if not answer.body.strip():
        return None
    if "json" not in answer.headers.get("content-type", "") and answer.body.lstrip()[:1] != b"{":
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise BadAnswer(problem=f"the answer is no JSON: {problem}") from problem


def _value(answer: Answer, document: Any, place: str | None) -> str:
    if document is None:
        found: Any = answer.body.decode("utf-8", "replace").strip()
    else:
        found = next((one for path in ([place] if place else PLACES) if (one := at_path(document, path))), None)
    if not isinstance(found, str) or not found.strip() or "\x00" in found:
        raise BadAnswer(problem=f"the answer has no key{f' at {place}' if place else ''}")
    if len(found) > LONGEST_KEY:
        raise BadAnswer(problem=f"the key has {len(found)} characters; at most {LONGEST_KEY} are taken")
    return found.strip()


def at_path(document: Any, path: str) -> Any:
    """A value by its path, such as `licenses.0.code`; null if there is none."""
    found = document
    for part in path.split("."):
        if isinstance(found, dict):
            found = cast("dict[str, Any]", found).get(part)
        elif isinstance(found, list) and part.isdigit():
            found = next(iter(cast("list[Any]", found)[int(part) :]), None)
        else:
            return None
    return found


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as problem:
        raise BadAnswer(problem="the certificate is no base64") from problem


def _file_name(answer: Answer) -> str:
    return "certificate.pdf" if "pdf" in answer.headers.get("content-type", "") else "certificate"
