"""`ape compile --force` works, and gives the bytecode that the package publishes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from passmanager.abi import artifact
from passmanager.deployments import NAMES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Ape's manifest of a copy of the project: names of the contracts, and their bytecode."""
    copy = tmp_path_factory.mktemp("ape")
    shutil.copy(ROOT / "ape-config.yaml", copy)
    shutil.copytree(ROOT / "contracts", copy / "contracts")
    ape = str(Path(sys.executable).with_name("ape"))
    done = subprocess.run([ape, "compile", "--force"], capture_output=True, text=True, check=False, cwd=copy)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((copy / ".build/__local__.json").read_text())["contractTypes"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [*NAMES, "DemoToken"])
def test_bytecode_is_the_published_one_when_compiled_by_ape(name, compiled):
    assert compiled[name]["deploymentBytecode"]["bytecode"] == artifact(name)["bytecode"]


def test_everything_but_modules_is_compiled_when_forced(compiled):
    sources = [path for path in (ROOT / "contracts").rglob("*.vy") if "modules" not in path.parts]
    assert {path.stem for path in sources} <= set(compiled)
