"""Standard Webhooks 1.0.0: every message has an HMAC for each secret that is valid, and an Ed25519 signature."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from passmanager.service.sealing import Sealer

SECRET_PREFIX = "whsec_"  # noqa: S105 - what is before every secret
PUBLIC_PREFIX = "whpk_"
SECRET_BYTES = 32
LEAST_BYTES, MOST_BYTES = 24, 64
PURPOSE = "webhooks"
PUBLISHED = (PURPOSE, "licenses")


def new_secret() -> str:
    """32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether a merchant's own one is of the form of the standard: `whsec_` and 24 to 64 bytes in base64."""
    try:
        raw = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        return False
    return text.startswith(SECRET_PREFIX) and LEAST_BYTES <= len(raw) <= MOST_BYTES


def sign(message_id: str, seconds: int, body: bytes, valid: Sequence[str], key: Ed25519PrivateKey) -> dict[str, str]:
    """The three headers of a message.

    Args:
        message_id: The same for every attempt.
        seconds: Of the machine's clock: receivers compare it with theirs.
        body: As it is sent.
        valid: Secrets, newest first.
        key: Of the service.
    """
    at = datetime.fromtimestamp(seconds, UTC)  # the library takes any time for UTC
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in valid]
    signed = f"{message_id}.{seconds}.".encode() + body
    signatures.append(f"v1a,{base64.b64encode(key.sign(signed)).decode()}")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def public_key(sealer: Sealer) -> str:
    """What receivers check `v1a` with."""
    return PUBLIC_PREFIX + base64.b64encode(_raw(sealer.signing_keys(PURPOSE)[0])).decode()


def key_set(sealer: Sealer) -> list[dict[str, Any]]:
    """Public keys as JSON Web Keys (RFC 8037), newest first for each purpose."""
    return [
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": f"{purpose}-{_url64(raw)[:8]}",
         "x": _url64(raw)}
        for purpose in PUBLISHED
        for raw in map(_raw, sealer.signing_keys(purpose))
    ]  # fmt: skip


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
