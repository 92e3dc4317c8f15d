"""History and follow on Anvil, whose blocks are replaced with `anvil_reorg`."""

import asyncio
import itertools

import pytest

from passmanager.abi.events import OwnershipTransferStarted, Transfer
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.ranges import Window
from passmanager.deployments import deploy
from passmanager.models import Orphaned
from passmanager.signers import NodeSigner


@pytest.fixture(scope="module")
def wallet(client, node) -> PassManager:
    """A client of its own: windows are per client."""
    return client.using(NodeSigner(node.accounts()[5]))


def mint(client: PassManager) -> int:
    return client.org_nft.mint(client.signer.address).event(Transfer).token_id


def test_history_has_what_receipts_have(wallet):
    receipts = [wallet.org_nft.mint(wallet.signer.address) for _ in range(3)]
    first = receipts[0].block_number
    wallet.events.window = Window(size=1, largest=2)
    assert list(wallet.events.history(first)) == [log for receipt in receipts for log in receipt.logs]
    assert list(wallet.events.history(first, first)) == list(receipts[0].logs)


def test_history_has_only_the_kinds_asked_for(wallet):
    first = wallet.org_nft.mint(wallet.signer.address).block_number
    assert {type(log.event) for log in wallet.events.history(0, kinds=[OwnershipTransferStarted])} == set()
    assert [log.block_number for log in wallet.events.history(first, kinds=[Transfer])] == [first]


def test_the_asynchronous_client_tells_the_same(chain, deployment, wallet):
    async def all_of_them() -> list:
        async with await AsyncPassManager.connect(chain.url, deployment=deployment) as client:
            told = client.events.follow(from_block=0, poll_seconds=0.01, horizon=4)
            expected = [log async for log in client.events.history(0)]
            return [expected, [await anext(told) for _ in expected]]

    mint(wallet)
    expected, told = asyncio.run(all_of_them())
    assert expected == told == list(wallet.events.history(0))


def test_follow_survives_replaced_blocks(fresh_chain, fresh_node, tmp_path):
    owner, *wallets = fresh_node.accounts()
    deployment = deploy(fresh_node, NodeSigner(owner), out=tmp_path)
    client = PassManager.connect(fresh_chain.url, deployment=deployment, signer=NodeSigner(wallets[0]))
    start = fresh_node.head().number
    told = client.events.follow(from_block=start + 1, poll_seconds=0.01)
    ids = [mint(client) for _ in range(4)]
    assert [one.event.token_id for one in itertools.islice(told, 4)] == ids
    fresh_node.request("anvil_reorg", 3, [])
    taken_back = list(itertools.islice(told, 3))
    assert all(isinstance(one, Orphaned) for one in taken_back)
    assert [one.log.event.token_id for one in taken_back] == ids[:0:-1]
    again = [mint(client) for _ in range(2)]
    assert [one.event.token_id for one in itertools.islice(told, 2)] == again == ids[1:3]
    assert [log.event.token_id for log in client.events.history(start + 1)] == [ids[0], *again]
