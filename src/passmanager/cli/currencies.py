"""Amounts of tokens: their decimals and symbols are read from the chain."""

from decimal import Decimal
from typing import TYPE_CHECKING

from passmanager.cli.cells import Coin
from passmanager.cli.errors import NotAToken
from passmanager.core.calls import make_call
from passmanager.errors import NoCodeAt, Reverted, UnexpectedAnswer
from passmanager.specs import Currency
from passmanager.specs import base_units as exact_units
from passmanager.units import Address

if TYPE_CHECKING:
    from passmanager.client import PassManager


def read_coin(client: "PassManager", token: Address) -> Coin:
    """A token's decimals and symbol; a token without a readable symbol is called by its address.

    Raises:
        NotAToken: It has no decimals.
    """
    try:
        decimals = client.read(make_call("ERC20.decimals", token, "0x313ce567", (), (), ("uint8",), lambda raw: raw[0]))
    except (NoCodeAt, Reverted, UnexpectedAnswer) as problem:
        raise NotAToken(token=token, problem=_why(problem)) from problem
    return Coin(token=token, decimals=int(decimals), symbol=_symbol(client, token))


def _why(problem: Exception) -> str:
    return "there is no contract" if isinstance(problem, NoCodeAt) else "the contract there has no decimals"


def _symbol(client: "PassManager", token: Address) -> str:
    try:
        return str(client.read(make_call("ERC20.symbol", token, "0x95d89b41", (), (), ("string",), lambda raw: raw[0])))
    except (Reverted, UnexpectedAnswer):
        return token


def currency(coin: Coin) -> Currency:
    """The SDK's form of a coin."""
    return Currency(coin.token, coin.decimals)


def base_units(typed: str, coin: Coin, *, exact: bool = False) -> int:
    """Base units of a checked amount; `exact` if it is in base units already.

    Raises:
        BadAmount: The token has fewer decimals.
    """
    return exact_units(Decimal(typed), Currency(coin.token, 0 if exact else coin.decimals))
