import pytest

from tests.support.system import deploy_system


@pytest.fixture(scope="session")
def system():
    return deploy_system()
