"""The service's own wallet for refunds, on one chain. It loads web3: only who signs imports it."""

from dataclasses import dataclass

from eth_utils.crypto import keccak

from passmanager.airdrop.fees import FeePolicy, raised
from passmanager.client import PassManager
from passmanager.core.calls import Call
from passmanager.core.rpc import is_known, sending_error
from passmanager.core.transactions import Fees, Transaction
from passmanager.deployment_files import Deployment
from passmanager.errors import Dropped, PassManagerError, Reverted, RpcError, Underpriced
from passmanager.node import Node
from passmanager.service.orders.models import Refund, RefundTransaction
from passmanager.service.settings import Settings
from passmanager.signers import LocalSigner
from passmanager.units import Address, BlockId

SAFE_DEPTH = 32  # of chains that know no safe block
ROOM = (6, 5)  # for gas, above the estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A transaction, ready to be sent."""

    tx_hash: str
    raw: str
    nonce: int
    gas: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction that is in a block; `done` if it did what it was sent for."""

    tx_hash: str
    block_number: int
    done: bool


class Wallet:
    """Signs and sends `refundProduct`, and nothing else."""

    def __init__(self, client: PassManager, signer: LocalSigner, chain_id: int) -> None:
        """Of a deployment that the client knows."""
        self._client = client.using(signer)
        self._node = client.node
        self._signer = signer
        self.chain_id = chain_id

    @classmethod
    def open(cls, settings: Settings, signer: LocalSigner) -> "Wallet":
        """On the chain of the settings.

        Raises:
            NoNode: The node does not answer.
            NotDeployed: No deployment on its chain is known.
        """
        node = Node.connect(settings.rpc_url)
        deployment = Deployment.find(node.chain_id(), settings.deployment)
        return cls(PassManager(node, deployment.addresses()), signer, deployment.chain_id)

    @property
    def address(self) -> Address:
        """The wallet's address."""
        return self._signer.address

    # --- before

    def roles(self, refund: Refund) -> int:
        """All that the wallet may do for the organization of a refund."""
        org_id = self._client.lens.org_of_pass(refund.pass_id or 0)
        return self._client.org_nft.roles_of(org_id, self.address)

    def refusal(self, refund: Refund, block: BlockId = "latest") -> str:
        """Why the contracts would refuse it; empty if they would not."""
        try:
            self._client.simulate(self._call(refund), block=block)
        except Reverted as problem:
            return str(problem)
        return ""

    def _call(self, refund: Refund) -> Call[None]:
        return self._client.manager.calls.refund_product(
            refund.pass_id or 0, product_id=refund.chain_product_id or 0, amount=refund.amount, revoke=refund.revoke
        )

    def sign(self, refund: Refund, nonce: int) -> Signed:
        """The first transaction of a nonce.

        Raises:
            Reverted: The contracts would refuse it.
            InsufficientFunds: The wallet cannot pay for the gas.
        """
        policy = self._policy()
        bare = self._bare(refund)
        needed = self._node.estimate_gas(bare, name="refundProduct")
        return self._signed(refund, nonce, needed * ROOM[0] // ROOM[1], policy.capped(policy.now()))

    def replace(self, refund: Refund, stuck: RefundTransaction) -> Signed | None:
        """The same with a higher fee; None if nodes would not take that for a replacement."""
        policy = self._policy()
        before = Fees(ceiling=stuck.ceiling, tip=stuck.tip, legacy=stuck.legacy)
        fees = policy.capped(raised(before, policy.now()))
        if not policy.is_replacement(fees, stuck.ceiling):
            return None
        return self._signed(refund, stuck.nonce, stuck.gas, fees)

    def _policy(self) -> FeePolicy:
        """At most four times what is usual now."""
        policy = FeePolicy(self._node, None)
        policy.start()
        return policy

    def _bare(self, refund: Refund) -> Transaction:
        call = self._call(refund)
        return Transaction(to=call.to, data=call.data, sender=self.address)

    def _signed(self, refund: Refund, nonce: int, gas: int, fees: Fees) -> Signed:
        call = self._call(refund)
        made = Transaction(
            to=call.to, data=call.data, sender=self.address, gas=gas, nonce=nonce, chain_id=self.chain_id, fees=fees
        )
        raw = self._signer.sign(made)
        return Signed(tx_hash=f"0x{keccak(raw).hex()}", raw=f"0x{raw.hex()}", nonce=nonce, gas=gas, fees=fees)

    # --- after

    def send(self, signed: RefundTransaction) -> PassManagerError | None:
        """Gives a stored transaction to the node, which may have it already; what the node has against it.

        Raises:
            NoNode: The node does not answer.
        """
        try:
            self._node.request("eth_sendRawTransaction", signed.raw)
        except RpcError as problem:
            if is_known(problem):
                return None
            fees = Fees(ceiling=signed.ceiling, tip=signed.tip)
            shown = Transaction(sender=self.address, gas=signed.gas, nonce=signed.nonce, fees=fees)
            found = sending_error(problem, shown, bytes.fromhex(signed.raw[2:]))
            return None if isinstance(found, Dropped) else found  # mined meanwhile: its receipt tells
        return None

    def mined(self, tx_hashes: list[str]) -> Mined | None:
        """The one of several transactions that is in a block."""
        for tx_hash, found in zip(tx_hashes, self._receipts(tx_hashes), strict=True):
            if isinstance(found, RpcError):
                raise found
            if found is not None:
                return Mined(tx_hash, int(found["blockNumber"], 16), int(found["status"], 16) == 1)
        return None

    def _receipts(self, tx_hashes: list[str]) -> list[dict[str, str] | RpcError | None]:
        return self._node.request_many([("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in tx_hashes])

    def nonce(self, block: BlockId = "latest") -> int:
        """How many transactions of the wallet are in blocks."""
        return self._node.nonce(self.address, block=block)

    def settled_block(self) -> int:
        """The newest block that is not expected to be replaced."""
        try:
            found = self._node.block("safe")
        except RpcError:
            found = None
        return found.number if found else max(self._node.head().number - SAFE_DEPTH, 0)

    def is_underpriced(self, problem: PassManagerError | None) -> bool:
        """The node wants a higher fee."""
        return isinstance(problem, Underpriced)
