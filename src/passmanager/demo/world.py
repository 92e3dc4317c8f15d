"""The chain of the demo: a deployment, an ERC-20, and the people, each with a wallet of Anvil's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passmanager.abi import artifact
from passmanager.client import PassManager
from passmanager.core.calls import build_call
from passmanager.demo.report import Report
from passmanager.deployments import deploy
from passmanager.models import Receipt
from passmanager.node import Node
from passmanager.signers import NodeSigner
from passmanager.units import DAY, NATIVE, Address, checksum

Send = Callable[[PassManager], Receipt[Any]]
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
        people: dict[str, Address] = dict(zip(PEOPLE, map(checksum, node.accounts()), strict=False))
        deployment = deploy(node, NodeSigner(people["platform"]), out=folder, replace=True)
        report.step("platform", "deploy seven contracts", _gas_so_far(node), "each names the others")
        contracts = deployment.addresses()
        token = _deploy_token(node, people["platform"], report)
        report.addresses = {**contracts.all(), "DemoToken": token}
        clients = {name: PassManager(node, contracts, signer=NodeSigner(at)) for name, at in people.items()}
        return cls(report=report, node=node, people=people, clients=clients, token=token)

    def act(self, who: str, what: str, send: Send, outcome: Callable[[Receipt[Any]], str] | str = "") -> Receipt[Any]:
        """One transaction of a person, noted with its gas."""
        receipt = send(self.clients[who])
        self.report.step(who, what, receipt.gas_used, outcome if isinstance(outcome, str) else outcome(receipt))
        return receipt

    def token_send(self, who: str, what: str, function: str, *arguments: object) -> None:
        """A transaction to the ERC-20."""
        call = build_call("DemoToken", function, arguments, to=self.token)
        self.act(who, what, lambda client: client.send(call))

    def travel(self, days: int) -> None:
        """Lets time pass on the chain."""
        self.node.request("evm_increaseTime", days * DAY)
        self.node.request("evm_mine")

    def balance(self, token: Address, holder: Address) -> int:
        """ERC-20s of a wallet in millionths, or its wei."""
        if token == NATIVE:
            return self.node.balance(holder)
        return self.clients["platform"].read(build_call("DemoToken", "balanceOf", [holder], to=token))


def _gas_so_far(node: Node) -> int:
    """Gas of everything on a young chain."""
    without_bodies = False
    numbers = range(node.head().number + 1)
    return sum(
        int(node.request("eth_getBlockByNumber", hex(number), without_bodies)["gasUsed"], 16) for number in numbers
    )


def _deploy_token(node: Node, sender: Address, report: Report) -> Address:
    """Creates the ERC-20 that the merchant sells for."""
    nonce = node.nonce(sender)
    tx_hash = node.request("eth_sendTransaction", {"from": sender, "data": artifact("DemoToken")["bytecode"]})
    receipt = node.wait(tx_hash, sender, nonce, seconds=30)
    report.step("platform", "deploy an ERC-20", int(receipt["gasUsed"], 16), "6 decimals")
    return checksum(receipt["contractAddress"])
