"""EIP-7702: a wallet that has code, but no `onERC721Received`, buys, holds and moves passes like any other."""

import pytest
from eth_account import Account

from passmanager.abi.events import ProductsPurchased
from passmanager.abi.structs import InitialPurchaseParams
from passmanager.client import PassManager
from passmanager.core.calls import build_call
from passmanager.signers import LocalSigner

PREFIX = b"\xef\x01\x00"  # code of an account that delegates


@pytest.fixture
def smart_wallet(node, system, deployer):
    """A fresh wallet with coins and tokens that runs the token's code: any code without the hook will do."""
    account = Account.create()
    node.request("anvil_setBalance", account.address, hex(10**18))
    agreed = account.sign_authorization(
        {"chainId": node.chain_id(), "address": system.token.address, "nonce": node.nonce(account.address) + 1}
    )
    transaction = {
        "chainId": node.chain_id(),
        "nonce": node.nonce(account.address),
        "to": account.address,
        "value": 0,
        "data": build_call("DemoToken", "totalSupply", [], to=account.address).data,
        "gas": 200_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 0,
        "authorizationList": [agreed],
    }
    signed = account.sign_transaction(transaction)
    tx_hash = node.request("eth_sendRawTransaction", f"0x{bytes(signed.raw_transaction).hex()}")
    node.wait(tx_hash, account.address, transaction["nonce"], seconds=30)
    assert node.code(account.address) == PREFIX + bytes.fromhex(system.token.address[2:])
    system.token.mint(account.address, 10**12, sender=deployer)
    return account


def test_wallet_with_code_buys_and_moves_when_it_lacks_the_hook(node, system, shop, deployment, smart_wallet, friend):
    client = PassManager(node, deployment.addresses(), signer=LocalSigner(smart_wallet))
    client.send(build_call("DemoToken", "approve", [client.contracts.payment_escrow, 10**11], to=system.token.address))
    cart = InitialPurchaseParams(
        to=smart_wallet.address,
        organization_id=shop.org,
        product_ids=[shop.book],
        pricing_ids=[shop.once],
        quantities=[0],
        discount_ids=[],
        coupon_code="",
        airdrop=False,
        pause=False,
    )
    pass_id = client.manager.purchase_products(cart).event(ProductsPurchased).product_pass_id
    assert client.product_pass.owner_of(pass_id) == smart_wallet.address
    client.product_pass.transfer_from(smart_wallet.address, friend.address, token_id=pass_id)
    assert system.product_pass.ownerOf(pass_id) == friend
