"""An organization that gives away one membership, on a chain of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from passmanager.airdrop import Campaign, Line, Recipient
from passmanager.client import PassManager
from passmanager.deployments import deploy
from passmanager.devchain import devchain
from passmanager.node import Node
from passmanager.signers import LocalSigner
from tests.sdk.airdrop.shops import open_shop, people

# The first of Anvil's development accounts; everybody knows its key.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A client whose wallet may airdrop, and what it gives."""

    url: str
    folder: Path
    client: PassManager
    signer: LocalSigner
    org_id: int
    line: Line
    from_block: int

    @property
    def node(self) -> Node:
        return self.client.node

    def campaign(self, name: str) -> Campaign:
        """A campaign of this shop."""
        manager = self.client.contracts.purchase_manager
        return Campaign(name=name, chain_id=31337, manager=manager, org_id=self.org_id, lines=(self.line,))

    def through(self, url: str) -> PassManager:
        """The same client, by another way to the node."""
        return PassManager(Node.connect(url), self.client.contracts, signer=self.signer)


def shop_at(url: str, folder) -> Shop:
    """Deploys, and opens a shop."""
    signer = LocalSigner.from_key(KEY)
    deployment = deploy(Node.connect(url), signer, out=folder)
    client = PassManager.connect(url, deployment=deployment, signer=signer)
    org_id, line = open_shop(client)
    return Shop(
        url=url,
        folder=folder,
        client=client,
        signer=signer,
        org_id=org_id,
        line=line,
        from_block=deployment.block_number,
    )


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Iterator[Shop]:
    """Each transaction is mined at once."""
    with devchain() as chain:
        yield shop_at(chain.url, tmp_path_factory.mktemp("deployments"))


@pytest.fixture
def own_shop(tmp_path) -> Iterator[Shop]:
    """For tests that reorganize the chain or stop mining."""
    with devchain() as chain:
        yield shop_at(chain.url, tmp_path)


@pytest.fixture
def sixty() -> list[Recipient]:
    """Sixty wallets that never had a pass; others in each test."""
    return people(60)
