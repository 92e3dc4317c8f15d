"""What docs/guide/front-end.md shows is right TypeScript, and runs as shown."""

import json
import re
from pathlib import Path

import pytest

from passmanager.abi.errors import ERRORS
from passmanager.abi.events import ProductsPurchased
from passmanager.core.state import Status
from passmanager.demo.story import initial
from tests.frontend.node import ROOT, project, run, type_problems
from tests.frontend.town import open_town

GUIDE = ROOT / "docs/guide/front-end.md"
TEXT = GUIDE.read_text()
BROWSER = ROOT / "tests/frontend/browser.ts"
SHOWN = """
console.log(JSON.stringify([sold.args.productPassId, open, paid.transactionHash, held, products, member.autoRenew],
  (_, value) => (typeof value === "bigint" ? Number(value) : value)));
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with open_town(tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture(scope="module")
def page(town, tmp_path_factory) -> Path:
    """A front end's folder with all snippets in one program."""
    folder = project(tmp_path_factory.mktemp("page"), noUncheckedIndexedAccess=False)
    (folder / "deployments").symlink_to(town.deployment.parent)
    code = "\n".join(re.findall(r"```ts\n(.*?)```", TEXT, re.DOTALL))
    (folder / "page.ts").write_text(code + SHOWN)
    return folder


def another_pass(town) -> int:
    """A pass that the buyer had: the list of his passes has to leave it out."""
    cart = initial(town.buyer.signer.address, town.shop.org, lines=[(town.shop.handbook, town.shop.once, 0)])
    return town.buyer.manager.purchase_products(cart).event(ProductsPurchased).product_pass_id


def test_the_snippets_are_right_typescript(page):
    assert type_problems(page) == ""


def test_the_snippets_run_in_this_order(page, town):
    town.buyer.product_pass.burn(another_pass(town))
    before, buyer = town.money(), town.buyer.signer.address
    town.approve(0)
    (page / "start.ts").write_text('await import("./browser.ts");\nawait import("./page.ts");\n')
    (page / "browser.ts").write_text(BROWSER.read_text())
    *_, message, shown = run(page / "start.ts", town.url, buyer, cwd=page)
    pass_id, is_open, tx_hash, held, products, renews = json.loads(shown)
    assert (town.buyer.product_pass.owner_of(pass_id), is_open) == (buyer, True)
    assert (held, sorted(products), renews) == ([pass_id], [town.shop.handbook, town.shop.plan], True)
    assert town.buyer.lens.status_of(pass_id, town.shop.plan) == Status.CANCELLED
    assert before - town.money() == 16_000_000 + 10_000_000  # the coupon takes 20 % off the first
    logs = list(town.buyer.events.history(0, kinds=[ProductsPurchased]))[1:]
    assert [pass_id, pass_id, pass_id + 1] == [log.event.product_pass_id for log in logs]
    last = logs[-1]
    assert (last.transaction_hash, last.event.amount_paid) == (tx_hash, 10**16)
    assert last.event.order_reference.rstrip(b"\0") == b"order 1001"
    assert message.startswith(f"It costs {10**16} now, you agreed to 1. ")


def test_shown_errors_exist():
    rows = re.findall(r"^\| (`[A-Z]\w+`.*?) \|", TEXT, re.MULTILINE)
    shown = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert len(shown) > 20
    assert shown <= {error.__name__ for error in ERRORS}
