"""What people type: addresses, amounts, dates, shares. Each parser says what is wrong and what to type."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar

import typer

from passmanager.core.addresses import parse_address
from passmanager.errors import BadAddress
from passmanager.units import NATIVE, Address

Item = TypeVar("Item")
NATIVE_NAMES: Final = ("native", "coin", NATIVE)
_SPAN: Final = re.compile(r"^\+(\d{1,5})d$")
_HASH: Final = re.compile(r"^0x[0-9a-fA-F]{64}$")


def address(text: str) -> Address:
    """A checked address."""
    try:
        return parse_address(text)
    except BadAddress as problem:
        raise typer.BadParameter(f"BadAddress: {problem}") from problem


def token(text: str) -> Address:
    """A token's address; `native` is the chain's own coin."""
    return NATIVE if text in NATIVE_NAMES else address(text)


def amount(text: str) -> str:
    """A decimal number from 0, as text: the decimals of its token are not known yet."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0 or "e" in text.lower() or "_" in text:
        raise typer.BadParameter(f"BadAmount: {text!r} is no amount. Type digits with a point, like 19.99")
    return text


def moment(text: str) -> str:
    """A time as ISO 8601, as text; `never`, or `+30d` from now, are times too."""
    seconds(text)
    return text


def seconds(text: str) -> int:
    """The unix seconds of a checked time; 0 for never. A date without a time is its first moment in UTC."""
    if text in ("never", "0"):
        return 0
    span = _SPAN.match(text)
    if span:
        return int(datetime.now(UTC).timestamp()) + int(span[1]) * 86_400
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise typer.BadParameter(
            f"BadDate: {text!r} is no date. Type one like 2027-01-31 or 2027-01-31T18:00:00+01:00, `+30d` or `never`"
        ) from problem
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def percent(text: str) -> str:
    """A share from 0 to 100 with at most two decimals, as text."""
    bps(text)
    return text


def bps(text: str) -> int:
    """The hundredths of a checked percentage."""
    try:
        found = Decimal(text.removesuffix("%").strip()) * 100
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= 10_000 and found == found.to_integral_value()):  # noqa: PLR2004
        raise typer.BadParameter(
            f"BadPercent: {text!r} is no percentage. Type a number from 0 to 100 with at most two decimals, like 12.5"
        )
    return int(found)


def word(text: str) -> str:
    """32 bytes in hexadecimal digits, as text."""
    if not _HASH.match(text):
        raise typer.BadParameter(f"BadHash: {text!r} is no hash. Type 0x and 64 hexadecimal digits")
    return text.lower()


def sized(most: int) -> Callable[[str], str]:
    """A parser of texts of at most so many bytes; a longer one does not fit the contract's field."""

    def check(text: str) -> str:
        size = len(text.encode())
        if size > most:
            raise typer.BadParameter(f"BadText: this text has {size} bytes, the contract takes {most}. Shorten it")
        return text

    return check


def parts(ids: list[Item], most: int) -> list[list[Item]]:
    """A list in parts of at most so many."""
    return [ids[start : start + most] for start in range(0, len(ids), most)]


def given(options: dict[str, Any], noun: str) -> dict[str, Any]:
    """The options that were given; none at all is wrong usage."""
    found = {name: value for name, value in options.items() if value is not None}
    if not found:
        raise typer.BadParameter(f"no {noun} is given; --help lists those there are")
    return found


OrgId = Annotated[int, typer.Argument(metavar="ORG", help="Id of the organization.", min=1, show_default=False)]
OrgOption = Annotated[int, typer.Option("--org", help="Id of the organization.", min=1, show_default=False)]
ProductId = Annotated[int, typer.Argument(metavar="PRODUCT", help="Id of the product.", min=1, show_default=False)]
PricingId = Annotated[int, typer.Argument(metavar="PRICING", help="Id of the pricing.", min=1, show_default=False)]
PassId = Annotated[int, typer.Argument(metavar="PASS", help="Id of the pass.", min=1, show_default=False)]
Wallets = Annotated[
    list[Address], typer.Argument(metavar="WALLET", help="Addresses of wallets.", parser=address, show_default=False)
]
Wallet = Annotated[
    Address, typer.Argument(metavar="WALLET", help="Address of the wallet.", parser=address, show_default=False)
]
Token = Annotated[
    Address,
    typer.Option("--token", metavar="ADDRESS", help="Token of the amounts; `native` for the coin.", parser=token),
]
BaseUnits = Annotated[bool, typer.Option("--base-units", help="Amounts are in the token's smallest unit.")]
