"""How fast DPD's lists answer with 100,000 orders: `python tools/bench_lists.py [--orders 100000]`.

Each filter is asked for over HTTP in this process. Beside it the bare SQL: the same statements with the same
parameters on `sqlite3` itself, all rows fetched. A filter may take twice as long as its SQL and a request that does
nothing (`GET /` of the same face, with its credentials).
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import event, insert

from passmanager.service.app import create_app
from passmanager.service.catalog.models import Product
from passmanager.service.db import session_scope
from passmanager.service.migrate import upgrade
from passmanager.service.orders.models import Order, OrderItem
from passmanager.service.services import Services
from passmanager.service.serving import add_merchant
from passmanager.service.settings import Settings

BASE = "/compat/dpd/v2"
PRODUCTS = 10
PORTION = 5_000
FILTERS: list[dict[str, Any]] = [
    {}, {"page": 1_000}, {"status": "ACT"}, {"status": "RFD"}, {"product_id": 3}, {"customer_email": "buyer77"},
    {"customer_first_name": "ann5"}, {"customer_last_name": "lee5"}, {"date_min": "@99000"}, {"date_max": "@500"},
    {"total": "77.00"}, {"total": "990", "total_op": "gt"}, {"ship": "true"}, {"storefront_id": 1},
]  # fmt: skip


def order_row(merchant_id: str, store_id: str, i: int) -> dict[str, Any]:
    cents = 100 * (i % 1_000)
    return {
        "id": f"ord_{i}", "merchant_id": merchant_id, "store_id": store_id, "source": "api", "test": False,
        "payment_status": "refunded" if i % 50 == 0 else "paid", "fulfillment_status": "delivered", "salt": f"{i:032x}",
        "currency": "EUR", "decimals": 2, "subtotal": cents, "total": cents, "total_value": cents * 10**34,
        "email": f"buyer{i}@example.org", "email_key": f"buyer{i}@example.org", "first_name": f"Ann{i}",
        "first_key": f"ann{i}", "last_name": f"Lee{i}", "last_key": f"lee{i}", "to_ship": 1 if i % 100 == 0 else None,
        "created_at": 1_000 * i, "updated_at": 1_000 * i, "details": {},
    }  # fmt: skip


def item_row(i: int) -> dict[str, Any]:
    cents = 100 * (i % 1_000)
    return {
        "id": f"itm_{i}", "order_id": f"ord_{i}", "product_id": f"prd_{i % PRODUCTS}", "product_name": "Editor",
        "quantity": 1, "price": cents, "subtotal": cents, "total": cents, "fulfillment_status": "delivered",
    }  # fmt: skip


def fill(services: Services, merchant_id: str, store_id: str, orders: int) -> None:
    with session_scope(services.sessions) as session:
        names = [f"prd_{i}" for i in range(PRODUCTS)]
        session.add_all([Product(id=name, store_id=store_id, name=name, created_at=1, updated_at=1) for name in names])
        session.flush()
        for first in range(1, orders + 1, PORTION):
            portion = range(first, min(first + PORTION, orders + 1))
            session.execute(insert(Order), [order_row(merchant_id, store_id, i) for i in portion])
            session.execute(insert(OrderItem), [item_row(i) for i in portion])
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def timed(call: Callable[[], object], times: int) -> float:
    """Median in ms."""
    call()
    found: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


def bench(services: Services, client: TestClient, path: Path, times: int) -> bool:
    """Prints a line for each filter; whether all are fast enough."""
    asked: list[tuple[str, Any]] = []
    event.listen(services.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    bare = sqlite3.connect(path)
    noop = timed(lambda: client.get(f"{BASE}/"), times)
    print(f"{'request that does nothing':40} {noop:8.2f} ms")
    fine = True
    for query in FILTERS:
        asked.clear()
        answer = client.get(f"{BASE}/purchases", params=query)
        statements = [one for one in asked if one[0].startswith("SELECT")]
        sql = timed(lambda of=statements: [bare.execute(*one).fetchall() for one in of], times)
        ours = timed(lambda of=query: client.get(f"{BASE}/purchases", params=of), times)
        limit = 2 * sql + noop
        fine = fine and ours <= limit
        count = answer.headers["Dpd-Collection-Count"]
        verdict = "" if ours <= limit else "  TOO SLOW"
        print(f"{query!s:40} {ours:8.2f} ms, SQL {sql:8.2f}, limit {limit:8.2f}, {count:>6} found{verdict}", flush=True)
    return fine


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        upgrade(settings.url)
        services = Services.start(settings)
        merchant = add_merchant(services, "Bench")
        if merchant is None:
            sys.exit("the database is not empty")
        fill(services, merchant.id, merchant.store_id, options.orders)
        client = TestClient(create_app(services))
        client.auth = ("Bench", merchant.key)  # type: ignore[assignment] - httpx takes a pair
        fine = bench(services, client, Path(folder) / "passmanager.db", options.times)
        services.engine.dispose()
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
