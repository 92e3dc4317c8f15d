"""contracts/modules/errors.vy against the ABI, the contracts and the tests: each error exists once, and is used."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from eth_utils import keccak

from passmanager.abi import artifact
from passmanager.deployments import NAMES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "contracts/modules/errors.vy").read_text()
FUNCTIONS = re.findall(r"^def (_\w+)\(", SOURCE, re.MULTILINE)
SIGNATURES = re.findall(r'method_id\("([^"]+)"\)', SOURCE)
CALLS = re.compile(r"\berrors\.(_\w+)\(")
# `refused(contract, "ZeroAmount()")` on titanoboa, `refused(contract.ZeroAmount)` with Ape
REFUSED = re.compile(r'"(\w+)\([^"]*\)"|\.([A-Z]\w+)\b')


def errors_of(name: str) -> list[str]:
    """Signatures of the error entries of a published ABI."""
    entries = [entry for entry in artifact(name)["abi"] if entry["type"] == "error"]
    return [f"{entry['name']}({','.join(part['type'] for part in entry['inputs'])})" for entry in entries]


def text_of(folder: str, pattern: str) -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / folder).rglob(pattern)))


@pytest.mark.parametrize("name", NAMES)
def test_abi_has_each_error_once_when_published(name):
    assert sorted(errors_of(name)) == sorted(SIGNATURES)


def test_each_function_has_one_error_when_read():
    assert len(FUNCTIONS) == len(SIGNATURES) == len(set(FUNCTIONS)) == len(set(SIGNATURES))
    names = [signature.partition("(")[0] for signature in SIGNATURES]
    assert len(set(names)) == len(names)


def test_selectors_are_unique_when_hashed():
    assert len({keccak(text=signature)[:4] for signature in SIGNATURES}) == len(SIGNATURES)


def test_selectors_do_not_meet_functions_when_hashed():
    """A refusal cannot be read as the answer to another question."""
    entries = [entry for name in NAMES for entry in artifact(name)["abi"] if entry["type"] == "function"]
    simple = [entry for entry in entries if not any("tuple" in part["type"] for part in entry["inputs"])]
    functions = {f"{entry['name']}({','.join(part['type'] for part in entry['inputs'])})" for entry in simple}
    selectors = {keccak(text=text)[:4] for text in functions}
    assert not selectors & {keccak(text=signature)[:4] for signature in SIGNATURES}


def test_no_error_is_unused_when_searched():
    sources = [path for path in (ROOT / "contracts").rglob("*.vy") if "mocks" not in path.parts]
    called = {name for path in sources for name in CALLS.findall(path.read_text())}
    unused = sorted(set(FUNCTIONS) - called)
    assert not unused, unused


def test_contracts_refuse_only_by_name_when_searched():
    """No reason strings, no bare reverts; `assert` only for what cannot happen, and says so."""
    sources = [path for path in (ROOT / "contracts").rglob("*.vy") if not {"mocks", "demo"} & set(path.parts)]
    assert [found for path in sources for found in bare_refusals(path)] == []


def bare_refusals(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [
        f"{path.name}: {line.strip()}"
        for before, line in pairwise(["", *lines])
        if re.match(r"\s*(raise|assert)\b", line) and "# invariant" not in before + line
    ]


def test_every_error_has_a_test_when_searched():
    text = text_of("tests/unit", "*.py") + text_of("tests/contracts", "test_*.py")
    tested = {name for pair in REFUSED.findall(text) for name in pair}
    names = {signature.partition("(")[0] for signature in SIGNATURES}
    missing = sorted(names - tested)
    assert not missing, missing
