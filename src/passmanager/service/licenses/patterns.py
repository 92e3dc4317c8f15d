"""Keys that the service makes itself: a text in which each X stands for one of 32 letters and digits."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people mix up."""

PLACE = "X"
LEAST_PLACES = 16
"""80 bits: no one finds a key by trying."""

STANDARD = "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"


def places(pattern: str) -> int:
    """How many characters are random."""
    return pattern.count(PLACE)


def make_key(pattern: str, prefix: str = "") -> str:
    """A new one."""
    return prefix + "".join(secrets.choice(ALPHABET) if letter == PLACE else letter for letter in pattern)
