"""The whole system on titanoboa, its contracts at predicted addresses, and the people around it.

titanoboa's pytest plugin undoes every test, every fixture at its end and every Hypothesis example.
So the system is deployed in a session fixture (tests/conftest.py), never inside an example.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boa
import pytest
from eth_abi import encode
from eth_utils import keccak

from passmanager.core.addresses import create_address
from passmanager.deployments import NAMES, constructor_arguments

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
NATIVE = "0x" + "00" * 20
DAY = 86_400
_LOADED: dict[str, Any] = {}


def partial(name: str):
    """Compiled once per process; `name` may lie in a folder, as in `mocks/MockToken`."""
    if name not in _LOADED:
        _LOADED[name] = boa.load_partial(str(CONTRACTS / f"{name}.vy"))
    return _LOADED[name]


@dataclass
class System:
    """Contracts, and one person per role of a test."""

    org_nft: Any
    catalog: Any
    promotions: Any
    product_pass: Any
    escrow: Any
    lens: Any
    manager: Any
    token: Any
    owner: str
    people: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """The wallet of this name, funded with native coin and nothing else."""
        if name not in self.people:
            self.people[name] = boa.env.generate_address(name)
        if boa.env.get_balance(self.people[name]) == 0:  # titanoboa undoes it with each test
            boa.env.set_balance(self.people[name], 10**24)
        return self.people[name]


def deploy_system() -> System:
    """All seven contracts and one well-behaved ERC-20; `boa.env.eoa` deploys."""
    sender = boa.env.eoa
    owner = boa.env.generate_address("platform_owner")
    first = boa.env.evm.vm.state.get_nonce(bytes.fromhex(sender[2:]))
    at = {name: create_address(sender, first + i) for i, name in enumerate(NAMES)}
    arguments = constructor_arguments(at, owner)
    made = [partial(name).deploy(*arguments[name]) for name in NAMES]
    assert [contract.address for contract in made] == list(at.values())
    org_nft, catalog, promotions, product_pass, escrow, lens, manager = made
    token = partial("mocks/MockToken").deploy()
    return System(
        org_nft, catalog, promotions, product_pass, escrow, lens, manager, token, owner, {"platform_owner": owner}
    )


def own_system() -> Any:
    """A `system` fixture for one folder: `system = own_system()` in its conftest.py.

    What session fixtures of other folders did to theirs stays out of it, in any order and on any worker.
    """

    @pytest.fixture(scope="session", name="system")
    def deployed() -> System:
        return deploy_system()

    return deployed


@contextmanager
def refused(contract, signature: str, *values):
    """The block's call reverts with exactly this error: `refused(m, "AmountAboveMax(uint256,uint256)", 35, 10)`.

    Without values only the selector is compared.
    """
    with pytest.raises(boa.BoaError):
        yield
    output = contract._computation.output
    selector = keccak(text=signature)[:4]
    assert output[:4] == selector, f"expected {signature}, got {output.hex()}"
    if values:
        types = [t for t in signature[signature.index("(") + 1 : -1].split(",") if t]
        assert output[4:] == encode(types, values), output.hex()
