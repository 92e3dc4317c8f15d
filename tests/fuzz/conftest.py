import pytest

from tests.fuzz.world import build_world
from tests.support.system import deploy_system


@pytest.fixture(scope="session")
def system():
    return deploy_system()


@pytest.fixture(scope="session")
def world(system):
    return build_world(system)
