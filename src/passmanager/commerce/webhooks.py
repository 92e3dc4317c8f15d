"""Messages of the service, checked by the receiver (Standard Webhooks 1.0.0, HMAC-SHA256)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

from pydantic import ValidationError

from passmanager.commerce.errors import WebhookRejected
from passmanager.commerce.models import Event

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_S = 300


def verify(headers: Mapping[str, str], body: bytes | str, secret: str, *, tolerance_s: int = TOLERANCE_S) -> Event:
    """The event of a message, if the service sent it and it is of now.

    The same event can come twice: keep its id and do its work once.

    Args:
        headers: Of the request, in any case.
        body: As it came, byte by byte.
        secret: Of the endpoint: `whsec_…`.
        tolerance_s: How far its time may be from this machine's.

    Raises:
        WebhookRejected: It is not one of the service; answer with 400.
    """
    raw = body.encode() if isinstance(body, str) else body
    given = {name.lower(): text for name, text in headers.items()}
    message_id, moment, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message_id and moment and signatures):
        raise WebhookRejected(problem="a header of webhook-id, webhook-timestamp and webhook-signature is missing")
    _check_time(moment, tolerance_s)
    expected = _signature(f"{message_id}.{moment}.".encode() + raw, _key(secret))
    if not any(hmac.compare_digest(expected, one) for one in _given(signatures)):
        raise WebhookRejected(problem="no signature is one of this secret over this body")
    try:
        return Event.model_validate_json(raw)
    except ValidationError as problem:
        raise WebhookRejected(
            problem=f"it is signed, but its body is no event: {problem.error_count()} errors"
        ) from None


def _check_time(moment: str, tolerance_s: int) -> None:
    if not (moment.isascii() and moment.isdigit()):
        raise WebhookRejected(problem="webhook-timestamp is no number of seconds")
    late = int(time.time()) - int(moment)
    if abs(late) > tolerance_s:
        raise WebhookRejected(problem=f"its time is {late} s before this machine's, {tolerance_s} s are allowed")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise WebhookRejected(problem=f"the secret is not {PREFIX} and base64") from None


def _signature(signed: bytes, key: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256))


def _given(signatures: str) -> list[bytes]:
    """While a secret is changed there are several; other versions are for other keys."""
    pairs = (one.partition(",") for one in signatures.split(" "))
    return [text.encode() for version, _, text in pairs if version == VERSION]
