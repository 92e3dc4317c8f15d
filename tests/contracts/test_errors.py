"""Ape decodes the named errors of every contract from the published ABI."""

import ape
import pytest
from ape.contracts import ContractContainer
from ape.exceptions import ContractLogicError
from ethpm_types import ContractType

from passmanager.abi import artifact, errors
from passmanager.core.reverts import decode_revert
from passmanager.deployments import constructor_arguments
from tests.contracts.refusals import refused
from tests.contracts.shop import CODE, DAY, EVERYBODY, NATIVE, NO_REFERENCE, ONCE, ONE_TIME

CATALOG_ROLE, PROMOTIONS_ROLE, AIRDROP_ROLE = 1, 2, 4


def test_organization_nft_refuses_by_name(system, shop, stranger):
    nft = system.org_nft
    with refused(nft.NotOrganizationHolder, orgId=shop.org, caller=stranger):
        nft.setRoles(shop.org, stranger, 1, sender=stranger)
    with refused(nft.NumberTooLarge, number=64, limit=63):
        nft.setRoles(shop.org, stranger, 64, sender=shop.merchant)
    with refused(nft.ERC721NonexistentToken, tokenId=99):
        nft.ownerOf.transact(99, sender=stranger)
    with refused(nft.ERC721InvalidReceiver, receiver=NATIVE):
        nft.mint(NATIVE, sender=stranger)


def test_catalog_refuses_by_name(system, shop, stranger):
    catalog, token = system.catalog, system.token.address
    with refused(catalog.NotAuthorized, orgId=shop.org, caller=stranger, role=CATALOG_ROLE):
        catalog.createMeter(shop.org, sender=stranger)
    with refused(catalog.InvalidText, field=0):
        catalog.setProduct(shop.org, 0, ("", "", "", "", True, True, 0), sender=shop.merchant)
    with refused(catalog.TokenHasNoCode, token=stranger):
        terms = (ONE_TIME, ONCE, stranger.address, 1, 0, False, [])
        catalog.createPricing(shop.org, terms, sender=shop.merchant)
    with refused(catalog.InvalidChargeStyle, chargeStyle=6):
        catalog.createPricing(shop.org, (6, ONCE, token, 1, 0, False, []), sender=shop.merchant)


def test_promotions_refuses_by_name(system, shop, stranger):
    promotions = system.promotions
    code_hash = promotions.couponHash(shop.org, CODE)
    terms = (2_000, 0, 0, 0, False, False, False, True)
    with refused(promotions.CouponExists, orgId=shop.org, codeHash=code_hash):
        promotions.createCoupon(shop.org, code_hash, terms, [], sender=shop.merchant)
    with refused(promotions.InvalidBasisPoints, bps=10_001):
        promotions.createDiscount(shop.org, "Too good", 10_001, 0, EVERYBODY, sender=shop.merchant)
    with refused(promotions.NoSuchDiscount, discountId=9):
        promotions.discount.transact(9, sender=stranger)
    with refused(promotions.NotAuthorized, orgId=shop.org, caller=stranger, role=PROMOTIONS_ROLE):
        promotions.setDiscount(shop.discount, False, 0, sender=stranger)


def test_product_pass_refuses_by_name(system, shop, buyer, friend, stranger):
    nft = system.product_pass
    running = shop.buy_plan(buyer)
    with refused(nft.PassLocked, productPassId=running, productId=shop.plan):
        nft.transferFrom(buyer, friend, running, sender=buyer)
    with refused(nft.NotPassHolder, productPassId=running, caller=stranger):
        nft.burn(running, sender=stranger)
    with refused(nft.NotSystemContract, caller=stranger):
        nft.mint(running + 1, 1, sender=stranger)
    with refused(nft.ERC721InsufficientApproval, operator=stranger, tokenId=running):
        nft.transferFrom(buyer, stranger, running, sender=stranger)


def test_payment_escrow_refuses_by_name(system, shop, stranger):
    escrow, token = system.escrow, system.token.address
    with refused(escrow.NotSystemContract, caller=stranger):
        escrow.collect(shop.org, token, shop.merchant, 1, 0, sender=stranger)
    with refused(escrow.InsufficientOrgBalance, have=0, need=1):
        escrow.withdraw(shop.org, token, 1, sender=shop.merchant)
    with refused(escrow.ZeroAmount):
        escrow.withdraw(shop.org, token, 0, sender=shop.merchant)
    with refused(escrow.NotFeeRecipient, caller=stranger):
        escrow.withdrawFees(token, 1, sender=stranger)


def test_pass_lens_refuses_by_name(system, shop, buyer, stranger):
    lens, pass_id = system.lens, shop.buy_plan(buyer)
    with refused(lens.NoSuchItem, productPassId=pass_id, productId=shop.book):
        lens.getSubscription.transact(pass_id, shop.book, sender=stranger)
    with refused(lens.NoSuchPricing, pricingId=99):
        lens.pricingOf.transact(99, sender=stranger)
    with refused(lens.CouponOnAirdrop):
        cart = shop.cart(stranger, (shop.book, shop.once, 0), airdrop=True, coupon=CODE)
        lens.quotePurchase.transact(cart, shop.merchant, sender=stranger)


def test_purchase_manager_refuses_by_name(system, shop, buyer, stranger, chain):
    manager, token = system.manager, system.token.address
    book = (shop.book, shop.once, 0)
    late = chain.blocks.head.timestamp - 1
    with refused(manager.AmountAboveMax, amount=shop.price.book, limit=shop.price.book - 1):
        terms = (NO_REFERENCE, token, shop.price.book - 1, chain.blocks.head.timestamp + DAY)
        manager.checkout(shop.cart(buyer, book), terms, sender=buyer)
    with refused(manager.WrongValue, sent=1, needed=0):
        manager.purchaseProducts(shop.cart(buyer, book), sender=buyer, value=1)
    with refused(manager.NotAuthorized, orgId=shop.org, caller=stranger, role=AIRDROP_ROLE):
        manager.purchaseProducts(shop.cart(stranger, book, airdrop=True), sender=stranger)
    with refused(manager.NotPlatformOwner, caller=stranger):
        manager.pausePurchases(sender=stranger)
    with ape.reverts(manager.DeadlinePassed, deadline=late) as found:
        manager.checkout(shop.cart(buyer, book), (NO_REFERENCE, token, shop.price.book, late), sender=buyer)
    assert found.value.inputs["now"] > late


def test_platform_functions_refuse_by_name(system, platform_owner, stranger):
    manager = system.manager
    with refused(manager.FeeTooHigh, bps=501, limit=500):
        manager.announceFee(501, platform_owner, sender=platform_owner)
    with refused(manager.NotPendingOwner, caller=stranger):
        manager.acceptOwnership(sender=stranger)
    with refused(manager.ZeroAddress):
        manager.announceFee(1, NATIVE, sender=platform_owner)


@pytest.mark.parametrize("have_tokens", [False, True])
def test_errors_of_inner_calls_are_decoded_when_the_payer_cannot_pay(system, shop, stranger, have_tokens):
    """PaymentEscrow refuses, called by PurchaseManager."""
    cart = shop.cart(stranger, (shop.book, shop.once, 0))
    if have_tokens:
        system.token.mint(stranger, shop.price.book, sender=stranger)
    else:
        system.token.approve(system.escrow, shop.price.book, sender=stranger)
    name = "InsufficientAllowance" if have_tokens else "InsufficientBalance"
    with refused(getattr(system.manager, name), have=0, need=shop.price.book):
        system.manager.purchaseProducts(cart, sender=stranger)


def test_manager_refuses_peers_that_name_others_when_created(deployment, deployer):
    """The same peers at another address of the manager: they name the first one."""
    published = artifact("PurchaseManager")
    kind = ContractType(
        contractName="PurchaseManager", abi=published["abi"], deploymentBytecode={"bytecode": published["bytecode"]}
    )
    peers = deployment.addresses().all()
    arguments = constructor_arguments(peers, deployer.address)["PurchaseManager"]
    with pytest.raises(ContractLogicError) as found:  # Ape knows no errors of what is not there yet
        deployer.deploy(ContractContainer(kind), *arguments, gas_limit=10_000_000)
    refusal = decode_revert(bytes.fromhex(found.value.message[2:]), "PurchaseManager")
    assert isinstance(refusal, errors.WrongWiring)
    assert refusal.at == peers["Catalog"]
