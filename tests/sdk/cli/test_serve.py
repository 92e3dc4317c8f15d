"""`passmanager serve` without the packages of the service; what it does with them is in tests/service."""

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["fastapi"] = None  # as if it were not installed
sys.argv = ["passmanager", "serve"]
from passmanager.cli import main
main()
"""


def test_missing_packages_are_named_with_the_command_that_brings_them():
    run = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("ServiceNotInstalled: ")
    assert "pip install 'passmanager[service]'" in run.stderr
