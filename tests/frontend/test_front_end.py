"""What front ends get, under Node: the module's contents and types, and a program that buys."""

import importlib
import json
import re
import shlex
import subprocess

import pytest

from passmanager.abi import artifact
from passmanager.abi.errors import ERRORS
from passmanager.deployments import NAMES, Deployment
from tests.frontend.node import ROOT, run, type_problems
from tests.frontend.town import open_town

HERE = ROOT / "tests/frontend"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with open_town(tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture(scope="module")
def module(town):
    return json.loads("".join(run(HERE / "module.ts", town.deployment)))


@pytest.fixture
def generator(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("typescript_abi")


def getter(name: str) -> str:
    return name[0].lower() + name[1:]


def test_the_abis_are_the_published_ones(module):
    assert {f"{getter(name)}Abi" for name in NAMES} == {key for key in module if key.endswith("Abi")}
    for name in NAMES:
        assert module[f"{getter(name)}Abi"] == artifact(name)["abi"]


def test_every_error_has_its_text(module):
    texts = {name: (text["meaning"], text["next"]) for name, text in module["errorTexts"].items()}
    assert list(texts) == [error.__name__ for error in ERRORS]
    assert list(texts.values()) == [(error.MEANING, error.NEXT) for error in ERRORS]


def test_own_addresses_come_from_the_deployment_s_file(module, town):
    at = Deployment.load(town.deployment).contracts
    assert module["own"] == {getter(name): at[name].address for name in NAMES}


def test_published_addresses_are_those_of_the_committed_deployments(generator, town, tmp_path):
    local = Deployment.load(town.deployment)
    for chain_id in (8453, 10, 31337):
        local.model_copy(update={"chain_id": chain_id}).write(tmp_path / f"{chain_id}.json")
    (tmp_path / "1.plan.json").write_text("{}")
    found = json.loads(addresses_in(generator.typescript_module([], [], tmp_path), tmp_path))
    at = {getter(name): local.contracts[name].address for name in NAMES}
    assert found == {"10": at, "8453": at}


def addresses_in(text, folder):
    program = folder / "addresses.ts"
    program.write_text(f"{text}\nconsole.log(JSON.stringify(addresses));\n")
    (line,) = run(program)
    return line


def test_refused_when_a_deployment_lies_under_another_chain_s_number(generator, town, tmp_path):
    Deployment.load(town.deployment).write(tmp_path / "10.json")
    with pytest.raises(SystemExit, match=r"10\.json is a deployment on chain 31337"):
        generator.typescript_module([], [], tmp_path)


def test_example_and_module_have_right_types():
    assert type_problems(HERE) == ""


def test_the_example_buys_and_shows_the_refusal_by_name(town):
    buyer, money = town.buyer.signer.address, town.money()
    shown = run(ROOT / "examples/frontend/buy.ts", town.url, town.deployment)
    assert shown[:2] == ["Handbook costs 20", "bought: pass 1 for 20"]
    assert shown[2].startswith("refused: InsufficientAllowance(have=0, need=20000000) ")
    assert len(shown) == 3
    assert money - town.money() == 20_000_000
    assert town.buyer.product_pass.owner_of(1) == buyer
    assert town.buyer.lens.has_access(1, town.shop.handbook)
    assert town.buyer.manager.pass_supply() == 1


def test_the_example_says_what_is_wrong_when_nothing_is_on_sale(town):
    merchant = town.world.clients["merchant"].catalog
    merchant.set_pricing_flags(town.shop.once, active=False, retired=False, restricted=False)
    supply = town.buyer.manager.pass_supply()
    with pytest.raises(AssertionError, match="PricingInactive"):
        run(ROOT / "examples/frontend/buy.ts", town.url, town.deployment)
    merchant.set_pricing_flags(town.shop.once, active=True, retired=False, restricted=False)
    assert town.buyer.manager.pass_supply() == supply


def test_the_readme_s_commands_run_in_this_order(tmp_path):
    text = (ROOT / "examples/frontend/README.md").read_text()
    (block,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    start, buy = (shlex.split(line, comments=True) for line in block.splitlines())
    with subprocess.Popen([*start, "--json"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as demo:
        try:
            lines = []
            while not lines or lines[-1] != "}\n":
                lines.append(demo.stdout.readline())
            shown = run(ROOT / buy[1], json.loads("".join(lines))["rpcUrl"], cwd=tmp_path)
        finally:
            demo.terminate()
    assert (buy[0], shown[0], len(shown)) == ("node", "Handbook costs 20", 3)
