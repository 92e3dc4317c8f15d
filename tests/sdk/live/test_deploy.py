import json

import pytest

from passmanager.abi import artifact
from passmanager.core.transactions import Transaction
from passmanager.deployments import NAMES, WIRING, Deployment, check_wiring, deploy, make_plan
from passmanager.devchain import devchain
from passmanager.errors import (
    AlreadyDeployed,
    ChainReset,
    CreationFailed,
    InsufficientFunds,
    NoCodeAt,
    NonceTaken,
    NotDeployed,
    NotMined,
    PlanMismatch,
    UnreadableFile,
    WiringMismatch,
    WrongChain,
)
from passmanager.node import Node
from passmanager.signers import LocalSigner, NodeSigner
from passmanager.units import checksum

CHAIN = 31337
OTHER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


class Interrupted(Exception):
    pass


class FailingSigner:
    """Signs `count` transactions, then the process "dies"."""

    def __init__(self, signer: LocalSigner, count: int) -> None:
        self._signer, self._left, self.address = signer, count, signer.address

    def sign(self, transaction: Transaction) -> bytes:
        if not self._left:
            raise Interrupted
        self._left -= 1
        return self._signer.sign(transaction)


def spend_a_nonce(node: Node, signer: LocalSigner) -> None:
    fields = Transaction(
        to=signer.address,
        sender=signer.address,
        gas=21_000,
        nonce=node.nonce(signer.address),
        chain_id=CHAIN,
        fees=node.fees(),
    )
    node.wait(node.send(signer, fields), signer.address, fields.nonce, seconds=10)


def test_all_contracts_know_each_other(node, deployment, deployer):
    at = deployment.addresses().all()
    assert list(deployment.contracts) == NAMES
    check_wiring(node, at, deployer.address)
    with pytest.raises(WiringMismatch) as refusal:
        check_wiring(node, {**at, "PassLens": at["Catalog"]}, deployer.address)
    assert refusal.value.expected == at["Catalog"]


def test_the_file_says_what_is_where(node, deployment, folder, deployer):
    found = json.loads((folder / f"{CHAIN}.json").read_text())
    assert found["chainId"] == CHAIN
    assert found["owner"] == found["sender"] == deployer.address
    assert found["fromBlock"] <= found["blockNumber"] <= node.head().number
    for name, contract in found["contracts"].items():
        assert node.code(contract["address"])
        assert len(contract["arguments"]) == len(WIRING[name])
        assert contract["creationCodeHash"].startswith("0x")
        assert contract["runtimeCodeHash"] != artifact(name)["runtimeHash"]  # the immutables are in it
    assert Deployment.find(CHAIN, folder) == deployment
    assert not (folder / f"{CHAIN}.plan.json").exists()


def test_the_owner_can_be_another_wallet(fresh_node, deployer, tmp_path):
    owner = checksum("0x" + "77" * 20)
    found = deploy(fresh_node, deployer, owner=owner, out=tmp_path)
    assert found.owner == owner
    assert found.contracts["PurchaseManager"].arguments[0] == owner


def test_an_unlocked_account_of_the_node_can_deploy(fresh_node, tmp_path):
    account = checksum(fresh_node.accounts()[3])
    assert deploy(fresh_node, NodeSigner(account), out=tmp_path).sender == account


@pytest.mark.parametrize("count", range(len(NAMES)))
def test_goes_on_when_interrupted_after_each_transaction(fresh_node, deployer, tmp_path, count):
    with pytest.raises(Interrupted):
        deploy(fresh_node, FailingSigner(deployer, count), out=tmp_path)
    planned = json.loads((tmp_path / f"{CHAIN}.plan.json").read_text())
    assert not (tmp_path / f"{CHAIN}.json").exists()
    seen = []
    found = deploy(fresh_node, deployer, out=tmp_path, progress=lambda name, _, what: seen.append((name, what)))
    assert [what for _, what in seen] == ["found"] * count + ["created"] * (len(NAMES) - count)
    assert {name: planned["contracts"][name]["address"] for name in NAMES} == found.addresses().all()
    assert fresh_node.nonce(deployer.address) == len(NAMES)


def test_goes_on_when_interrupted_before_a_transaction_is_mined(deployer, tmp_path):
    with devchain("--no-mining") as chain:
        node = Node.connect(chain.url)
        with pytest.raises(NotMined) as refusal:
            deploy(node, deployer, out=tmp_path, wait_seconds=0.2)
        assert refusal.value.nonce == 0
        node.request("evm_setAutomine", True)
        node.request("anvil_mine", "0x1")
        seen = []
        deploy(node, deployer, out=tmp_path, progress=lambda _name, _address, what: seen.append(what))
        assert seen == ["found"] + ["created"] * (len(NAMES) - 1)


def test_goes_on_when_interrupted_after_the_last_file_was_written(fresh_node, deployer, tmp_path):
    with pytest.raises(Interrupted):
        deploy(fresh_node, FailingSigner(deployer, 3), out=tmp_path)
    plan = (tmp_path / f"{CHAIN}.plan.json").read_text()
    first = deploy(fresh_node, deployer, out=tmp_path)
    (tmp_path / f"{CHAIN}.plan.json").write_text(plan)
    assert deploy(fresh_node, deployer, out=tmp_path).addresses() == first.addresses()


@pytest.mark.parametrize("count", [0, 3, 6])
def test_refused_when_another_transaction_took_a_nonce(fresh_node, deployer, tmp_path, count):
    with pytest.raises(Interrupted):
        deploy(fresh_node, FailingSigner(deployer, count), out=tmp_path)
    spend_a_nonce(fresh_node, deployer)
    with pytest.raises(NonceTaken) as refusal:
        deploy(fresh_node, deployer, out=tmp_path)
    assert (refusal.value.contract, refusal.value.nonce) == (NAMES[count], count)
    assert "--replace" in str(refusal.value)
    found = deploy(fresh_node, deployer, out=tmp_path, replace=True)
    assert found.contracts["OrganizationNFT"].nonce == count + 1


def test_refused_when_the_chain_was_reset(deployer, tmp_path):
    with devchain("--timestamp", "1800000000") as chain, pytest.raises(Interrupted):
        deploy(Node.connect(chain.url), FailingSigner(deployer, 2), out=tmp_path)
    with devchain("--timestamp", "1800000001") as chain:
        node = Node.connect(chain.url)
        with pytest.raises(ChainReset) as refusal:
            deploy(node, deployer, out=tmp_path)
        assert refusal.value.expected != refusal.value.actual
        assert node.nonce(deployer.address) == 0
        deploy(node, deployer, out=tmp_path, replace=True)
    with devchain("--timestamp", "1800000002") as chain, pytest.raises(ChainReset):
        deploy(Node.connect(chain.url), deployer, out=tmp_path)


def test_a_live_deployment_is_not_overwritten(node, deployment, deployer, folder):
    before, nonce = (folder / f"{CHAIN}.json").read_text(), node.nonce(deployer.address)
    with pytest.raises(AlreadyDeployed) as refusal:
        deploy(node, deployer, out=folder)
    assert str(deployment.block_number) in str(refusal.value)
    assert ((folder / f"{CHAIN}.json").read_text(), node.nonce(deployer.address)) == (before, nonce)


def test_a_live_deployment_is_replaced_when_told(fresh_node, deployer, tmp_path):
    first = deploy(fresh_node, deployer, out=tmp_path)
    with pytest.raises(Interrupted):
        deploy(fresh_node, FailingSigner(deployer, 2), out=tmp_path, replace=True)
    assert Deployment.find(CHAIN, tmp_path) == first
    with pytest.raises(AlreadyDeployed):
        deploy(fresh_node, deployer, out=tmp_path)
    second = deploy(fresh_node, deployer, out=tmp_path, replace=True)
    assert second.contracts["OrganizationNFT"].nonce == len(NAMES)
    assert Deployment.find(CHAIN, tmp_path) == second


def test_refused_when_the_plan_is_for_others(fresh_node, deployer, tmp_path):
    with pytest.raises(Interrupted):
        deploy(fresh_node, FailingSigner(deployer, 1), out=tmp_path)
    with pytest.raises(PlanMismatch, match="another sender"):
        deploy(fresh_node, LocalSigner.from_key(OTHER_KEY), out=tmp_path)
    with pytest.raises(PlanMismatch, match="another owner"):
        deploy(fresh_node, deployer, owner=checksum("0x" + "77" * 20), out=tmp_path)


def test_refused_when_the_plan_is_damaged(fresh_node, deployer, tmp_path):
    (tmp_path / f"{CHAIN}.plan.json").write_text('{"chainId": 31337')
    with pytest.raises(UnreadableFile):
        deploy(fresh_node, deployer, out=tmp_path)
    assert fresh_node.nonce(deployer.address) == 0


def test_refused_when_the_folder_cannot_be_written(fresh_node, deployer, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableFile):
        deploy(fresh_node, deployer, out=tmp_path / "file")
    assert fresh_node.nonce(deployer.address) == 0


def test_refused_on_another_chain(node, deployer, tmp_path):
    with pytest.raises(WrongChain, match=f"Expected chain 1, but the node is on chain {CHAIN}"):
        deploy(node, deployer, out=tmp_path, expect_chain=1)
    assert not list(tmp_path.iterdir())


def test_refused_when_the_sender_cannot_pay(fresh_node, tmp_path):
    poor = LocalSigner.from_key("0x" + "42" * 32)
    fresh_node.request("anvil_setBalance", poor.address, hex(10**12))
    with pytest.raises(InsufficientFunds) as refusal:
        deploy(fresh_node, poor, out=tmp_path)
    assert (refusal.value.have, refusal.value.address) == (10**12, poor.address)
    assert refusal.value.need > 10**15
    assert not list(tmp_path.iterdir())


def test_refused_when_the_money_runs_out_on_the_way_and_goes_on_later(fresh_node, deployer, tmp_path):
    def emptied(name: str, _address: str, _what: str) -> None:
        if name == "Catalog":
            fresh_node.request("anvil_setBalance", deployer.address, "0x1")

    with pytest.raises(InsufficientFunds):
        deploy(fresh_node, deployer, out=tmp_path, progress=emptied)
    fresh_node.request("anvil_setBalance", deployer.address, hex(10**19))
    assert deploy(fresh_node, deployer, out=tmp_path).contracts["Catalog"].nonce == 1


def test_real_base_fees_are_paid(deployer, tmp_path):
    with devchain("--base-fee", str(30 * 10**9)) as chain:
        node = Node.connect(chain.url)
        before = node.balance(deployer.address)
        deploy(node, deployer, out=tmp_path)
        assert before - node.balance(deployer.address) > 10**16


def test_refused_when_a_creation_reverts(fresh_node, deployer, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(fresh_node, "estimate_gas", lambda *_arguments, **_more: 900_000)
        with pytest.raises(CreationFailed, match="OrganizationNFT was not created"):
            deploy(fresh_node, deployer, out=tmp_path)
    with pytest.raises(NonceTaken):
        deploy(fresh_node, deployer, out=tmp_path)
    assert deploy(fresh_node, deployer, out=tmp_path, replace=True).contracts["OrganizationNFT"].nonce == 1


def test_refused_when_an_earlier_transaction_is_never_mined(deployer, tmp_path):
    with devchain("--no-mining") as chain:
        node = Node.connect(chain.url)
        for _ in range(2):  # the second call finds the first one's transaction waiting
            with pytest.raises(NotMined):
                deploy(node, deployer, out=tmp_path, wait_seconds=0.2)
        assert node.nonce(deployer.address) == 1


def test_refused_when_the_contracts_are_missing(fresh_node, deployment):
    with pytest.raises(NoCodeAt) as refusal:
        deployment.check(fresh_node)
    assert refusal.value.name == "OrganizationNFT"
    with pytest.raises(WrongChain):
        deployment.model_copy(update={"chain_id": 1}).check(fresh_node)


def test_refused_when_no_deployment_is_known(tmp_path):
    with pytest.raises(NotDeployed, match=f"chain {CHAIN}"):
        Deployment.find(CHAIN, tmp_path)


def test_planning_sends_nothing(fresh_node, deployer):
    plan = make_plan(fresh_node, deployer.address)
    assert [planned.nonce for planned in plan.contracts.values()] == list(range(len(NAMES)))
    assert fresh_node.nonce(deployer.address) == 0
