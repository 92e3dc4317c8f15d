"""The chain of the demo: a deployment, an ERC-20, and the people, each with a wallet of Anvil's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passmanager.abi import artifact
from passmanager.client import PassManager
from passmanager.core.addresses import create_address
from passmanager.core.calls import build_call
from passmanager.core.transactions import Transaction
from passmanager.demo.report import Report
from passmanager.deployments import deploy
from passmanager.models import Receipt
from passmanager.node import Node
from passmanager.signers import NodeSigner
from passmanager.units import NATIVE, Address

PEOPLE = ("platform", "merchant", "buyer", "friend", "collector", "stranger")


@dataclass
class World:
    """Everything a step of the story needs."""

    report: Report
    node: Node
    people: dict[str, Address]
    clients: dict[str, PassManager]
    token: Address

    @classmethod
    def build(cls, url: str, folder: Path, report: Report) -> "World":
        """Deploys on the fresh chain at `url`."""
        node = Node.connect(url)
        people = dict(zip(PEOPLE, node.accounts(), strict=False))
        platform = NodeSigner(people["platform"])
        deployment = deploy(node, platform, out=folder, replace=True)
        contracts = deployment.addresses()
        first = min(contract.nonce for contract in deployment.contracts.values())
        world = cls(
            report=report,
            node=node,
            people=people,
            clients={name: PassManager(node, contracts, signer=NodeSigner(at)) for name, at in people.items()},
            token=create_address(people["platform"], first + len(deployment.contracts)),
        )
        report.addresses = {**contracts.all(), "DemoToken": world.token}
        gas = sum(world.gas_of_creation(contract.nonce) for contract in deployment.contracts.values())
        report.step("platform", "deploy seven contracts", gas, "each names the others")
        world.deploy_token()
        return world

    def gas_of_creation(self, nonce: int) -> int:
        """Gas of the platform's transaction number `nonce`, found in the chain's few blocks."""
        head = self.node.head().number
        for number in range(head + 1):
            block = self.node.request("eth_getBlockByNumber", hex(number), True)
            for transaction in block["transactions"]:
                if int(transaction["nonce"], 16) == nonce and transaction["to"] is None:
                    receipt = self.node.request("eth_getTransactionReceipt", transaction["hash"])
                    return int(receipt["gasUsed"], 16)
        message = f"no creation with nonce {nonce}"
        raise LookupError(message)

    def deploy_token(self) -> None:
        """Creates the ERC-20 that the merchant sells for."""
        code = bytes.fromhex(artifact("DemoToken")["bytecode"][2:])
        hash_ = self.node.request(
            "eth_sendTransaction", {"from": self.people["platform"], "data": "0x" + code.hex()}
        )
        receipt = self.node.wait(hash_, self.people["platform"], 0, seconds=30)
        self.report.step("platform", "deploy an ERC-20", int(receipt["gasUsed"], 16), "6 decimals")
        self.report.check("the ERC-20 is where its nonce says", self.token, receipt_address(receipt))

    def act(
        self, who: str, what: str, send: Callable[[PassManager], Receipt[Any]], outcome: Callable[[Receipt[Any]], str] | str = ""
    ) -> Receipt[Any]:
        """One transaction of a person, noted with its gas."""
        receipt = send(self.clients[who])
        self.report.step(who, what, receipt.gas_used, outcome if isinstance(outcome, str) else outcome(receipt))
        return receipt

    def token_send(self, who: str, what: str, function: str, *arguments: object) -> None:
        """A transaction to the ERC-20."""
        call = build_call("DemoToken", function, arguments, to=self.token)
        self.act(who, what, lambda client: client.send(call))

    def token_balance(self, holder: Address) -> int:
        """ERC-20s of a wallet, in millionths."""
        return self.clients["platform"].read(build_call("DemoToken", "balanceOf", [holder], to=self.token))

    def native_balance(self, holder: Address) -> int:
        """Wei of a wallet."""
        return self.node.balance(holder)

    def travel(self, days: float) -> None:
        """Lets time pass on the chain."""
        self.node.request("evm_increaseTime", int(days * 86_400))
        self.node.request("evm_mine")

    def balance(self, token: Address, holder: Address) -> int:
        """ERC-20s or wei."""
        return self.native_balance(holder) if token == NATIVE else self.token_balance(holder)


def receipt_address(receipt: dict[str, Any]) -> str:
    """Checksummed address of what a transaction created."""
    from passmanager.core.addresses import parse_address  # noqa: PLC0415

    return parse_address(receipt["contractAddress"])


__all__ = ["PEOPLE", "Transaction", "World"]
