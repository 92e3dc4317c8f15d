"""The reference is complete, says what the code does, and is refused when it is stale."""

import dataclasses
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import passmanager
from passmanager import airdrop, keeper
from passmanager.abi.errors import ERRORS, InsufficientAllowance
from passmanager.abi.events import EVENTS
from passmanager.client import PassManager
from passmanager.core.names import snake_case
from passmanager.core.purchases import Line
from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.errors import ContractError, PassManagerError
from passmanager.models import DEFAULT_OPTIONS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/reference"
sys.path.insert(0, str(ROOT / "tools"))

import build_reference  # noqa: E402 - the tools are no package
import reference_cli  # noqa: E402 - same
from python_sources import read_doc, read_package  # noqa: E402 - same
from reference_errors import message, package_errors  # noqa: E402 - same
from reference_text import BANNER  # noqa: E402 - same
from vyper_sources import read_natspec  # noqa: E402 - same

CONTRACTS = [path.stem for path in sorted((ROOT / "contracts").glob("[A-Z]*.vy"))]


def read(name: str) -> str:
    return (FOLDER / name).read_text()


def headings(text: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))


def section(text: str, heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading}: run `make abi`"
    return found[1]


# --- it is complete


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_function_of_a_contract_has_its_section_and_its_python_name(contract):
    abi = json.loads((ROOT / f"src/passmanager/abi/{contract}.json").read_text())["abi"]
    page = read(f"contracts/{contract}.md")
    names = {entry["name"] for entry in abi if entry["type"] == "function"}
    assert names <= headings(page)
    for name in names:
        assert re.search(rf"Python `client\.\w+\.{snake_case(name)}`", section(page, name)), name


def test_every_event_and_error_has_its_section():
    assert {event.__name__ for event in EVENTS} <= headings(read("contracts/events.md"))
    guide = (ROOT / "docs/guide/errors.md").read_text()
    for error in ERRORS:
        text = section(guide, error.__name__)
        assert f"0x{error.SELECTOR.hex()}" in text
        assert error.MEANING.split("`")[0] in text
        assert error.NEXT.split("`")[0].split("<")[0] in text


def test_every_exception_of_the_package_has_its_section():
    for module in pkgutil.walk_packages(passmanager.__path__, "passmanager."):
        if module.name.endswith(".errors") and ".service" not in module.name:
            importlib.import_module(module.name)

    def below(kind):
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    known = {one.__name__ for one in below(PassManagerError) if one.__module__.startswith("passmanager.")}
    known -= {one.__name__ for one in below(PassManagerError) if ".service" in one.__module__}
    assert len(known) > 150
    assert known <= headings((ROOT / "docs/guide/errors.md").read_text())


def test_every_command_has_its_section_with_all_options_of_its_help():
    page = read("cli.md")
    for command in reference_cli.tree()[1:]:
        text = section(page, command.path)
        for parameter in command.click.params:
            if not {"--help", "--install-completion", "--show-completion"} & set(parameter.opts):
                argument = (parameter.metavar or parameter.name).upper()
                shown = parameter.opts[0] if parameter.param_type_name == "option" else argument.rstrip(".")
                assert shown in text, (command.path, shown)


def test_the_options_are_those_that_help_shows():
    text = subprocess.run(
        ["passmanager", "airdrop", "send", "--help"], capture_output=True, text=True, check=True
    ).stdout
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help"}
    assert shown == set(re.findall(r"`(--[a-z-]+)`", section(read("cli.md"), "passmanager airdrop send")))


def test_the_exit_codes_are_those_of_the_command(tmp_path):
    listed = dict(re.findall(r"^\| `(\d+)` \| (.+) \|$", section(read("cli.md"), "Exit codes"), re.MULTILINE))
    assert list(listed) == ["0", "1", "2", "130"]
    for arguments, code in (
        (["--version"], 0),
        (["events", "list", "--rpc-url", "http://127.0.0.1:9"], 1),
        (["no"], 2),
    ):
        done = subprocess.run(["passmanager", *arguments], capture_output=True, cwd=tmp_path, check=False)
        assert done.returncode == code


def test_public_names_of_the_package_are_shown():
    assert set(airdrop.__all__) <= headings(read("python/airdrop.md"))
    assert set(keeper.__all__) - {"KeeperError"} <= headings(read("python/keeper.md"))
    client = headings(read("python/client.md"))
    methods = [name for name, _ in inspect.getmembers(PassManager, inspect.isroutine) if not name.startswith("_")]
    assert {f"PassManager.{name}" for name in methods} <= client


# --- it says what the code does


def test_refusals_on_the_chain_are_listed_at_the_function_that_was_refused():
    """What these calls end in is found out on a chain, not taken from the pages."""
    page = read("contracts/PurchaseManager.md")
    with devchain() as chain:
        world = World.build(chain.url, Path(chain.log).parent, Report(live=False))
        shop = open_shop(world)
        buyer, stranger = world.clients["buyer"], world.clients["stranger"]
        sticker = Line(shop.sticker, shop.native)
        bought = buyer.purchases.buy([sticker], shop.org)
        tries = {
            "checkout": lambda: buyer.purchases.buy([sticker], shop.org, coupon_code="NONE"),
            "checkoutAdditional": lambda: buyer.purchases.buy_more(bought.pass_id, [sticker]),
            "cancelSubscription": lambda: stranger.manager.cancel_subscription(bought.pass_id, 9, cancel=True),
            "pausePurchases": lambda: stranger.manager.pause_purchases(tx=DEFAULT_OPTIONS),
            "refundProduct": lambda: stranger.manager.refund_product(
                bought.pass_id, product_id=shop.sticker, amount=1, revoke=False
            ),
            "renewSubscription": lambda: stranger.manager.renew_subscription(
                bought.pass_id, shop.sticker, airdrop=False
            ),
        }
        for function, call in tries.items():
            with pytest.raises(ContractError) as refused:
                call()
            listed = re.search(r"^Errors: (.+)$", section(page, function), re.MULTILINE)[1]
            assert f"[{type(refused.value).__name__}](" in listed, function


def test_a_function_lists_no_errors_of_others():
    page = read("contracts/PaymentEscrow.md")
    listed = set(re.findall(r"\[(\w+)\]\(\.\./\.\./guide", section(page, "withdrawFees")))
    assert listed == {"InsufficientOrgBalance", "NotFeeRecipient", "PaymentFailed", "TokenHasNoCode", "ZeroAmount"}


def test_the_text_of_an_exception_is_what_it_says():
    found = package_errors(read_package(ROOT / "src/passmanager"))
    compared = 0
    for name, (source, node) in list(found.items())[1:]:  # the first is the root, no dataclass itself
        kind = getattr(importlib.import_module(f"passmanager.{source.name}"), name)
        if any(one.type not in (str, int, float) for one in dataclasses.fields(kind)):
            continue  # a list is shown one by one
        data = {one.name: f"{{{one.name}}}" for one in dataclasses.fields(kind)}
        try:
            said = str(kind(**data))
        except (TypeError, ValueError, AttributeError):
            continue  # it counts with its data, or formats it
        shown = message(node)
        if shown and " / " not in shown and "{MEANING}" not in shown:
            compared += 1
            assert said.replace("'", "").split() == shown.replace("'", "").split(), name
    assert compared > 25


def test_the_python_of_the_errors_guide_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guide/errors.md").read_text(), re.DOTALL)
    exec(compile(code, "errors.md", "exec"), {})
    said = capsys.readouterr().out
    assert "have=0, need=20000000" in said
    assert said.startswith(InsufficientAllowance.MEANING)
    assert said.rstrip().endswith(InsufficientAllowance.NEXT)


def test_a_docstring_is_read_in_its_sections():
    doc = read_doc(
        "First. More.\n\nArgs:\n    one: The first\n        of all.\n    two: b\n\nReturns:\n    What\n    it is.\n\n"
        "Raises:\n    Bad: So: it goes.\n"
    )
    assert (doc.text, doc.first, doc.returns) == ("First. More.", "First.", "What it is.")
    assert doc.items == {"Args": {"one": "The first of all.", "two": "b"}, "Raises": {"Bad": "So: it goes."}}


def test_natspec_is_read_in_its_tags():
    found = read_natspec(
        "\n    @notice Does it.\n    @dev Anyone.\n         Twice.\n    @param a The a.\n    @return It.\n"
    )
    assert (found.notice, found.dev, found.params, found.returns) == (
        "Does it.",
        "Anyone. Twice.",
        {"a": "The a."},
        "It.",
    )


# --- it is refused when it is stale


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(build_reference, "ROOT", tmp_path)
    monkeypatch.setattr(build_reference, "outputs", lambda: {Path("docs/reference/a/one.md"): "new"})
    (tmp_path / "docs/reference").mkdir(parents=True)
    return tmp_path


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["build_reference.py", *arguments])
    try:
        build_reference.main()
    except SystemExit as ended:
        return int(ended.code)
    return 0


def test_a_missing_page_is_stale_until_it_is_written(project, monkeypatch):
    assert run(monkeypatch, "--check") == 1
    assert run(monkeypatch) == 0
    assert (project / "docs/reference/a/one.md").read_text() == "new"
    assert run(monkeypatch, "--check") == 0


def test_a_changed_page_is_stale(project, monkeypatch, capsys):
    run(monkeypatch)
    (project / "docs/reference/a/one.md").write_text("old")
    assert run(monkeypatch, "--check") == 1
    assert "docs/reference/a/one.md" in capsys.readouterr().out


def test_a_generated_page_that_is_no_more_is_removed_and_one_by_hand_stays(project, monkeypatch):
    run(monkeypatch)
    gone, kept = project / "docs/reference/gone.md", project / "docs/reference/kept.md"
    gone.write_text(f"# Gone\n\n{BANNER}\n")
    kept.write_text("# Kept\n")
    assert run(monkeypatch, "--check") == 1
    assert run(monkeypatch) == 0
    assert (gone.exists(), kept.exists()) == (False, True)
