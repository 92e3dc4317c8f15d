"""A chain with a story on it, made once; each test has a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from passmanager.core.calls import build_call
from passmanager.demo.report import Report
from passmanager.demo.shop import Shop, open_shop
from passmanager.demo.story import fund_buyer, tell
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.node import Node
from tests.service.chain.live import Live
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


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Shop]]:
    """A shop whose buyer has money, on a chain where blocks are safe after 4 and final after 8."""
    with devchain("--accounts", "10", "--slots-in-an-epoch", "4") as chain:
        folder = tmp_path_factory.mktemp("deployments")
        world = World.build(chain.url, folder, Report(live=False))
        world.url, world.folder = chain.url, folder
        shop = open_shop(world)
        fund_buyer(world)
        world.act("buyer", "allow all", lambda p: p.send(allow_all(world)))
        world.node.request("anvil_mine", "0x10")
        yield world, shop


def allow_all(world: World):
    escrow = world.clients["buyer"].contracts.payment_escrow
    return build_call("DemoToken", "approve", [escrow, 10**30], to=world.token)


DEPTHS = {"safe": 4, "finalized": 8}


def _live(services, selling, merchant, deliver_on: str | None) -> Live:
    world, shop = selling
    followed = Followed.start(services, world.node, world.clients["platform"].contracts)
    live = Live.open(world, shop, followed, merchant, deliver_on)
    live.depth = DEPTHS.get(deliver_on, 0)
    live.catch_up()
    for heard in (followed.heard.news, followed.heard.lines, followed.heard.recalled):
        heard.clear()
    return live


@contextmanager
def as_it_was(node: Node) -> Iterator[None]:
    """What a test does to the chain that others use after it is undone."""
    before = node.request("evm_snapshot")
    yield
    node.request("evm_revert", before)


@pytest.fixture
def live(services, selling, merchant) -> Iterator[Live]:
    """A service that has read the shop's chain, and delivers at once."""
    with as_it_was(selling[0].node):
        yield _live(services, selling, merchant, None)


@pytest.fixture(params=["safe", "finalized"])
def patient(request, services, selling, merchant) -> Iterator[Live]:
    """The same, with products that are delivered later."""
    with as_it_was(selling[0].node):
        yield _live(services, selling, merchant, request.param)
