"""A town per module, as it was before each test."""

import pytest

from passmanager.devchain import devchain
from tests.sdk.command import command
from tests.sdk.keeper.shop import Town

__all__ = ["built_town", "command", "path", "town"]


@pytest.fixture(scope="package")
def built_town(tmp_path_factory):
    with devchain("--accounts", "10") as chain:
        yield Town(chain.url, tmp_path_factory.mktemp("town"))


@pytest.fixture
def town(built_town):
    before = built_town.node.request("evm_snapshot")
    yield built_town
    built_town.node.request("evm_setAutomine", True)
    built_town.node.request("evm_revert", before)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.sqlite"
