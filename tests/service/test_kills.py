"""`kill -9` of any process at random, 100 times during 500 purchases: nothing is lost, nothing is delivered twice."""

import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from subprocess import PIPE

import httpx2
import pytest
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from sqlalchemy import select

from passmanager.demo.report import Report
from passmanager.demo.shop import open_shop
from passmanager.demo.story import fund_buyer
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.service.app import create_app
from passmanager.service.auditing import run_audit
from passmanager.service.db import read_scope
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.mail.models import Mail
from passmanager.service.orders.models import Order, Payment
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.webhooks.models import Event
from tests.service.chain.conftest import allow_all
from tests.service.conftest import SECRET
from tests.service.killing import WARM, Clerk, Crowd, Post, Story, Vendor, free_port, wait_until
from tests.service.receiver import run_receiver

KILLS = 100
PURCHASES = 500
THREADS = 32
ROLES = {"sqlite": ["all"], "postgresql": ["api", "worker", "worker", "indexer"]}

pytestmark = [pytest.mark.xdist_group("kills"), pytest.mark.timeout(900)]


@pytest.fixture
def story(database_url, tmp_path, merchant):
    with ExitStack() as stack:
        chain = stack.enter_context(devchain("--accounts", "10"))
        world = World.build(chain.url, tmp_path / "deployments", Report(live=False))
        shop = open_shop(world)
        fund_buyer(world)
        world.token_send("platform", "more", "mint", world.people["buyer"], 10**15)
        world.act("buyer", "allow all", lambda client: client.send(allow_all(world)))
        receiver, vendor, post = stack.enter_context(run_receiver()), Vendor(), Post()
        receiver.answer = lambda call: vendor.answer(call) if call.path == "/vendor" else 200
        controller = Controller(post, hostname="127.0.0.1", port=free_port())
        controller.start()
        stack.callback(controller.stop)
        said = {
            "database_url": database_url, "data": str(tmp_path), "secret_key": SECRET, "rpc_url": chain.url,
            "deployment": str(tmp_path / "deployments"), "port": free_port(), "poll_seconds": 0.1,
            "outbound_allow": ["127.0.0.1"], "smtp_url": f"smtp://127.0.0.1:{controller.port}",
        }  # fmt: skip
        services = Services.start(Settings(**said))
        stack.callback(services.engine.dispose)
        warm = stack.enter_context(
            subprocess.Popen([sys.executable, "-P", str(WARM)], stdin=PIPE, stdout=PIPE, text=True)
        )
        stack.callback(warm.stdin.close)
        crowd = Crowd(said, ROLES[services.engine.dialect.name], tmp_path / "log", warm)
        stack.callback(crowd.stop)
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{said['port']}", timeout=20))
        found = Story(services, world, shop, Clerk(client, merchant), crowd, receiver, vendor, post)
        with TestClient(create_app(services)) as here:
            found.open(PURCHASES, Clerk(here, merchant))
        crowd.start_all()
        yield found


def test_kills_at_random_lose_nothing_and_deliver_nothing_twice(story):
    chance = random.Random(11)
    with ThreadPoolExecutor(1) as pool:
        bought = pool.submit(story.buy_all, PURCHASES)
        while story.crowd.kills < KILLS and not (bought.done() and bought.exception()):
            time.sleep(chance.uniform(0, 0.3))
            if len(story.paid) >= story.crowd.kills * PURCHASES // KILLS:  # all along, however slow the machine is
                story.crowd.kill_one(chance)
        bought.result()
    wait_until(lambda: story.is_over(PURCHASES), 600, "deliveries")
    check_orders(story)
    check_keys(story)
    check_events(story)
    check_mails(story)
    assert run_audit(story.services.settings).differences == []


def all_of(story, table):
    with read_scope(story.services.sessions) as session:
        return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))


def check_orders(story):
    """One for each transaction; those that were placed first are the ones that were paid."""
    orders = {order.id: order for order in all_of(story, Order)}
    payments = all_of(story, Payment)
    assert Counter(payment.tx_hash for payment in payments) == dict.fromkeys(story.paid, 1)
    assert sorted(payment.order_id for payment in payments) == sorted(orders)
    assert {(order.payment_status, order.fulfillment_status) for order in orders.values()} == {("paid", "delivered")}
    assert set(story.orders) == {order.id for order in orders.values() if order.source == "api"}


def check_keys(story):
    """A key each, and never the same; the vendor was asked again only for what he had been asked for."""
    keys = [key for key in all_of(story, LicenseKey) if key.order_id]
    assert sorted(key.order_id for key in keys) == sorted(order.id for order in all_of(story, Order))
    assert len({key.lookup for key in keys}) == PURCHASES
    from_vendor = [key for key in keys if key.pool_id is None]
    assert len(from_vendor) == len(story.vendor.calls) == PURCHASES // 5
    assert sum(story.vendor.calls.values()) <= len(from_vendor) + KILLS * THREADS


def check_events(story):
    """Every event arrived, in its order, and a second time only as it was the first time."""
    bodies, sequences = {}, defaultdict(list)
    calls = story.receiver.of("/events")
    for call in calls:
        event = call.json
        if bodies.setdefault(event["id"], call.body) is call.body:
            sequences[event["aggregate"]["id"]].append(event["sequence"])
        assert bodies[event["id"]] == call.body
        assert call.headers["webhook-id"] == event["id"]
    written = all_of(story, Event)
    assert set(bodies) == {event.id for event in written}
    assert [one for one in sequences.values() if one != list(range(1, len(one) + 1))] == []
    assert {event["id"] for event in story.clerk.feed()} == set(bodies)
    assert len(calls) <= len(bodies) + KILLS * THREADS


def check_mails(story):
    """One of each fact; a mail that comes again, because we died before we wrote it down, has the same name."""
    mails = all_of(story, Mail)
    assert {mail.status for mail in mails} == {"sent", "awaiting_contact"}
    sent = [mail.id for mail in mails if mail.status == "sent"]
    assert sorted(name.strip("<>").partition("@")[0] for name in story.post.taken) == sorted(sent)
    facts = Counter((mail.template, mail.order_id) for mail in mails if mail.recipient)
    assert set(facts.values()) == {1}
    assert {order for _, order in facts} == set(story.orders)
    assert sum(story.post.taken.values()) <= len(sent) + KILLS * THREADS
