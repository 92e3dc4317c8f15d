"""What docs/guide/admin.md shows runs as shown, and leaves on the chain what it says."""

import io
import os
import re
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from passmanager.cli import main
from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.specs import DiscountMode, Frequency, Role, coupon_hash

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/admin.md"
# Anvil's second development account, the demo's merchant; anybody knows its key.
MERCHANT_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
SHOWN = re.compile(r"```sh\n(?P<commands>[^`]*)```(?:\n\n```text\n(?P<output>[^`]*)```)?")


class Answer(NamedTuple):
    code: int
    stdout: str
    stderr: str


class Shown(NamedTuple):
    commands: list[str]
    output: str


def shown() -> list[Shown]:
    """The blocks of commands, each with the output that follows it."""
    found = SHOWN.finditer(GUIDE.read_text())
    return [Shown(block["commands"].splitlines(), block["output"] or "") for block in found]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """All commands, run in their order in one folder: what each answered, and the chain afterwards."""
    folder = tmp_path_factory.mktemp("admin")
    with devchain() as node, pytest.MonkeyPatch.context() as patch:
        world = World.build(node.url, folder / "deployments", Report(live=False))
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith("PASSMANAGER_")]:
            patch.delenv(name)
        patch.setenv("PASSMANAGER_PRIVATE_KEY", MERCHANT_KEY)
        for name, value in {"TOKEN": world.token, "HELPER": "friend", "BUYER": "buyer"}.items():
            patch.setenv(name, world.people.get(value, value))
        (settings, *blocks) = shown()
        for line in settings.commands:
            name, value = line.removeprefix("export ").split("=")
            patch.setenv(name, node.url if value.startswith("http") else value)
        answers = [(block, [run(line, patch) for line in block.commands]) for block in blocks]
        yield answers, world


def run(line: str, patch: pytest.MonkeyPatch) -> Answer:
    """In this process: starting one for each of the commands takes minutes."""
    out, err = io.StringIO(), io.StringIO()
    patch.setattr(sys, "argv", shlex.split(os.path.expandvars(line)))
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main()
    return Answer(int(end.value.code or 0), out.getvalue(), err.getvalue())


def test_all_commands_but_the_refused_one_work(done):
    answers, _ = done
    codes = {
        line: (answer.code, answer.stderr)
        for block, results in answers
        for line, answer in zip(block.commands, results, strict=True)
    }
    assert len(codes) > 45
    refused = [line for line, (code, _) in codes.items() if code]
    assert refused == ["passmanager coupon create 1 SPRING --percent 10"], [codes[line] for line in refused]


def test_output_is_as_shown(done):
    answers, _ = done
    with_output = [(block, results[-1]) for block, results in answers if block.output]
    assert len(with_output) == 2
    for block, answer in with_output:
        pattern = re.escape(block.output.strip()).replace(re.escape("..."), ".*")
        assert re.search(pattern, (answer.stdout + answer.stderr).strip()), answer


def merchant(done) -> PassManager:
    _, world = done
    return world.clients["merchant"]


def test_organization_is_as_it_was_set_up(done):
    client, (_, world) = merchant(done), done
    rules = client.lens.sale_rules_of(1)
    assert (rules.pausing, rules.grace_days, rules.count_passes, rules.closed) == (True, 7, True, False)
    assert client.org_nft.org_metadata(1).external_url == "https://shop.example"
    assert client.org_nft.pass_metadata(1).background_color == "ffcc00"
    assert client.org_nft.roles_of(1, world.people["friend"]) == Role.USAGE
    listed = [client.catalog.on_allow_list(1, world.people[who]) for who in ("friend", "buyer")]
    assert listed == [False, True]


def test_products_and_pricings_are_as_they_were_set_up(done):
    catalog = merchant(done).organizations.catalog(1)
    products = [(product.name, product.max_supply, product.pricing_ids) for product in catalog.products]
    assert products == [("Handbook", 1000, (1,)), ("Membership", 0, (2,)), ("Seats", 0, (3, 4)), ("API", 0, (6,))]
    terms = [pricing.spec.terms() for pricing in catalog.pricings]
    assert [one.charge_style for one in terms] == [0, 1, 2, 3, 4, 5]
    assert (terms[0].flat_price, terms[1].flat_price, terms[2].tiers[1].unit_price) == (19_990_000, 10**7, 4_500_000)
    assert terms[3].frequency == Frequency.YEARLY
    flags = [(one.active, one.retired, one.restricted) for one in catalog.pricings]
    assert flags[1] == (True, False, True)
    assert flags[3:5] == [(True, True, False), (False, False, False)]


def test_coupons_and_discounts_are_as_they_were_set_up(done):
    client = merchant(done)
    spring = client.promotions.coupon_of(1, coupon_hash(1, "SPRING"))
    welcome = client.promotions.coupon_of(1, coupon_hash(1, "WELCOME"))
    assert (spring.terms.bps, spring.terms.active, spring.limited) == (2_000, True, True)
    assert (welcome.terms.renewals, welcome.terms.first_pass_only, welcome.terms.once_per_wallet) == (2, True, True)
    friends = client.promotions.discount(1)
    assert (friends.bps, friends.max_mints, friends.mode) == (750, 80, DiscountMode.LISTED)
