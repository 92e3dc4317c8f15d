"""Amounts of tokens: their decimals and symbols are read from the chain."""

from decimal import Decimal
from typing import TYPE_CHECKING

from passmanager.cli.cells import Coin, printable
from passmanager.cli.errors import InexactAmount, NotAToken
from passmanager.errors import BadAmount, NoCodeAt, Reverted, UnexpectedAnswer
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
        decimals = client.token(token).decimals()
    except NoCodeAt as problem:
        raise NotAToken(token=token, problem="there is no contract") from problem
    except (Reverted, UnexpectedAnswer) as problem:
        raise NotAToken(token=token, problem="the contract there has no decimals") from problem
    return Coin(token=token, decimals=decimals, symbol=_symbol(client, token))


def _symbol(client: "PassManager", token: Address) -> str:
    try:
        return printable(client.token(token).symbol()) or token
    except (Reverted, UnexpectedAnswer):
        return token


def base_units(typed: str, coin: Coin, *, exact: bool = False) -> int:
    """Base units of a checked amount; `exact` if it is in base units already.

    Raises:
        InexactAmount: The token has fewer decimals.
    """
    decimals = 0 if exact else coin.decimals
    try:
        return exact_units(Decimal(typed), Currency(coin.token, decimals))
    except BadAmount as problem:
        unit = "base units" if exact else coin.symbol
        raise InexactAmount(amount=typed, unit=unit, decimals=decimals) from problem
