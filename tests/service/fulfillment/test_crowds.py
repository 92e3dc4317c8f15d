"""Many buyers at once, and work that is cut off between two steps: no key twice, nothing lost."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest

from passmanager.service.engine.runner import Runner
from passmanager.service.fulfillment import calling, delivering
from passmanager.service.worker import make_handlers

BUYERS, KEYS, WORKERS = 200, 100, 4


@pytest.fixture
def workers(services, client):
    """Several, that work while buyers pay."""
    runners = [Runner(services, make_handlers(services), str(number)) for number in range(2, 2 + WORKERS)]
    over = Event()

    def work(runner):
        while not over.is_set():
            runner.run_database() or over.wait(0.05)

    threads = [Thread(target=work, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()
    for runner in runners:
        runner.stop()


def test_nv08_two_hundred_buyers_at_once_on_a_hundred_keys(shop, workers, services):
    pool = shop.pool(*[f"KEY-{number:04}-ABCD" for number in range(KEYS)])
    product = shop.sold("pool", pool_id=pool)
    with ThreadPoolExecutor(8) as threads:
        orders = list(threads.map(lambda _: shop.order((product, 1)), range(BUYERS)))
        list(threads.map(lambda order: shop.act(order, "mark-paid"), orders))
    shop.settle()
    issued = issued_to(services)
    assert len(issued) == len({key for key, _ in issued}) == KEYS
    assert set(Counter(item for _, item in issued).values()) == {1}
    assert shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 0
    waiting = count(services, "SELECT count(*) FROM fulfillments WHERE status = 'waiting' AND waits_for = 'stock'")
    assert waiting == BUYERS - KEYS
    statuses = Counter(shop.read(order)["fulfillment_status"] for order in orders)
    assert statuses == {"delivered": KEYS, "not_delivered": BUYERS - KEYS}
    shop.upload(pool, [f"NEW-{number:04}-ABCD" for number in range(BUYERS - KEYS + 5)])
    shop.client.post("/test/clock", json={"advance": 1})  # who saw keys in others' hands looks again after a second
    patience = time.monotonic() + 30
    while len(issued_to(services)) < BUYERS and time.monotonic() < patience:
        time.sleep(0.1)
    assert len({key for key, _ in issued_to(services)}) == BUYERS
    assert shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 5


def rows(services, statement):
    with services.engine.connect() as connection:
        return connection.exec_driver_sql(statement).all()


def count(services, statement):
    return rows(services, statement)[0][0]


def issued_to(services):
    return [tuple(row) for row in rows(services, "SELECT id, order_item_id FROM license_keys WHERE status = 'issued'")]


class Cut(Exception):
    """The process ended here."""


def fails_once(real):
    calls = []

    def cut(*args, **kwargs):
        calls.append(1)
        if len(calls) <= 2:  # the batch, and the piece by itself
            raise Cut
        return real(*args, **kwargs)

    return cut


@pytest.mark.parametrize("step", ["issue_from_pool", "follow"])
def test_delivery_that_is_cut_off_between_steps_is_done_once(shop, services, monkeypatch, wait, told, step):
    pool = shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")
    product = shop.sold("pool", pool_id=pool)
    monkeypatch.setattr(delivering, step, fails_once(getattr(delivering, step)))
    order = shop.buy(product)
    assert (shop.statuses(order)[0], issued_to(services)) == ("not_delivered", [])
    wait(60)
    assert (shop.statuses(order)[0], shop.clear(order)) == ("delivered", ["KEY-0001-AAAA"])
    assert told(order["id"]).count("order.delivered") == 1


@pytest.mark.parametrize("step", ["issue", "follow"])
def test_answer_of_a_vendor_that_was_not_stored_is_asked_for_again(
    shop, vendor, services, monkeypatch, wait, told, step
):
    product = shop.sold("web_service", urls=vendor.urls())
    vendor.answers = [(200, {"key": "ONLY-KEY-1"})]
    monkeypatch.setattr(calling, step, fails_once(getattr(calling, step)))
    order = shop.buy(product)
    wait(60)
    wait(600)
    assert (shop.statuses(order)[0], shop.clear(order)) == ("delivered", ["ONLY-KEY-1"])
    assert len(vendor.seen) > 1
    assert len({call["headers"]["idempotency-key"] for call in vendor.seen}) == 1
    names = told(order["id"])
    assert (names.count("order.delivered"), names.count("product.delivered")) == (1, 1)


def test_line_that_waits_while_keys_come_is_not_forgotten(shop, workers):
    pool = shop.pool()
    product = shop.sold("pool", pool_id=pool)
    orders = [shop.order((product, 1)) for _ in range(30)]

    def pay(order):
        shop.act(order, "mark-paid")

    def fill(number):
        shop.upload(pool, [f"KEY-{number:04}-ABCD"])

    with ThreadPoolExecutor(8) as threads:
        for order, number in zip(orders, range(30), strict=True):
            threads.submit(pay, order)
            threads.submit(fill, number)
    shop.client.post("/test/clock", json={"advance": 5})
    assert {shop.read(order)["fulfillment_status"] for order in orders} == {"delivered"}
