"""Many views in few requests: packed for Multicall3, and the answers taken apart. No network."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from passmanager.core.calls import Call, make_call
from passmanager.core.reverts import decode_revert
from passmanager.core.rpc import revert_data
from passmanager.errors import PassManagerError, RpcError
from passmanager.units import Address, checksum

T = TypeVar("T")
MULTICALL3: Final[Address] = checksum("0xca11bde05977b3631167028862be2a173976ca11")
"""The same on every chain that has it: https://github.com/mds1/multicall3."""
PACK: Final = 50
"""Calls in one: the worst of them (64 products on a pass) stay below the gas that nodes give a view."""

Packed = list[tuple[bool, bytes]]


def aggregate(calls: Sequence[Call[Any]]) -> Call[Packed]:
    """One call for several; each may fail by itself. `msg.sender` of all of them is Multicall3."""
    triples = [(call.to, True, call.data) for call in calls]
    types = ("(address,bool,bytes)[]",)
    return make_call(
        "Multicall3.aggregate3", MULTICALL3, "0x82ad56cb", types, (triples,), ("(bool,bytes)[]",), lambda raw: [*raw[0]]
    )


def packs(calls: Sequence[Call[Any]]) -> list[Sequence[Call[Any]]]:
    """The calls in groups of the size of one pack."""
    return [calls[start : start + PACK] for start in range(0, len(calls), PACK)]


def settled(call: Call[T], *, succeeded: bool, data: bytes) -> T | PassManagerError:
    """The value of one packed answer, or why there is none."""
    if not succeeded:
        return decode_revert(data, call.name)
    try:
        return call.decode(data)
    except PassManagerError as problem:
        return problem


def settled_alone(call: Call[T], answer: Any) -> T | PassManagerError:
    """The value of an answer of `eth_call`, or why there is none."""
    if isinstance(answer, RpcError):
        data = revert_data(answer)
        return answer if data is None else decode_revert(data, call.name)
    return settled(call, succeeded=True, data=bytes.fromhex(answer[2:]))


def needs_repeat(answer: tuple[bool, bytes]) -> bool:
    """Failed without a word: perhaps only for want of gas in the pack."""
    return not answer[0] and not answer[1]
