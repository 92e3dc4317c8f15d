"""Nothing that is asked for reads a whole table: SQLite's plans, of lists on data of 20 organizations."""

import pytest
from sqlalchemy import event, insert

from passmanager.service.catalog.models import Product
from passmanager.service.customers.models import Customer
from passmanager.service.db import session_scope
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.orders.models import Order, OrderItem, Payment, Purchase
from passmanager.service.tables import METADATA
from tests.service.merchant import make_merchant
from tests.service.test_isolation import guard_of, with_query, world

__all__ = ["world"]

EACH = 100
TABLES = METADATA.tables.keys() - {"controlled_clock"}
LISTS = [
    ("/v1/orders", {}), ("/v1/orders", {"store": True}), ("/v1/orders", {"payment_status": "refunded"}),
    ("/v1/orders", {"customer_email": "buyer7"}), ("/v1/orders", {"customer_first_name": "a7"}),
    ("/v1/orders", {"customer_last_name": "b7"}), ("/v1/orders", {"product": True}),
    ("/v1/orders", {"created_from": "1970-01-01T00:00:05Z"}), ("/v1/orders", {"total": "7"}),
    ("/v1/orders", {"to_ship": "true"}), ("/v1/purchases", {}), ("/v1/purchases", {"product": True}),
    ("/v1/purchases", {"wallet": "0x" + "11" * 20}), ("/v1/purchases", {"active": "true"}), ("/v1/license-keys", {}),
    ("/v1/license-keys", {"status": "issued"}), ("/v1/customers", {}), ("/v1/products", {}),
]  # fmt: skip


def scans_of(plan):
    """Steps that read a whole table, or a whole index of one."""
    return [step for step in plan if step.startswith("SCAN") and step.split()[1] in TABLES]


def rows_of(merchant, product):
    numbers = range(EACH)
    store = {"store_id": merchant.store_id}
    times = {"created_at": 1, "updated_at": 1}
    name = f"{merchant.store_id[4:20]}{{:010}}".format
    yield (
        Customer,
        [
            {"id": f"cus_{name(i)}", **store, "email_key": f"buyer{i}", "receives_email": False, **times}
            for i in numbers
        ],
    )
    yield Order, [
        {
            "id": f"ord_{name(i)}", "merchant_id": merchant.id, **store, "customer_id": f"cus_{name(i)}",
            "source": "api", "payment_status": ("paid", "not_paid", "refunded")[i % 3], "fulfillment_status": "none",
            "salt": "", "currency": "EUR", "decimals": 2, "subtotal": 100 * i, "total": 100 * i,
            "total_value": i * 10**36, "email_key": f"buyer{i}", "first_key": f"a{i}", "last_key": f"b{i}",
            "to_ship": i % 5 or None, "details": {}, **times,
        }
        for i in numbers
    ]  # fmt: skip
    yield OrderItem, [
        {
            "id": f"itm_{name(i)}", "order_id": f"ord_{name(i)}", "product_id": product, "product_name": "x",
            "quantity": 1, "price": 100 * i, "subtotal": 100 * i, "total": 100 * i, "fulfillment_status": "none",
        }
        for i in numbers
    ]  # fmt: skip
    yield (
        Payment,
        [
            {
                "id": f"pay_{name(i)}",
                "order_id": f"ord_{name(i)}",
                "method": "x",
                "status": "pending",
                "amount": 1,
                **times,
            }
            for i in numbers
        ],
    )
    yield Purchase, [
        {
            "id": f"pur_{name(i)}", **store, "order_item_id": f"itm_{name(i)}", "customer_id": f"cus_{name(i)}",
            "product_id": product, "source": "order", "status": "active", "details": {}, **times,
        }
        for i in numbers
    ]  # fmt: skip
    yield LicenseKey, [
        {
            "id": f"lic_{name(i)}", **store, "ciphertext": b"", "lookup": name(i), "hint": "", "terms": {},
            "status": "issued", "order_id": f"ord_{name(i)}", "order_item_id": f"itm_{name(i)}", "unit": 1,
            "created_at": 1,
        }
        for i in numbers
    ]  # fmt: skip


@pytest.fixture
def first_of_twenty(services):
    found = []
    with session_scope(services.sessions) as session:
        for number in range(20):
            merchant = make_merchant(session, 1, f"M{number}")
            product = f"prd_{number:026}"
            session.add(Product(id=product, store_id=merchant.store_id, name="x", created_at=1, updated_at=1))
            session.flush()
            for table, rows in rows_of(merchant, product):
                session.execute(insert(table), rows)
            found.append((merchant, product))
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return found[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_list_of_v1_scans_a_table(client, services, first_of_twenty):
    merchant, product = first_of_twenty
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(services.engine, "before_cursor_execute", note)
    for path, query in LISTS:
        names = {"product": ("product_id", product), "store": ("store_id", merchant.store_id)}
        sent = dict(names.get(name, (name, value)) for name, value in query.items())
        found = client.get(path, params=sent, headers={"Authorization": f"Bearer {merchant.key}"})
        assert found.status_code == 200, found.text
    event.remove(services.engine, "before_cursor_execute", note)
    assert len(asked) > 2 * len(LISTS)
    with services.engine.connect() as connection:
        for statement, parameters in asked:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert scans_of(plan) == [], (statement, plan)


def test_nothing_that_is_read_scans_a_table(world):
    """Every GET of OpenAPI; without statistics, as if all tables were large.

    Rows are made up, so some calls end early, such as those about a purchase of somebody else: of these it is known
    what they read until then.
    """
    engine, asked = world.client.app.state.services.engine, {}

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.setdefault(statement, (path, parameters))

    event.listen(engine, "before_cursor_execute", note)
    for method, path, operation in world.operations():
        if method == "GET":
            sent = with_query(world, operation, path, world.mine)
            world.call(method, sent, world.headers.get(guard_of(operation), {}), ids=world.mine)
    event.remove(engine, "before_cursor_execute", note)
    selected = {statement: found for statement, found in asked.items() if statement.startswith("SELECT")}
    assert len(selected) > 100
    with engine.connect() as connection:
        for statement, (path, parameters) in selected.items():
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert scans_of(plan) == [], (path, statement, plan)
