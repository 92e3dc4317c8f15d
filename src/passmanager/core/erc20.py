"""The calls of an ERC-20 that a purchase needs."""

from passmanager.core.calls import Call, make_call, no_result
from passmanager.core.decoding import Raw
from passmanager.units import Address


def allowance(token: Address, owner: Address, spender: Address) -> Call[int]:
    """How much `spender` may take from `owner`."""
    types = ("address", "address")
    return make_call("ERC20.allowance", token, "0xdd62ed3e", types, (owner, spender), ("uint256",), _number)


def balance_of(token: Address, owner: Address) -> Call[int]:
    """What `owner` has."""
    return make_call("ERC20.balanceOf", token, "0x70a08231", ("address",), (owner,), ("uint256",), _number)


def approve(token: Address, spender: Address, amount: int) -> Call[None]:
    """Lets `spender` take up to `amount` from the sender; what the token returns is not read, some return nothing."""
    types = ("address", "uint256")
    return make_call("ERC20.approve", token, "0x095ea7b3", types, (spender, amount), (), no_result)


def _number(raw: Raw) -> int:
    return raw[0]
