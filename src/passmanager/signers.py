"""Who signs: a key in this process, the node, or somebody else. The package never looks for keys by itself."""

import json
from pathlib import Path
from typing import Any, Protocol, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from passmanager.core.transactions import Transaction
from passmanager.errors import BadKey, NoSigner
from passmanager.units import Address


class Signer(Protocol):
    """A wallet. `sign` gives the signed bytes, or None if the node itself holds the key."""

    @property
    def address(self) -> Address:
        """The wallet's address."""
        ...

    def sign(self, transaction: Transaction) -> bytes | None:
        """The transaction with its signature, as the network takes it."""
        ...


class NodeSigner:
    """An account that the node has unlocked; development nodes have some."""

    def __init__(self, address: str) -> None:
        """`address` has to be one of the node's accounts."""
        self.address: Address = to_checksum_address(address)

    def sign(self, transaction: Transaction) -> None:
        """Leaves it to the node."""


class UnsignedSigner:
    """Somebody else signs: a browser's wallet, a Safe, a key that never meets a network.

    With it every writing method simulates as for that wallet and sends nothing: its receipt has `dry_run` and, in
    `unsigned`, the transactions to sign.
    """

    def __init__(self, address: str) -> None:
        """`address` is the wallet that will send."""
        self.address: Address = to_checksum_address(address)

    def sign(self, transaction: Transaction) -> bytes | None:
        """Refuses: for what has to be sent by this process, such as deployments, airdrops and keepers.

        Raises:
            NoSigner: Always.
        """
        raise NoSigner(call=f"A transaction of {transaction.sender or self.address}")


class LocalSigner:
    """A private key in this process."""

    def __init__(self, account: LocalAccount) -> None:
        """Signs with an account of eth-account."""
        self._account = account
        self.address: Address = account.address

    @classmethod
    def from_key(cls, key: str, source: str = "the argument") -> "LocalSigner":
        """A signer of a private key in hexadecimal digits; `source` is for the message only.

        Raises:
            BadKey: It is no private key.
        """
        try:
            return cls(Account.from_key(key))
        except Exception as problem:
            raise BadKey(source=source, problem="it is not 0x and 64 hexadecimal digits of a valid key") from problem

    @classmethod
    def from_keystore(cls, path: Path, password: str) -> "LocalSigner":
        """A signer of an encrypted key file (Web3 Secret Storage).

        Raises:
            BadKey: No such file, not a key file, or a wrong password.
        """
        try:
            return cls(Account.from_key(Account.decrypt(json.loads(path.read_text()), password)))
        except OSError as problem:
            raise BadKey(source=str(path), problem=problem.strerror or "it cannot be read") from problem
        except (ValueError, KeyError, TypeError) as problem:
            raise BadKey(source=str(path), problem="no key file, or the wrong password") from problem

    def sign(self, transaction: Transaction) -> bytes:
        """Signs here; the key leaves neither this process nor this object."""
        return bytes(self._account.sign_transaction(cast("Any", transaction.signable())).raw_transaction)
