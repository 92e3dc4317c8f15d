"""The gas figures: at or under their limits, and within 1 % of gas.json."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_figures_are_within_their_limits_when_measured():
    command = [sys.executable, "tools/measure_gas.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
