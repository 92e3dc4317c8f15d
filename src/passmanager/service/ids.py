"""Identifiers of the API: a prefix that says what it is, and 26 characters."""

import hashlib
import secrets
import time
from functools import lru_cache

LENGTH = 26
RANDOM = 10  # bytes, after the 48 bits of the time in milliseconds: a ULID
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(120, -1, -10)  # 26 letters of 5 bits, two at a time: base64.b32encode takes ten times as long
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # of ULIDs
_DIGIT_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]


def new_id(prefix: str) -> str:
    """A new one; later ones sort after earlier ones."""
    return f"{prefix}_{_time_of(time.time_ns() // 1_000_000)}{_text_of(int.from_bytes(secrets.token_bytes(RANDOM)))}"


def chain_id_of(prefix: str, *natural_key: object) -> str:
    """The same one for the same fact of a chain, so that a transaction that is mined again is found again."""
    digest = hashlib.sha256(":".join(map(str, natural_key)).encode()).digest()
    bits = int.from_bytes(digest[:17]) >> 6
    return f"{prefix}_{''.join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])}"


def dated_id(prefix: str, at: int, *natural_key: object) -> str:
    """The same one for the same fact of the same block, and sorted by time, as if it had been new then.

    Rows of a long past are written many times faster in the order of their keys. A transaction that is mined
    again in another block is found by its hash.

    Args:
        prefix: What it is.
        at: Time of the block in milliseconds.
        natural_key: What tells the fact from all others. The hash of the block belongs to it: nobody knows it
            beforehand, so that nobody can look for two facts with the same id.
    """
    return f"{prefix}_{_time_of(at)}{_hash_of(natural_key)}"


@lru_cache(maxsize=64)
def _time_of(at: int) -> str:
    return "".join([_DIGIT_PAIRS[at >> shift & 1023] for shift in (40, 30, 20, 10, 0)])


@lru_cache(maxsize=64)  # an order and its payment, a line and its right have the same
def _hash_of(natural_key: tuple[object, ...]) -> str:
    return _text_of(int.from_bytes(hashlib.sha256(":".join(map(str, natural_key)).encode()).digest()[:RANDOM]))


def _text_of(bits: int) -> str:
    return "".join([_DIGIT_PAIRS[bits >> shift & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)])
