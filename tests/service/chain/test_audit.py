"""The audit finds nothing when the database is what the chain says, and whatever is not."""

import pytest
from sqlalchemy import delete, text, update

from passmanager.service.chain import repository as chain
from passmanager.service.chain.models import ChainLog
from passmanager.service.db import read_scope, session_scope
from passmanager.service.orders.audit import Audit
from passmanager.service.orders.models import Order, OrderItem, Payment, Purchase, Refund
from tests.service.chain.story import CHAIN_ID


def audit(followed, story=None):
    escrow = story and story.clients["platform"].escrow
    with read_scope(followed.services.sessions) as session:
        balance = escrow and escrow.org_balance
        found = Audit(session, CHAIN_ID, followed.contracts, balance)
        found.run()
        return found


@pytest.fixture
def read(followed, merchant, story):
    followed.bind(merchant, 1, story.people["merchant"])
    followed.catch_up()
    return followed


def test_nothing_differs_when_the_whole_story_was_read(read, story):
    found = audit(read, story)
    assert [str(one) for one in found.differences] == []
    assert found.checked["payment"] == 110
    assert found.checked["right"] == 106
    assert min(found.checked[kind] for kind in ("log", "order", "refund", "sum", "balance")) > 0


def test_nothing_differs_when_blocks_were_replaced(live):
    live.buy()
    live.mine(1)
    live.catch_up()
    live.buy(product=live.shop.plan, pricing=live.shop.monthly)
    live.catch_up()
    live.reorg(1)
    live.catch_up()
    assert [str(one) for one in audit(live.followed).differences] == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("payment", "UPDATE payments SET payer = '0x0' WHERE id = (SELECT min(id) FROM payments)"),
        ("payment", "UPDATE payments SET status = 'reorged' WHERE id = (SELECT min(id) FROM payments)"),
        ("payment", "UPDATE payments SET tx_hash = block_hash WHERE id = (SELECT min(id) FROM payments)"),
        ("order", "UPDATE orders SET payment_status = 'not_paid' WHERE number = (SELECT min(number) FROM orders)"),
        (
            "history",
            "UPDATE orders SET fulfillment_status = 'delivered' WHERE number = (SELECT min(number) FROM orders)",
        ),
        ("history", "DELETE FROM order_history WHERE number = (SELECT min(number) FROM order_history)"),
        ("right", "UPDATE purchases SET owner = '0x0' WHERE number = (SELECT min(number) FROM purchases)"),
        ("right", "UPDATE purchases SET status = 'expired' WHERE number = (SELECT max(number) FROM purchases)"),
        ("right", "DELETE FROM purchases WHERE number = (SELECT max(number) FROM purchases)"),
        ("refund", "DELETE FROM refunds"),
        ("sum", "DELETE FROM payments WHERE amount = (SELECT max(amount) FROM payments)"),
    ],
)
def test_difference_is_told_when_a_row_was_tampered_with(read, kind, change):
    with session_scope(read.services.sessions) as session:
        session.execute(text(change))
    assert kind in {one.kind for one in audit(read).differences}


def test_difference_is_told_when_an_order_lost_a_line(read):
    with session_scope(read.services.sessions) as session:
        first = session.query(Order).order_by(Order.number).first()
        session.execute(update(Purchase).values(order_item_id=None))
        session.execute(delete(Refund))
        last = session.query(OrderItem).filter_by(order_id=first.id).order_by(OrderItem.number.desc()).first()
        session.delete(last)
    assert "order" in {one.kind for one in audit(read).differences}


def test_sum_of_an_organization_differs_when_a_payment_is_there_twice_or_anothers(read):
    with session_scope(read.services.sessions) as session:
        paid = next(one for one in session.query(Payment).order_by(Payment.id) if one.amount)
        order = session.query(Order).filter_by(id=paid.order_id).one()
        chain_details = order.details["chain"]
        order.details = {**order.details, "chain": {**chain_details, "org_id": "999"}}
    (missing,) = [one for one in audit(read).differences if one.kind == "sum"]
    assert missing.subject == f"1:{paid.token}"
    assert int(missing.expected) - int(missing.found) == paid.amount


def test_balance_differs_when_a_log_is_missing(read, story):
    with session_scope(read.services.sessions) as session:
        logs = chain.all_logs(session, CHAIN_ID, -1, 10**6)
        paid = next(log for log in logs if type(log.event).__name__ == "PaymentReceived")
        session.execute(
            delete(ChainLog).where(ChainLog.block_hash == paid.block_hash, ChainLog.log_index == paid.log_index)
        )
    assert "balance" in {one.kind for one in audit(read, story).differences}
