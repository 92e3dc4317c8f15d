"""Every command there is: what it says of itself, its options, and how it ends when it is used wrongly."""

import subprocess
import sys
from importlib.util import find_spec

import pytest
from typer.main import get_command

from passmanager.cli.effects import Effect
from passmanager.cli.root import COMMANDS, Deferred, app

FIRST = "devchain deploy demo org product pricing coupon discount pass purchase subscription usage escrow"
WANTED = [*FIRST.split(), "airdrop", "keeper", "events", "quote", "serve", "audit"]
LOCAL = {"devchain", "demo", "serve"}
WALLET = {"--rpc-url", "--account", "--keystore", "--yes"}


def leaves(found=None, path=()):
    """Path and command of everything that can be run."""
    found = get_command(app) if found is None else found
    found = found.load() if isinstance(found, Deferred) else found
    below = getattr(found, "commands", None)
    if below is None:
        return [(" ".join(path), found)]
    return [leaf for name, sub in below.items() for leaf in leaves(sub, (*path, name))]


LEAVES = leaves()
PATHS = [path for path, _ in LEAVES]
each_leaf = pytest.mark.parametrize(("path", "leaf"), LEAVES, ids=PATHS)


def options(leaf):
    return {option for parameter in leaf.params for option in parameter.opts}


def test_first_level_is_exactly_what_was_asked_for():
    assert list(COMMANDS) == WANTED


@pytest.mark.parametrize("name", COMMANDS)
def test_first_level_says_what_the_loaded_command_says(name):
    loaded = Deferred(name, help=COMMANDS[name]).load()
    assert loaded.help.split("\n")[0] == COMMANDS[name]


@each_leaf
def test_command_and_all_its_parameters_have_help(path, leaf):
    assert leaf.help
    assert not [parameter.name for parameter in leaf.params if not parameter.help]


@each_leaf
def test_command_says_what_it_does_to_the_chain(path, leaf):
    effect = leaf.callback.effect
    assert isinstance(effect, Effect)
    assert (effect is Effect.LOCAL) == (path in LOCAL)


@each_leaf
def test_command_speaks_json(path, leaf):
    assert "--json" in options(leaf)


@each_leaf
def test_command_has_a_dry_run_exactly_when_it_writes(path, leaf):
    writes = leaf.callback.effect is Effect.WRITES
    assert ("--dry-run" in options(leaf)) == writes
    if writes and path != "airdrop results":  # writes a file
        assert options(leaf) >= WALLET


@each_leaf
def test_command_that_asks_a_chain_says_which(path, leaf):
    if path in LOCAL:
        return
    variables = {parameter.name: parameter.envvar for parameter in leaf.params}
    assert variables["rpc_url"] == "PASSMANAGER_RPC_URL"
    if path != "deploy":
        assert variables["deployment"] == "PASSMANAGER_DEPLOYMENT"
    if "account" in variables:
        assert variables["account"] == "PASSMANAGER_ACCOUNT"
        assert variables["keystore"] == "PASSMANAGER_KEYSTORE"


@pytest.mark.parametrize("path", PATHS)
def test_exit_code_is_2_when_an_option_does_not_exist(path, command):
    run = command(*path.split(), "--no-such-option")
    assert run.code == 2
    assert "--no-such-option" in run.stderr
    assert "Traceback" not in run.stderr


CHANGES = {
    "org rules": ["--pausing"],
    "org texts": ["--name", "Shop"],
    "org pass-texts": ["--name", "Pass"],
    "product edit": ["--inactive"],
    "pricing edit": ["--retired"],
    "coupon edit": ["--paused"],
    "discount edit": ["--paused"],
}
"""Commands that want at least one of their options."""


def arguments(path, leaf):
    """Something for each parameter that has to be given."""
    typed = {"recipients": "people.csv", "journal": "drop.sqlite"}
    given = [*CHANGES.get(path, [])]
    for parameter in leaf.params:
        if parameter.required:
            value = typed.get(parameter.name) or EXAMPLES.get(parameter.name, "1")
            given += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return given


ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
OF_THE_SERVICE = {"audit"}
"""These need the extra `[service]`, which the second environment does not have."""

EXAMPLES = dict.fromkeys(("wallet", "wallets", "to", "token", "account_address", "recipient", "operator"), ADDRESS) | {
    "name": "Book",
    "code": "SPRING",
    "roles": "usage",
    "every": "monthly",
    "tiers": "rest:1",
    "line": "1:1",
    "percent": "10",
    "lines": "1:1",
    "readings": "1:5",
    "reference": f"0x{7:064x}",
}


@each_leaf
def test_exit_code_is_1_and_the_error_named_when_no_node_answers(path, leaf, command, tmp_path, monkeypatch):
    if path in LOCAL:
        return
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("passmanager.node.PAUSE_S", 0.0)
    (tmp_path / "people.csv").write_text(f"recipient\n{ADDRESS}\n")
    (tmp_path / "drop.sqlite").touch()
    run = command(*path.split(), *arguments(path, leaf), PASSMANAGER_RPC_URL="http://127.0.0.1:9")
    assert (run.code, run.stdout) == (1, "")
    without_service = path in OF_THE_SERVICE and find_spec("structlog") is None
    assert run.stderr.startswith("ServiceNotInstalled: " if without_service else "NoNode: ")


@pytest.mark.parametrize("path", CHANGES)
def test_exit_code_is_2_when_nothing_is_to_be_changed(path, command):
    run = command(*path.split(), "1", PASSMANAGER_RPC_URL="http://127.0.0.1:9")
    assert run.code == 2
    assert "is given; --help lists" in run.stderr


@pytest.mark.parametrize("text", ["0 done", "1 refused", "2 wrong usage", "130 interrupted"])
def test_help_tells_the_exit_codes(text, command):
    run = command("--help")
    assert run.code == 0
    assert text in " ".join(run.stdout.split())


LIGHT_HELP = """
import sys
from importlib.util import find_spec
from passmanager.cli.root import app
try:
    app(["--help"])
except SystemExit:
    pass
slow = {"web3", "pydantic", "eth_abi", "eth_utils", "passmanager.client"} & set(sys.modules)
assert not slow, slow
"""
LIGHT_GROUPS = """
import sys, importlib
for name in "org product pricing coupon discount passes purchase subscription usage escrow quote".split():
    importlib.import_module("passmanager.cli." + name)
assert "web3" not in sys.modules
"""


@pytest.mark.parametrize("code", [LIGHT_HELP, LIGHT_GROUPS])
def test_nothing_slow_is_loaded_when_only_help_is_wanted(code):
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("typed", "offered"), [("passmanager de", {"devchain", "deploy", "demo"}), ("passmanager org cr", {"create"})]
)
def test_shell_completion_offers_names(typed, offered):
    environment = {
        "_PASSMANAGER_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    program = "import sys; sys.argv[0] = 'passmanager'; from passmanager.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, env=environment)
    assert set(run.stdout.split()) == offered
