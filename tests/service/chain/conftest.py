"""A chain with a story on it, made once; each test has a database of its own."""

from collections.abc import Iterator

import pytest

from passmanager.demo.report import Report
from passmanager.demo.story import tell
from passmanager.demo.world import World
from passmanager.devchain import devchain
from tests.service.chain.story import Followed


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo, told to its end."""
    with devchain("--accounts", "10") as chain:
        world = World.build(chain.url, tmp_path_factory.mktemp("deployments"), Report(live=False))
        tell(world)
        yield world


@pytest.fixture
def followed(services, story) -> Followed:
    """A service that has not read anything yet."""
    return Followed.start(services, story.node, story.clients["platform"].contracts)
