"""Identifiers of the API: a prefix that says what it is, and 26 characters."""

import base64
import hashlib

from ulid import ULID

LENGTH = 26


def new_id(prefix: str) -> str:
    """A new one; later ones sort after earlier ones."""
    return f"{prefix}_{str(ULID()).lower()}"


def chain_id_of(prefix: str, *natural_key: object) -> str:
    """The same one for the same fact of a chain, so that a transaction that is mined again is found again."""
    digest = hashlib.sha256(":".join(map(str, natural_key)).encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:LENGTH]}"
