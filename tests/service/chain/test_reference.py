"""Purchases that name an order: they pay it only if everything else fits, too."""

import pytest

from passmanager.service.orders.models import Payment, Purchase
from passmanager.units import format_units
from tests.service.chain.live import reference


@pytest.fixture
def place(client, live, merchant):
    """An order of the merchant's program, to be paid on the chain."""

    def place(*products: int) -> dict:
        items = [
            {"product_id": live.products[number], "price_id": live.prices[number], "quantity": 1}
            for number in products or (live.shop.handbook,)
        ]
        body = {
            "store_id": merchant.store_id, "currency": "DEMO", "items": items, "payment_method": "chain",
            "customer": {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee"},
        }  # fmt: skip
        answer = client.post(
            "/v1/orders", json=body, headers={**merchant.headers, "Idempotency-Key": str(len(live.orders()))}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    return place


def payments_of(live, order_id):
    return [payment for payment in live.followed.all(Payment) if payment.order_id == order_id]


def test_order_is_paid_when_a_purchase_with_its_reference_fits(live, place):
    order = place()
    bought = live.buy(order["order_reference"])
    live.catch_up()
    paid = live.order(order["id"])
    (payment,) = payments_of(live, order["id"])
    assert (paid.payment_status, paid.source, paid.wallet) == ("paid", "api", live.world.people["buyer"])
    assert (payment.status, payment.tx_hash, payment.amount) == ("confirmed", bought.tx_hash, paid.total)
    (right,) = [one for one in live.followed.all(Purchase) if one.customer_id == paid.customer_id]
    assert (right.source, right.active, right.owner) == ("chain", True, live.world.people["buyer"])
    assert [line[0] for line in live.followed.heard.lines] == [order["id"]]


def test_order_stays_open_when_a_purchase_with_its_reference_is_of_another_product(live, place):
    order = place()
    before = {one.id for one in live.orders()}
    live.buy(order["order_reference"], product=live.shop.plan, pricing=live.shop.monthly)
    live.catch_up()
    assert live.order(order["id"]).payment_status == "not_paid"
    (own,) = [one for one in live.orders() if one.id not in before]
    assert (own.payment_status, own.source, own.reason) == ("paid", "chain", "reference_mismatch")


def test_order_stays_open_when_less_was_paid_under_its_reference(live, place, services):
    """A coupon made the purchase cheaper than the order."""
    order = place()
    cart = live.cart()
    live.world.clients["buyer"].manager.checkout(
        type(cart)(**{**{name: getattr(cart, name) for name in cart.__slots__}, "coupon_code": "WELCOME20"}),
        live.terms(order["order_reference"]),
    )
    live.catch_up()
    assert live.order(order["id"]).payment_status == "not_paid"
    own = next(one for one in live.orders() if one.reason == "reference_mismatch")
    assert format_units(own.total, 6) == "16"


def test_second_payment_is_an_order_of_its_own_when_the_first_has_settled_it(live, place):
    order = place()
    live.buy(order["order_reference"])
    live.buy(order["order_reference"])
    live.catch_up()
    assert live.order(order["id"]).payment_status == "paid"
    assert len(payments_of(live, order["id"])) == 1
    assert [one.reason for one in live.orders() if one.source == "chain"][-1] == "reference_mismatch"


def test_purchase_is_an_order_when_nobody_knows_its_reference(live):
    before = {one.id for one in live.orders()}
    live.buy(reference("somebody else's shop"))
    live.catch_up()
    (own,) = [one for one in live.orders() if one.id not in before]
    assert (own.payment_status, own.reason) == ("paid", "")
    assert own.details["chain"]["order_reference"] == reference("somebody else's shop")


def test_same_api_order_is_paid_once_when_its_transaction_is_mined_again(live, place):
    order = place()
    bought = live.buy(order["order_reference"])
    raw = live.raw(bought.tx_hash)
    live.mine(2)
    live.catch_up()
    live.reorg(4)
    live.catch_up()
    assert live.order(order["id"]).payment_status == "not_paid"
    live.node.request("eth_sendRawTransaction", raw)
    live.mine()
    live.catch_up()
    paid = live.order(order["id"])
    (payment,) = payments_of(live, order["id"])
    assert (paid.payment_status, payment.status, payment.tx_hash) == ("paid", "confirmed", bought.tx_hash)
    assert live.followed.heard.kinds("order.paid") == ["order.paid"] * 2


def test_purchase_is_held_when_the_store_blocks_the_wallet(live, client, merchant):
    rule = {"store_id": merchant.store_id, "field": "wallet", "value": live.world.people["buyer"]}
    assert client.post("/v1/block-rules", json=rule, headers=merchant.headers).status_code == 201
    before = {one.id for one in live.orders()}
    live.buy()
    live.catch_up()
    (order,) = [one for one in live.orders() if one.id not in before]
    assert (order.payment_status, order.reason) == ("held", "blocked wallet")
    assert live.followed.heard.lines == []
