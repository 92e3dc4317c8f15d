"""The keeper on Anvil."""

import threading
from dataclasses import replace

import pytest

from passmanager.client import PassManager
from passmanager.core.state import Outcome
from passmanager.demo.shop import ONE
from passmanager.errors import InsufficientFunds, NoSigner, NotMined
from passmanager.keeper import Keeper, Result
from passmanager.keeper.keeper import label
from passmanager.signers import LocalSigner
from tests.sdk.keeper.shop import PRICE


def outcomes(report) -> dict[str, int]:
    assert report.problem is None
    return dict(report.outcomes)


def test_what_is_due_is_renewed_and_then_not_due(town, path):
    pairs = town.subscribe(3)
    keeper = town.keeper(path)
    assert outcomes(keeper.round()) == {}
    ends = [town.state(pair).end for pair in pairs]
    town.travel(31)
    report = keeper.round()
    assert (outcomes(report), len(report.transactions)) == ({"renewed": 3}, 1)
    assert town.renewals() == pairs
    assert [town.state(pair).start for pair in pairs] == ends
    assert outcomes(keeper.round()) == {}
    assert keeper.index.next_due() == ends[0] + 30 * 86_400
    town.travel(30)
    assert outcomes(keeper.round()) == {"renewed": 3}


def test_a_batch_has_no_more_pairs_than_told(town, path):
    town.subscribe(5)
    town.travel(31)
    report = town.keeper(path, batch=2).round()
    assert (outcomes(report), len(report.transactions)) == ({"renewed": 5}, 3)


def test_a_batch_that_needs_too_much_gas_is_halved(town, path):
    pairs = town.subscribe(6)
    town.travel(31)
    keeper = town.keeper(path, gas_limit=500_000)
    assert outcomes(keeper.round()) == {"renewed": 6}
    assert sorted(town.renewals()) == pairs
    assert keeper.metrics.get("halvings_total") >= 1


def test_a_pair_that_needs_too_much_alone_is_kept_for_later(town, path):
    (pair,) = town.subscribe()
    town.travel(31)
    told: list[Result] = []
    keeper = town.keeper(path, gas_limit=120_000, tell=told.append)
    assert outcomes(keeper.round()) == {"refused": 1}
    assert "NotEnoughGas" in told[0].problem
    assert town.now() < keeper.index.next_due() <= town.now() + 3_600
    assert town.keeper(path).index.tries(pair) == 1


def test_who_cannot_pay_is_tried_again_and_never_dropped(town, path):
    pairs = town.subscribe(2)
    town.travel(31)
    town.approve(PRICE)
    keeper = town.keeper(path)
    sent = town.node.nonce(town.world.people["stranger"])
    assert outcomes(keeper.round()) == {"renewed": 1, "allowance_too_small": 1}
    town.travel(0.01)
    assert outcomes(keeper.round()) == {"allowance_too_small": 1}
    assert town.node.nonce(town.world.people["stranger"]) == sent + 1, "a failure that was simulated costs no gas"
    assert outcomes(keeper.round()) == {}
    town.approve(PRICE)
    town.travel(0.05)
    assert outcomes(keeper.round()) == {"renewed": 1}
    assert sorted(town.renewals()) == pairs


def test_a_failure_is_announced_on_the_chain_once_when_asked_to(town, path):
    town.subscribe(1)
    town.travel(31)
    town.approve(0)
    keeper = town.keeper(path, announce_failures=True)
    first = keeper.round()
    town.travel(0.01)
    second = keeper.round()
    assert outcomes(first) == outcomes(second) == {"allowance_too_small": 1}
    assert (len(first.transactions), len(second.transactions)) == (1, 0)


def test_the_time_to_pay_ends(town, path):
    town.subscribe(1)
    town.travel(34)
    keeper = town.keeper(path)
    assert outcomes(keeper.round()) == {}
    assert keeper.index.next_due() is None


def test_cancelled_paused_and_burned_are_left_alone(town, path):
    cancelled, paused, burned, kept = town.subscribe(4)
    keeper = town.keeper(path)
    keeper.sync()
    town.buyer.manager.cancel_subscription(*cancelled, cancel=True)
    town.buyer.manager.pause_subscription(*paused, pause=True)
    town.burn(burned)
    town.travel(31)
    assert outcomes(keeper.round()) == {"renewed": 1}
    assert town.renewals() == [kept]


@pytest.mark.parametrize("habit", ["goes on", "auto-renew off", "cancelled"])
def test_usage_is_billed_whatever_the_holder_does(town, path, habit):
    pair = town.buy(town.shop.api, town.shop.metered)
    town.buyer.manager.set_usage_cap(*pair, amount=25 * ONE)
    town.merchant.catalog.record_usage(town.shop.meter, [pair.pass_id], units=[200])
    if habit == "cancelled":
        town.buyer.manager.cancel_subscription(*pair, cancel=True)
    if habit == "auto-renew off":
        town.buyer.manager.set_auto_renew(*pair, auto_renew=False)
    town.travel(31)
    keeper = town.keeper(path)
    assert outcomes(keeper.round()) == {"renewed": 1}
    assert town.bills() == [(pair.pass_id, ONE)]
    assert (town.renewals() == [pair]) == (habit == "goes on")
    assert (keeper.index.next_due() is None) == (habit != "goes on")


def test_a_bill_above_the_cap_is_tried_at_once_when_the_cap_rises(town, path):
    pair = town.buy(town.shop.api, town.shop.metered)
    town.merchant.catalog.record_usage(town.shop.meter, [pair.pass_id], units=[300])
    town.travel(31)
    keeper = town.keeper(path)
    assert outcomes(keeper.round()) == {"cap_exceeded": 1}
    assert outcomes(keeper.round()) == {}
    town.buyer.manager.set_usage_cap(*pair, amount=2 * ONE)
    assert outcomes(keeper.round()) == {"renewed": 1}


def test_two_at_once_do_no_harm(town, path, tmp_path):
    pairs = town.subscribe(3)
    town.travel(31)
    second = town.keeper(tmp_path / "second", "friend")
    first = town.keeper(path)
    send = first._batches._send

    def send_too_late(chosen):
        assert outcomes(second.round()) == {"renewed": 3}
        return send(chosen)

    first._batches._send = send_too_late
    assert outcomes(first.round()) == {"not_due": 3}
    assert sorted(town.renewals()) == pairs
    assert outcomes(first.round()) == outcomes(second.round()) == {}
    assert first.index.next_due() == second.index.next_due() > town.now()


def test_two_at_once_on_one_file_and_one_wallet_do_no_harm(town, path):
    pairs = town.subscribe(8)
    town.travel(31)
    reports = []

    def keep(number: int) -> None:
        keeper = town.keeper(path, batch=2 + number)
        reports.extend(keeper.round() for _ in range(2))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = town.keeper(path)
    town.travel(0.01)
    assert last.round().problem is None
    assert sorted(town.renewals()) == pairs
    assert last.index.next_due() > town.now()


def test_a_renewal_whose_block_was_replaced_is_done_again(town, path):
    pairs = town.subscribe(2)
    town.travel(31)
    keeper = town.keeper(path)
    assert outcomes(keeper.round()) == {"renewed": 2}
    town.node.request("anvil_reorg", 1, [])
    assert town.renewals() == []
    assert outcomes(keeper.round()) == {"renewed": 2}
    assert town.renewals() == pairs
    assert keeper.metrics.get("replaced_blocks_total") == 1


def test_the_index_is_made_anew_when_settled_blocks_were_replaced(town, path, monkeypatch):
    town.subscribe(1)
    keeper = town.keeper(path)
    keeper.sync()
    position = keeper.index.position
    wrong = replace(position, tail=tuple(replace(block, hash="0x00") for block in position.tail), floor=10**6)
    keeper.index._set_meta("position", wrong.to_json())
    town.travel(31)
    assert outcomes(keeper.round()) == {"renewed": 1}


def test_a_stuck_transaction_is_sent_again_with_a_higher_fee(town, path):
    town.subscribe(1)
    town.travel(31)
    keeper = town.keeper(path, wait_seconds=0.1)
    town.node.request("evm_setAutomine", False)
    fees = []
    for _ in range(3):
        assert isinstance(keeper.round().problem, NotMined)
        keeper.index._db.execute("UPDATE items SET due = starts")
        (waiting,) = town.node.request("txpool_content")["pending"].values()
        (sent,) = waiting.values()
        fees.append(int(sent["maxFeePerGas"], 16))
    assert fees == sorted(set(fees))
    town.node.request("evm_mine")
    town.node.request("evm_setAutomine", True)
    assert outcomes(keeper.round()) == {}
    assert len(town.renewals()) == 1


def test_nothing_is_sent_while_the_fee_is_too_high(town, path):
    town.subscribe(1)
    town.travel(31)
    keeper = town.keeper(path, max_fee_per_gas=1)
    assert outcomes(keeper.round()) == {}
    assert keeper.metrics.get("waits_for_lower_fee") == 1
    assert keeper.metrics.get("due") == 1
    assert outcomes(town.keeper(path, max_fee_per_gas=10**12).round()) == {"renewed": 1}


def test_a_wallet_without_money_is_a_problem_that_passes(town, path):
    pairs = town.subscribe(1)
    town.travel(31)
    poor = town.buyer.using(LocalSigner.from_key("0x" + "45" * 32))
    keeper = Keeper.open(poor, path, first_block=1)
    assert isinstance(keeper.round().problem, InsufficientFunds)
    assert keeper.metrics.get("problems_total", "InsufficientFunds") == 1
    town.node.request("anvil_setBalance", poor.signer.address, hex(10**18))
    town.travel(0.001)
    assert outcomes(keeper.round()) == {"renewed": 1}
    assert town.renewals() == pairs


def test_refused_without_a_wallet(town, path):
    reader = PassManager(town.node, town.buyer.contracts)
    with pytest.raises(NoSigner):
        Keeper.open(reader, path, first_block=1)


def test_a_preview_changes_nothing(town, path):
    pairs = town.subscribe(3)
    town.approve(2 * PRICE)
    town.travel(31)
    keeper = town.keeper(path, batch=2)
    shown = [(result.pair, label(result)) for result in keeper.preview()]
    assert [one[0] for one in shown] == pairs
    assert [one[1] for one in shown][:2] == ["renewed", "renewed"]
    assert town.renewals() == []
    assert keeper.index.count_due(town.now()) == 3


def test_it_stops_after_the_batch_at_hand(town, path):
    town.subscribe(4)
    town.travel(31)
    stop = threading.Event()
    keeper = town.keeper(path, batch=2, poll_seconds=60, tell=lambda _result: stop.set())
    keeper.run(stop)
    assert len(town.renewals()) == 2
    assert keeper.metrics.get("outcomes_total", Outcome.RENEWED.name.lower()) == 2
