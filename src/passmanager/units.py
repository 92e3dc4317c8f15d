"""Units that occur in signatures, and the text forms of amounts.

Amounts are whole numbers of the token's smallest unit, never floats; times are unix seconds.
"""

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final, Literal

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress, HexAddress, HexStr
from eth_utils.address import to_checksum_address

Address = ChecksumAddress
BlockId = int | Literal["latest", "pending", "earliest", "safe", "finalized"]

NATIVE: Final = Address(HexAddress(HexStr("0x" + 40 * "0")))
DAY: Final = 86_400
WELL_FORMED: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch
_WIDE: Final = Context(prec=1_000)  # Python's own context rounds after 28 digits, and says nothing


def format_units(amount: int, decimals: int = 18) -> str:
    """`1500000`, 6 decimals -> `1.5`."""
    text = f"{_WIDE.scaleb(Decimal(amount), -decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_units(text: str, decimals: int = 18) -> int:
    """`1.5`, 6 decimals -> `1500000`.

    Raises:
        ValueError: The text has more decimals than the token.
    """
    scaled = _WIDE.scaleb(Decimal(text), decimals)
    if scaled != scaled.to_integral_value():
        message = f"{text} has more than {decimals} decimals"
        raise ValueError(message)
    return int(scaled)


@lru_cache(maxsize=16_384)
def checksum(address: str) -> Address:
    """Checksum form of a well-formed address; cached, because the form costs a hash.

    Raises:
        ValueError: It is no address.
    """
    if not WELL_FORMED(address):
        return to_checksum_address(address)  # says what is wrong
    letters = address[2:].lower()
    digest = keccak(letters.encode()).hex()
    cased = [letter.upper() if nibble > "7" else letter for letter, nibble in zip(letters, digest, strict=False)]
    return Address(HexAddress(HexStr(f"0x{''.join(cased)}")))
