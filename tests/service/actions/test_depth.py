"""On the chain nothing happens by itself before the payment is as deep as the product asks."""

import pytest

from passmanager.service.actions.models import Action, ActionExecution, ActionStart
from passmanager.service.chain.follower import Follower
from passmanager.service.db import session_scope
from passmanager.service.engine.runner import Runner
from passmanager.service.following import chain_orders
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Purchase
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers
from tests.service.chain.conftest import selling
from tests.service.chain.live import Live
from tests.service.chain.story import CHAIN_ID, Followed, Heard

__all__ = ["selling"]


@pytest.fixture
def live(services, selling, merchant):
    """A service that is wired as it is when it runs; the handbook is delivered when its payment is final."""
    world, shop = selling
    connect(services)
    contracts = world.clients["platform"].contracts
    orders = chain_orders(services, contracts)
    follower = Follower(services, world.node, contracts, chain_id=CHAIN_ID, first_block=1, subscribers=[orders])
    live = Live.open(world, shop, Followed(services, contracts, follower, orders, Heard()), merchant, "finalized")
    runner = Runner(services, make_handlers(services), "1")
    live.settle = lambda: (live.catch_up(), runner.drain())
    live.settle()
    yield live
    runner.stop()


@pytest.fixture
def key_action(services, merchant, live):
    with session_scope(services.sessions) as session:
        product, now = live.products[live.shop.handbook], services.clock.now()
        action = Action(
            id=new_id("ppa"), store_id=merchant.store_id, product_id=product, key="key", name="Key", kind="key",
            config={"type": "key"}, max_executions=None, limit_per="user", limits=[[now, None]], rearm="off",
            max_rearms=None, place=f"{product}:key", created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(action)


def test_automatic_actions_wait_until_the_payment_is_final(live, key_action, services):
    known = {right.id for right in live.followed.all(Purchase)}
    live.buy()
    live.settle()
    (right,) = [one for one in live.followed.all(Purchase) if one.id not in known]
    assert (right.active, live.followed.all(ActionExecution)) == (True, [])
    (start,) = live.followed.all(ActionStart)
    assert (start.purchase_id, start.chain_id) == (right.id, CHAIN_ID)
    live.mine(3)
    live.settle()
    assert live.followed.all(ActionExecution) == []
    live.mine(8)
    live.settle()
    (made,) = live.followed.all(ActionExecution)
    assert (made.purchase_id, made.trigger, made.status) == (right.id, "activation", "done")
    live.mine(8)
    live.settle()
    assert len(live.followed.all(ActionExecution)) == 1


def test_a_purchase_that_a_reorg_took_away_never_starts(live, key_action):
    live.buy()
    live.mine(2)
    live.settle()
    live.reorg(5)
    live.mine(12)
    live.settle()
    assert live.followed.all(ActionExecution) == []
