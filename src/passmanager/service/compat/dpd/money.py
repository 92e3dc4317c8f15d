"""Money as DPD's clients read it."""

from functools import lru_cache

PLACES = 2


@lru_cache(maxsize=16_384)  # a shop has few different amounts, and a list many zeros
def money_text(units: int, decimals: int) -> str:
    """Base units as a decimal text: at least two decimals, no zeros beyond them, no exponent.

    >>> money_text(1999, 2), money_text(15 * 10**16, 18), money_text(7, 0), money_text(1, 4)
    ('19.99', '0.15', '7.00', '0.0001')
    """
    if units < 0:
        return "-" + money_text(-units, decimals)
    digits = str(units).zfill(decimals + 1)
    whole, part = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return f"{whole}.{part.rstrip('0').ljust(PLACES, '0')}"


def at_least_two_places(text: str) -> str:
    """A decimal text in the same form."""
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(PLACES, '0')}"
