from dataclasses import replace

import pytest

from passmanager.abi.errors import NoSuchPricing, NotAuthorized
from passmanager.airdrop import GasModel, HolderRule, Line, PlanOptions, Recipient, make_plan, require_funds
from passmanager.airdrop.campaign import Campaign
from passmanager.airdrop.errors import BadRows, BatchTooBig, SupplyTooSmall
from passmanager.errors import BadArgument, InsufficientFunds
from passmanager.units import checksum
from tests.sdk.airdrop.drops import check_one_each, drop
from tests.sdk.airdrop.shops import add_line, wallets

NOWHERE = checksum("0x" + "99" * 20)


def planned(shop, recipients, *, name="plan", lines=None, sender=None, **options):
    campaign = shop.campaign(name)
    if lines:
        campaign = Campaign(name=name, chain_id=31337, manager=campaign.manager, org_id=shop.org_id, lines=tuple(lines))
    wanted = PlanOptions(from_block=shop.from_block, **options)
    return make_plan(shop.client, campaign, recipients, sender=sender or shop.signer.address, options=wanted)


def test_batches_fit_a_transaction_of_the_chain(shop, sixty):
    plan = planned(shop, sixty)
    assert plan.batches == {0: tuple(recipient.address for recipient in sixty)}
    assert plan.batch_size == 200
    assert plan.gas.limit(200) <= 16_777_216
    assert plan.recipients == 60
    assert plan.gas.estimate(60) == plan.total_gas
    assert plan.total_gas * plan.fees.ceiling > plan.cost > 0
    assert plan.most_cost > plan.cost


def test_the_estimate_is_what_a_batch_uses(shop, sixty, tmp_path):
    plan = planned(shop, sixty, name="gas")
    batches = drop(shop, tmp_path / "journal", shop.campaign("gas"), sixty, plan_options=PlanOptions())
    used = int(shop.node.request("eth_getTransactionReceipt", batches[0].tx_hash)["gasUsed"], 16)
    assert used <= plan.total_gas <= used * 1.1
    check_one_each(shop, sixty, batches)


def test_more_lines_make_smaller_batches(shop, sixty):
    lines = [shop.line, *(add_line(shop.client, shop.org_id) for _ in range(2))]
    plan = planned(shop, sixty, lines=lines)
    assert plan.batch_size == 66
    assert len(plan.batches) == 1
    assert planned(shop, sixty, lines=lines, batch_size=7).data()["batches"] == 9


def test_the_block_s_limit_makes_smaller_batches(own_shop, sixty):
    own_shop.node.request("evm_setBlockGasLimit", hex(4_000_000))
    own_shop.node.request("evm_mine")
    plan = planned(own_shop, sixty)
    assert plan.gas.most == 3_000_000
    assert 30 < plan.batch_size < 42
    assert plan.gas.limit(plan.batch_size) <= 3_000_000


@pytest.mark.parametrize(("size", "why"), [(0, "contract|gas"), (201, "the contract allows 200")])
def test_refused_when_the_batch_size_does_not_fit(shop, sixty, size, why):
    with pytest.raises(BatchTooBig, match=why) as refusal:
        planned(shop, sixty, batch_size=size or None if size else -1)
    assert refusal.value.limit == 200


def test_holders_are_refused_skipped_or_given_one_more(shop, sixty, tmp_path):
    drop(shop, tmp_path / "journal", shop.campaign("first"), sixty[:7])
    with pytest.raises(BadRows, match="see --holders") as refusal:
        planned(shop, sixty, source="people.csv")
    assert [row.line for row in refusal.value.rows] == [recipient.line for recipient in sixty[:7]]
    assert "7 of 60 rows of people.csv" in str(refusal.value)
    skipped = planned(shop, sixty, holders=HolderRule.SKIP)
    assert set(skipped.skipped) == {recipient.address for recipient in sixty[:7]}
    assert skipped.recipients == 53
    assert planned(shop, sixty, holders=HolderRule.GIVE).recipients == 60


def test_holders_of_other_products_are_no_holders(shop, sixty, tmp_path):
    drop(shop, tmp_path / "journal", shop.campaign("one product"), sixty)
    other = add_line(shop.client, shop.org_id)
    assert planned(shop, sixty, lines=[other]).recipients == 60


def test_who_gave_the_pass_away_is_no_holder(shop, tmp_path):
    shop = replace(shop, line=add_line(shop.client, shop.org_id, once=True))
    first, friend = Recipient(1, shop.signer.address), Recipient(2, wallets(1)[0])
    (batch,) = drop(shop, tmp_path / "journal", shop.campaign("moved"), [first])
    shop.client.product_pass.transfer_from(first.address, friend.address, token_id=batch.first_pass)
    assert planned(shop, [first]).recipients == 1
    with pytest.raises(BadRows, match=f"it holds pass {batch.first_pass}"):
        planned(shop, [friend])


def test_refused_when_the_supply_is_too_small(shop, sixty):
    line = add_line(shop.client, shop.org_id, max_supply=59)
    with pytest.raises(SupplyTooSmall, match="59 left to sell, but 60"):
        planned(shop, sixty, lines=[line])


def test_refused_with_the_contract_s_own_error(shop, sixty):
    with pytest.raises(NotAuthorized):
        planned(shop, sixty, sender=NOWHERE)
    with pytest.raises(NoSuchPricing):
        planned(shop, sixty, lines=[Line(shop.line.product_id, shop.line.pricing_id + 1_000)])


def test_refused_when_the_sender_cannot_pay(own_shop, sixty):
    plan = planned(own_shop, sixty)
    require_funds(own_shop.client, plan)
    own_shop.node.request("anvil_setBalance", own_shop.signer.address, hex(plan.cost - 1))
    with pytest.raises(InsufficientFunds, match="Send 1 wei"):
        require_funds(own_shop.client, plan)


@pytest.mark.parametrize("text", ["1", "1:2:3:4", "a:b", "1:-2", ""])
def test_refused_when_a_line_is_no_line(text):
    with pytest.raises(BadArgument, match="product:pricing"):
        Line.parse(text)


def test_references_differ_by_batch_and_campaign(shop):
    one, other = shop.campaign("one"), shop.campaign("other")
    references = {campaign.reference(number) for campaign in (one, other) for number in range(100)}
    assert len(references) == 200
    assert Line.parse("3:4") == Line(3, 4, 0)
    assert str(Line.parse("3:4:5")) == "3:4:5"


def test_the_largest_batch_is_within_its_limit():
    for most in (500_000, 3_000_000, 16_777_216):
        gas = GasModel(base=112_314, each=72_031, most=most)
        assert gas.estimate(gas.largest()) * 11 // 10 <= most < gas.estimate(gas.largest() + 1) * 11 // 10 + 1
