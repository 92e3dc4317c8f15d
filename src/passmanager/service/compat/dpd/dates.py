"""Dates as PHP's `strtotime` reads them, relative to the service's clock, in UTC."""

import re

from passmanager.service.http.problems import BadRequest

LONGEST = 128
"""The library needs minutes for a million digits."""

DAY_SECONDS = 86_400
_WEEKDAYS = re.compile(r"\s*[+-]?\s*[0-9]+\s+weekdays?(\s+ago)?\s*", re.ASCII | re.IGNORECASE)
_FRACTION = re.compile(r"\s*(@[0-9]+)\.[0-9]+\s*", re.ASCII)
_DAY_OF_YEAR = re.compile(r"\s*([0-9]{4})-([0-9]{3})\s*", re.ASCII)
LAST_SECOND = 253_402_300_799  # 9999-12-31 23:59:59; nothing happens later


def parse_date(text: str, now: int) -> int | None:
    """Seconds since 1970; None for an empty text.

    Args:
        text: Such as `2026-01-31`, `yesterday noon` or `first monday of next month`.
        now: Milliseconds.

    Raises:
        ValueError: It is too long, or no date.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST or "\x00" in text:
        raise ValueError("no date")
    from strtotime import strtotime  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType] - loaded by those who need it

    found = int(strtotime(_written_for_the_library(text), now // 1000))  # pyright: ignore[reportUnknownArgumentType]
    if _WEEKDAYS.fullmatch(text):
        found += now // 1000 % DAY_SECONDS  # PHP keeps the time of day, the library does not
    return max(-LAST_SECOND, min(found, LAST_SECOND))


def _written_for_the_library(text: str) -> str:
    """Two writings that PHP 8 has, and the library has not."""
    if found := _FRACTION.fullmatch(text):
        return found[1]
    if found := _DAY_OF_YEAR.fullmatch(text):
        return f"{found[1]}.{found[2]}"
    return text


def date_parameter(name: str, text: str, now: int) -> int | None:
    """A date of a query.

    Raises:
        BadRequest: It is none.
    """
    try:
        return parse_date(text, now)
    except (ValueError, OverflowError):
        raise BadRequest(
            detail=f"{name} is no date; send one that PHP's strtotime reads in at most {LONGEST} characters, in UTC"
        ) from None
