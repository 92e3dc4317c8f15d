"""docs/spec/seed-rows.md names exactly the tests that show a row, and gives a reason for every other row."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    *(f"SD-{n}" for n in range(1, 17)),
    *(f"NV-{n}" for n in range(1, 22)),
    *(f"PP-{n}" for n in range(8, 11)),
    *(f"NX-{n}" for n in range(1, 13)),
    *(f"DP-{n}" for n in range(1, 16)),
]


def table() -> dict[str, str]:
    lines = (ROOT / "docs/spec/seed-rows.md").read_text().splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]{2}-\d", line)
    ]
    return {row: shown for row, _, shown in cells}


def names_by_row() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests/service").rglob("test_*.py"):
        for name, system, number in re.findall(r"def (test_([a-z]{2})(\d\d)_\w+)", path.read_text()):
            found.setdefault(f"{system.upper()}-{int(number)}", set()).add(name)
    return found


def test_every_row_is_listed_with_its_tests():
    shown = {row: set(re.findall(r"`(test_\w+)`", text)) for row, text in table().items()}
    assert {row: tests for row, tests in shown.items() if tests} == names_by_row()
    assert set(ROWS) <= set(shown)


def test_a_row_without_a_test_has_a_reason():
    for row, text in table().items():
        assert "`test_" in text or len(text) > 40, row
