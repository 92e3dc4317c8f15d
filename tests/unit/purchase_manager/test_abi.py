"""The fixed ABI: names, types, order, what is payable and what is indexed. Others build on it."""

import re

import pytest
from eth_utils import keccak

INITIAL = "(address,uint256,uint256[],uint256[],uint256[],uint256[],string,bool,bool)"
ADDITIONAL = "(uint256,uint256[],uint256[],uint256[],string,bool,bool)"
TERMS = "(bytes32,address,uint256,uint256)"

FUNCTIONS = {
    f"purchaseProducts({INITIAL})": "payable",
    f"purchaseAdditionalProducts({ADDITIONAL})": "payable",
    f"checkout({INITIAL},{TERMS})": "payable",
    f"checkoutAdditional({ADDITIONAL},{TERMS})": "payable",
    "airdropProducts(uint256,address[],uint256[],uint256[],uint256[],bytes32)": "nonpayable",
    "renewSubscription(uint256,uint256,bool)": "payable",
    "renewSubscriptionBatch(uint256,uint256[],bool)": "nonpayable",
    "renewSubscriptions(uint256[],uint256[])": "nonpayable",
    "pauseSubscription(uint256,uint256,bool)": "nonpayable",
    "pauseSubscriptionBatch(uint256,uint256[],bool[])": "nonpayable",
    "cancelSubscription(uint256,uint256,bool)": "payable",
    "cancelSubscriptionBatch(uint256,uint256[],bool[])": "nonpayable",
    "changeSubscriptionPricing((uint256,uint256,uint256,uint256,bool))": "payable",
    "changeTieredSubscriptionUnitQuantity(uint256,uint256,uint256,bool)": "payable",
    "setAutoRenew(uint256,uint256,bool)": "nonpayable",
    "setUsageCap(uint256,uint256,uint256)": "nonpayable",
    "endSubscription(uint256,uint256)": "nonpayable",
    "topUp(uint256,address,uint256)": "payable",
    "refundProduct(uint256,uint256,uint256,bool)": "nonpayable",
    "pausePurchases()": "nonpayable",
    "unpausePurchases()": "nonpayable",
    "passSupply()": "view",
}
NAMES = {
    "purchaseProducts": "to organizationId productIds pricingIds quantities discountIds couponCode airdrop pause",
    "purchaseAdditionalProducts": "productPassId productIds pricingIds quantities couponCode airdrop pause",
    "changeSubscriptionPricing": "orgId productPassId productId newPricingId airdrop",
}
EVENTS = """
ProductsPurchased
    uint256 indexed orgId, uint256 indexed productPassId, address indexed passOwner, address purchaser,
    uint256[] productIds, uint256[] pricingIds, uint256[] quantities, address token, uint256 subtotal,
    uint256 amountPaid, bytes32 orderReference
ProductsAirdropped
    uint256 indexed orgId, uint256 indexed firstPassId, bytes32 indexed orderReference, address purchaser,
    address[] recipients, uint256[] productIds, uint256[] pricingIds, uint256[] quantities
SubscriptionStateChanged
    uint256 indexed productPassId, uint256 indexed productId, uint256 state
SubscriptionChanged
    uint256 indexed orgId, uint256 indexed productPassId, uint256 indexed productId, uint256 pricingId,
    uint256 quantity, address token, uint256 amountPaid, uint256 valueLeft
SubscriptionRenewed
    uint256 indexed orgId, uint256 indexed productPassId, uint256 indexed productId, address payer,
    address token, uint256 amountPaid, uint256 periodStart, uint256 periodEnd
RenewalFailed
    uint256 indexed productPassId, uint256 indexed productId, uint256 reason
ProductRefunded
    uint256 indexed orgId, uint256 indexed productPassId, uint256 indexed productId, address recipient,
    address token, uint256 amount, bool revoked
"""
FIXED_EVENTS = {words[0]: " ".join(words[1:]) for words in map(str.split, re.split(r"\n(?=\w)", EVENTS)) if words}


def type_of(given):
    if not given["type"].startswith("tuple"):
        return given["type"]
    inner = ",".join(type_of(part) for part in given["components"])
    return f"({inner}){given['type'].removeprefix('tuple')}"


@pytest.fixture(scope="module")
def functions(manager):
    entries = [entry for entry in manager.abi if entry["type"] == "function"]
    return {f"{entry['name']}({','.join(map(type_of, entry['inputs']))})": entry for entry in entries}


@pytest.fixture(scope="module")
def events(manager):
    entries = [entry for entry in manager.abi if entry["type"] == "event"]
    return {entry["name"]: ", ".join(map(field, entry["inputs"])) for entry in entries}


def field(given):
    return f"{given['type']} {'indexed ' if given['indexed'] else ''}{given['name']}"


@pytest.mark.parametrize("signature", FUNCTIONS)
def test_function_is_there_with_its_types_when_the_abi_is_read(functions, signature):
    assert functions[signature]["stateMutability"] == FUNCTIONS[signature]


@pytest.mark.parametrize("name", NAMES)
def test_fields_have_their_names_and_order_when_the_abi_is_read(functions, name):
    (entry,) = [entry for entry in functions.values() if entry["name"] == name]
    assert " ".join(part["name"] for part in entry["inputs"][0]["components"]) == NAMES[name]


@pytest.mark.parametrize("name", FIXED_EVENTS)
def test_event_is_there_with_its_fields_when_the_abi_is_read(events, name):
    assert events[name] == FIXED_EVENTS[name]


def test_selector_is_the_known_one_when_it_is_computed():
    assert keccak(text=f"purchaseProducts({INITIAL})")[:4].hex() == "16b85d1c"
