"""Each rule has a test of its name, each weakness too, and the document about them names real tests."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
DOCUMENT = TESTS.parent / "docs" / "spec" / "peer-weaknesses.md"
RULES, WEAKNESSES = range(1, 25), range(1, 41)
UNTESTED = {24, 34, 40}  # the document says why


@pytest.fixture(scope="module")
def names():
    """All test functions, in whatever folder."""
    pattern = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
    return {name for path in TESTS.rglob("test_*.py") for name in pattern.findall(path.read_text())}


@pytest.fixture(scope="module")
def rows():
    """Number of a weakness -> its line."""
    lines = DOCUMENT.read_text().splitlines()
    return {int(line.split("|")[1].strip()[1:]): line for line in lines if re.match(r"\| W\d", line)}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_test_of_its_name_when_the_tests_are_read(names, rule):
    assert [name for name in names if name.startswith(f"test_r{rule:02}_")]


@pytest.mark.parametrize("weakness", [number for number in WEAKNESSES if number not in UNTESTED])
def test_every_weakness_has_a_test_of_its_name_when_the_tests_are_read(names, weakness):
    assert [name for name in names if name.startswith(f"test_w{weakness:02}_")]


def test_document_has_all_forty_when_it_is_read(rows):
    assert sorted(rows) == list(WEAKNESSES)


@pytest.mark.parametrize("weakness", WEAKNESSES)
def test_document_names_a_test_that_exists_when_it_is_read(names, rows, weakness):
    named = re.findall(r"`(test_\w+)`", rows[weakness])
    if weakness in UNTESTED:
        assert (named, "no test" in rows[weakness]) == ([], True)
    else:
        assert named
        assert set(named) <= names
        assert all(name.startswith(f"test_w{weakness:02}_") for name in named)
