"""PurchaseManager is created last and reads every pointer of the others back."""

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak

from passmanager.core.addresses import create_address
from passmanager.deployments import NAMES, WIRING, constructor_arguments
from tests.support.system import NATIVE, partial

PEERS = NAMES[:-1]
POINTERS = [(name, pointer) for name in PEERS for pointer in WIRING[name]]
OWNER = "0x" + "11" * 20


def deploy(change=None, owner=OWNER):
    """The whole system with changed constructor arguments: the addresses, the error of the last creation or None."""
    sender = boa.env.eoa
    first = boa.env.evm.vm.state.get_nonce(bytes.fromhex(sender[2:]))
    at = {name: create_address(sender, first + i) for i, name in enumerate(NAMES)}
    arguments = constructor_arguments(at, owner)
    if change is not None:
        change(arguments)
    for name in PEERS:
        partial(name).deploy(*arguments[name])
    try:
        partial("PurchaseManager").deploy(*arguments["PurchaseManager"])
    except boa.BoaError as refusal:
        return at, refusal.call_trace.output
    return at, None


def error(signature, *addresses):
    return keccak(text=signature)[:4] + encode(["address"] * len(addresses), addresses)


def test_created_when_every_pointer_is_right():
    at, refusal = deploy()
    assert refusal is None
    assert boa.env.get_code(at["PurchaseManager"])


@pytest.mark.parametrize(("name", "pointer"), POINTERS)
def test_refused_when_a_peer_names_another(name, pointer, stranger):
    def change(arguments):
        arguments[name][WIRING[name].index(pointer)] = stranger

    at, refusal = deploy(change)
    assert refusal == error("WrongWiring(address)", at[name])


@pytest.mark.parametrize("pointer", [pointer for pointer in WIRING["PurchaseManager"] if pointer != "owner"])
def test_refused_when_the_manager_itself_is_given_a_contract_of_another_system(system, pointer):
    index = WIRING["PurchaseManager"].index(pointer)
    foreign = getattr(system.manager, pointer)()

    def change(arguments):
        arguments["PurchaseManager"][index] = foreign

    assert deploy(change)[1][:4] == error("WrongWiring(address)")


def test_refused_when_a_foreign_transaction_came_in_between():
    """All addresses are shifted by one, so the constructor asks a contract that does not know the question."""

    def change(arguments):
        partial("mocks/MockToken").deploy()

    assert deploy(change)[1] is not None


def test_refused_when_there_is_no_owner():
    assert deploy(owner=NATIVE)[1] == error("ZeroAddress()")
