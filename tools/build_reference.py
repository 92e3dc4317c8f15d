"""Makes docs/reference and docs/guide/errors.md of the sources, and says whether they are fresh.

Contracts: ABI, NatSpec and the call graph. Python: public names, signatures and docstrings, read as text.
Command line: the tree of commands. Usage: python tools/build_reference.py [--check]
"""

import sys
from pathlib import Path

import vyper.ast as vy

import reference_cli as cli
import reference_contracts as contracts
import reference_errors as guide
import reference_python as python
import reference_text as md
from abi_errors import read_errors
from python_sources import read_package
from vyper_sources import Sources, read_members

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/passmanager"
FOLDER = Path("docs/reference")


def outputs() -> dict[Path, str]:
    """Every page and its text, by its path in the project."""
    errors = read_errors(ROOT / "contracts/modules/errors.vy", ROOT / "tools/errors.toml")
    about = _contracts(Sources(ROOT / "contracts", errors))
    package = read_package(PACKAGE)
    names = {error.name for error in errors} | set(guide.package_errors(package))
    book = python.Book(root=ROOT, package=package, errors=frozenset(names))
    made = contracts.pages(about) | python.pages(book, about)
    made[cli.PAGE] = cli.page(PACKAGE / "cli")
    made[contracts.ERRORS_PAGE] = guide.errors_page(about, errors, package)
    return made | {FOLDER / "README.md": index(made)}


def _contracts(sources: Sources) -> contracts.Reference:
    interfaces = ROOT / "contracts/interfaces"
    return contracts.Reference(
        root=ROOT,
        abis=contracts.read_abis(PACKAGE / "abi", sources.contracts),
        sources=sources,
        attributes=contracts.client_attributes(PACKAGE / "client.py"),
        events=read_members(interfaces, vy.EventDef),
        structs=read_members(interfaces, vy.StructDef),
    )


def index(made: dict[Path, str]) -> str:
    """All pages by folder, with their titles."""
    titles = {"contracts": "Contracts", "python": "Python", "reference": "Command line", "guide": "Errors"}
    blocks: list[str] = []
    for folder, title in titles.items():
        rows = [
            [md.link(text.partition("\n")[0].removeprefix("# "), md.path_between(FOLDER / "README.md", path))]
            for path, text in sorted(made.items())
            if path.parent.name == folder
        ]
        blocks += [f"## {title}", "\n".join(f"* {row[0]}" for row in rows)]
    return md.page("Reference", "Made by `make abi` of the sources; `make test` fails when it is stale.", *blocks)


def main() -> None:
    made = {ROOT / path: text for path, text in outputs().items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    gone = [path for path in (ROOT / FOLDER).rglob("*.md") if path not in made and md.BANNER in path.read_text()]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale + gone)
    if "--check" in sys.argv:
        print(f"stale: {names}; run `make abi`" if names else "the reference is fresh")
        sys.exit(bool(names))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    for path in gone:
        path.unlink()
    print("written:", names or "nothing, all fresh")


if __name__ == "__main__":
    main()
