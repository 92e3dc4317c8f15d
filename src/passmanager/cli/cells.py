"""Values as a person reads them in a table, and as a program reads them in JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from enum import Enum, Flag
from typing import Any, Protocol, cast, runtime_checkable

from passmanager.units import NATIVE, Address, format_units

BPS_OF_ALL = 10_000


@runtime_checkable
class Cell(Protocol):
    """A value with two forms of its own."""

    def text(self) -> str:
        """For people."""
        ...

    def plain(self) -> Any:
        """For programs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Coin:
    """A token, its decimals and its symbol; the zero address is the native coin."""

    token: Address = NATIVE
    decimals: int = 18
    symbol: str = "native"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in base units, shown with the decimals and the symbol of its coin."""

    amount: int
    coin: Coin

    def text(self) -> str:
        """As in `19.99 USDC`."""
        return f"{format_units(self.amount, self.coin.decimals)} {self.coin.symbol}"

    def plain(self) -> dict[str, Any]:
        """Decimal, base units, token, symbol."""
        return {
            "amount": format_units(self.amount, self.coin.decimals),
            "baseUnits": self.amount,
            "token": self.coin.token,
            "symbol": self.coin.symbol,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in unix seconds; 0 is none."""

    seconds: int

    def text(self) -> str:
        """ISO 8601 in UTC; a dash for none."""
        return self.plain() or "-"

    def plain(self) -> str | None:
        """ISO 8601 in UTC, or None."""
        if not self.seconds:
            return None
        return datetime.fromtimestamp(self.seconds, UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Percent:
    """Hundredths of a percent."""

    bps: int

    def text(self) -> str:
        """As in `12.5 %`."""
        return f"{format_units(self.bps, 2)} %"

    def plain(self) -> int:
        """The hundredths."""
        return self.bps


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of which 0 means that there is no limit."""

    most: int

    def text(self) -> str:
        """The number, or `no limit`."""
        return f"{self.most:,}" if self.most else "no limit"

    def plain(self) -> int | None:
        """The number, or None."""
        return self.most or None


def printable(text: str) -> str:
    """A text of somebody else's without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def text(value: Any) -> str:
    """`value` in a table."""
    if value is None or value in ("", (), []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Cell):
        return value.text()
    if isinstance(value, Flag):
        return ", ".join(str(one.name).lower() for one in type(value) if one in value and one.value) or "-"
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    return _compound_text(value)


def _compound_text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if is_dataclass(value) and not isinstance(value, type):
        return text({camel(name): part for name, part in asdict(value).items()})
    if isinstance(value, Mapping):
        return ", ".join(f"{title(name)} {text(part)}" for name, part in cast("Mapping[str, Any]", value).items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [text(part) for part in cast("Sequence[Any]", value)]
        return ("\n" if any(isinstance(part, Mapping) for part in cast("Sequence[Any]", value)) else ", ").join(parts)
    return printable(str(value))


def plain(value: Any) -> Any:
    """`value` as JSON takes it."""
    if isinstance(value, Flag):
        return [str(one.name).lower() for one in type(value) if one in value and one.value]
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Cell):
        return value.plain()
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return _compound_plain(value)


def _compound_plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {camel(name): plain(part) for name, part in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(part) for part in cast("Iterable[Any]", value)]
    return value


def camel(name: str) -> str:
    """`pass_id` -> `passId`."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def title(name: str) -> str:
    """`passId` -> `pass id`, for the head of a column."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
