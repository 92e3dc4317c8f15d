"""No query of DPD's lists reads a whole table: SQLite's plans, on data of 20 organizations."""

import pytest
from sqlalchemy import event, insert

from passmanager.service.catalog.models import Product
from passmanager.service.db import session_scope
from passmanager.service.orders.models import Order, OrderItem
from tests.service.compat.conftest import Dpd
from tests.service.merchant import make_merchant
from tests.service.test_plans import scans_of

EACH = 300
FILTERS = [
    {}, {"page": 3}, {"status": "ACT"}, {"status": "RFD"}, {"product_id": 1}, {"customer_id": 1}, {"storefront_id": 1},
    {"subscriber_id": 1}, {"customer_email": "buyer1"}, {"customer_first_name": "a"}, {"customer_last_name": "b"},
    {"date_min": "@1000"}, {"date_max": "@5000"}, {"total": "5"}, {"total": "5", "total_op": "gt"}, {"ship": "true"},
]  # fmt: skip


def order_row(merchant, i):
    amounts = dict.fromkeys(("subtotal", "total"), 100 * i)
    return {
        "id": f"ord_{merchant.store_id}_{i}", "merchant_id": merchant.id, "store_id": merchant.store_id,
        "source": "api", "payment_status": ("paid", "not_paid", "refunded")[i % 3], "fulfillment_status": "none",
        "salt": "", "currency": "EUR", "decimals": 2, **amounts, "total_value": 100 * i * 10**34,
        "email_key": f"buyer{i}@example.org", "first_key": f"a{i}", "last_key": f"b{i}", "to_ship": i % 5 or None,
        "created_at": 1_000_000 * i, "updated_at": 1_000_000 * i, "details": {}, "test": False,
    }  # fmt: skip


def item_row(merchant, product, i):
    return {
        "id": f"itm_{merchant.store_id}_{i}", "order_id": f"ord_{merchant.store_id}_{i}", "product_id": product,
        "product_name": "x", "quantity": 1, "price": 100 * i, "subtotal": 100 * i, "total": 100 * i,
        "fulfillment_status": "none",
    }  # fmt: skip


@pytest.fixture
def first_of_twenty(services):
    found = None
    with session_scope(services.sessions) as session:
        for number in range(20):
            merchant = make_merchant(session, 1, f"M{number}")
            product = f"prd_{number}"
            session.add(Product(id=product, store_id=merchant.store_id, name="x", created_at=1, updated_at=1))
            session.flush()
            session.execute(insert(Order), [order_row(merchant, i) for i in range(EACH)])
            session.execute(insert(OrderItem), [item_row(merchant, product, i) for i in range(EACH)])
            found = found or merchant
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_filter_scans_a_table(client, services, first_of_twenty):
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    dpd = Dpd(client, ("M0", first_of_twenty.key))
    event.listen(services.engine, "before_cursor_execute", note)
    for query in FILTERS:
        dpd.get("/purchases", **query)
    event.remove(services.engine, "before_cursor_execute", note)
    assert len(asked) > 3 * len(FILTERS)
    with services.engine.connect() as connection:
        for statement, parameters in asked:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert scans_of(plan) == [], (statement, plan)
