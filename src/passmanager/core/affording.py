"""Refusals before a purchase is sent, each with both numbers. No network."""

from passmanager.abi.errors import AmountAboveMax, InsufficientAllowance, InsufficientBalance, UnexpectedToken
from passmanager.abi.structs import Quote
from passmanager.core.purchases import Order
from passmanager.errors import InsufficientFunds
from passmanager.units import Address


def check_price(order: Order, quote: Quote) -> None:
    """Refuses a quote above the buyer's limit, or in another token than he means.

    Raises:
        AmountAboveMax: It is above.
        UnexpectedToken: It is in another token.
    """
    if order.currency is not None and quote.token != order.currency.token:
        raise UnexpectedToken(actual=quote.token, expected=order.currency.token, call="purchases")
    limit = order.limit
    if limit is not None and quote.total > limit:
        raise AmountAboveMax(amount=quote.total, limit=limit, call="purchases")


def check_native(quote: Quote, payer: Address, balance: int) -> None:
    """Refuses a wallet that cannot pay the price, gas not counted.

    Raises:
        InsufficientFunds: It cannot.
    """
    if balance < quote.total:
        raise InsufficientFunds(address=payer, have=balance, need=quote.total)


def check_tokens(order: Order, quote: Quote, balance: int, allowed: int) -> None:
    """Refuses a wallet that has, or allows, less than the price and asks for no approval.

    Raises:
        InsufficientBalance: It has less.
        InsufficientAllowance: It allows less.
    """
    if balance < quote.total:
        raise InsufficientBalance(have=balance, need=quote.total, call="purchases")
    if order.approve is None and allowed < quote.total:
        raise InsufficientAllowance(have=allowed, need=quote.total, call="purchases")
