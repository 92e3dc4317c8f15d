"""Identifiers of the API: a prefix that says what it is, and 26 characters."""

import hashlib

from ulid import ULID

LENGTH = 26
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(120, -1, -10)  # 26 letters of 5 bits, two at a time: base64.b32encode takes ten times as long


def new_id(prefix: str) -> str:
    """A new one; later ones sort after earlier ones."""
    return f"{prefix}_{str(ULID()).lower()}"


def chain_id_of(prefix: str, *natural_key: object) -> str:
    """The same one for the same fact of a chain, so that a transaction that is mined again is found again."""
    digest = hashlib.sha256(":".join(map(str, natural_key)).encode()).digest()
    bits = int.from_bytes(digest[:17]) >> 6
    return f"{prefix}_{''.join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])}"
