"""The files of a deployment, and who knows whom in the system.

`<chainId>.plan.json` is a deployment that was started, `<chainId>.json` one that is finished and checked.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from passmanager.errors import NotDeployed, UnreadableFile
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.units import Address

# In the order of their creation; the manager comes last and checks all the others. Each with the
# getters of its constructor arguments, in order: a contract's name in camelCase, or the owner.
WIRING: dict[str, tuple[str, ...]] = {
    "OrganizationNFT": ("productPass", "passLens"),
    "Catalog": ("organizationNFT", "purchaseManager", "productPass"),
    "Promotions": ("organizationNFT", "purchaseManager", "productPass", "catalog"),
    "ProductPass": ("purchaseManager", "organizationNFT", "catalog", "promotions", "passLens"),
    "PaymentEscrow": ("purchaseManager", "organizationNFT"),
    "PassLens": ("purchaseManager", "organizationNFT", "catalog", "promotions", "productPass", "paymentEscrow"),
    "PurchaseManager": (
        "owner",
        "organizationNFT",
        "catalog",
        "promotions",
        "productPass",
        "paymentEscrow",
        "passLens",
    ),
}
NAMES = list(WIRING)
FOLDER = Path("deployments")


def constructor_arguments(at: Mapping[str, str], owner: str) -> dict[str, list[str]]:
    """Arguments of each contract's constructor, when the contracts are (to be) at `at`."""
    return {
        name: [owner if getter == "owner" else at[getter[0].upper() + getter[1:]] for getter in getters]
        for name, getters in WIRING.items()
    }


class Record(BaseModel):
    """What the deployment files have in common: camelCase, nothing unknown."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file.

        Raises:
            UnreadableFile: It is damaged, or another kind of file.
        """
        try:
            return cls.model_validate_json(path.read_text())
        except OSError as problem:
            raise UnreadableFile(path=str(path), problem=problem.strerror or "it cannot be read") from problem
        except (ValidationError, UnicodeDecodeError) as problem:
            raise UnreadableFile(path=str(path), problem="it is no such file, or damaged") from problem

    def write(self, path: Path) -> None:
        """Writes the whole file or nothing.

        Raises:
            UnreadableFile: The folder cannot be written.
        """
        text = json.dumps(self.model_dump(by_alias=True, mode="json"), indent=2) + "\n"
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as problem:
            raise UnreadableFile(path=str(path), problem=problem.strerror or "it cannot be written") from problem


class BlockMark(Record):
    """A block by which a chain is known again."""

    number: int
    hash: str


class PlannedContract(Record):
    """One contract, before it is there."""

    nonce: int
    address: Address
    arguments: list[str]
    creation_code_hash: str


class Plan(Record):
    """A deployment that was started."""

    chain_id: int
    genesis: str
    settled: BlockMark
    from_block: int
    sender: Address
    owner: Address
    package_version: str
    contracts: dict[str, PlannedContract]

    def addresses(self) -> dict[str, Address]:
        """Address by the name of the contract."""
        return {name: planned.address for name, planned in self.contracts.items()}


class DeployedContract(PlannedContract):
    """One contract that is there."""

    runtime_code_hash: str


class Deployment(Record):
    """`deployments/<chainId>.json`: a deployment whose wiring was checked."""

    chain_id: int
    genesis: str
    from_block: int
    block_number: int
    block_hash: str
    sender: Address
    owner: Address
    package_version: str
    contracts: dict[str, DeployedContract]

    def addresses(self) -> Contracts:
        """Address of each contract."""
        return Contracts.of({name: contract.address for name, contract in self.contracts.items()})

    @classmethod
    def find(cls, chain_id: int, folder: Path = FOLDER) -> Self:
        """The deployment on a chain, from `<folder>/<chainId>.json`.

        Raises:
            NotDeployed: There is no such file.
        """
        path = folder / f"{chain_id}.json"
        if not path.exists():
            raise NotDeployed(chain_id=chain_id, folder=str(folder))
        return cls.load(path)

    def check(self, node: Node) -> None:
        """Refuses a chain that does not have these contracts.

        Raises:
            WrongChain: The node is on another chain.
            NoCodeAt: A contract is missing.
        """
        node.require_chain(self.chain_id)
        node.require_codes({name: contract.address for name, contract in self.contracts.items()})
