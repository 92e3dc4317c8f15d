"""No state-changing function is left out: each is an operation of the model and an action of a machine."""

import pytest

from passmanager.abi import artifact
from passmanager.deployments import NAMES
from tests.fuzz import (
    test_money_machine,
    test_promotions_machine,
    test_purchases_machine,
    test_subscriptions_machine,
    test_transfer_machine,
    test_usage_machine,
)
from tests.fuzz.machines import required
from tests.fuzz.operations import INTERNAL, OPERATIONS, QUOTES
from tests.support.system import NATIVE

MACHINES = [
    test_money_machine,
    test_promotions_machine,
    test_purchases_machine,
    test_subscriptions_machine,
    test_transfer_machine,
    test_usage_machine,
]
APPLICATION = (1, 1, NATIVE, True, [], "", [])
ARGUMENTS = {
    "PaymentEscrow.collect": (1, NATIVE, NATIVE, 0, 0),
    "PaymentEscrow.refund": (1, NATIVE, NATIVE, 0),
    "ProductPass.mint": (1, 1),
    "ProductPass.mintBatch": (1, [], 1),
    "ProductPass.extend": (1, 1, 0),
    "ProductPass.touch": (1, 0),
    "ProductPass.touchAll": (),
    "ProductPass.setDiscount": (1, 1),
    "Promotions.apply": (APPLICATION,),
    "PurchaseManager.beforePassTransfer": (1, 1),
}


def state_changing() -> set[str]:
    entries = [(name, entry) for name in NAMES for entry in artifact(name)["abi"] if entry["type"] == "function"]
    return {f"{name}.{e['name']}" for name, e in entries if e["stateMutability"] in ("payable", "nonpayable")}


def test_the_model_has_every_function():
    assert state_changing() == OPERATIONS.keys() | INTERNAL | QUOTES


def test_a_machine_does_every_function():
    outcomes = {outcome for machine in MACHINES for outcome in required(machine.OUTCOMES)}
    assert not {f"{name}: done" for name in OPERATIONS} - outcomes


@pytest.mark.parametrize("name", sorted(INTERNAL))
def test_w1_only_the_system_calls_what_is_internal(world, name):
    for person in ("alice", "platform"):
        assert world.driver.send(name, *ARGUMENTS[name], by=world.people[person]).error == "NotSystemContract"
