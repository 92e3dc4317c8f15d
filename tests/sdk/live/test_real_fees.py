"""Airdrop and keeper where gas costs what it costs: a block each second, a base fee that moves and jumps."""

import threading
from collections import Counter

import pytest

from passmanager.airdrop import PlanOptions, SendOptions
from passmanager.devchain import devchain
from passmanager.errors import NotMined
from tests.sdk.airdrop.conftest import shop_at
from tests.sdk.airdrop.drops import check_one_each, drop
from tests.sdk.airdrop.shops import people
from tests.sdk.keeper.shop import PRICE, Town
from tests.sdk.live.market import BLOCK_GAS, Market, check_fees

WALLETS = 300
SUBSCRIPTIONS = 40


@pytest.fixture
def url():
    with devchain("--accounts", "10", "--gas-limit", str(BLOCK_GAS)) as chain:
        yield chain.url


def test_an_airdrop_to_300_follows_the_fees(url, tmp_path):
    shop = shop_at(url, tmp_path)
    sender, recipients, seen = shop.signer.address, people(WALLETS), []
    options = SendOptions(confirmations=2, replace_seconds=2, resend_seconds=5, patience_seconds=60, poll_seconds=0.2)
    before = shop.node.balance(sender)
    with Market(shop.node) as market:
        batches = drop(
            shop,
            tmp_path / "journal.sqlite",
            shop.campaign("real fees"),
            recipients,
            options=options,
            plan_options=PlanOptions(batch_size=25, from_block=shop.from_block),
            report=seen.append,
        )
    check_one_each(shop, recipients, batches)
    assert shop.client.manager.pass_supply() == WALLETS
    mined = list(market.mined(sender))
    check_fees(market, mined, before - shop.node.balance(sender))
    assert {one.tx_hash for one in mined} == {batch.tx_hash for batch in batches}
    assert seen[-1].replaced > 0
    assert len({one.block_number for one in mined}) > 2


def test_a_keeper_renews_once_each_and_follows_the_fees(url, tmp_path):
    town = Town(url, tmp_path)
    pairs = town.subscribe(SUBSCRIPTIONS)
    money = town.world.balance(town.world.token, town.world.people["buyer"])
    town.travel(31)
    stop, problems, sent = threading.Event(), [], []

    def each(report):
        sent.extend(report.transactions)
        if report.problem is not None:
            problems.append(report.problem)
            town.node.request("evm_increaseTime", 61)  # it tries again after a minute
        if keeper.index.count_due(town.now()) == 0 and len(town.renewals()) >= SUBSCRIPTIONS:
            stop.set()

    keeper = town.keeper(tmp_path / "index.sqlite", batch=8, poll_seconds=0.1, wait_seconds=2)
    wallet = town.world.people["stranger"]
    before = town.node.balance(wallet)
    with Market(town.node) as market:
        keeper.run(stop, each=each)
    assert Counter(town.renewals()) == Counter(pairs)
    left = town.world.balance(town.world.token, town.world.people["buyer"])
    assert money - left == SUBSCRIPTIONS * PRICE
    mined = list(market.mined(wallet))
    check_fees(market, mined, before - town.node.balance(wallet))
    assert {type(problem) for problem in problems} == {NotMined}
    assert len(mined) == len(sent) == SUBSCRIPTIONS // 8
