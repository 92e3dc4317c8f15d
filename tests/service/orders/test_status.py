"""The table of moves: nothing leaves it, and a history tells the whole story."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment
from passmanager.service.orders.status import (
    MOVES,
    AttemptStatus,
    Axis,
    FulfillmentStatus,
    MoveNotAllowed,
    PaymentStatus,
    allowed,
    begin,
    fulfillment_of,
    move,
    replay,
)

KINDS = {
    Axis.PAYMENT: PaymentStatus,
    Axis.FULFILLMENT: FulfillmentStatus,
    Axis.ATTEMPT: AttemptStatus,
    Axis.LINE: FulfillmentStatus,
}
STEPS = st.lists(
    st.sampled_from(list(Axis)).flatmap(lambda axis: st.tuples(st.just(axis), st.sampled_from(list(KINDS[axis])))),
    max_size=30,
)


@pytest.fixture
def database_url(tmp_path, sqlite_pattern) -> str:
    """The rules are Python, so one database is enough here."""
    path = tmp_path / "passmanager.db"
    path.write_bytes(sqlite_pattern.read_bytes())
    return f"sqlite:///{path}"


def make_order(session: Session, merchant) -> tuple[Order, OrderItem, Payment]:
    order = Order(
        id=new_id("ord"), merchant_id=merchant.id, store_id=merchant.store_id, source="api", salt="0",
        payment_status="not_paid", fulfillment_status="not_delivered", currency="EUR", decimals=2,
        subtotal=100, total=100, total_value=10**36, created_at=5, updated_at=5,
    )  # fmt: skip
    session.add(order)
    session.flush()
    begin(session, order, actor="tests")
    item = OrderItem(
        id=new_id("itm"), order_id=order.id, product_name="A", quantity=1, price=100, subtotal=100, total=100,
        fulfillment_status="not_delivered",
    )  # fmt: skip
    payment = Payment(
        id=new_id("pay"), order_id=order.id, method="bank", status="pending", amount=100, created_at=5, updated_at=5
    )
    session.add_all([item, payment])
    session.flush()
    return order, item, payment


def history(session: Session, order: Order) -> list[OrderHistory]:
    query = select(OrderHistory).where(OrderHistory.order_id == order.id).order_by(OrderHistory.number)
    return list(session.scalars(query))


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_moves_leaves_the_table_and_history_replays(services, merchant, steps):
    with session_scope(services.sessions) as session:
        order, item, payment = make_order(session, merchant)
        rows = {Axis.PAYMENT: order, Axis.FULFILLMENT: order, Axis.LINE: item, Axis.ATTEMPT: payment}
        now = dict.fromkeys(Axis, "")
        now |= {Axis.PAYMENT: "not_paid", Axis.FULFILLMENT: "not_delivered", Axis.LINE: "not_delivered"}
        now[Axis.ATTEMPT] = "pending"
        for at, (axis, new) in enumerate(steps, 10):
            if now[axis] == new:
                assert move(session, rows[axis], axis, new, actor="tests", at=at) is None
            elif allowed(axis, now[axis], new):
                made = move(session, rows[axis], axis, new, actor="tests", at=at, reason="why")
                assert (made.old, made.new, made.at, made.order_id) == (now[axis], new, at, order.id)
                now[axis] = new.value
            else:
                with pytest.raises(MoveNotAllowed):
                    move(session, rows[axis], axis, new, actor="tests", at=at)
        session.expire_all()
        told = replay(history(session, order))
        assert (told["payment"], told["fulfillment"]) == (order.payment_status, order.fulfillment_status)
        assert (order.payment_status, order.fulfillment_status) == (now[Axis.PAYMENT], now[Axis.FULFILLMENT])
        assert told.get(f"line:{item.id}", "not_delivered") == item.fulfillment_status == now[Axis.LINE]
        assert told.get(f"attempt:{payment.id}", "pending") == payment.status == now[Axis.ATTEMPT]


def test_every_status_is_in_the_table_when_it_is_one():
    for axis, kind in KINDS.items():
        assert set(MOVES[axis]) == set(kind)
        assert all(new in kind and new != old for old, news in MOVES[axis].items() for new in news)


@given(st.lists(st.sampled_from(list(FulfillmentStatus)), min_size=1, max_size=4), st.data())
def test_order_follows_its_lines_when_one_line_moves(lines, data):
    at = data.draw(st.integers(0, len(lines) - 1))
    before = fulfillment_of(lines)
    for new in MOVES[Axis.LINE][lines[at]]:
        after = fulfillment_of([*lines[:at], new, *lines[at + 1 :]])
        assert after == before or allowed(Axis.FULFILLMENT, before, after)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["none"], "none"),
        (["none", "delivered"], "delivered"),
        (["not_delivered", "delivered"], "partially_delivered"),
        (["returned", "delivered"], "delivered"),
        (["returned", "none"], "returned"),
        (["not_delivered", "returned"], "not_delivered"),
    ],
)
def test_fulfillment_of_an_order_is_that_of_its_lines(lines, expected):
    assert fulfillment_of(lines) == expected


def test_paid_at_is_kept_when_refunded_and_cleared_when_the_chain_takes_it_back(services, merchant):
    with session_scope(services.sessions) as session:
        order, _, _ = make_order(session, merchant)
        for at, new in enumerate(("paid", "partially_refunded", "paid"), 10):
            move(session, order, Axis.PAYMENT, PaymentStatus(new), actor="chain", at=at)
        assert (order.paid_at, order.updated_at) == (10, 12)
        move(session, order, Axis.PAYMENT, PaymentStatus.NOT_PAID, actor="chain", at=20, reason="reorged")
        assert (order.paid_at, order.reason) == (None, "reorged")


def test_replay_is_refused_when_a_row_is_missing():
    rows = [
        OrderHistory(order_id="ord_1", axis="payment", old="", new="not_paid", actor="tests", at=1),
        OrderHistory(order_id="ord_1", axis="payment", old="paid", new="refunded", actor="tests", at=2),
    ]
    with pytest.raises(ValueError, match="after 'not_paid'"):
        replay(rows)
