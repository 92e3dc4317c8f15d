"""The largest calls fit into one transaction of a chain that has EIP-7825: at most 16,777,216 gas."""

import base64
import json
import logging

import pytest
from eth_utils import keccak

from passmanager.devchain import devchain
from passmanager.errors import PassManagerError
from passmanager.models import TxOptions
from passmanager.units import checksum
from tests.contracts.big_shop import MOST_LINES, MOST_PAIRS, MOST_PRODUCTS, ORG, PRICING, PRODUCTS, QUANTITY, BigShop

log = logging.getLogger(__name__)  # figures: pytest --log-cli-level=INFO

MOST_GAS = 16_777_216
CALL_GAS = 30_000_000  # what nodes usually allow an eth_call, and less than many do
NO_REFERENCE = b"\0" * 32


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    options = ("--enable-tx-gas-limit", "--accounts", str(MOST_PAIRS + 4))
    with devchain(*options, hardfork="osaka") as chain:
        yield BigShop(chain.url, tmp_path_factory.mktemp("limits"))


@pytest.fixture(autouse=True)
def undone(big):
    """Each test starts from the shop as it was opened."""
    mark = big.node.request("evm_snapshot")
    yield
    big.node.request("evm_revert", mark)


def assert_fits(gas):
    log.info("%s gas, %s %% of a transaction", f"{gas:,}", 100 * gas // MOST_GAS)
    assert gas < MOST_GAS


def fresh_wallets(count):
    return [checksum(keccak(text=f"wallet {number}")[12:].hex()) for number in range(count)]


def test_chain_refuses_more_gas_when_asked(big):
    with pytest.raises(PassManagerError):
        big.as_(big.merchant).org_nft.mint(big.merchant, tx=TxOptions(gas=MOST_GAS + 1))


@pytest.mark.parametrize(("recipients", "lines"), [(200, 1), (8, MOST_LINES), (25, 8), (66, 3)])
def test_airdrop_fits_when_it_is_as_large_as_allowed(big, recipients, lines):
    manager = big.as_(big.merchant).manager
    sent = manager.airdrop_products(
        ORG,
        recipients=fresh_wallets(recipients),
        product_ids=PRODUCTS[:lines],
        pricing_ids=[PRICING] * lines,
        quantities=[QUANTITY] * lines,
        order_reference=keccak(text="airdrop"),
    )
    assert_fits(sent.gas_used)
    assert manager.pass_supply() == recipients


def test_cart_fits_when_it_has_as_many_lines_as_allowed(big):
    sent = big.as_(big.buyer).manager.purchase_products(big.full_cart(pause=False))
    assert_fits(sent.gas_used)


def test_batch_fits_when_it_renews_as_many_pairs_as_allowed(big):
    """A hundred wallets, a pass each; all pay."""
    product, manager = PRODUCTS[0], big.as_(big.stranger).manager
    big.as_(big.merchant).manager.airdrop_products(
        ORG,
        recipients=big.subscribers,
        product_ids=[product],
        pricing_ids=[PRICING],
        quantities=[QUANTITY],
        order_reference=NO_REFERENCE,
    )
    passes = list(range(1, MOST_PAIRS + 1))
    agree = [manager.calls.set_auto_renew(pass_id, product, auto_renew=True) for pass_id in passes]
    big.bulk(list(zip(big.subscribers, agree, strict=True)))
    big.travel(31)
    sent = manager.renew_subscriptions(passes, [product] * MOST_PAIRS)
    assert list(sent.simulated) == [0] * MOST_PAIRS
    assert_fits(sent.gas_used)


def test_pass_moves_when_it_has_as_many_products_as_allowed(big):
    """Every item loses its consent and its coupon."""
    pass_id = big.full_pass()
    client = big.as_(big.buyer)
    assert len(client.lens.products_of(pass_id)) == MOST_PRODUCTS
    sent = client.product_pass.transfer_from(big.buyer, big.stranger, token_id=pass_id)
    assert_fits(sent.gas_used)
    item = client.lens.get_subscription(pass_id, PRODUCTS[-1])
    assert (item.auto_renew, item.coupon_bps, item.coupon_renewals_left) == (False, 0, 0)


def test_metadata_fits_a_call_when_a_pass_has_as_many_products_as_allowed(big):
    pass_id = big.full_pass()
    call = big.as_(big.buyer).product_pass.calls.token_uri(pass_id)
    fields = {"to": call.to, "data": f"0x{call.data.hex()}"}
    answer = big.node.request("eth_call", {**fields, "gas": hex(CALL_GAS)}, "latest")
    uri = call.decode(bytes.fromhex(answer[2:]))
    metadata = json.loads(base64.b64decode(uri.partition(",")[2]))
    assert len(json.dumps(metadata)) > 10_000
