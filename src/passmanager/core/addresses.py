"""Addresses: read from text, and known before the contracts are there."""

import rlp  # pyright: ignore[reportMissingTypeStubs]
from eth_utils.address import is_checksum_address, is_checksum_formatted_address, is_hex_address, to_checksum_address
from eth_utils.crypto import keccak

from passmanager.errors import BadAddress
from passmanager.units import Address


def create_address(sender: str, nonce: int) -> Address:
    """Address of the contract that transaction number `nonce` of `sender` creates (CREATE)."""
    encoded: bytes = rlp.encode([bytes.fromhex(sender.removeprefix("0x")), nonce])  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return to_checksum_address(keccak(encoded)[12:])


def parse_address(text: str) -> Address:
    """An address that somebody typed; mixed case has to have the right checksum.

    Raises:
        BadAddress: Not 20 bytes of hexadecimal digits, or a wrong checksum.
    """
    if not is_hex_address(text):
        raise BadAddress(text=text, problem="it is not 0x and 40 hexadecimal digits")
    if is_checksum_formatted_address(text) and not is_checksum_address(text):
        raise BadAddress(text=text, problem="its checksum (upper and lower case) does not fit")
    return to_checksum_address(text)
