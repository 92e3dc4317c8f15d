"""The two NFTs alone, on stand-ins for the rest of the system, and the people of their tests.

The stand-in `peers` plays PurchaseManager and PassLens; Catalog and Promotions are plain addresses.
"""

from dataclasses import dataclass
from typing import Any

import boa
import pytest

from passmanager.core.addresses import create_address
from tests.support.system import partial

ZERO = "0x" + "00" * 20
MANY = 2**256 - 1  # an id that nobody has


@dataclass
class Nfts:
    org_nft: Any
    product_pass: Any
    peers: Any
    catalog: str
    promotions: str
    passes: int = 0

    def mint_org(self, owner: str) -> int:
        return self.org_nft.mint(owner)

    def mint_pass(self, owner: str, **fields: int) -> int:
        self.passes += 1
        self.product_pass.mint(self.passes, pass_word(owner, **fields), sender=self.peers.address)
        return self.passes


@dataclass
class Collection:
    """One of the two NFT contracts, for the tests that both have to pass."""

    contract: Any
    mint: Any


def pass_word(owner: str = ZERO, org: int = 1, first: int = 5, discount: int = 1_000, count: int = 1) -> int:
    """The layout of contracts/modules/packing.vy."""
    return int(owner, 16) | org << 160 | first << 192 | discount << 232 | count << 246


def deploy_nfts() -> Nfts:
    peers = partial("mocks/MockPassPeers").deploy()
    catalog, promotions = (boa.env.generate_address(name) for name in ("catalog", "promotions"))
    sender = boa.env.eoa
    nonce = boa.env.evm.vm.state.get_nonce(bytes.fromhex(sender[2:]))
    org_nft, product_pass = create_address(sender, nonce), create_address(sender, nonce + 1)
    return Nfts(
        partial("OrganizationNFT").deploy(product_pass, peers.address),
        partial("ProductPass").deploy(peers.address, org_nft, catalog, promotions, peers.address),
        peers,
        catalog,
        promotions,
    )


@pytest.fixture(scope="session")
def nfts():
    return deploy_nfts()


@pytest.fixture(scope="session")
def holder():
    return boa.env.generate_address("holder")


@pytest.fixture(scope="session")
def new_holder():
    return boa.env.generate_address("new_holder")


@pytest.fixture(scope="session")
def operator():
    return boa.env.generate_address("operator")


@pytest.fixture(scope="session")
def stranger():
    return boa.env.generate_address("stranger")


@pytest.fixture
def receiver():
    """A contract that can be told how to answer `onERC721Received`."""
    return partial("mocks/MockNftReceiver").deploy()
