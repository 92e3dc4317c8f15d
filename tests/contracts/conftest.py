"""Roles and the system on Ape's own Anvil. The contracts are the published artifacts, placed by the package.

Ape undoes each test. A session fixture that first appears in a later test would make it build everything
anew, so `everything_first` asks for all of them before the first test.
"""

import pytest
from ape import Contract
from ethpm_types import ContractType

from passmanager.abi import artifact
from passmanager.deployments import Deployment, deploy
from passmanager.node import Node
from passmanager.signers import NodeSigner
from passmanager.units import Address, checksum
from tests.contracts.shop import System, open_shop


@pytest.fixture(scope="session")
def deployer(accounts):
    return accounts[0]


@pytest.fixture(scope="session")
def platform_owner(accounts):
    return accounts[1]


@pytest.fixture(scope="session")
def merchant(accounts):
    return accounts[2]


@pytest.fixture(scope="session")
def buyer(accounts):
    """Has tokens, and has approved PaymentEscrow."""
    return accounts[3]


@pytest.fixture(scope="session")
def friend(accounts):
    """Gets gifts; has tokens, and has approved PaymentEscrow."""
    return accounts[4]


@pytest.fixture(scope="session")
def stranger(accounts):
    """Has no role and no tokens."""
    return accounts[5]


@pytest.fixture(scope="session")
def node(chain) -> Node:
    """Ape's Anvil, as the package talks to it."""
    return Node.connect(chain.provider.web3.provider.endpoint_uri)


@pytest.fixture(scope="session")
def deployment_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("deployments")


@pytest.fixture(scope="session")
def deployment(node, deployer, platform_owner, deployment_folder) -> Deployment:
    return deploy(node, NodeSigner(deployer.address), owner=checksum(platform_owner.address), out=deployment_folder)


@pytest.fixture(scope="session")
def token(node, deployer, deployment):
    """The demo's ERC-20."""
    return at("DemoToken", created(node, deployer.address, artifact("DemoToken")["bytecode"]))


@pytest.fixture(scope="session")
def system(deployment, token) -> System:
    contracts = [at(name, address) for name, address in deployment.addresses().all().items()]
    return System(*contracts, token)


@pytest.fixture(scope="session")
def shop(system, merchant, buyer, friend):
    return open_shop(system, merchant, customers=[buyer, friend])


@pytest.fixture(scope="session", autouse=True)
def everything_first(shop):
    """Builds it all before the first test."""


def at(name: str, address: str):
    """A contract of the package with its published ABI, errors included."""
    return Contract(address, contract_type=ContractType(contractName=name, abi=artifact(name)["abi"]))


def created(node: Node, sender: str, code: str) -> Address:
    """Creates a contract by an account of the node."""
    sender = checksum(sender)
    nonce = node.nonce(sender)
    tx_hash = node.request("eth_sendTransaction", {"from": sender, "data": code})
    return checksum(node.wait(tx_hash, sender, nonce, seconds=30)["contractAddress"])
