"""A call of a contract: the bytes to send, and how to read the answer. No network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from eth_utils.crypto import keccak

from passmanager.abi import artifact
from passmanager.core.decoding import BadEncoding, Raw, decoder
from passmanager.errors import BadAmount, BadArgument, UnexpectedAnswer
from passmanager.units import Address

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call, ready to be read or sent.

    Attributes:
        name: Contract and function, for messages.
        to: The contract.
        data: Selector and arguments.
        decode: Makes the result of the answer's bytes.
        value: Native coin that goes with it, in wei.
    """

    name: str
    to: Address
    data: bytes
    decode: Callable[[bytes], T]
    value: int = 0

    def with_value(self, value: int) -> "Call[T]":
        """The same call with `value` wei."""
        return replace(self, value=value)


def make_call(
    name: str,
    to: Address,
    selector: str,
    types: tuple[str, ...],
    values: tuple[object, ...],
    outputs: tuple[str, ...],
    read: Callable[[Raw], T],
    *,
    value: int = 0,
) -> Call[T]:
    """What the generated builders make their calls with.

    Raises:
        BadArgument: A value does not fit its type.
        BadAmount: `value` is a float, or negative.
    """
    if type(value) is not int or value < 0:
        raise BadAmount(amount=repr(value), problem="value is a whole number of wei")
    return Call(
        name, to, bytes.fromhex(selector[2:]) + encode_values(name, types, values), _answer(name, outputs, read), value
    )


def encode_values(name: str, types: tuple[str, ...], values: Sequence[object]) -> bytes:
    """ABI encoding of `values`.

    Raises:
        BadArgument: A value does not fit its type.
    """
    from eth_abi.abi import encode  # noqa: PLC0415 - with its parser a tenth of a second, for callers only
    from eth_abi.exceptions import EncodingError  # noqa: PLC0415

    try:
        return encode(types, values)
    except (EncodingError, TypeError, ValueError, OverflowError) as problem:
        raise BadArgument(function=name, problem=str(problem)) from problem


def _answer(name: str, outputs: tuple[str, ...], read: Callable[[Raw], T]) -> Callable[[bytes], T]:
    def decode(data: bytes) -> T:
        try:
            return read(decoder(outputs)(data))
        except BadEncoding as problem:
            raise UnexpectedAnswer(what=name, answer=f"0x{data[:64].hex()}") from problem

    return decode


def no_result(_raw: Raw) -> None:
    """Reader of functions that return nothing."""


def build_call(contract: str, function: str, arguments: Sequence[object], *, to: Address, value: int = 0) -> Call[Any]:
    """A call by the names of the ABI; prefer the typed builders of `passmanager.core.contracts`.

    Raises:
        BadArgument: No such function, or the arguments do not fit it.
    """
    name = f"{contract}.{function}"
    for entry in artifact(contract)["abi"]:
        if entry["type"] == "function" and entry["name"] == function and len(entry["inputs"]) == len(arguments):
            types = tuple(_canonical(part) for part in entry["inputs"])
            outputs = tuple(_canonical(part) for part in entry["outputs"])
            selector = "0x" + keccak(text=f"{function}({','.join(types)})")[:4].hex()
            return make_call(name, to, selector, types, tuple(arguments), outputs, _unwrapped, value=value)
    raise BadArgument(function=name, problem=f"there is no such function with {len(arguments)} arguments")


def _unwrapped(raw: Raw) -> Any:
    return raw[0] if len(raw) == 1 else (raw or None)


def _canonical(entry: dict[str, Any]) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_canonical(part) for part in entry['components'])}){kind.removeprefix('tuple')}"
