"""Values of requests: what is missing or empty counts for nothing, what makes no sense is a 400."""

import re

from passmanager.service.http.problems import BadRequest, NotFound
from passmanager.service.http.shapes import MOST_DECIMALS

LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 2**31 - 1
LONGEST_TEXT = 1_000
TRUE, FALSE = frozenset({"1", "true", "on", "yes"}), frozenset({"0", "false", "off", "no"})

_NUMBER = re.compile(r"[0-9]{1,30}", re.ASCII)
_DECIMAL = re.compile(r"(-?)([0-9]{0,78})(?:\.([0-9]*))?", re.ASCII)


def text_parameter(name: str, text: str) -> str:
    """Free text.

    Raises:
        BadRequest: It has a NUL, which no name has, or is far too long.
    """
    if "\x00" in text or len(text) > LONGEST_TEXT:
        raise BadRequest(detail=f"{name} has a NUL character or more than {LONGEST_TEXT} characters")
    return text


def id_parameter(name: str, text: str) -> int | None:
    """A number of a thing; None for an empty text.

    Raises:
        BadRequest: It is none between 1 and 2^63 - 1.
    """
    if not text:
        return None
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if not 1 <= number <= LARGEST_ID:
        raise BadRequest(detail=f"{name} is a whole number from 1 to {LARGEST_ID}")
    return number


def id_in_path(text: str) -> int:
    """A number of a thing.

    Raises:
        NotFound: Nothing can have such a number.
    """
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if not 1 <= number <= LARGEST_ID:
        raise NotFound(detail="ids are whole numbers; take one from a list")
    return number


def page_parameter(text: str) -> int:
    """From 1; 1 for an empty text.

    Raises:
        BadRequest: It is no page.
        NotFound: There cannot be so many.
    """
    if not text:
        return 1
    page = int(text) if _NUMBER.fullmatch(text) else 0
    if page < 1:
        raise BadRequest(detail="page is a whole number from 1")
    return min(page, LARGEST_PAGE + 1)


def flag_parameter(name: str, text: str) -> bool:
    """Yes or no; no for an empty text.

    Raises:
        BadRequest: It is neither.
    """
    if text.lower() in TRUE:
        return True
    if text and text.lower() not in FALSE:
        raise BadRequest(detail=f"{name} is one of {', '.join(sorted(TRUE | FALSE))}")
    return False


def decimal_parameter(name: str, text: str) -> int | None:
    """A decimal number at 36 decimals, with its sign; None for an empty text.

    Raises:
        BadRequest: It is none, or finer than every currency.
    """
    if not text:
        return None
    found = _DECIMAL.fullmatch(text)
    sign, whole, part = found.groups() if found else ("", "", "")
    part = (part or "").rstrip("0")
    if not (whole or (found and found[3])) or len(part) > MOST_DECIMALS:
        raise BadRequest(detail=f"{name} is a decimal number such as 19.99, of at most {MOST_DECIMALS} decimals")
    value = int((whole or "0") + part.ljust(MOST_DECIMALS, "0"))
    return -value if sign else value
