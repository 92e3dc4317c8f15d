"""A block every second, a base fee that moves, signatures by keys. On Ape's own chain gas is free."""

import pytest

from passmanager.abi.errors import ValueTooLow
from passmanager.abi.events import ProductsPurchased, SubscriptionChanged
from passmanager.abi.structs import (
    ChangeSubscriptionPricingParams,
    InitialPurchaseParams,
    PricingTerms,
    Product,
)
from passmanager.client import PassManager
from passmanager.deployments import deploy
from passmanager.devchain import devchain
from passmanager.node import Node
from passmanager.signers import LocalSigner
from passmanager.units import DAY, NATIVE

# Anvil's development keys; anybody knows them.
MERCHANT = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
CUSTOMER = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
ORG, PLAN, MONTHLY, YEARLY = 1, 1, 1, 2
MONTH_PRICE, YEAR_PRICE = 10**17, 10**18
FLAT, MONTH, YEAR = 1, 3, 5


@pytest.fixture(scope="module")
def live():
    """The node."""
    with devchain("--block-time", "1") as chain:
        yield Node.connect(chain.url)


@pytest.fixture(scope="module")
def deployed(live, tmp_path_factory):
    return deploy(live, LocalSigner.from_key(MERCHANT), out=tmp_path_factory.mktemp("fees"))


@pytest.fixture(scope="module")
def seller(live, deployed):
    """A plan for a month or a year, in the native coin."""
    client = PassManager(live, deployed.addresses(), signer=LocalSigner.from_key(MERCHANT))
    client.org_nft.mint(client.signer.address)
    product = Product(
        name="Plan", description="", image="", external_url="", transferable=True, active=True, max_supply=0
    )
    client.catalog.set_product(ORG, 0, product=product)
    client.catalog.create_pricing(ORG, terms(MONTH, MONTH_PRICE))
    client.catalog.create_pricing(ORG, terms(YEAR, YEAR_PRICE))
    client.catalog.link_pricings(ORG, product_id=PLAN, pricing_ids=[MONTHLY, YEARLY], linked=True)
    return client


@pytest.fixture
def customer(live, deployed, seller):
    return PassManager(live, deployed.addresses(), signer=LocalSigner.from_key(CUSTOMER))


def terms(frequency, price):
    return PricingTerms(
        charge_style=FLAT,
        frequency=frequency,
        token=NATIVE,
        flat_price=price,
        meter_id=0,
        restricted=False,
        tiers=[],
    )


def cart(to):
    return InitialPurchaseParams(
        to=to,
        organization_id=ORG,
        product_ids=[PLAN],
        pricing_ids=[MONTHLY],
        quantities=[0],
        discount_ids=[],
        coupon_code="",
        airdrop=False,
        pause=False,
    )


def spent(client, receipt):
    """Wei that left the wallet in the receipt's block, less what the gas cost."""
    wallet, number = client.signer.address, receipt.block_number
    before = client.node.balance(wallet, block=number - 1)
    return before - client.node.balance(wallet, block=number) - receipt.gas_used * receipt.gas_price


def test_rest_returns_when_the_exact_amount_moves_each_second(live, customer):
    bought = customer.manager.purchase_products(cart(customer.signer.address), value=MONTH_PRICE)
    pass_id = bought.event(ProductsPurchased).product_pass_id
    assert bought.gas_price > 0
    assert spent(customer, bought) == MONTH_PRICE

    change = ChangeSubscriptionPricingParams(
        org_id=ORG, product_pass_id=pass_id, product_id=PLAN, new_pricing_id=YEARLY, airdrop=False
    )
    quote = customer.lens.quote_change(change, customer.signer.address)
    with pytest.raises(ValueTooLow):  # the value left falls from block to block
        customer.manager.change_subscription_pricing(change, value=quote.amount - MONTH_PRICE // DAY)
    ceiling = quote.amount + MONTH_PRICE // DAY
    changed = customer.manager.change_subscription_pricing(change, value=ceiling)

    event = changed.event(SubscriptionChanged)
    assert quote.amount <= event.amount_paid < ceiling
    assert event.amount_paid + event.value_left == YEAR_PRICE
    assert spent(customer, changed) == event.amount_paid
    contracts = customer.contracts
    assert live.balance(contracts.purchase_manager) == 0
    owed = customer.escrow.org_balance(ORG, NATIVE)
    assert owed == live.balance(contracts.payment_escrow) == MONTH_PRICE + event.amount_paid


def test_merchant_gets_all_but_the_gas_when_he_withdraws(live, seller, customer):
    customer.manager.purchase_products(cart(customer.signer.address), value=MONTH_PRICE)
    owed = seller.escrow.org_balance(ORG, NATIVE)
    receipt = seller.escrow.withdraw(ORG, NATIVE, amount=owed)
    assert spent(seller, receipt) == -owed
    assert seller.escrow.org_balance(ORG, NATIVE) == live.balance(seller.contracts.payment_escrow) == 0


def test_base_fee_moved_when_the_story_is_over(live, seller):
    fees = {live.block(number).base_fee for number in range(1, live.head().number + 1)}
    assert len(fees) > 1
    assert 0 not in fees
