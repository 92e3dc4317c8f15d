"""Every relative link in a page leads to a file, and to a heading of it if it names one."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from reference_text import anchor  # noqa: E402 - the tools are no package

LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FOREIGN = re.compile(r"^[a-z][a-z+.-]*:")


def pages() -> list[Path]:
    """What git knows or will know, so that neither environments nor builds count."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for name in sorted(set(listed)) if (path := ROOT / name).exists()]


PAGES = pages()


def prose(path: Path) -> str:
    """Without code, in which brackets are no links and `#` begins a comment."""
    return FENCE.sub("", path.read_text())


def links(path: Path) -> list[str]:
    text = re.sub(r"(?<!\[)`[^`\n]*`(?!\])", "", prose(path))
    return [target for target in LINK.findall(text) if not FOREIGN.match(target)]


def anchors(path: Path) -> set[str]:
    found: dict[str, int] = {}
    made: set[str] = set()
    for heading in HEADING.findall(prose(path)):
        name = anchor(heading.replace("`", ""))
        count = found.get(name, 0)
        made.add(f"{name}-{count}" if count else name)
        found[name] = count + 1
    return made


def broken(path: Path) -> list[str]:
    problems = []
    for target in links(path):
        name, _, heading = unquote(target).partition("#")
        at = (path.parent / name).resolve() if name else path
        if not at.exists():
            problems.append(f"{target}: no such file")
        elif ROOT not in (at, *at.parents):
            problems.append(f"{target}: outside of the project")
        elif heading and heading not in anchors(at):
            problems.append(f"{target}: no such heading")
    return problems


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_links_lead_somewhere(page):
    assert broken(page) == []


def test_every_page_of_the_documentation_is_found_from_its_index():
    waiting, seen = [ROOT / "docs/README.md"], set()
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        targets = [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
        waiting += [path for path in targets if path.suffix == ".md" and path.is_file()]
    assert [page for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in seen] == []


def test_broken_links_are_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "there.md").write_text("# A `name` of two\n\n## Again\n\n## Again\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[x](there.md) [y](there.md#a-name-of-two) [z](there.md#again-1) [`code`](there.md)\n"
        "`[no](link.md)` [web](https://example.org/x)\n\n```\n[no](link.md)\n```\n"
        "[a](gone.md) [b](there.md#again-2) [c](#nothing) [d](/etc/hosts)\n"
    )
    assert broken(page) == [
        "gone.md: no such file",
        "there.md#again-2: no such heading",
        "#nothing: no such heading",
        "/etc/hosts: outside of the project",
    ]
