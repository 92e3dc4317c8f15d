"""Blocks that are replaced: no order is lost, none is there twice, and nothing is delivered that was not paid."""

from passmanager.service.chain.models import ChainLog
from passmanager.service.engine import JobRow
from passmanager.service.orders.models import OrderItem, Payment, Purchase, Refund
from tests.service.chain.story import check_sums


def new(live, before):
    """Orders that came since, and their payments and rights."""
    orders = [order for order in live.orders() if order.id not in before]
    ids = {order.id for order in orders}
    items = {item.id for item in live.followed.all(OrderItem) if item.order_id in ids}
    payments = [payment for payment in live.followed.all(Payment) if payment.order_id in ids]
    return orders, payments, [right for right in live.followed.all(Purchase) if right.order_item_id in items]


def test_nothing_is_paid_or_delivered_when_five_blocks_are_replaced(live):
    before = {order.id for order in live.orders()}
    receipt = live.buy()
    live.mine(2)
    live.catch_up()
    (order,), (payment,), (right,) = new(live, before)
    assert (order.payment_status, payment.status, right.active) == ("paid", "confirmed", True)
    assert [line[0] for line in live.followed.heard.lines] == [order.id]
    live.reorg(5)
    live.catch_up()
    (order,), (payment,), (right,) = new(live, before)
    assert (order.payment_status, order.reason, order.paid_at) == ("not_paid", "reorged", None)
    assert (payment.status, right.active, right.pass_id) == ("reorged", False, None)
    assert live.followed.heard.recalled == [order.id]
    assert live.followed.heard.kinds("payment") == ["payment.succeeded", "payment.reorged"]
    assert receipt.tx_hash not in {row.tx_hash for row in live.followed.all(ChainLog)}
    assert ("order.expire", order.id) in {(job.kind, job.key) for job in live.followed.all(JobRow)}
    check_sums(live.followed)


def test_same_order_is_paid_again_when_its_transaction_is_mined_at_another_index(live):
    before = {order.id for order in live.orders()}
    bought = live.buy()
    raw = live.raw(bought.tx_hash)
    live.mine(3)
    live.catch_up()
    (first,), (payment,), (right,) = new(live, before)
    live.reorg(5)
    live.catch_up()
    live.world.clients["friend"].manager.purchase_products(live.cart("friend"))  # takes the pass that was free again
    assert live.node.request("eth_sendRawTransaction", raw) == bought.tx_hash
    live.mine()
    live.catch_up()
    orders, payments, rights = new(live, before)
    again = next(order for order in orders if order.id == first.id)
    assert len(orders) == len(payments) == len(rights) == 2
    assert (again.payment_status, again.number, again.total) == ("paid", first.number, first.total)
    located = next(one for one in payments if one.order_id == first.id)
    assert (located.id, located.status) == (payment.id, "confirmed")
    assert located.block_hash != payment.block_hash
    same = next(one for one in rights if one.id == right.id)
    assert (same.active, same.pass_id) == (True, right.pass_id + 1)
    assert live.followed.heard.kinds("order.created") == ["order.created"] * 2
    check_sums(live.followed)


def test_refund_is_undone_when_its_block_is_replaced(live):
    before = {order.id for order in live.orders()}
    bought = live.buy()
    live.catch_up()
    (order,), _, (right,) = new(live, before)
    live.mine(6)
    refund = live.world.clients["merchant"].manager.refund_product(
        right.pass_id, product_id=live.shop.handbook, amount=20 * 10**6, revoke=True
    )
    assert refund.block_number > bought.block_number
    live.catch_up()
    (order,), _, (right,) = new(live, before)
    assert (order.payment_status, right.status, right.active) == ("refunded", "revoked", False)
    live.reorg(2)
    live.catch_up()
    (order,), _, (right,) = new(live, before)
    assert (order.payment_status, right.status, right.active) == ("paid", "active", True)
    assert [one.status for one in live.followed.all(Refund)] == ["reorged"]
    check_sums(live.followed)


def test_every_row_is_as_if_the_replaced_blocks_had_never_been_when_two_services_are_compared(live, services, merchant):
    """A service that saw the reorg, and the chain itself: rights, owners and open passes agree."""
    live.buy()
    live.catch_up()
    live.buy(product=live.shop.plan, pricing=live.shop.monthly)
    live.mine(1)
    live.catch_up()
    live.reorg(2)
    live.buy()
    live.mine(1)
    live.catch_up()
    supply = live.world.clients["platform"].product_pass
    for right in live.followed.all(Purchase):
        if right.pass_id is not None:
            assert supply.owner_of(right.pass_id) == right.owner
    check_sums(live.followed)


def test_lines_are_told_only_when_their_block_is_deep_enough(patient):
    before = {order.id for order in patient.orders()}
    patient.buy()
    patient.catch_up()
    (order,), _, _ = new(patient, before)
    assert order.payment_status == "paid"
    assert order.id not in {line[0] for line in patient.followed.heard.lines}
    told_after = None
    for blocks in range(1, 14):
        patient.mine()
        patient.catch_up()
        if order.id in {line[0] for line in patient.followed.heard.lines} and told_after is None:
            told_after = blocks
    items = [item.id for item in patient.followed.all(OrderItem) if item.order_id == order.id]
    mine = [line for line in patient.followed.heard.lines if line[0] == order.id]
    assert mine == [(order.id, items[0])]
    assert told_after == patient.depth
    assert new(patient, before)[1][0].status == "finalized"


def test_reorged_payment_delivers_nothing_when_it_was_not_deep_yet(patient):
    before = {order.id for order in patient.orders()}
    patient.buy()
    patient.mine(1)
    patient.catch_up()
    patient.reorg(2)
    patient.mine(20)
    patient.catch_up()
    (order,), _, _ = new(patient, before)
    assert order.payment_status == "not_paid"
    assert order.id not in {line[0] for line in patient.followed.heard.lines}
