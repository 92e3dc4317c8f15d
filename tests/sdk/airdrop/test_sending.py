import csv
import sqlite3
from dataclasses import replace

import pytest

from passmanager.abi.errors import NotAuthorized, PricingRetired
from passmanager.abi.events import ProductsAirdropped
from passmanager.airdrop import Journal, PlanOptions, Sender, State, make_plan, plan
from passmanager.airdrop.errors import (
    AirdropStalled,
    BatchReverted,
    JournalBusy,
    JournalMismatch,
    NoNewBlocks,
    ReferenceTaken,
    UnreadableJournal,
)
from passmanager.airdrop.logs import find_logs
from passmanager.client import PassManager
from passmanager.core.events import topic_of
from passmanager.core.transactions import Fees, Transaction
from passmanager.errors import InsufficientFunds, NoNode
from passmanager.node import Node
from passmanager.signers import LocalSigner, NodeSigner
from tests.sdk.airdrop.drops import QUICK, Interrupted, check_one_each, drop
from tests.sdk.airdrop.proxy import Stingy, Swallow, Trouble, proxy


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def stop_after(count):
    def report(status):
        if status.recipients[State.DONE] >= count:
            raise Interrupted

    return report


def retire(shop, *, retired):
    shop.client.catalog.set_pricing_flags(shop.line.pricing_id, active=True, retired=retired, restricted=False)


def test_everybody_gets_one_pass_and_the_results_say_which(shop, path, sixty):
    seen = []
    batches = drop(shop, path, shop.campaign("plain"), sixty, report=seen.append)
    check_one_each(shop, sixty, batches)
    with path.with_suffix(".csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["recipient"] for row in rows] == [recipient.address for recipient in sixty]
    assert {row["transaction"] for row in rows} == {batch.tx_hash for batch in batches}
    assert int(rows[7]["pass_id"]) == batches[1].first_pass + 2
    assert seen[-1].recipients[State.DONE] == seen[-1].total == 60
    assert max(status.batches[State.SENT] for status in seen) > 1


def test_the_same_command_does_nothing_when_all_is_done(shop, path, sixty):
    campaign = shop.campaign("again")
    first = drop(shop, path, campaign, sixty)
    nonce = shop.node.nonce(shop.signer.address)
    assert drop(shop, path, campaign, sixty) == first
    assert shop.node.nonce(shop.signer.address) == nonce


def test_the_node_can_sign(shop, path, sixty):
    other = NodeSigner(shop.node.accounts()[1])
    shop.client.org_nft.set_roles(shop.org_id, other.address, bits=4)
    node_shop = replace(shop, client=shop.client.using(other), signer=other)
    check_one_each(shop, sixty, drop(node_shop, path, shop.campaign("node signs"), sixty))


def test_goes_on_after_an_interruption(shop, path, sixty):
    campaign = shop.campaign("interrupted")
    for count in (10, 20, 45):
        with pytest.raises(Interrupted):
            drop(shop, path, campaign, sixty, report=stop_after(count))
    check_one_each(shop, sixty, drop(shop, path, campaign, sixty))


def test_goes_on_when_the_journal_is_lost(shop, path, sixty):
    campaign = shop.campaign("lost journal")
    with pytest.raises(Interrupted):
        drop(shop, path, campaign, sixty, report=stop_after(20))
    path.unlink()
    other_size = PlanOptions(batch_size=9, from_block=shop.from_block)
    batches = drop(shop, path, campaign, sixty, plan_options=other_size)
    check_one_each(shop, sixty, batches)
    assert {batch.count for batch in batches} >= {5, 9}


def test_goes_on_when_two_do_the_same(shop, path, sixty):
    """Two machines, two journals: each batch is executed by one of them."""
    campaign = shop.campaign("two")
    other = path.with_name("other.sqlite")

    def second(status):
        if status.recipients[State.DONE] == 20:
            drop(shop, other, campaign, sixty)

    with pytest.raises(Interrupted):
        drop(shop, other, campaign, sixty, report=_interrupt_at_once)
    check_one_each(shop, sixty, drop(shop, path, campaign, sixty, report=second))


def test_batch_that_is_mined_while_the_plan_looks_for_holders_makes_no_holders(shop, path, sixty, monkeypatch):
    """As after a lost journal, whose last transactions are still under way."""
    campaign = shop.campaign("in between")
    look = plan.find_holders

    def mined_before(*args, **more):
        monkeypatch.setattr(plan, "find_holders", look)
        with pytest.raises(Interrupted):
            drop(shop, path.with_name("other.sqlite"), campaign, sixty, report=stop_after(20))
        return look(*args, **more)

    monkeypatch.setattr(plan, "find_holders", mined_before)
    check_one_each(shop, sixty, drop(shop, path, campaign, sixty))


def _interrupt_at_once(_status):
    raise Interrupted


def test_refused_when_the_reference_was_used_for_others(shop, path, sixty):
    campaign = shop.campaign("taken")
    with Journal.open(path) as journal:
        journal.start(make_plan(shop.client, campaign, sixty, sender=shop.signer.address))
    drop(shop, path.with_name("other"), campaign, sixty[:3])
    with pytest.raises(ReferenceTaken, match="of its 3 recipients, 3 are in this batch"):
        drop(shop, path, campaign, sixty, plan_options=PlanOptions())


def test_refused_when_the_campaign_was_run_with_another_list(shop, path, sixty):
    campaign = shop.campaign("other list")
    drop(shop, path.with_name("other"), campaign, sixty[:10])
    with pytest.raises(ReferenceTaken, match="of its 5 recipients, 2 are in this batch"):
        drop(shop, path, campaign, sixty[3:])


def test_gives_up_when_no_block_comes_and_goes_on_later(own_shop, path, sixty):
    campaign = own_shop.campaign("no blocks")
    deep = replace(QUICK, confirmations=3, patience_seconds=1)
    with pytest.raises(NoNewBlocks, match="3 blocks deep"):
        drop(own_shop, path, campaign, sixty, options=deep)
    own_shop.node.request("anvil_mine", "0x2")
    check_one_each(own_shop, sixty, drop(own_shop, path, campaign, sixty, options=deep))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_node_loses_delays_and_repeats(shop, path, sixty, seed):
    trouble = Trouble(seed)
    with proxy(shop.url, trouble) as url:
        batches = drop(shop, path, shop.campaign(f"trouble {seed}"), sixty, client=shop.through(url))
    check_one_each(shop, sixty, batches)
    assert len(trouble.kinds) == 5


def test_transactions_that_the_node_forgets_are_passed_on_again(shop, path, sixty):
    swallow, seen = Swallow(), []
    with proxy(shop.url, swallow) as url:
        batches = drop(shop, path, shop.campaign("swallow"), sixty, client=shop.through(url), report=seen.append)
    check_one_each(shop, sixty, batches)
    assert swallow.swallowed > 1
    assert seen[-1].resent >= swallow.swallowed


def test_gives_up_when_the_node_is_gone_and_goes_on_later(shop, path, sixty):
    campaign = shop.campaign("gone")
    impatient = replace(QUICK, patience_seconds=1.0)
    gone = PassManager(Node.connect("http://127.0.0.1:1"), shop.client.contracts, signer=shop.signer)
    with Journal.open(path) as journal:
        options = PlanOptions(batch_size=5)
        journal.start(make_plan(shop.client, campaign, sixty, sender=shop.signer.address, options=options))
        seen = []
        with pytest.raises(NoNode):
            Sender(gone, shop.signer, campaign, journal, options=impatient, report=seen.append).run()
        assert "No node answers" in seen[0].trouble
    check_one_each(shop, sixty, drop(shop, path, campaign, sixty))


def test_what_a_reorganization_takes_back_is_sent_again(own_shop, path, sixty):
    reorganized = False

    def report(status):
        nonlocal reorganized
        own_shop.node.request("evm_mine")
        in_blocks = status.recipients[State.MINED] + status.recipients[State.DONE]
        if not reorganized and in_blocks >= 25 and status.recipients[State.MINED] >= 10:
            reorganized = True
            own_shop.node.request("anvil_reorg", 5, [])

    seen = []
    options = replace(QUICK, confirmations=8, window=2)
    batches = drop(
        own_shop,
        path,
        own_shop.campaign("reorganized"),
        sixty,
        options=options,
        report=lambda status: (seen.append(status), report(status)),
    )
    assert reorganized
    assert seen[-1].vanished >= 1
    check_one_each(own_shop, sixty, batches)
    head = own_shop.node.head().number
    assert all(head - batch.block_number >= 7 for batch in batches)


def test_what_a_reorganization_takes_back_after_the_end_is_found_by_the_next_run(own_shop, path, sixty):
    campaign = own_shop.campaign("deep")
    drop(own_shop, path, campaign, sixty, options=replace(QUICK, window=1))
    own_shop.node.request("anvil_reorg", 5, [])
    seen = []
    check_one_each(own_shop, sixty, drop(own_shop, path, campaign, sixty, report=seen.append))
    assert seen[-1].vanished >= 1


def test_stuck_transactions_are_replaced_with_a_higher_fee(own_shop, path, sixty):
    own_shop.node.request("evm_setAutomine", False)
    base_fee = own_shop.node.head().base_fee
    seen = []

    def report(status):
        seen.append(status)
        if status.replaced == 2 and len(seen) and not own_shop.node.request("anvil_getAutomine"):
            own_shop.node.request("evm_setAutomine", True)
            own_shop.node.request("evm_mine")

    batches = drop(own_shop, path, own_shop.campaign("stuck"), sixty[:10], report=report)
    check_one_each(own_shop, sixty[:10], batches)
    first = batches[0]
    assert len(first.tx_hashes) == 3
    assert first.tx_hash == first.tx_hashes[-1]
    assert first.ceiling > 2 * base_fee * 1.5
    assert len(batches[1].tx_hashes) == 1


def test_a_risen_base_fee_is_followed_up_to_the_limit(own_shop, path, sixty):
    own_shop.node.request("evm_setAutomine", False)
    base_fee = own_shop.node.head().base_fee
    risen = 6 * base_fee

    def mine(status):
        if status.batches[State.SENT]:
            own_shop.node.request("anvil_setNextBlockBaseFeePerGas", hex(risen))
            own_shop.node.request("evm_mine")

    campaign = own_shop.campaign("risen")
    capped = replace(QUICK, max_fee_per_gas=5 * base_fee, patience_seconds=2.5)
    with pytest.raises(AirdropStalled, match="--max-fee-gwei") as refusal:
        drop(own_shop, path, campaign, sixty, options=capped, report=mine)
    assert refusal.value.max_fee_per_gas <= 5 * base_fee
    batches = drop(own_shop, path, campaign, sixty, report=mine)
    check_one_each(own_shop, sixty, batches)


def test_a_nonce_that_somebody_else_used_does_not_matter(own_shop, path, sixty):
    own_shop.node.request("evm_setAutomine", False)
    nonce = own_shop.node.nonce(own_shop.signer.address)
    used = False

    def report(status):
        nonlocal used
        if used or not status.batches[State.SENT]:
            return
        used = True
        fees = Fees(ceiling=10**11, tip=10**11)
        other = Transaction(to=own_shop.signer.address, value=1, gas=21_000, nonce=nonce, chain_id=31337, fees=fees)
        own_shop.node.send(own_shop.signer, other)
        own_shop.node.request("evm_setAutomine", True)
        own_shop.node.request("evm_mine")

    batches = drop(own_shop, path, own_shop.campaign("nonce"), sixty, report=report)
    check_one_each(own_shop, sixty, batches)
    assert batches[0].nonce > nonce


def test_a_hole_in_the_nonces_is_filled(own_shop, path, sixty):
    """Somebody else's transaction was waiting when it started, and is gone later: all others wait for its nonce."""
    node = own_shop.node
    node.request("evm_setAutomine", False)
    nonce = node.nonce(own_shop.signer.address)
    fields = {"from": own_shop.signer.address, "to": own_shop.signer.address, "nonce": hex(nonce)}
    other = node.request("eth_sendTransaction", fields)
    dropped = False

    def report(status):
        nonlocal dropped
        if status.batches[State.SENT] and not dropped:
            dropped = True
            node.request("anvil_dropTransaction", other)
            node.request("evm_setAutomine", True)

    batches = drop(own_shop, path, own_shop.campaign("hole"), sixty, report=report)
    check_one_each(own_shop, sixty, batches)
    assert nonce in [batch.nonce for batch in batches]


def test_refused_when_the_money_runs_out_and_goes_on_later(own_shop, path, sixty):
    campaign = own_shop.campaign("money")

    def report(status):
        if status.recipients[State.DONE] >= 20:
            own_shop.node.request("anvil_setBalance", own_shop.signer.address, "0x1")

    with pytest.raises(InsufficientFunds) as refusal:
        drop(own_shop, path, campaign, sixty, options=replace(QUICK, window=2), report=report)
    assert (refusal.value.address, refusal.value.have) == (own_shop.signer.address, 1)
    own_shop.node.request("anvil_setBalance", own_shop.signer.address, hex(10**18))
    check_one_each(own_shop, sixty, drop(own_shop, path, campaign, sixty))


def test_refused_before_anything_is_sent_when_the_chain_would_refuse(own_shop, path, sixty):
    campaign = own_shop.campaign("retired")
    with pytest.raises(Interrupted):
        drop(own_shop, path, campaign, sixty, options=replace(QUICK, window=1), report=stop_after(10))
    retire(own_shop, retired=True)
    nonce = own_shop.node.nonce(own_shop.signer.address)
    with pytest.raises(PricingRetired):
        drop(own_shop, path, campaign, sixty)
    assert own_shop.node.nonce(own_shop.signer.address) == nonce
    retire(own_shop, retired=False)
    check_one_each(own_shop, sixty, drop(own_shop, path, campaign, sixty))


def test_says_why_when_a_batch_was_mined_but_refused(own_shop, path, sixty):
    campaign = own_shop.campaign("refused")
    retired = False

    def report(status):
        nonlocal retired
        if not retired and status.recipients[State.DONE] >= 10:
            retired = True
            retire(own_shop, retired=True)

    with pytest.raises(BatchReverted, match="neither sold nor renewed") as refusal:
        drop(own_shop, path, campaign, sixty, options=replace(QUICK, window=1), report=report)
    assert refusal.value.number >= 2
    retire(own_shop, retired=False)
    check_one_each(own_shop, sixty, drop(own_shop, path, campaign, sixty))


def test_refused_before_anything_is_sent_when_the_role_is_gone(own_shop, path, sixty):
    sender = LocalSigner.from_key("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
    own_shop.client.org_nft.set_roles(own_shop.org_id, sender.address, bits=4)
    shop = replace(own_shop, client=own_shop.client.using(sender), signer=sender)
    campaign = shop.campaign("role")
    with pytest.raises(Interrupted):
        drop(shop, path, campaign, sixty, options=replace(QUICK, window=1), report=stop_after(5))
    own_shop.client.org_nft.set_roles(own_shop.org_id, sender.address, bits=0)
    nonce = shop.node.nonce(sender.address)
    with pytest.raises(NotAuthorized):
        drop(shop, path, campaign, sixty)
    assert shop.node.nonce(sender.address) == nonce


@pytest.mark.parametrize("message", ["query returns more than 10 results", "rate limit exceeded"])
def test_nodes_limit_how_many_blocks_are_asked_for(shop, path, sixty, message, monkeypatch):
    monkeypatch.setattr("passmanager.airdrop.logs.BUSY_PAUSE_S", 0.01)
    drop(shop, path, shop.campaign(message), sixty)
    stingy, topics = Stingy(message), [topic_of(ProductsAirdropped)]
    with proxy(shop.url, stingy) as url:
        found = find_logs(Node.connect(url), shop.client.contracts.purchase_manager, topics, from_block=0)
    assert found == find_logs(shop.node, shop.client.contracts.purchase_manager, topics, from_block=0)
    assert stingy.refused > 1


# --- the journal


def test_one_process_at_a_time_works_with_a_journal(path):
    with Journal.open(path), pytest.raises(JournalBusy, match="Another process"):
        Journal.open(path)
    Journal.open(path).close()


def test_refused_when_the_journal_is_of_another_airdrop(shop, path, sixty):
    campaign = shop.campaign("kept")
    drop(shop, path, campaign, sixty)
    with pytest.raises(JournalMismatch, match="another list of recipients"):
        drop(shop, path, campaign, sixty[:-1])
    with pytest.raises(JournalMismatch, match="another campaign: kept, given new"):
        drop(shop, path, shop.campaign("new"), sixty)
    with pytest.raises(JournalMismatch, match="another batch size: 5, given 6"):
        drop(shop, path, campaign, sixty, plan_options=PlanOptions(batch_size=6))


def test_refused_when_the_file_is_no_journal(path):
    path.write_text("recipient\n" * 1_000)
    with pytest.raises(UnreadableJournal, match="Move it away"):
        Journal.open(path)
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(UnreadableJournal, match="no journal of version 1"):
        Journal.open(path)
    with pytest.raises(UnreadableJournal, match="unable to open"):
        Journal.open(path / "below")
