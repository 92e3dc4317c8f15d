"""The wheel, as somebody gets it who has nothing else of this project."""

import email
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import passmanager
from passmanager.deployments import NAMES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/passmanager"
ANVIL = ROOT / "node_modules/.bin"
PINS = ROOT / "requirements/sdk-web3-8.txt"
# Imports all that a plain install promises; the service is an extra with libraries of its own.
IMPORT_ALL = """
import importlib, importlib.util, json, pkgutil, sys
import passmanager
names = [found.name for found in pkgutil.walk_packages(passmanager.__path__, "passmanager.", onerror=lambda _name: None)
         if not found.name.startswith("passmanager.service") and not found.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
there = [name for name in ("ape", "boa", "vyper", "pytest", "fastapi", "sqlalchemy") if importlib.util.find_spec(name)]
print(json.dumps({"file": passmanager.__file__, "imported": names, "there": there}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The programs of an environment with the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False)
    command = [
        Path(sys.executable).parent / "uv",
        "pip",
        "install",
        "--python",
        folder / "bin/python",
        "--constraint",
        PINS,
        wheel,
    ]
    offline = subprocess.run([*command, "--offline"], check=False, capture_output=True)
    if offline.returncode != 0:  # uv's cache has it all after `make setup`, unless somebody emptied it
        subprocess.run(command, check=True, capture_output=True)
    return folder / "bin"


def run(command: list[object], folder: Path) -> str:
    """Away from the project: only Anvil is on PATH."""
    environment = {"PATH": f"{ANVIL}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(folder)}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_has_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert names == {str(path.relative_to(ROOT / "src")) for path in sources}
    assert {f"passmanager/abi/{name}.json" for name in (*NAMES, "DemoToken")} | {"passmanager/py.typed"} <= names
    assert not [name for name in names if re.search(r"test|mock|\.vyi?$", name.lower())]


def test_it_needs_four_libraries(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(archive.read(path))
    needed = [text for text in metadata.get_all("Requires-Dist") if "extra ==" not in text]
    assert {re.match(r"[\w-]+", text)[0] for text in needed} == {"web3", "pydantic", "typer", "rich"}
    assert (metadata["Name"], metadata["Version"]) == ("passmanager", passmanager.__version__)


def test_every_module_can_be_imported_without_ape_and_vyper(installed, tmp_path):
    shown = json.loads(run([installed / "python", "-c", IMPORT_ALL], tmp_path))
    assert Path(shown["file"]).is_relative_to(installed.parent)
    assert {"passmanager.client", "passmanager.aio", "passmanager.airdrop", "passmanager.keeper"} <= set(
        shown["imported"]
    )
    assert shown["there"] == []


def test_the_demo_runs_where_anvil_is_on_path(installed, tmp_path):
    shown = json.loads(run([installed / "passmanager", "demo", "--json"], tmp_path))
    assert len(shown["checks"]) >= 20
    assert all(check["holds"] for check in shown["checks"])
    assert list(tmp_path.iterdir()) == []


def test_the_command_knows_its_version(installed, tmp_path):
    assert run([installed / "passmanager", "--version"], tmp_path).split() == [passmanager.__version__]
