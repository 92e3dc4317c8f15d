"""Errors of nodes, told apart by what they say: codes differ between clients, words hardly."""

from typing import Any

from eth_utils.crypto import keccak

from passmanager.core.transactions import Transaction
from passmanager.errors import Dropped, InsufficientFunds, PassManagerError, RpcError, Underpriced

REVERTED = ("revert", "vm execution error")
FUNDS = ("insufficient funds", "insufficient balance", "not enough funds", "doesn't have enough funds")
FEES = (
    "underpriced",
    "fee too low",
    "less than block base fee",
    "below base fee",
    "price below",
    "gas price too low",
    "max fee per gas",
)
NONCE = ("nonce too low", "nonce is too low", "old nonce")
KNOWN = ("already known", "already imported", "known transaction")


def revert_data(problem: RpcError) -> bytes | None:
    """What a contract refused with; None if the problem is none of a contract."""
    data = _inner(problem.data)
    text = problem.message.lower()
    if isinstance(data, str) and "0x" in data:
        digits = data[data.index("0x") + 2 :].strip()
        try:
            found = bytes.fromhex(digits)
        except ValueError:
            found = b""
        if found or _says(text, REVERTED):
            return found
    return b"" if _says(text, REVERTED) else None


def _inner(data: Any) -> Any:
    """Some nodes wrap the data once or twice."""
    while isinstance(data, dict):
        data = data.get("data") or data.get("result") or data.get("output")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return data  # pyright: ignore[reportUnknownVariableType]


def is_known(problem: RpcError) -> bool:
    """The node has this very transaction already."""
    return _says(problem.message.lower(), KNOWN)


def call_error(problem: RpcError, transaction: Transaction) -> PassManagerError:
    """A refusal of `eth_call` or `eth_estimateGas` that is none of a contract."""
    if _says(problem.message.lower(), FUNDS):
        return InsufficientFunds(address=transaction.sender or "", have=0, need=transaction.cost)
    return problem


def sending_error(problem: RpcError, transaction: Transaction, raw: bytes | None) -> PassManagerError:
    """A refusal of a transaction by the node."""
    text = problem.message.lower()
    tx_hash = f"0x{keccak(raw).hex()}" if raw is not None else "(not sent)"
    if _says(text, FUNDS):
        return InsufficientFunds(address=transaction.sender or "", have=0, need=transaction.cost)
    if _says(text, NONCE):
        return Dropped(tx_hash=tx_hash, nonce=transaction.nonce)
    if _says(text, FEES):
        fee = transaction.fees.ceiling if transaction.fees else 0
        return Underpriced(tx_hash=tx_hash, max_fee_per_gas=fee, answer=problem.message)
    return problem


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
