import asyncio

import pytest

from passmanager.abi.errors import NotPlatformOwner
from passmanager.abi.events import Transfer
from passmanager.aio import AsyncPassManager
from passmanager.errors import NoCodeAt, NoNode
from passmanager.signers import NodeSigner


def test_the_asynchronous_client_does_the_same(chain, deployment, deployer):
    async def story() -> tuple[int, int, str]:
        async with await AsyncPassManager.connect(chain.url, deployment=deployment, signer=deployer) as client:
            receipt = await client.org_nft.mint(deployer.address)
            minted = receipt.event(Transfer).token_id
            supply, owner = await asyncio.gather(client.org_nft.org_supply(), client.manager.owner())
            return minted, supply, owner

    minted, supply, owner = asyncio.run(story())
    assert minted == supply
    assert owner == deployer.address


def test_the_asynchronous_client_refuses_the_same(chain, deployment, node):
    async def story() -> None:
        wallet = NodeSigner(node.accounts()[4])
        async with await AsyncPassManager.connect(chain.url, deployment=deployment, signer=wallet) as client:
            await client.manager.pause_purchases()

    with pytest.raises(NotPlatformOwner):
        asyncio.run(story())


def test_the_asynchronous_client_needs_a_node_and_contracts(fresh_chain, deployment):
    with pytest.raises(NoNode):
        asyncio.run(AsyncPassManager.connect("http://127.0.0.1:1", deployment=deployment))
    with pytest.raises(NoCodeAt):
        asyncio.run(AsyncPassManager.connect(fresh_chain.url, deployment=deployment))
