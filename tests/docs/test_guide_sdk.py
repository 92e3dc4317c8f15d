"""What docs/guide/sdk.md shows runs as shown, and its tables are complete."""

import re
from pathlib import Path

import pytest
from eth_account import Account

from passmanager import specs
from passmanager.abi.events import ProductsPurchased
from passmanager.core.purchases import BuyOptions
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.deployments import Deployment
from passmanager.devchain import devchain
from passmanager.organizations import Organizations
from passmanager.passes import Passes

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/sdk.md"
TEXT = GUIDE.read_text()
MERCHANT_KEY, BUYER_KEY = (f"0x{number:064x}" for number in (0xA11CE, 0xB0B))


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployments")
    with devchain() as chain:
        world = World.build(chain.url, folder, Report(live=False))
        buyer = Account.from_key(BUYER_KEY).address
        for wallet in (Account.from_key(MERCHANT_KEY).address, buyer):
            world.node.request("anvil_setBalance", wallet, hex(10**19))
        world.token_send("platform", "tokens", "mint", buyer, 10**9)
        yield {
            "rpc_url": chain.url,
            "deployment": Deployment.find(31337, folder),
            "merchant_key": MERCHANT_KEY,
            "buyer_key": BUYER_KEY,
            "token": world.token,
            "helper": world.people["stranger"],
        }


def test_the_python_runs_in_this_order(names, capsys):
    for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        exec(compile(code, str(GUIDE), "exec"), names)
    bought, membership, plan = names["bought"], names["membership"], names["plan"]
    assert bought.amount == 47_920_000  # 19.90 and 10 seats at 4, less 20 %
    assert membership.approved == 12 * 10_000_000
    assert len(plan.steps) == 1  # eleven periods are still allowed
    shown = capsys.readouterr().out
    assert "0 10000000\n" in shown
    assert "Handbook ACTIVE None True" in shown
    assert "150 500000\n" in shown
    assert "NOT_DUE the period has not ended yet" in shown
    assert names["page"].passes[0].id == bought.pass_id
    assert names["catalog"].products[0].description == "200 pages"
    assert [one.amount for one in names["merchant"].organizations.balances(names["org"])] == [46_420_000]
    assert Account.recover_transaction(names["signed"].raw_transaction) == names["buyer"].signer.address
    logs = names["buyer"].events.history(0, kinds=[ProductsPurchased])
    assert [log.event.product_pass_id for log in logs] == [bought.pass_id] * 3


def test_all_styles_and_options_are_shown():
    shown = set(re.findall(r"`(\w+)`", TEXT))
    assert {style.__name__ for style in specs.PricingSpec.__args__} <= shown
    assert set(BuyOptions.__annotations__) <= shown


def test_all_reads_and_signers_are_shown():
    shown = set(re.findall(r"`([\w.]+)", TEXT))
    for room in (Passes, Organizations):
        reads = {f"{room.__name__.lower()}.{name}" for name in vars(room) if not name.startswith("_")}
        assert reads <= shown
    assert {"LocalSigner.from_key", "LocalSigner.from_keystore", "NodeSigner", "UnsignedSigner"} <= shown
