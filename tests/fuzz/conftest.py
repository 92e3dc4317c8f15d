from importlib.util import find_spec

import pytest

NO_CHAIN = find_spec("pyrevm") is None  # there is no wheel for Linux on ARM
collect_ignore_glob = ["*_machine.py", "test_scenarios.py", "test_every_function.py"] if NO_CHAIN else []


def pytest_report_header():
    return "state machines are left out: pyrevm has no wheel for this machine" if NO_CHAIN else None


@pytest.fixture(scope="session")
def world():
    from tests.fuzz.world import build_world  # noqa: PLC0415  pyrevm may not be there

    return build_world()
