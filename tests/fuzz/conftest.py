import pytest

from tests.fuzz.world import build_world


@pytest.fixture(scope="session")
def world():
    return build_world()
