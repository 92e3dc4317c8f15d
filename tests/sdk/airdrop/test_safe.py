import json

from passmanager.airdrop import Journal, PlanOptions, State, make_plan, safe_batch, watch, write_safe_files
from passmanager.airdrop.safe import checksum_of
from passmanager.core.decoding import decoder
from tests.sdk.airdrop.drops import check_one_each, drop

TYPES = ("uint256", "address[]", "uint256[]", "uint256[]", "uint256[]", "bytes32")
# The builder's own test vector: safe-global/safe-react-apps, apps/tx-builder/src/lib/checksum.test.ts
VECTOR = {
    "version": "1.0",
    "chainId": "4",
    "createdAt": 1646321521061,
    "meta": {
        "name": "test batch file",
        "txBuilderVersion": "1.4.0",
        "checksum": "",
        "createdFromSafeAddress": "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa",
        "createdFromOwnerAddress": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
    },
    "transactions": [
        {
            "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "address", "name": "paramAddress", "type": "address"}],
                "name": "testAddress",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6"},
        },
        {
            "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
            "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "bool", "name": "paramBool", "type": "bool"}],
                "name": "testBool",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": "", "paramBool": "false"},
        },
        {
            "to": "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6",
            "value": "2000000000000000000",
            "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
        },
    ],
}


def test_the_checksum_is_the_builder_s():
    assert checksum_of(VECTOR) == "0x4ecbfd364aa6759983915644e73f8bd411e85a2dc306f252a387c2728c4db64c"


def test_the_files_hold_the_same_calls(shop, tmp_path, sixty):
    campaign = shop.campaign("safe")
    plan = make_plan(shop.client, campaign, sixty, sender=shop.signer.address, options=PlanOptions(batch_size=25))
    with Journal.open(tmp_path / "journal") as journal:
        journal.start(plan)
        batches = journal.batches()
    paths = write_safe_files(tmp_path / "drop.json", campaign, batches, safe=shop.signer.address)
    assert [path.name for path in paths] == ["drop-001.json", "drop-002.json", "drop-003.json"]
    for path, batch in zip(paths, batches, strict=True):
        made = json.loads(path.read_text())
        (transaction,) = made["transactions"]
        assert (made["version"], made["chainId"], transaction["value"]) == ("1.0", "31337", "0")
        assert transaction["to"] == shop.client.contracts.purchase_manager
        data = bytes.fromhex(transaction["data"][2:])
        assert data == campaign.call(batch.recipients, batch.reference).data
        org, recipients, *lines, reference = decoder(TYPES)(data[4:])
        assert org == shop.org_id
        assert recipients == tuple(wallet.lower() for wallet in batch.recipients)
        assert tuple(part[0] for part in lines) == tuple(shop.line)
        assert reference == batch.reference
        without = {**made, "meta": {key: value for key, value in made["meta"].items() if key != "checksum"}}
        assert made["meta"]["checksum"] == checksum_of(without)


def test_one_batch_is_one_file_without_a_number(shop, tmp_path, sixty):
    campaign = shop.campaign("one file")
    with Journal.open(tmp_path / "journal") as journal:
        journal.start(make_plan(shop.client, campaign, sixty, sender=shop.signer.address))
        (path,) = write_safe_files(tmp_path / "drop.json", campaign, journal.batches())
        assert path == tmp_path / "drop.json"
        assert json.loads(path.read_text())["meta"]["createdFromSafeAddress"] == ""
        made = safe_batch(campaign, journal.batches()[0], created_at=1)
    assert made["createdAt"] == 1


def test_what_the_safe_executed_is_found_and_not_sent_again(shop, tmp_path, sixty):
    campaign = shop.campaign("executed")
    options = PlanOptions(batch_size=25)
    with Journal.open(tmp_path / "journal") as journal:
        journal.start(make_plan(shop.client, campaign, sixty, sender=shop.signer.address, options=options))
        paths = write_safe_files(tmp_path / "drop.json", campaign, journal.batches())
    for path in (paths[2], paths[0]):
        (transaction,) = json.loads(path.read_text())["transactions"]
        fields = {"from": shop.signer.address, "to": transaction["to"], "data": transaction["data"]}
        nonce = shop.node.nonce(shop.signer.address)
        shop.node.wait(shop.node.request("eth_sendTransaction", fields), shop.signer.address, nonce, seconds=10)
    with Journal.open(tmp_path / "journal") as journal:
        found = watch(shop.client, campaign, journal, sender=shop.signer.address)
        assert found.status().batches == {State.PLANNED: 1, State.SENT: 0, State.MINED: 0, State.DONE: 2}
    batches = drop(shop, tmp_path / "journal", campaign, sixty, plan_options=options)
    check_one_each(shop, sixty, batches)
    assert [len(batch.tx_hashes) for batch in batches] == [0, 1, 0]
