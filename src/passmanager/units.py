"""Units that occur in signatures, and the text forms of amounts.

Amounts are whole numbers of the token's smallest unit, never floats; times are unix seconds.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from eth_typing import ChecksumAddress, HexAddress, HexStr
from eth_utils.address import to_checksum_address

Address = ChecksumAddress
BlockId = int | Literal["latest", "pending", "earliest", "safe", "finalized"]

NATIVE: Final = Address(HexAddress(HexStr("0x" + 40 * "0")))
DAY: Final = 86_400


def format_units(amount: int, decimals: int = 18) -> str:
    """`1500000`, 6 decimals -> `1.5`."""
    text = f"{Decimal(amount).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_units(text: str, decimals: int = 18) -> int:
    """`1.5`, 6 decimals -> `1500000`.

    Raises:
        ValueError: The text has more decimals than the token.
    """
    scaled = Decimal(text).scaleb(decimals)
    if scaled != scaled.to_integral_value():
        message = f"{text} has more than {decimals} decimals"
        raise ValueError(message)
    return int(scaled)


@lru_cache(maxsize=16_384)
def checksum(address: str) -> Address:
    """Checksum form of a well-formed address; cached, because the form costs a hash."""
    return to_checksum_address(address)
