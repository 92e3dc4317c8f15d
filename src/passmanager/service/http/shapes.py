"""Shapes that many requests and answers share: money, times, texts without surprises."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from typing_extensions import TypedDict

from passmanager.service.clock import rfc3339
from passmanager.service.http.problems import bad_field
from passmanager.units import format_units, parse_units

LARGEST = 2**256 - 1
MOST_DECIMALS = 36


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("a text has no NUL character")
    return value


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=1_000),
    AfterValidator(_no_nul),
    Field(json_schema_extra={"pattern": r"^[^\x00]*$"}),
]
"""Free text of a person; without NUL, which PostgreSQL does not take."""

NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_no_nul),
    Field(json_schema_extra={"pattern": NOT_BLANK}),
]
"""Short text that is not empty."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,5}_[0-9a-z]{26}$")]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.$_-]{1,16}$")]
Wallet = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]
ChainNumber = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""An id or a block of a chain: as large as every JSON parser keeps exactly."""

DecimalText = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,78}(\.[0-9]{1,36})?$"), Field(json_schema_extra={"format": "decimal"})
]
"""Money without sign and exponent, such as `19.99`."""

DecimalShown = Annotated[str, WithJsonSchema({"type": "string", "format": "decimal"})]

Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Moment = Annotated[
    int,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""Milliseconds inside, RFC 3339 UTC outside."""

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 inside, too."""


def _written(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError("a time is written as 2026-11-22T10:00:00Z")
    return value


_NUMBER = re.compile(r"\s*[+-]?[\d._]+(e[+-]?\d+)?\s*", re.IGNORECASE)

Future = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A time with its zone, as RFC 3339; numbers would be taken for seconds or milliseconds, nobody knows which."""


class Body(BaseModel):
    """Parent of what is sent to the service: unknown names are mistakes, not silence."""

    model_config = ConfigDict(extra="forbid")


class Money(TypedDict):
    """An amount as people write it, with what is needed to count exactly."""

    amount: DecimalShown
    currency: str
    decimals: int


@lru_cache(maxsize=4_096)  # a shop has few different amounts
def money(units: int, currency: str, decimals: int) -> Money:
    """Base units as the API shows them; the same object each time, which nobody changes."""
    return Money(amount=format_units(units, decimals), currency=currency, decimals=decimals)


def base_units(amount: str, decimals: int, pointer: str) -> int:
    """A decimal text in base units, exactly.

    Raises:
        InvalidInput: It has more decimals than the currency, or is too large.
    """
    try:
        units = parse_units(amount, decimals)
    except (ValueError, ArithmeticError):
        raise bad_field(pointer, "amount", f"{amount} has more than the {decimals} decimals of the currency") from None
    if not 0 <= units <= LARGEST:
        raise bad_field(pointer, "amount", f"{amount} is not between 0 and what a token can count")
    return units


def value36(units: int, decimals: int) -> int:
    """An amount at 36 decimals, by which amounts of different currencies compare."""
    return units * 10 ** (MOST_DECIMALS - decimals)


def milliseconds(moment: datetime) -> int:
    """A time of a request inside the service."""
    return int(moment.astimezone(UTC).timestamp() * 1000)
