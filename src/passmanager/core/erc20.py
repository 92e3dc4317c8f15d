"""The calls of an ERC-20. On approvals and transfers some tokens return nothing; those that return False refuse."""

from dataclasses import replace
from typing import Any

from passmanager.core.calls import Call, make_call, no_result
from passmanager.core.decoding import Raw
from passmanager.errors import UnexpectedAnswer
from passmanager.units import Address

_TWO = ("address", "address")
_PAY = ("address", "uint256")


def name(token: Address) -> Call[str]:
    """Its name, a text of its maker's."""
    return make_call("ERC20.name", token, "0x06fdde03", (), (), ("string",), _first)


def symbol(token: Address) -> Call[str]:
    """Its short name, a text of its maker's: another token may have the same."""
    return make_call("ERC20.symbol", token, "0x95d89b41", (), (), ("string",), _first)


def decimals(token: Address) -> Call[int]:
    """Decimals of its amounts; the standard lets tokens have none to tell."""
    return make_call("ERC20.decimals", token, "0x313ce567", (), (), ("uint8",), _first)


def total_supply(token: Address) -> Call[int]:
    """How much of it there is."""
    return make_call("ERC20.totalSupply", token, "0x18160ddd", (), (), ("uint256",), _first)


def balance_of(token: Address, owner: Address) -> Call[int]:
    """What `owner` has."""
    return make_call("ERC20.balanceOf", token, "0x70a08231", ("address",), (owner,), ("uint256",), _first)


def allowance(token: Address, owner: Address, spender: Address) -> Call[int]:
    """How much `spender` may take from `owner`."""
    return make_call("ERC20.allowance", token, "0xdd62ed3e", _TWO, (owner, spender), ("uint256",), _first)


def approve(token: Address, spender: Address, amount: int) -> Call[None]:
    """Lets `spender` take up to `amount` from the sender."""
    return _act("ERC20.approve", token, "0x095ea7b3", _PAY, (spender, amount))


def transfer(token: Address, to: Address, amount: int) -> Call[None]:
    """Gives `amount` of the sender's to `to`."""
    return _act("ERC20.transfer", token, "0xa9059cbb", _PAY, (to, amount))


def transfer_from(token: Address, owner: Address, to: Address, amount: int) -> Call[None]:
    """Gives `amount` of what `owner` allowed the sender to `to`."""
    return _act("ERC20.transferFrom", token, "0x23b872dd", (*_TWO, "uint256"), (owner, to, amount))


def _act(name: str, token: Address, selector: str, types: tuple[str, ...], values: tuple[object, ...]) -> Call[None]:
    def decode(data: bytes) -> None:
        if data and not any(data):
            raise UnexpectedAnswer(what=name, answer="False, which refuses it")

    return replace(make_call(name, token, selector, types, values, (), no_result), decode=decode)


def _first(raw: Raw) -> Any:
    return raw[0]
