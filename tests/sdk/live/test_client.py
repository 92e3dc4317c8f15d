import pytest

from passmanager.abi.errors import BatchTooLarge, ERC721NonexistentToken, NotOrganizationHolder
from passmanager.abi.events import OrgMetadataSet, RolesSet, Transfer
from passmanager.abi.structs import Metadata
from passmanager.client import PassManager
from passmanager.core.calls import Call, build_call
from passmanager.core.contracts import CatalogCalls
from passmanager.deployments import Deployment, deploy
from passmanager.errors import (
    ContractError,
    Dropped,
    InsufficientFunds,
    MissingEvent,
    NoCodeAt,
    NoNode,
    NoSigner,
    NotDeployed,
    NotMined,
    PassManagerError,
    RevertedWithoutReason,
    Underpriced,
    WrongChain,
)
from passmanager.models import TxOptions
from passmanager.node import Node
from passmanager.signers import LocalSigner
from passmanager.units import NATIVE, checksum

NOWHERE = checksum("0x" + "99" * 20)


def metadata(name: str) -> Metadata:
    return Metadata(
        name=name,
        description="",
        image="",
        external_url="",
        background_color="",
        animation_url="",
    )


@pytest.fixture(scope="module")
def org_id(merchant) -> int:
    return merchant.org_nft.mint(merchant.signer.address).event(Transfer).token_id


def test_views_give_typed_values(client, deployer):
    assert client.manager.owner() == deployer.address
    assert client.manager.pass_supply() == 0
    assert client.catalog.purchase_manager() == client.contracts.purchase_manager


def test_transactions_give_their_events(merchant, org_id, stranger):
    receipt = merchant.org_nft.set_roles(org_id, stranger.signer.address, bits=3)
    assert receipt.event(RolesSet) == RolesSet(org_id=org_id, account=stranger.signer.address, roles=3)
    assert receipt.logs[0].address == merchant.contracts.organization_nft
    assert receipt.logs[0].block_number == receipt.block_number
    assert receipt.gas_used > 21_000
    assert receipt.gas_price > 0
    assert merchant.org_nft.roles_of(org_id, stranger.signer.address) == 3


def test_structs_go_in_and_come_back(merchant, org_id):
    receipt = merchant.org_nft.set_org_metadata(org_id, metadata("Überraschung"))
    assert receipt.event(OrgMetadataSet).metadata == metadata("Überraschung")


def test_the_simulation_says_what_is_returned(merchant):
    receipt = merchant.org_nft.mint(merchant.signer.address)
    assert receipt.simulated == receipt.event(Transfer).token_id == merchant.org_nft.org_supply()


def test_refused_with_the_contract_s_own_error(stranger, org_id):
    before = stranger.node.nonce(stranger.signer.address)
    with pytest.raises(NotOrganizationHolder) as refusal:
        stranger.org_nft.set_roles(org_id, stranger.signer.address, bits=1)
    assert (refusal.value.org_id, refusal.value.caller) == (org_id, stranger.signer.address)
    assert refusal.value.call == "OrganizationNFT.setRoles"
    assert isinstance(refusal.value, PermissionError)
    assert stranger.node.nonce(stranger.signer.address) == before


def test_views_refuse_with_the_contract_s_own_error(client):
    with pytest.raises(ERC721NonexistentToken, match="token_id=4000000"):
        client.org_nft.owner_of(4_000_000)


def test_refused_without_a_reason_when_value_goes_where_none_is_taken(merchant):
    call = merchant.org_nft.calls.mint(merchant.signer.address).with_value(1)
    with pytest.raises(RevertedWithoutReason):
        merchant.send(call)


def test_a_dry_run_sends_nothing(merchant, org_id):
    before = merchant.node.nonce(merchant.signer.address)
    receipt = merchant.org_nft.mint(merchant.signer.address, tx=TxOptions(dry_run=True))
    assert (receipt.dry_run, receipt.tx_hash, receipt.logs) == (True, "", ())
    assert receipt.simulated > org_id
    assert merchant.node.nonce(merchant.signer.address) == before


def test_many_views_are_read_at_once(client):
    calls: list[Call[str]] = [
        client.catalog.calls.purchase_manager(),
        client.org_nft.calls.pass_lens(),
        client.escrow.calls.organization_nft(),
    ]
    contracts = client.contracts
    assert client.read_many(calls) == [contracts.purchase_manager, contracts.pass_lens, contracts.organization_nft]
    assert len(client.read_many([client.manager.calls.pass_supply()] * 250)) == 250
    with pytest.raises(ERC721NonexistentToken):
        client.read_many([client.org_nft.calls.owner_of(4_000_000)])


def test_events_of_all_contracts_are_found(merchant, org_id):
    receipt = merchant.org_nft.set_pass_metadata(org_id, metadata("Pass"))
    logs = list(merchant.events.history(receipt.block_number, receipt.block_number))
    assert logs == list(receipt.logs)


def test_the_caller_s_options_are_used(merchant):
    tx = TxOptions(gas=200_000, max_fee_per_gas=50 * 10**9, max_priority_fee_per_gas=2 * 10**9)
    receipt = merchant.org_nft.mint(merchant.signer.address, tx=tx)
    sent = merchant.node.request("eth_getTransactionByHash", receipt.tx_hash)
    assert (int(sent["gas"], 16), int(sent["maxFeePerGas"], 16)) == (200_000, 50 * 10**9)
    assert int(sent["maxPriorityFeePerGas"], 16) == 2 * 10**9


def test_refused_when_the_fee_is_too_low(client, deployer):
    with pytest.raises(Underpriced) as refusal:
        client.org_nft.mint(deployer.address, tx=TxOptions(max_fee_per_gas=1, max_priority_fee_per_gas=1))
    assert refusal.value.max_fee_per_gas == 1


def test_refused_when_the_nonce_was_used(client, deployer):
    with pytest.raises(Dropped) as refusal:
        client.org_nft.mint(deployer.address, tx=TxOptions(nonce=0))
    assert refusal.value.nonce == 0


def test_refused_when_it_is_not_mined_in_time(client, deployer):
    nonce = client.node.nonce(deployer.address) + 5
    with pytest.raises(NotMined) as refusal:
        client.org_nft.mint(deployer.address, tx=TxOptions(nonce=nonce, wait_seconds=0.2))
    assert refusal.value.nonce == nonce


def test_refused_when_the_wallet_cannot_pay(client):
    poor = client.using(LocalSigner.from_key("0x" + "43" * 32))
    with pytest.raises(InsufficientFunds) as refusal:
        poor.org_nft.mint(poor.signer.address)
    assert refusal.value.have == 0
    assert refusal.value.need > 0
    with pytest.raises(InsufficientFunds):
        poor.manager.top_up(1, token=NATIVE, amount=10**24, value=10**24)


def test_refused_without_a_wallet(chain, deployment):
    reader = PassManager.connect(chain.url, deployment=deployment)
    assert reader.manager.pass_supply() == 0
    with pytest.raises(NoSigner, match=r"OrganizationNFT\.mint"):
        reader.org_nft.mint(NATIVE)


def test_refused_when_nobody_answers(deployment):
    with pytest.raises(NoNode, match="passmanager devchain"):
        PassManager.connect("http://127.0.0.1:1", deployment=deployment)
    with pytest.raises(NoNode, match="http://"):
        PassManager.connect("127.0.0.1:8545", deployment=deployment)


def test_refused_on_another_chain(chain, deployment):
    other = deployment.model_copy(update={"chain_id": 1})
    with pytest.raises(WrongChain, match="Expected chain 1"):
        PassManager.connect(chain.url, deployment=other)


def test_refused_when_nothing_is_deployed(chain, fresh_chain, deployment, tmp_path):
    with pytest.raises(NotDeployed):
        PassManager.connect(chain.url, folder=tmp_path)
    with pytest.raises(NoCodeAt) as refusal:
        PassManager.connect(fresh_chain.url, deployment=deployment)
    assert refusal.value.address == deployment.contracts["OrganizationNFT"].address


def test_refused_when_there_is_no_contract_at_the_address(client):
    with pytest.raises(NoCodeAt, match="where Catalog should be"):
        client.read(CatalogCalls(NOWHERE).organization_nft())


def test_the_deployment_is_found_by_chain(chain, deployment, folder):
    assert PassManager.connect(chain.url, folder=folder).contracts == deployment.addresses()
    assert Deployment.find(31337, folder).chain_id == 31337


def test_the_one_event_is_missing_or_many(merchant, org_id):
    receipt = merchant.org_nft.set_roles(org_id, NOWHERE, bits=1)
    with pytest.raises(MissingEvent, match="found 0"):
        receipt.event(Transfer)
    assert len(receipt.events_of(RolesSet)) == 1


def test_calls_by_name_are_the_same_as_typed_ones(client):
    call = build_call("PurchaseManager", "passSupply", [], to=client.contracts.purchase_manager)
    assert client.read(call) == client.manager.pass_supply()


def test_a_reverted_transaction_says_why(fresh_chain, deployer, tmp_path, monkeypatch):
    """As if another transaction had come in between the simulation and this one."""
    node = Node.connect(fresh_chain.url)
    client = PassManager(node, deploy(node, deployer, out=tmp_path).addresses(), signer=deployer)
    monkeypatch.setattr(node, "estimate_gas", lambda *_args, **_more: 100_000)
    monkeypatch.setattr(client, "simulate", lambda _call: None)
    with pytest.raises(ContractError) as refusal:
        client.org_nft.set_roles(4_000_000, NOWHERE, bits=1)
    assert "OrganizationNFT.setRoles in 0x" in refusal.value.call


def test_every_error_is_one_of_the_package(client):
    with pytest.raises(PassManagerError):
        client.manager.renew_subscriptions([1] * 100, [1] * 99)
    assert issubclass(BatchTooLarge, PassManagerError)
