"""The bad habits of contracts/mocks/MockBadToken.vy and MockReceiver.vy, and answers too large for Vyper."""

from enum import IntEnum

import boa


class Move(IntEnum):
    """How MockBadToken does `transfer` and `transferFrom`."""

    GOOD = 0
    NO_ANSWER = 1
    SAYS_FALSE = 2
    MOVES_SAYS_FALSE = 3
    SAYS_TWO = 4
    SHORT_ANSWER = 5
    LONG_ANSWER = 6
    FEE_ON_TRANSFER = 7
    EXTRA_FROM_SENDER = 8
    ARRIVES_MORE = 9
    BACKWARDS = 10
    MOVES_NOTHING = 11
    REVERTS = 12
    BURNS_ALL_GAS = 13
    BURNS_SOME_GAS = 14
    REENTERS = 15


class Read(IntEnum):
    """How MockBadToken answers `balanceOf` and `allowance`."""

    WELL = 0
    FIXED = 1
    REVERT = 2
    SHORT = 3
    BURN = 4
    COSTLY = 5


class OnCoin(IntEnum):
    """What MockReceiver does with native coin."""

    ACCEPTS = 0
    REFUSES = 1
    BURNS_ALL_GAS = 2
    REENTERS = 3


def deploy_huge(size: int, *, reverting: bool) -> str:
    """A contract that answers every call with `size` zero bytes, or reverts with them."""
    runtime = b"\x62" + size.to_bytes(3) + b"\x5f" + (b"\xfd" if reverting else b"\xf3")  # PUSH3 PUSH0 REVERT/RETURN
    creation = b"\x60" + bytes([len(runtime)]) + b"\x80\x60\x09\x3d\x39\x3d\xf3"  # copies what follows
    address, _ = boa.env.deploy_code(bytecode=creation + runtime)
    return str(address)
