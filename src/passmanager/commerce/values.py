"""What models are made of: amounts, money, pages, and the manner of what is sent and answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from passmanager.errors import BadArgument

T = TypeVar("T")
Plain = str | int | bool
Query = Mapping[str, Plain | Decimal | datetime | Sequence[str] | None]


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError(f"{value} is a float, which is not exact; give a Decimal")  # noqa: TRY004 - pydantic wants it
    return value


def plain(amount: Decimal) -> str:
    """A decimal text without exponent."""
    return f"{amount:f}"


Amount = Annotated[Decimal, BeforeValidator(_exact), PlainSerializer(plain, return_type=str)]
"""A number of whole coins; floats are refused."""


class Answer(BaseModel):
    """Parent of what the service answers. Fields that are newer than this client are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Sent(BaseModel):
    """Parent of what is sent. Only fields that were set are sent: None is not the same as left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002 - pydantic passes it
        """Fields that can have one value only are always sent."""
        for name, field in type(self).model_fields.items():
            if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1:
                self.model_fields_set.add(name)

    def body(self) -> bytes:
        """As JSON."""
        return self.model_dump_json(exclude_unset=True, by_alias=True).encode()


class Money(Answer):
    """An amount of a currency.

    Attributes:
        amount: In whole coins, exactly.
        decimals: Of the currency.
    """

    amount: Amount
    currency: str
    decimals: int

    @property
    def units(self) -> int:
        """The same in the smallest units of the currency."""
        sign, digits, exponent = self.amount.as_tuple()
        shift = self.decimals + int(exponent)
        whole = int("".join(map(str, digits)))
        found = whole * 10**shift if shift >= 0 else whole // 10**-shift
        return -found if sign else found

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"


class Page(Answer, Generic[T]):
    """One page of a list.

    Attributes:
        next_cursor: Asks for the page after; None at the end.
    """

    data: tuple[T, ...]
    has_more: bool
    next_cursor: str | None


def segment(value: str) -> str:
    """A value inside a path, where it cannot become another path.

    Raises:
        BadArgument: It is empty.
    """
    if not value:
        raise BadArgument(function="The path of a call", problem="an id is empty")
    return quote(value, safe="").replace(".", "%2E")


def parameters(query: Query) -> tuple[tuple[str, str], ...]:
    """What stands after the `?`; None is left out, lists are repeated."""
    found: list[tuple[str, str]] = []
    for name, value in query.items():
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        found += [(name, _text(one)) for one in several if one is not None]
    return tuple(found)


def _text(value: Plain | Decimal | datetime) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
