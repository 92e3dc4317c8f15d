"""What a contract refused with, as an error of Python."""

from passmanager.abi.errors import ERRORS
from passmanager.core.decoding import BadEncoding, decoder
from passmanager.errors import (
    ContractError,
    Panicked,
    Reverted,
    RevertedWithoutReason,
    RevertedWithReason,
    UnknownRevert,
)

ERROR_TEXT = bytes.fromhex("08c379a0")  # Error(string)
PANIC = bytes.fromhex("4e487b71")  # Panic(uint256)
SELECTOR_SIZE = 4


def _types(kind: type[ContractError]) -> tuple[str, ...]:
    inner = kind.SIGNATURE[kind.SIGNATURE.index("(") + 1 : -1]
    return tuple(inner.split(",")) if inner else ()


_ERRORS = {kind.SELECTOR: (kind, decoder(_types(kind))) for kind in ERRORS}


def decode_revert(data: bytes, call: str = "") -> Reverted:
    """The error of revert data; `call` names what was called, for the message."""
    selector, rest = data[:SELECTOR_SIZE], data[SELECTOR_SIZE:]
    try:
        if selector in _ERRORS:
            kind, read = _ERRORS[selector]
            made = kind.from_abi(read(rest))
            made.call = call
            return made
        if selector == ERROR_TEXT:
            return RevertedWithReason(reason=decoder(("string",))(rest)[0], call=call)
        if selector == PANIC:
            return Panicked(code=decoder(("uint256",))(rest)[0], call=call)
    except BadEncoding:
        return UnknownRevert(data=data, call=call)
    return UnknownRevert(data=data, call=call) if data else RevertedWithoutReason(call=call)
