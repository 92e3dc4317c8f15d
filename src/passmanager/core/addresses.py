"""Addresses that are known before the contracts are there."""

import rlp  # pyright: ignore[reportMissingTypeStubs]
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak


def create_address(sender: str, nonce: int) -> ChecksumAddress:
    """Address of the contract that transaction number `nonce` of `sender` creates (CREATE)."""
    encoded: bytes = rlp.encode([bytes.fromhex(sender.removeprefix("0x")), nonce])  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return to_checksum_address(keccak(encoded)[12:])
