"""The node: plain JSON-RPC through web3's HTTP provider, and its answers as values or named errors."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

import aiohttp
from eth_utils.crypto import keccak
from web3 import AsyncHTTPProvider
from web3.types import RPCEndpoint

from passmanager.core.reverts import decode_revert
from passmanager.core.rpc import call_error, is_known, revert_data, sending_error
from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import (
    Dropped,
    InsufficientFunds,
    NoCodeAt,
    NoNode,
    NotMined,
    PassManagerError,
    RpcError,
    UnexpectedAnswer,
    WrongChain,
)
from passmanager.signers import Signer
from passmanager.units import Address, BlockId, checksum

Request = tuple[str, tuple[object, ...]]
TRIES = 3
PAUSE_S = 0.2
RECEIPT_LAG_S = 3.0  # a node may know the new state before it has the receipt
BATCH = 100
WIDE_BATCH = 1_000  # of short requests; what clients of Ethereum allow unless told otherwise
FEE_REQUESTS: list[Request] = [
    ("eth_getBlockByNumber", ("latest", False)),
    ("eth_maxPriorityFeePerGas", ()),
    ("eth_gasPrice", ()),
]
NO_RETRY = frozenset({"eth_sendTransaction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block's header, as far as it is needed here."""

    number: int
    hash: str
    timestamp: int
    base_fee: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a wallet's next transaction needs."""

    nonce: int
    balance: int
    fees: Fees


class AsyncNode:
    """One node."""

    def __init__(self, provider: AsyncHTTPProvider) -> None:
        """Uses the provider of a `Web3` object, or one that `connect` makes."""
        self._provider = provider
        self._widest = WIDE_BATCH
        self.url = safe_url(str(provider.endpoint_uri))

    @classmethod
    def connect(cls, url: str, *, timeout_s: float = 30.0) -> Self:
        """A node by its address; nothing is asked yet.

        Raises:
            NoNode: Not an address of http or https.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise NoNode(url=safe_url(url), problem="the address must start with http:// or https://")
        # web3's own retries are off: they hide which request failed
        return cls(AsyncHTTPProvider(url, request_kwargs={"timeout": timeout_s}, exception_retry_configuration=None))

    async def close(self) -> None:
        """Ends the connections."""
        disconnect = getattr(self._provider, "disconnect", None)  # web3's synchronous provider has none
        if disconnect is not None:
            await disconnect()

    async def request(self, method: str, *params: object) -> Any:
        """One request.

        Raises:
            NoNode: No answer.
            RpcError: The answer is an error.
        """
        answer = await self._try(method, lambda: self._provider.make_request(RPCEndpoint(method), list(params)))
        return _result(method, answer)

    async def request_many(self, requests: Sequence[Request], *, batch: int = BATCH) -> list[Any]:
        """Several requests in batches; errors come back in the list, as objects.

        Args:
            requests: Methods and parameters.
            batch: Requests in one batch; a node that refuses so many gets smaller ones from then on.

        Raises:
            NoNode: No answer.
        """
        found: list[Any] = []
        while len(found) < len(requests):
            part = requests[len(found) : len(found) + min(batch, self._widest)]
            found += await self._wide_batch(part) if len(part) > BATCH else await self._batch(part)
        return found

    async def _wide_batch(self, requests: Sequence[Request]) -> list[Any]:
        """Nothing if the node refuses it; it is then asked for less."""
        try:
            answers = await self._answers(requests)
        except NoNode:  # how servers refuse a batch: by hanging up, or with a status of HTTP
            answers = None
        if answers is None:
            self._widest = BATCH
        return answers or []

    async def _batch(self, requests: Sequence[Request]) -> list[Any]:
        answers = await self._answers(requests)
        if answers is None:
            return [await self._alone(method, params) for method, params in requests]  # it takes no batches
        return answers

    async def _answers(self, requests: Sequence[Request]) -> list[Any] | None:
        part = [(RPCEndpoint(method), list(params)) for method, params in requests]
        answers = await self._try("a batch", lambda: self._provider.make_batch_request(part))
        if not isinstance(answers, list) or len(cast("list[Any]", answers)) != len(part):
            return None
        pairs = zip(requests, cast("list[Any]", answers), strict=True)
        return [_result_or_error(method, answer) for (method, _), answer in pairs]

    async def _alone(self, method: str, params: tuple[object, ...]) -> Any:
        try:
            return await self.request(method, *params)
        except RpcError as problem:
            return problem

    async def _try(self, method: str, ask: Any) -> Any:
        tries = 1 if method in NO_RETRY else TRIES
        for left in reversed(range(tries)):
            try:
                return await ask()
            except (OSError, aiohttp.ClientError, TimeoutError, ValueError) as problem:
                if not left:
                    raise NoNode(url=self.url, problem=_problem(problem)) from problem
                await asyncio.sleep(PAUSE_S * (tries - left))
        raise AssertionError(method)

    # --- state

    async def chain_id(self) -> int:
        """Number of the chain."""
        return int(await self.request("eth_chainId"), 16)

    async def require_chain(self, expected: int) -> None:
        """Refuses another chain.

        Raises:
            WrongChain: The node is on another one.
        """
        actual = await self.chain_id()
        if actual != expected:
            raise WrongChain(expected=expected, actual=actual)

    async def block(self, block: BlockId = "latest") -> Block | None:
        """A block's header; None if the node does not have it."""
        return header_of(await self.request("eth_getBlockByNumber", block_id(block), False))  # noqa: FBT003 - hashes only

    async def head(self) -> Block:
        """The latest block."""
        found = await self.block("latest")
        if found is None:
            raise UnexpectedAnswer(what=self.url, answer="no latest block")
        return found

    async def code(self, address: Address, *, block: BlockId = "latest") -> bytes:
        """Runtime code at an address; empty if there is none."""
        return _bytes(await self.request("eth_getCode", address, block_id(block)))

    async def require_code(self, address: Address, name: str) -> None:
        """Refuses an address without a contract.

        Raises:
            NoCodeAt: There is none.
        """
        if not await self.code(address):
            raise NoCodeAt(address=address, chain_id=await self.chain_id(), name=name)

    async def require_codes(self, addresses: Mapping[str, Address]) -> None:
        """Refuses addresses without contracts, all asked for in one request.

        Raises:
            NoCodeAt: For the first that has none.
        """
        codes = await self.request_many([("eth_getCode", (address, "latest")) for address in addresses.values()])
        for (name, address), code in zip(addresses.items(), codes, strict=True):
            if not _bytes(_value(code)):
                raise NoCodeAt(address=address, chain_id=await self.chain_id(), name=name)

    async def nonce(self, address: Address, *, block: BlockId = "pending") -> int:
        """Number of the next transaction."""
        return int(await self.request("eth_getTransactionCount", address, block_id(block)), 16)

    async def balance(self, address: Address, *, block: BlockId = "latest") -> int:
        """Native coin in wei."""
        return int(await self.request("eth_getBalance", address, block_id(block)), 16)

    async def accounts(self) -> list[Address]:
        """Accounts that the node signs for."""
        return [checksum(account) for account in await self.request("eth_accounts")]

    # --- calls

    async def call(self, transaction: Transaction, *, name: str, block: BlockId = "latest") -> bytes:
        """What a transaction would return.

        Raises:
            Reverted: The contract would refuse; the error says why.
            InsufficientFunds: The sender has less than the value.
        """
        try:
            return _bytes(await self.request("eth_call", transaction.rpc_fields(), block_id(block)))
        except RpcError as problem:
            raise await self._refusal(problem, transaction, name) from problem

    async def estimate_gas(self, transaction: Transaction, *, name: str) -> int:
        """Gas that a transaction would use.

        Raises:
            Reverted: The contract would refuse; the error says why.
        """
        try:
            return int(await self.request("eth_estimateGas", transaction.rpc_fields()), 16)
        except RpcError as problem:
            raise await self._refusal(problem, transaction, name) from problem

    async def _refusal(self, problem: RpcError, transaction: Transaction, name: str) -> PassManagerError:
        data = revert_data(problem)
        if data is not None:
            return decode_revert(data, name)
        found = call_error(problem, transaction)
        if isinstance(found, InsufficientFunds) and transaction.sender:
            found.have = await self.balance(transaction.sender)
        return found

    async def fees(self) -> Fees:
        """Fees for a transaction now: twice the base fee, and the node's tip."""
        return _fees(*await self.request_many(FEE_REQUESTS))

    async def outlook(self, address: Address) -> Outlook:
        """What a wallet's next transaction needs, in one request."""
        wallet = [("eth_getTransactionCount", (address, "pending")), ("eth_getBalance", (address, "latest"))]
        nonce, balance, *fees = await self.request_many([*wallet, *FEE_REQUESTS])
        return Outlook(nonce=int(_value(nonce), 16), balance=int(_value(balance), 16), fees=_fees(*fees))

    # --- transactions

    async def send(self, signer: Signer, transaction: Transaction) -> str:
        """Signs and sends; gives the hash.

        Raises:
            TransactionError: The node does not take it.
            InsufficientFunds: The sender cannot pay it.
        """
        raw = signer.sign(transaction)
        try:
            if raw is None:
                return await self.request("eth_sendTransaction", transaction.rpc_fields())
            return await self.request("eth_sendRawTransaction", f"0x{raw.hex()}")
        except RpcError as problem:
            if raw is not None and is_known(problem):
                return f"0x{keccak(raw).hex()}"
            found = sending_error(problem, transaction, raw)
            if isinstance(found, InsufficientFunds):
                found.have = await self.balance(signer.address)
            raise found from problem

    async def wait(self, tx_hash: str, sender: Address, nonce: int, *, seconds: float) -> dict[str, Any]:
        """The receipt, as the node gives it.

        Raises:
            NotMined: Not within this time.
            Dropped: Another transaction used the nonce.
        """
        limit = time.monotonic() + seconds
        pause = 0.02
        overtaken_at: float | None = None
        while True:
            if overtaken_at is None and await self.nonce(sender, block="latest") > nonce:
                overtaken_at = time.monotonic()
            receipt = await self.request("eth_getTransactionReceipt", tx_hash)
            if receipt is not None:
                return receipt
            if overtaken_at is not None and time.monotonic() > overtaken_at + RECEIPT_LAG_S:
                raise Dropped(tx_hash=tx_hash, nonce=nonce)
            if time.monotonic() > limit:
                raise NotMined(tx_hash=tx_hash, seconds=seconds, nonce=nonce)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 2.0)

    async def wait_for_nonce(self, sender: Address, nonce: int, *, seconds: float) -> bool:
        """Waits until a transaction with this nonce is mined, whatever it is; False if that takes too long."""
        limit = time.monotonic() + seconds
        while await self.nonce(sender, block="latest") <= nonce:
            if time.monotonic() > limit:
                return False
            await asyncio.sleep(PAUSE_S)
        return True


def safe_url(url: str) -> str:
    """The address without user, path and query, where providers put their keys."""
    parts = urlsplit(url)
    if not parts.hostname:
        return "the given address"
    hidden = "/..." if parts.path.strip("/") or parts.query else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{hidden}"


def block_id(block: BlockId) -> str:
    """A block as JSON-RPC names it."""
    return hex(block) if isinstance(block, int) else block


def _problem(problem: Exception) -> str:
    status = getattr(getattr(problem, "response", None), "status_code", None) or getattr(problem, "status", None)
    return f"HTTP {status}" if status else type(problem).__name__  # the text of the problem may have the whole address


def _value(found: Any) -> Any:
    """One answer of a batch."""
    if isinstance(found, RpcError):
        raise found
    return found


def _fees(head: Any, tip: Any, price: Any) -> Fees:
    block = header_of(_value(head))
    base = block.base_fee if block else None
    if base is None:
        return Fees(ceiling=int(_value(price), 16), legacy=True)
    suggested = max(int(_value(price), 16) - base, 0) if isinstance(tip, RpcError) else int(tip, 16)
    return Fees(ceiling=2 * base + suggested, tip=suggested)


def _result(method: str, answer: Any) -> Any:
    return _value(_result_or_error(method, answer))


def _result_or_error(method: str, answer: Any) -> Any:
    error = answer.get("error")
    if error is None:
        return answer.get("result")
    if isinstance(error, str):
        return RpcError(method=method, code=0, message=error)
    return RpcError(
        method=method, code=error.get("code", 0), message=str(error.get("message", "")), data=error.get("data")
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def header_of(found: Any) -> Block | None:
    """A block's header as JSON-RPC gives it; None if the node does not have the block."""
    if not found:
        return None
    fee = found.get("baseFeePerGas")
    return Block(
        number=int(found["number"], 16),
        hash=found["hash"],
        timestamp=int(found["timestamp"], 16),
        base_fee=None if fee is None else int(fee, 16),
    )
