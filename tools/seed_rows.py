"""Writes the names of tests into docs/spec/seed-rows.md, by the row in their names: `python tools/seed_rows.py`.

Rows and their behavior are written by hand, and so is the reason of a row that no test shows.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/spec/seed-rows.md"
TEST = re.compile(r"def (test_([a-z]{2})(\d\d)_\w+)")
ROW = re.compile(r"\| (([A-Z]{2})-\d+) \| (.+?) \| (.+) \|")


def tests_by_row() -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests/service").rglob("test_*.py"):
        for name, system, number in TEST.findall(path.read_text()):
            found.setdefault(f"{system.upper()}-{int(number)}", set()).add(name)
    return {row: sorted(names) for row, names in found.items()}


def main() -> None:
    tests = tests_by_row()
    lines = PAGE.read_text().splitlines()
    for number, line in enumerate(lines):
        match = ROW.fullmatch(line)
        if match and match[1] in tests:
            shown = "<br>".join(f"`{name}`" for name in tests.pop(match[1]))
            lines[number] = f"| {match[1]} | {match[3]} | {shown} |"
    PAGE.write_text("\n".join(lines) + "\n")
    print("written; rows without a line:", sorted(tests) or "none")


if __name__ == "__main__":
    main()
