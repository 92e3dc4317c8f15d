"""Amounts as people write and read them, in the decimals of their token."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from passmanager.client import PassManager
from passmanager.errors import BadAmount
from passmanager.specs import Currency
from passmanager.units import NATIVE, Address, format_units


@dataclass(frozen=True, slots=True)
class Money:
    """What amounts of one token look like."""

    currency: Currency
    name: str

    def text(self, amount: int) -> str:
        """`20000000` -> `20 of 0x...`."""
        return f"{format_units(amount, self.currency.decimals)} {self.name}"

    def parse(self, text: str) -> int:
        """`20.5` -> `20500000`; raises BadAmount for what is no exact amount of this token."""
        try:
            return self.currency.amount(Decimal(text))
        except InvalidOperation as problem:
            raise BadAmount(amount=repr(text), problem="it is not a decimal number") from problem


def money_of(client: PassManager, token: Address) -> Money:
    """Asks the token for its decimals; the native coin has 18."""
    if token == NATIVE:
        return Money(Currency(), "coins")
    return Money(client.token(token).currency(), f"of {token}")
