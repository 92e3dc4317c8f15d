"""Makes the typed client of the commerce service of the service's OpenAPI, and says whether it is fresh.

`docs/reference/openapi.json` is the description of the whole interface; models, calls and errors of `/v1` are
made of it. Usage: python tools/build_commerce.py [--check]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import commerce_calls as calls
import commerce_errors as errors
import commerce_schemas as schemas
from passmanager.service.app import create_app
from passmanager.service.services import Services
from passmanager.service.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/passmanager/commerce"
SNAPSHOT = ROOT / "docs/reference/openapi.json"
PREFIX = "/v1/"
FORMAT = ["check --quiet --select I001,F401 --fix-only -", "format --quiet -"]


def description() -> dict[str, Any]:
    """OpenAPI of the service; its database stays empty."""
    with tempfile.TemporaryDirectory() as folder:
        services = Services.start(Settings(database_url=f"sqlite:///{folder}/empty.db", data=Path(folder)))
        found = create_app(services).openapi()
        services.engine.dispose()
    return json.loads(json.dumps(found))


def outputs() -> dict[Path, str]:
    """Every generated file and its text."""
    whole = description()
    operations = calls.read_operations(whole, PREFIX)
    book = schemas.Book(whole["components"]["schemas"], calls.sent(operations), calls.answered(operations))
    modules = {
        "models.py": schemas.models_module(book),
        "calls_aio.py": calls.calls_module(operations, book),
        "refusals.py": errors.refusals_module(),
    }
    made = {SNAPSHOT: json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"}
    return made | {PACKAGE / name: formatted(PACKAGE / name, text) for name, text in modules.items()}


def formatted(path: Path, text: str) -> str:
    """As `ruff format` leaves it, so that formatting never makes it stale."""
    for command in FORMAT:
        run = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", str(path)]
        text = subprocess.run(run, input=text, capture_output=True, text=True, check=True).stdout
    return text


def main() -> None:
    made = outputs()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if "--check" in sys.argv:
        print(f"stale: {names}; run `make abi`" if names else "the client of the commerce service is fresh")
        sys.exit(bool(names))
    for path in stale:
        path.write_text(made[path])
    print("written:", names or "nothing, all fresh")


if __name__ == "__main__":
    main()
