"""What somebody holds is found by indexes: no table of purchases is read from one end to the other."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from passmanager.service.accounts.holders import Holder, held_by, held_by_people
from passmanager.service.customers.models import Customer
from passmanager.service.orders.models import Purchase

WALLET = Holder(wallet="0x" + "ab" * 20)
USER = Holder(store_id="sto_1", customer_id="cus_1", session_id="ses_1", account_id="acc_1", seats=5)
PEOPLE = select(Customer.id).where(Customer.store_id == "sto_1", Customer.external_id == "u1")


@pytest.mark.parametrize("condition", [held_by(WALLET), held_by(USER), held_by_people(PEOPLE)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sd06_what_somebody_holds_is_one_query_by_indexes(services, condition):
    asked = select(Purchase.id).where(condition).order_by(Purchase.number.desc()).limit(51)
    text = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with services.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    read_whole = [step for step in plan if step.startswith("SCAN purchases") and "INDEX" not in step]
    assert read_whole == []
    assert [step for step in plan if step.startswith("SEARCH purchases")], plan


def test_holder_of_nothing_holds_nothing(services):
    with services.sessions() as session:
        assert session.scalars(select(Purchase).where(held_by(Holder()))).all() == []
