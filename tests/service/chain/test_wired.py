"""All parts together: a purchase on the chain becomes a delivered order, and its events."""

import pytest
from sqlalchemy import select

from passmanager.service.db import read_scope
from passmanager.service.engine.runner import Runner
from passmanager.service.following import open_follower
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.settings import Settings
from passmanager.service.webhooks.models import Event
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers
from tests.service.conftest import SECRET


@pytest.fixture
def settings(database_url, tmp_path, selling) -> Settings:
    """The service knows the chain."""
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder,
    )  # fmt: skip


def test_purchase_is_a_delivered_order_with_a_key_when_the_service_runs(live, services):
    before = {order.id for order in live.orders()}
    connect(services)
    live.buy()
    follower = open_follower(services)
    follower.catch_up()
    runner = Runner(services, make_handlers(services), "tests")
    while runner.run_database():
        pass
    runner.stop()
    (order,) = [one for one in live.orders() if one.id not in before]
    with read_scope(services.sessions) as session:
        told = session.scalars(select(Event.type).where(Event.aggregate_id == order.id).order_by(Event.sequence)).all()
        keys = session.scalars(select(LicenseKey)).all()
    assert (order.payment_status, order.fulfillment_status) == ("paid", "delivered")
    assert len(keys) == 1
    assert told[:3] == ["order.created", "payment.succeeded", "order.paid"]
    assert "order.delivered" in told
