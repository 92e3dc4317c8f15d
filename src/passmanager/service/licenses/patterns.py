"""Keys that the service makes itself: a text in which each X stands for one of 32 letters and digits."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people mix up."""

BASE = len(ALPHABET)
PLACE = "X"
LEAST_PLACES = 16
"""80 bits: no one finds a key by trying."""

STANDARD = "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"
TEST = "TEST-KEY-"
"""How keys begin that stand for those of a pool in test orders."""


def places(pattern: str) -> int:
    """How many characters are random."""
    return pattern.count(PLACE)


def make_key(pattern: str, prefix: str = "") -> str:
    """A new one."""
    chance = iter(secrets.token_bytes(len(pattern)))  # 256 is a multiple of 32: every letter is as likely
    return prefix + "".join(ALPHABET[next(chance) % BASE] if letter == PLACE else letter for letter in pattern)


def make_test_key() -> str:
    """For a test order, instead of a key of a pool."""
    return make_key(STANDARD, TEST)
