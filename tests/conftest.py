"""Fixtures that several suites share live in the suites' own conftest.py; this file deals tests out to workers."""

from pathlib import Path

import pytest

UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items):
    """A folder of unit tests stays on one worker, in its order: its session fixtures share one system.

    A state machine is long and needs nothing of the others, so each is dealt out by itself.
    """
    for item in items:
        folder = item.path.parent
        group = folder if UNIT in folder.parents else item.path
        if item.path.name.endswith("_machine.py"):
            group = item.nodeid
        item.add_marker(pytest.mark.xdist_group(str(group)))
