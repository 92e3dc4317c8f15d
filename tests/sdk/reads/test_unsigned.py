"""A client whose wallet is elsewhere: what it writes comes back as transactions that the wallet can sign and send."""

import asyncio

import pytest
from eth_account import Account

from passmanager.abi.errors import NotAuthorized
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.demo.shop import ONE
from passmanager.deployments import deploy
from passmanager.errors import NoSigner
from passmanager.models import TxOptions
from passmanager.node import Node
from passmanager.signers import UnsignedSigner

KEY = "0x" + "07" * 32
WALLET = Account.from_key(KEY).address


@pytest.fixture
def client(market) -> PassManager:
    """Of a wallet whose key is cold, with a little of everything."""
    market.world.node.request("anvil_setBalance", WALLET, hex(10**18))
    market.token("buyer", "mint", WALLET, 100 * ONE)
    return PassManager.connect(market.url, deployment=market.deployment, signer=UnsignedSigner(WALLET))


def sign_and_send(node: Node, fields: dict) -> None:
    nonce = node.nonce(WALLET)
    raw = Account.sign_transaction(fields, KEY).raw_transaction
    receipt = node.wait(
        node.request("eth_sendRawTransaction", f"0x{raw.hex().removeprefix('0x')}"), WALLET, nonce, seconds=30
    )
    assert receipt["status"] == "0x1"


def test_a_written_call_comes_back_to_be_signed(market, client):
    receipt = client.org_nft.mint(WALLET)
    (transaction,) = receipt.unsigned
    assert (receipt.dry_run, receipt.tx_hash, receipt.simulated) == (True, "", client.org_nft.org_supply() + 1)
    assert client.node.nonce(WALLET) == 0
    fields = transaction.rpc_fields()
    assert (fields["from"], fields["to"]) == (WALLET, client.contracts.organization_nft)
    assert fields["data"] == f"0x{client.org_nft.calls.mint(WALLET).data.hex()}"
    assert (fields["chainId"], fields["nonce"]) == (hex(31337), "0x0")
    assert int(fields["gas"], 16) >= receipt.gas_used > 21_000
    sign_and_send(client.node, transaction.signable())
    assert client.org_nft.owner_of(receipt.simulated) == WALLET


def test_a_merchant_s_room_gives_them_too(client):
    created = client.merchant.create_organization()
    assert (created.id, len(created.receipt.unsigned)) == (client.org_nft.org_supply() + 1, 1)
    sign_and_send(client.node, created.receipt.unsigned[0].signable())
    product = client.merchant.create_product(created.id, "Course").receipt
    sign_and_send(client.node, product.unsigned[0].signable())
    assert [one.name for one in client.organizations.catalog(created.id).products] == ["Course"]


def test_a_purchase_gives_all_its_steps(market, client):
    shop = market.shop
    planned = client.purchases.buy([Line(shop.plan, shop.monthly)], shop.org, approve="exact")
    approve, checkout = planned.unsigned
    assert (planned.pass_id, planned.amount, planned.tx_hash, planned.items) == (0, 10 * ONE, "", ())
    assert (approve.to, checkout.to) == (market.world.token, client.contracts.purchase_manager)
    assert [int(step.rpc_fields()["nonce"], 16) for step in planned.unsigned] == [0, 1]
    assert "gas" not in checkout.rpc_fields()  # before the approval is mined nobody can estimate it
    sign_and_send(client.node, approve.signable())
    sign_and_send(client.node, {**checkout.signable(), "gas": 1_000_000})
    (bought,) = client.passes.of(WALLET).passes
    assert [one.product_id for one in bought.products] == [shop.plan]


def test_one_step_is_enough_where_nothing_has_to_be_approved(market, client):
    shop = market.shop
    planned = client.purchases.buy([Line(shop.sticker, shop.native)], shop.org)
    (checkout,) = planned.unsigned
    assert (checkout.value, planned.gas_used > 100_000) == (10**16, True)
    sign_and_send(client.node, checkout.signable())
    assert client.passes.ids_of(WALLET) == (client.manager.pass_supply(),)


def test_a_given_nonce_and_given_gas_are_kept(market, client):
    shop = market.shop
    options = TxOptions(nonce=4, gas=777_777)
    approve, checkout = client.purchases.buy(
        [Line(shop.plan, shop.monthly)], shop.org, approve="exact", tx=options
    ).unsigned
    assert [int(one.rpc_fields()["nonce"], 16) for one in (approve, checkout)] == [4, 5]
    assert checkout.rpc_fields()["gas"] == hex(777_777)
    assert approve.rpc_fields()["gas"] != hex(777_777)


def test_a_wallet_whose_gas_somebody_else_pays_needs_no_coins(client):
    client.node.request("anvil_setBalance", WALLET, "0x0")
    assert len(client.org_nft.mint(WALLET).unsigned) == 1


def test_what_the_contract_would_refuse_is_not_given_out(market, client):
    with pytest.raises(NotAuthorized):
        client.catalog.create_meter(market.shop.org)


def test_a_token_s_room_gives_them_too(market, client):
    token = client.token(market.world.token)
    (step,) = token.transfer(market.wallet("friend"), 5).unsigned
    sign_and_send(client.node, step.signable())
    assert token.balance_of(market.wallet("friend")) == 5


def test_jobs_that_have_to_send_refuse_such_a_wallet(client, tmp_path):
    with pytest.raises(NoSigner, match=f"A transaction of {WALLET}"):
        deploy(client.node, UnsignedSigner(WALLET), out=tmp_path)


def test_the_asynchronous_client_gives_the_same(market, client):
    lines = [Line(market.shop.plan, market.shop.monthly)]

    async def story():
        signer = UnsignedSigner(WALLET)
        async with await AsyncPassManager.connect(market.url, deployment=market.deployment, signer=signer) as other:
            minted = await other.org_nft.mint(WALLET)
            return minted, await other.purchases.buy(lines, market.shop.org, approve="exact")

    minted, planned = asyncio.run(story())
    assert minted.unsigned == client.org_nft.mint(WALLET).unsigned
    same = client.purchases.buy(lines, market.shop.org, approve="exact")
    assert [one.to for one in planned.unsigned] == [one.to for one in same.unsigned]
    assert planned.unsigned[0] == same.unsigned[0]
