"""The programs in examples/ run, and what they say is on the chain: it is read here from the chain alone."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from passmanager.abi.events import (
    CouponRedeemed,
    PaymentReceived,
    ProductsAirdropped,
    ProductsPurchased,
    SubscriptionRenewed,
    UsageBilled,
)
from passmanager.client import PassManager
from passmanager.core.state import Status
from passmanager.deployments import make_plan
from passmanager.devchain import devchain
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.units import checksum

FOLDER = Path(__file__).resolve().parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))
ONE = 1_000_000


def start(path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSMANAGER_")}
    return subprocess.run(
        [sys.executable, str(path), *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def play():
    """Runs an example on a fresh chain; gives what it printed, and the contracts it deployed there."""
    with devchain() as chain:
        node = Node.connect(chain.url)

        def run(name: str) -> tuple[str, PassManager]:
            planned = make_plan(node, checksum(node.accounts()[0]), None).contracts
            done = start(FOLDER / f"{name}.py", PASSMANAGER_RPC_URL=chain.url)
            assert done.returncode == 0, done.stderr
            addresses = {contract: checksum(place.address) for contract, place in planned.items()}
            return done.stdout, PassManager(node, Contracts.of(addresses))

        yield run


def events(client, kind):
    return [log.event for log in client.events.history(0, kinds=[kind])]


def account(client, name):
    names = ("platform", "merchant", "buyer", "friend", "collector", "stranger")
    return checksum(client.node.accounts()[names.index(name)])


def test_the_license_costs_49_less_the_coupon(play):
    said, client = play("sell_a_license")
    (sold,) = events(client, ProductsPurchased)
    assert (sold.amount_paid, sold.purchaser) == (39_200_000, client.product_pass.owner_of(sold.product_pass_id))
    assert len(events(client, CouponRedeemed)) == 1
    assert client.lens.has_access(sold.product_pass_id, 1)
    assert client.escrow.org_balance(1, sold.token) == 39_200_000
    assert "a stranger may use it: False" in said


def test_fifteen_seats_are_charged_less_what_is_left_of_ten(play):
    _, client = play("sell_seats")
    token = client.lens.pricing_of(1).terms.token
    paid = [event.amount for event in events(client, PaymentReceived)]
    assert paid[0] == 40 * ONE
    assert len(paid) == 2  # shrinking charges nothing
    assert 40 * ONE <= paid[1] <= 40 * ONE + 5_000  # half a month of ten seats counted, but for some seconds
    assert client.escrow.org_balance(1, token) == sum(paid)
    seats = client.lens.get_subscription(1, 1)
    assert (seats.quantity, seats.status) == (5, Status.ACTIVE)
    assert 35.99 < (seats.end - seats.start) / 86_400 < 36.01


def test_the_api_is_billed_by_its_meter_and_never_above_the_cap(play):
    said, client = play("metered_api")
    assert [bill.amount for bill in events(client, UsageBilled)] == [15 * ONE, 99 * ONE]
    assert client.escrow.org_balance(1, client.lens.pricing_of(1).terms.token) == 114 * ONE
    units, cost, cap = client.lens.usage_of(1, 1)
    assert cap == 100 * ONE
    assert (units, cost) == (0, 0)  # all is billed
    assert "refused: The bill is above what the holder allows." in said


def test_all_members_have_one_pass_after_the_interruption(play):
    said, client = play("membership_airdrop")
    given = events(client, ProductsAirdropped)
    assert client.manager.pass_supply() == 200
    assert len(given) == 5
    assert len({event.order_reference for event in given}) == 5
    holders = {client.product_pass.owner_of(pass_id) for pass_id in range(1, 201)}
    assert len(holders) == 200
    left = [int(number) for number in re.findall(r"(\d+) recipients are left", said)]
    assert left[0] == 200
    assert 0 < left[1] < 200


def test_the_gift_is_the_friend_s_and_the_card_is_redeemed_once(play):
    _, client = play("gift_card")
    friend, buyer = account(client, "friend"), account(client, "buyer")
    gift, card, game = events(client, ProductsPurchased)
    assert (gift.purchaser, gift.amount_paid) == (buyer, 10 * ONE)
    assert (card.purchaser, card.amount_paid) == (buyer, 49 * ONE)
    assert (game.purchaser, game.amount_paid) == (friend, 0)
    assert client.product_pass.owner_of(gift.product_pass_id) == friend
    assert client.product_pass.owner_of(game.product_pass_id) == friend
    assert not client.lens.get_subscription(gift.product_pass_id, 1).auto_renew
    assert events(client, SubscriptionRenewed) == []
    assert len(events(client, CouponRedeemed)) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_fails_when_a_value_is_not_as_expected(path, capsys):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(SystemExit) as ended:
        module.expect("the price", 41, wanted=40)
    assert ended.value.code == "the price: expected 40, found 41"  # a text makes the exit code 1
    module.expect("the price", 40, wanted=40)
    assert capsys.readouterr().out == "  the price: 40\n"


def test_an_example_brings_its_own_chain_when_none_is_named():
    (command,) = re.findall(r"```sh\n\.venv/bin/python (examples/\w+\.py)\n```", (FOLDER / "README.md").read_text())
    done = start(FOLDER.parent / command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("  refused: ")


def test_an_example_ends_with_an_error_when_nobody_answers():
    done = start(FOLDER / "sell_seats.py", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "NoNode" in done.stderr


def test_the_readme_has_one_line_for_each_example():
    text = (FOLDER / "README.md").read_text()
    listed = re.findall(r"^\| \[`(\w+\.py)`\]\((\w+\.py)\) \| .+ \|$", text, re.MULTILINE)
    assert sorted(listed) == [(path.name, path.name) for path in EXAMPLES]
    assert all(len(path.read_text().splitlines()) < 120 for path in EXAMPLES)
