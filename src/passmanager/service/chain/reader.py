"""What the API asks of the chain while a request waits: who holds an organization, and whose signature it is."""

from dataclasses import dataclass
from typing import Any

from passmanager.errors import NoNode, PassManagerError, RpcError
from passmanager.models import Contracts
from passmanager.service.http.problems import Unavailable
from passmanager.service.settings import Settings
from passmanager.units import Address, checksum

OWNER_OF = bytes.fromhex("6352211e")  # of ERC-721


@dataclass(frozen=True, slots=True)
class ChainReader:
    """One chain and its deployment."""

    node: Any
    chain_id: int
    contracts: Contracts

    def head(self) -> int:
        """Number of the newest block."""
        return int(self._ask("eth_blockNumber"), 16)

    def holder_of(self, org_id: int) -> Address | None:
        """Present holder of an organization; None if there is no such organization."""
        answer = self.call(self.contracts.organization_nft, OWNER_OF + org_id.to_bytes(32))
        return checksum(f"0x{answer[-20:].hex()}") if answer else None

    def code(self, address: str) -> bytes:
        """Code at an address; empty if it is no contract."""
        return bytes.fromhex(self._ask("eth_getCode", address, "latest")[2:])

    def call(self, address: str, data: bytes) -> bytes | None:
        """What a contract answers; None if it refuses."""
        try:
            answer = self.node.request("eth_call", {"to": address, "data": f"0x{data.hex()}"}, "latest")
        except RpcError:
            return None
        except NoNode as problem:
            raise _away(problem) from problem
        return bytes.fromhex(str(answer)[2:])

    def _ask(self, method: str, *params: object) -> str:
        try:
            return str(self.node.request(method, *params))
        except (NoNode, RpcError) as problem:
            raise _away(problem) from problem


def open_reader(settings: Settings) -> ChainReader:
    """The chain of the settings; web3 is loaded here, so that a start does not wait for it.

    Raises:
        Unavailable: The node does not answer, or no deployment on its chain is known.
    """
    from passmanager.deployment_files import Deployment  # noqa: PLC0415
    from passmanager.node import Node  # noqa: PLC0415

    try:
        node = Node.connect(settings.rpc_url)
        chain_id = node.chain_id()
        return ChainReader(node, chain_id, Deployment.find(chain_id, settings.deployment).addresses())
    except PassManagerError as problem:
        raise _away(problem) from problem


def _away(problem: PassManagerError) -> Unavailable:
    return Unavailable(detail=f"the chain cannot be asked now: {problem}")
