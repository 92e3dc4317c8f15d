"""Whatever the contracts can do, both clients can: a function of an ABI without a method fails here."""

import inspect

import pytest

from passmanager.abi import artifact
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.names import snake_case
from passmanager.deployments import NAMES
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.node_aio import AsyncNode
from passmanager.units import checksum

ROOMS = {
    "OrganizationNFT": "org_nft",
    "Catalog": "catalog",
    "Promotions": "promotions",
    "ProductPass": "product_pass",
    "PaymentEscrow": "escrow",
    "PassLens": "lens",
    "PurchaseManager": "manager",
}
URL = "http://127.0.0.1:9"
AT = checksum("0x" + "11" * 20)
CONTRACTS = Contracts.of(dict.fromkeys(ROOMS, AT))
CLIENTS = [
    pytest.param(PassManager(Node.connect(URL), CONTRACTS), False, id="synchronous"),
    pytest.param(AsyncPassManager(AsyncNode.connect(URL), CONTRACTS), True, id="asynchronous"),
]
ERC20 = {
    *("name", "symbol", "decimals", "total_supply", "balance_of", "allowance"),
    *("approve", "transfer", "transfer_from"),
}
NAMED = {
    "manager": [
        "purchase_products",
        "purchase_additional_products",
        "checkout",
        "checkout_additional",
        "airdrop_products",
        "renew_subscription",
        "renew_subscription_batch",
        "renew_subscriptions",
        "change_subscription_pricing",
        "change_tiered_subscription_unit_quantity",
        "pause_subscription",
        "pause_subscription_batch",
        "cancel_subscription",
        "cancel_subscription_batch",
        "refund_product",
    ],
    "catalog": ["create_pricing", "record_usage"],
    "promotions": ["create_coupon"],
    "escrow": ["withdraw"],
    "merchant": [
        "create_organization",
        "create_product",
        "create_pricing",
        "create_coupon",
        "record_usage",
        "refund_product",
        "withdraw",
    ],
}


def functions(name: str) -> list[dict]:
    return [entry for entry in artifact(name)["abi"] if entry["type"] == "function"]


def missing(room: object, names: set[str], *, waits: bool) -> set[str]:
    found = {name: getattr(room, name, None) for name in names}
    return {name for name, method in found.items() if inspect.iscoroutinefunction(method) is not waits or not method}


def test_the_rooms_are_those_of_all_deployed_contracts():
    assert set(ROOMS) == set(NAMES) == set(CONTRACTS.all())


@pytest.mark.parametrize(("client", "waits"), CLIENTS)
@pytest.mark.parametrize(("contract", "room"), ROOMS.items())
def test_no_function_of_the_abi_is_without_a_method(client, waits, contract, room):
    names = {snake_case(entry["name"]) for entry in functions(contract)}
    assert missing(getattr(client, room), names, waits=waits) == set()
    assert missing(getattr(client, room).calls, names, waits=False) == set()


@pytest.mark.parametrize(("client", "waits"), CLIENTS)
@pytest.mark.parametrize("contract", NAMES)
def test_no_argument_of_the_abi_is_without_a_parameter(client, waits, contract):
    room = getattr(client, ROOMS[contract])
    for entry in functions(contract):
        parameters = inspect.signature(getattr(room, snake_case(entry["name"]))).parameters
        assert {snake_case(part["name"]) for part in entry["inputs"]} <= set(parameters), entry["name"]
        assert ("value" in parameters) is (entry["stateMutability"] == "payable"), entry["name"]
        assert ("tx" in parameters) is (entry["stateMutability"] not in ("view", "pure")), entry["name"]


def test_a_function_without_a_method_is_found():
    assert missing(PassManager(Node.connect(URL), CONTRACTS).escrow, {"withdraw", "steal"}, waits=False) == {"steal"}


@pytest.mark.parametrize(("client", "waits"), CLIENTS)
def test_a_token_has_all_of_erc20(client, waits):
    token = client.token(AT.lower())
    assert token.address == AT
    assert missing(token, ERC20, waits=waits) == set()
    standard = {snake_case(entry["name"]) for entry in functions("DemoToken")} - {"mint"}
    assert standard <= ERC20


@pytest.mark.parametrize(("client", "waits"), CLIENTS)
@pytest.mark.parametrize(("room", "names"), NAMED.items())
def test_what_shops_and_buyers_do_has_these_names(client, waits, room, names):
    assert missing(getattr(client, room), set(names), waits=waits) == set()
