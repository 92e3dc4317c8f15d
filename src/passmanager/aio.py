"""An asynchronous client: the contracts of one deployment, on one node, for one wallet.

The methods of the contracts are on the attributes `org_nft`, `catalog`, `promotions`, `product_pass`, `escrow`,
`lens` and `manager`; views give their value, all others send a transaction and give a `Receipt`. Their events
are on `events`; `purchases` buys with everything that belongs to it, `merchant` sets up shops, `passes` and
`organizations` read what wallets hold and what is on sale, and `token` is an ERC-20.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from passmanager.contracts_aio import (
    AsyncCatalog,
    AsyncOrganizationNFT,
    AsyncPassLens,
    AsyncPaymentEscrow,
    AsyncProductPass,
    AsyncPromotions,
    AsyncPurchaseManager,
)
from passmanager.core.calls import Call
from passmanager.core.events import decode_logs
from passmanager.core.reverts import decode_revert
from passmanager.core.rpc import revert_data
from passmanager.core.transactions import Transaction
from passmanager.deployments import Deployment
from passmanager.errors import InsufficientFunds, NoSigner, Reverted, RpcError, TransactionFailed
from passmanager.events_aio import AsyncEvents
from passmanager.merchant_aio import AsyncMerchant
from passmanager.models import DEFAULT_OPTIONS, Contracts, Receipt, TxOptions
from passmanager.node_aio import AsyncNode, block_id
from passmanager.organizations_aio import AsyncOrganizations
from passmanager.passes_aio import AsyncPasses
from passmanager.purchasing_aio import AsyncPurchases
from passmanager.reading_aio import AsyncReader
from passmanager.signers import Signer, UnsignedSigner
from passmanager.tokens_aio import AsyncToken
from passmanager.units import Address, BlockId, checksum

T = TypeVar("T")
GAS_LIMIT = 16_777_216  # of one transaction, EIP-7825


class AsyncPassManager:
    """The contracts of one deployment."""

    def __init__(
        self, node: AsyncNode, contracts: Contracts, *, signer: Signer | None = None, first_block: int = 0
    ) -> None:
        """A client of contracts at known addresses; `connect` also checks them.

        Args:
            node: The node.
            contracts: Addresses of the seven.
            signer: The wallet; without one the client only reads.
            first_block: A block before the contracts; reads look for logs from there on.
        """
        self.node = node
        self.contracts = contracts
        self.signer = signer
        self.first_block = first_block
        self.org_nft = AsyncOrganizationNFT(self, contracts.organization_nft)
        self.catalog = AsyncCatalog(self, contracts.catalog)
        self.promotions = AsyncPromotions(self, contracts.promotions)
        self.product_pass = AsyncProductPass(self, contracts.product_pass)
        self.escrow = AsyncPaymentEscrow(self, contracts.payment_escrow)
        self.lens = AsyncPassLens(self, contracts.pass_lens)
        self.manager = AsyncPurchaseManager(self, contracts.purchase_manager)
        self.events = AsyncEvents(node, contracts)
        reader = AsyncReader(node, first_block)
        self.purchases = AsyncPurchases(self)
        self.merchant = AsyncMerchant(self, reader)
        self.passes = AsyncPasses(reader, contracts)
        self.organizations = AsyncOrganizations(reader, contracts)
        self._has_code: set[Address] = set()
        self._chain_id = 0

    @classmethod
    async def connect(
        cls,
        rpc_url: str,
        *,
        deployment: Deployment | None = None,
        folder: Path = Path("deployments"),
        signer: Signer | None = None,
        timeout_s: float = 30.0,
    ) -> Self:
        """A client of the deployment on the node's chain, from `<folder>/<chainId>.json` if none is given.

        Raises:
            NoNode: The node does not answer.
            NotDeployed: No deployment on this chain is known.
            WrongChain: The given deployment is on another chain.
            NoCodeAt: The chain does not have the contracts.
        """
        node = AsyncNode.connect(rpc_url, timeout_s=timeout_s)
        try:
            found = deployment or Deployment.find(await node.chain_id(), folder)
            await node.require_chain(found.chain_id)
            client = cls(node, found.addresses(), signer=signer, first_block=found.from_block)
            await client.check_code()
        except BaseException:
            await node.close()
            raise
        return client

    def using(self, signer: Signer) -> Self:
        """The same client for another wallet; both share the connection."""
        made = type(self)(self.node, self.contracts, signer=signer, first_block=self.first_block)
        made._has_code = self._has_code  # noqa: SLF001 - the same class
        return made

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connections."""
        await self.node.close()

    async def check_code(self) -> None:
        """Refuses addresses without contracts.

        Raises:
            NoCodeAt: One of the seven is missing.
        """
        await self.node.require_codes(self.contracts.all())
        self._has_code.update(self.contracts.all().values())

    def token(self, address: str) -> AsyncToken:
        """An ERC-20 that is paid in."""
        return AsyncToken(self, checksum(address))

    # --- reading

    async def read(self, call: Call[T], *, block: BlockId = "latest") -> T:
        """The answer of a view.

        Raises:
            ContractError: The contract refuses; the subclass says why.
            NoCodeAt: There is no contract at the address.
        """
        await self._require_code(call)
        return call.decode(await self.node.call(self._transaction(call), name=call.name, block=block))

    async def read_many(self, calls: Sequence[Call[T]], *, block: BlockId = "latest") -> list[T]:
        """The answers of several views, all of the same block, in one request to the node.

        Raises:
            ContractError: One of the contracts refuses.
        """
        number = (await self.node.head()).number if block == "latest" else block
        for call in calls:
            await self._require_code(call)
        requests = [("eth_call", (self._transaction(call).rpc_fields(), block_id(number))) for call in calls]
        answers = await self.node.request_many(requests)
        return [call.decode(_answer(call, answer)) for call, answer in zip(calls, answers, strict=True)]

    # --- sending

    async def simulate(self, call: Call[T], *, block: BlockId = "latest") -> T:
        """What a transaction would return; nothing is sent.

        Raises:
            ContractError: The contract would refuse; the subclass says why.
        """
        return await self.read(call, block=block)

    async def send(self, call: Call[T], *, tx: TxOptions = DEFAULT_OPTIONS) -> Receipt[T]:
        """Simulates, estimates, signs, sends and waits; with an `UnsignedSigner` it stops before signing.

        Raises:
            ContractError: The contract would refuse, or refused; the subclass says why.
            InsufficientFunds: The wallet cannot pay gas and value.
            TransactionError: It was sent but not mined, or failed.
            NoSigner: The client has no wallet.
        """
        signer = self._require_signer(call)
        simulated = await self.simulate(call)
        transaction, balance = await self._prepare(call, signer, tx)
        if isinstance(signer, UnsignedSigner):
            return replace(await self._dry(transaction, simulated), unsigned=(transaction,))
        if balance < transaction.cost:
            raise InsufficientFunds(address=signer.address, have=balance, need=transaction.cost)
        if tx.dry_run:
            return await self._dry(transaction, simulated)
        tx_hash = await self.node.send(signer, transaction)
        raw = await self.node.wait(tx_hash, signer.address, transaction.nonce, seconds=tx.wait_seconds)
        if int(raw["status"], 16) != 1:
            raise await self._failure(call, transaction, raw)
        return Receipt(
            tx_hash=tx_hash,
            block_number=int(raw["blockNumber"], 16),
            block_hash=raw["blockHash"],
            gas_used=int(raw["gasUsed"], 16),
            gas_price=int(raw.get("effectiveGasPrice", "0x0"), 16),
            simulated=simulated,
            logs=decode_logs(raw["logs"], self.contracts.all().values()),
        )

    async def build(self, call: Call[Any], *, tx: TxOptions = DEFAULT_OPTIONS, estimate: bool = True) -> Transaction:
        """The transaction that `send` would sign; it is not simulated.

        Args:
            call: What it does.
            tx: Fees, gas and nonce, where they are not to be the node's.
            estimate: Ask the node for the gas; without it the gas is 0 if `tx` has none, for the wallet to fill in.

        Raises:
            ContractError: The contract would refuse; the subclass says why.
            NoSigner: The client has no wallet, not even an `UnsignedSigner`.
        """
        signer = self._require_signer(call)
        return (await self._prepare(call, signer, tx, estimate=estimate))[0]

    async def _prepare(
        self, call: Call[Any], signer: Signer, tx: TxOptions, *, estimate: bool = True
    ) -> tuple[Transaction, int]:
        """The transaction, and what the wallet has."""
        bare = self._transaction(call)
        needed = await self.node.estimate_gas(bare, name=call.name) if estimate else 0
        now = await self.node.outlook(signer.address)
        transaction = replace(
            bare,
            gas=tx.gas or min(needed * 6 // 5, max(GAS_LIMIT, needed)),
            nonce=now.nonce if tx.nonce is None else tx.nonce,
            chain_id=await self._chain(),
            fees=now.fees.with_options(tx),
        )
        return transaction, now.balance

    async def _chain(self) -> int:
        if not self._chain_id:
            self._chain_id = await self.node.chain_id()
        return self._chain_id

    async def _dry(self, transaction: Transaction, simulated: T) -> Receipt[T]:
        head = await self.node.head()
        return Receipt(
            tx_hash="",
            block_number=head.number,
            block_hash=head.hash,
            gas_used=transaction.gas,
            gas_price=transaction.fees.ceiling if transaction.fees else 0,
            simulated=simulated,
            logs=(),
            dry_run=True,
        )

    async def _failure(self, call: Call[Any], transaction: Transaction, raw: dict[str, Any]) -> Exception:
        """Why a mined transaction reverted: it is run again on the block before."""
        tx_hash: str = raw["transactionHash"]
        try:
            await self.node.call(transaction, name=f"{call.name} in {tx_hash}", block=int(raw["blockNumber"], 16) - 1)
        except Reverted as reason:
            return reason
        except RpcError:
            pass
        return TransactionFailed(tx_hash=tx_hash, gas_used=int(raw["gasUsed"], 16), gas_limit=transaction.gas)

    def _require_signer(self, call: Call[Any]) -> Signer:
        if self.signer is None:
            raise NoSigner(call=call.name)
        return self.signer

    async def _require_code(self, call: Call[Any]) -> None:
        if call.to not in self._has_code:
            await self.node.require_code(call.to, call.name.partition(".")[0])
            self._has_code.add(call.to)

    def _transaction(self, call: Call[Any]) -> Transaction:
        sender = None if self.signer is None else self.signer.address
        return Transaction(to=call.to, data=call.data, value=call.value, sender=sender)


def _answer(call: Call[Any], answer: Any) -> bytes:
    if isinstance(answer, RpcError):
        data = revert_data(answer)
        raise decode_revert(data, call.name) if data is not None else answer
    return bytes.fromhex(answer[2:])
