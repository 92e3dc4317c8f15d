"""A local chain with the system on it, for the live tests; no test needs another one unless it spoils it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from passmanager.client import PassManager
from passmanager.deployments import Deployment, deploy
from passmanager.devchain import Devchain, devchain
from passmanager.node import Node
from passmanager.signers import LocalSigner, NodeSigner

# The first of Anvil's development accounts; everybody knows its key.
DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


def pytest_xdist_auto_num_workers() -> int:
    """Half of a test's time is waiting for blocks."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def deployer() -> LocalSigner:
    return LocalSigner.from_key(DEPLOYER_KEY)


@pytest.fixture(scope="session")
def chain() -> Iterator[Devchain]:
    with devchain() as running:
        yield running


@pytest.fixture
def fresh_chain() -> Iterator[Devchain]:
    """For tests that reset or stop it, or need its first nonces."""
    with devchain() as running:
        yield running


@pytest.fixture(scope="session")
def node(chain) -> Node:
    return Node.connect(chain.url)


@pytest.fixture
def fresh_node(fresh_chain) -> Node:
    return Node.connect(fresh_chain.url)


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("deployments")


@pytest.fixture(scope="session")
def deployment(node, deployer, folder) -> Deployment:
    return deploy(node, deployer, out=folder)


@pytest.fixture(scope="session")
def client(chain, deployment, deployer) -> PassManager:
    return PassManager.connect(chain.url, deployment=deployment, signer=deployer)


@pytest.fixture(scope="session")
def merchant(client, node) -> PassManager:
    """The client of a wallet that the node has unlocked."""
    return client.using(NodeSigner(node.accounts()[1]))


@pytest.fixture(scope="session")
def stranger(client, node) -> PassManager:
    return client.using(NodeSigner(node.accounts()[2]))
