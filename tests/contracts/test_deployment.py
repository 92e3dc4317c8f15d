"""`passmanager.deployments.deploy` as Ape sees it, and `ape run deploy`."""

import subprocess
import sys
from pathlib import Path

import pytest
from eth_utils import keccak

from passmanager.abi import artifact
from passmanager.core.addresses import create_address
from passmanager.deployments import NAMES, WIRING, Deployment, constructor_arguments, creation_code
from passmanager.devchain import devchain
from passmanager.node import Node

ROOT = Path(__file__).resolve().parents[2]
ANVILS_SECOND = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
ANVILS_THIRD = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


@pytest.mark.parametrize("name", NAMES)
def test_contract_names_its_peers_when_deployed(name, system, deployment, platform_owner):
    expected = constructor_arguments(deployment.addresses().all(), platform_owner.address)
    contract = system.by_name()[name]
    assert [str(getattr(contract, getter)()) for getter in WIRING[name]] == expected[name]


def test_addresses_follow_from_nonces_when_deployed(deployment):
    planned = [(made.nonce, made.address) for made in deployment.contracts.values()]
    first = planned[0][0]
    expected = [(first + i, create_address(deployment.sender, first + i)) for i in range(len(NAMES))]
    assert planned == expected


def test_manager_is_created_last_when_deployed(deployment):
    assert list(deployment.contracts)[-1] == "PurchaseManager"


def test_file_says_what_is_on_the_chain_when_deployed(deployment, deployment_folder, node):
    assert Deployment.find(node.chain_id(), deployment_folder) == deployment
    for made in deployment.contracts.values():
        assert made.runtime_code_hash == f"0x{keccak(node.code(made.address)).hex()}"


def test_code_on_the_chain_is_the_published_code_when_deployed(deployment, node):
    for name, made in deployment.contracts.items():
        published = artifact(name)
        code = node.code(made.address)[: published["runtimeSize"]]
        assert f"0x{keccak(code).hex()}" == published["runtimeHash"]
        assert f"0x{keccak(creation_code(name, made.arguments)).hex()}" == made.creation_code_hash


def test_platform_has_no_fee_and_sells_when_deployed(system, platform_owner):
    assert system.manager.owner() == platform_owner
    assert system.manager.feeBps() == 0
    assert not system.manager.purchasesPaused()


def test_ape_run_deploy_writes_the_file_when_the_chain_is_fresh(tmp_path):
    with devchain() as chain:
        done = ape_run_deploy(chain.url, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        node = Node.connect(chain.url)
        found = Deployment.find(node.chain_id(), tmp_path)
        found.check(node)
        assert (found.sender, found.owner) == (ANVILS_SECOND, ANVILS_THIRD)
        again = ape_run_deploy(chain.url, tmp_path)
        assert again.returncode != 0
        assert "AlreadyDeployed" in again.stdout + again.stderr


def ape_run_deploy(url: str, out: Path) -> "subprocess.CompletedProcess[str]":
    """By Ape's second test account, so that nothing depends on the first."""
    network = ["--network", f"ethereum:local:{url}"]
    command = [str(Path(sys.executable).with_name("ape")), "run", "deploy", *network, "--account", "TEST::1"]
    options = ["--owner", ANVILS_THIRD, "--out", str(out)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=ROOT)
