"""How fast lists answer with 100,000 orders: `python tools/bench_lists.py [--orders 100000] [--strict]`.

Each of DPD's filters and each list of `/v1` is asked for over HTTP in this process. Beside it, in turns, so that what
else the machine does meets all of them, the bare SQL: every statement behind the request with the same parameters on
`sqlite3` itself, all rows fetched; and a request that does nothing: a bare FastAPI application with one empty route,
asked in the same process by the same client. A list may take twice as long as its SQL, and the request that does
nothing once. With `--strict` one that takes longer is an error.
"""

import argparse
import base64
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event, insert

from passmanager.service.app import create_app
from passmanager.service.catalog.models import Product
from passmanager.service.db import session_scope
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.migrate import upgrade
from passmanager.service.orders.models import Order, OrderItem, Purchase
from passmanager.service.services import Services
from passmanager.service.serving import add_merchant
from passmanager.service.settings import Settings

DPD = "/compat/dpd/v2/purchases"
Asked = tuple[str, dict[str, Any]]
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - of a benchmark
PRODUCTS = 10
PORTION = 5_000
FILTERS: list[dict[str, Any]] = [
    {}, {"page": 100}, {"status": "ACT"}, {"status": "RFD"}, {"product_id": 3}, {"customer_email": "buyer77"},
    {"customer_first_name": "ann5"}, {"customer_last_name": "lee5"}, {"date_min": "@99000"}, {"date_max": "@500"},
    {"total": "77.00"}, {"total": "990", "total_op": "gt"}, {"ship": "true"}, {"storefront_id": 1},
]  # fmt: skip
LISTS: list[Asked] = [
    *((DPD, query) for query in FILTERS),
    ("/v1/orders", {}), ("/v1/orders", {"payment_status": "refunded"}), ("/v1/orders", {"customer_email": "buyer77"}),
    ("/v1/orders", {"product_id": f"prd_{3:026}"}), ("/v1/purchases", {}), ("/v1/purchases", {"active": "true"}),
    ("/v1/license-keys", {}), ("/v1/license-keys", {"status": "issued"}),
]  # fmt: skip


def product_id(number: int) -> str:
    return f"prd_{number:026}"


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
        "id": f"itm_{i}", "order_id": f"ord_{i}", "product_id": product_id(i % PRODUCTS), "product_name": "Editor",
        "quantity": 1, "price": cents, "subtotal": cents, "total": cents, "fulfillment_status": "delivered",
    }  # fmt: skip


def right_row(store_id: str, i: int) -> dict[str, Any]:
    return {
        "id": f"pur_{i}", "store_id": store_id, "order_item_id": f"itm_{i}", "product_id": product_id(i % PRODUCTS),
        "source": "order", "subscription": False, "quantity": 1, "status": "active", "active": True, "details": {},
        "created_at": 1_000 * i, "updated_at": 1_000 * i,
    }  # fmt: skip


def key_row(store_id: str, i: int) -> dict[str, Any]:
    """A key of the merchant's stock."""
    return {
        "id": f"lic_{i}", "store_id": store_id, "ciphertext": b"", "lookup": f"{i:064}", "hint": "ABCD", "terms": {},
        "status": "revoked" if i % 50 == 0 else "issued", "created_at": 1_000 * i,
    }  # fmt: skip


def fill(services: Services, merchant_id: str, store_id: str, orders: int) -> None:
    with session_scope(services.sessions) as session:
        names = [product_id(i) for i in range(PRODUCTS)]
        session.add_all([Product(id=name, store_id=store_id, name=name, created_at=1, updated_at=1) for name in names])
        session.flush()
        for first in range(1, orders + 1, PORTION):
            portion = range(first, min(first + PORTION, orders + 1))
            session.execute(insert(Order), [order_row(merchant_id, store_id, i) for i in portion])
            session.execute(insert(OrderItem), [item_row(i) for i in portion])
            session.execute(insert(Purchase), [right_row(store_id, i) for i in portion])
            session.execute(insert(LicenseKey), [key_row(store_id, i) for i in portion])
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def timed(calls: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Median of each in ms; they take turns."""
    found: list[list[float]] = [[] for _ in calls]
    for turn in range(times + 1):
        for call, some in zip(calls, found, strict=True):
            start = time.perf_counter()
            call()
            if turn:
                some.append(1000 * (time.perf_counter() - start))
    return [median(some) for some in found]


def empty_client() -> TestClient:
    """An application that does nothing."""
    app = FastAPI()

    @app.get("/")
    def nothing() -> dict[str, str]:
        return {}

    return TestClient(app)


def fetch_all(bare: sqlite3.Connection, statements: Sequence[Any]) -> None:
    for statement, given in statements:
        bare.execute(statement, given).fetchall()


def bench(services: Services, client: TestClient, empty: TestClient, path: Path, times: int) -> int:
    """Prints a line for each list; how many are too slow."""
    nothing = partial(empty.get, "/")
    asked: list[tuple[str, Any]] = []
    event.listen(services.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    bare = sqlite3.connect(path)
    slow = 0
    for where, query in LISTS:
        asked.clear()
        answer = client.get(where, params=query)
        if not answer.is_success:
            sys.exit(f"{where} {query}: {answer.text}")
        statements = [one for one in asked if one[0].startswith("SELECT")]
        ask = partial(client.get, where, params=query)
        noop, sql, ours = timed([nothing, partial(fetch_all, bare, statements), ask], times)
        limit = 2 * sql + noop
        slow += ours > limit
        verdict = "" if ours <= limit else "  TOO SLOW"
        what = f"{where} {query or ''}"
        print(f"{what:60} {ours:7.2f} ms, SQL {sql:7.2f}, nothing {noop:5.2f}, limit {limit:7.2f}{verdict}", flush=True)
    print(f"lists within their limits: {len(LISTS) - slow} of {len(LISTS)}")
    return slow


def authorized(key: str, request: Any) -> Any:
    """A key as each face wants it."""
    basic = base64.b64encode(f"Bench:{key}".encode()).decode()
    request.headers["Authorization"] = f"Basic {basic}" if request.url.path == DPD else f"Bearer {key}"
    return request


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), secret_key=SECRET)  # type: ignore[arg-type]
        upgrade(settings.url)
        services = Services.start(settings)
        merchant = add_merchant(services, "Bench")
        if merchant is None:
            sys.exit("the database is not empty")
        fill(services, merchant.id, merchant.store_id, options.orders)
        client = TestClient(create_app(services))
        empty = empty_client()
        client.auth = empty.auth = partial(authorized, merchant.key)  # type: ignore[assignment] - httpx takes a function
        with client, empty:  # one event loop for all requests of each, as a server has
            slow = bench(services, client, empty, Path(folder) / "passmanager.db", options.times)
        services.engine.dispose()
    sys.exit(1 if slow and options.strict else 0)


if __name__ == "__main__":
    main()
