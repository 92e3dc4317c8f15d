"""`POST /purchases/:id/reactivate`: the rules of DPD, and what the chain alone may say."""

import pytest

from passmanager.service.compat.dpd.ports import Ports, Reactivation
from passmanager.service.orders.models import Payment

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def asked(client):
    """What delivery was asked to do again; it stands in for the one of the service."""
    heard = []
    client.app.state.dpd = Ports(reactivate=lambda _session, order, what, _act: heard.append((order.number, what)))
    return heard


@pytest.fixture
def paid(shop):
    order = shop.order()
    shop.act(order, "mark-paid")
    return order


def test_dp07_answer_is_ok_and_delivery_is_asked(dpd, paid, asked):
    assert dpd.reactivate(paid) == {"status": "OK"}
    assert asked == [(paid["number"], Reactivation())]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"customer_email": "b@example.org", "refulfill": "1"}},
        {"json": {"customer_email": "b@example.org", "refulfill": True}},
        {"json": {"customer_email": "b@example.org", "refulfill": 1}},
        {"params": {"customer_email": "b@example.org", "refulfill": "true"}},
        {"params": {"customer_email": "z@example.org"}, "data": {"customer_email": "b@example.org", "refulfill": "on"}},
        {"files": {"customer_email": (None, "b@example.org"), "refulfill": (None, "yes")}},
    ],
)
def test_dp07_parameters_come_as_form_json_or_query(dpd, paid, asked, sent):
    dpd.reactivate(paid, **sent)
    assert asked == [(paid["number"], Reactivation("b@example.org", refulfill=True))]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"customer_email": "", "refulfill": ""}}, {"json": {"customer_email": None, "refulfill": False}},
        {"json": {}}, {"data": {"customer_email": " ", "refulfill": "0"}}, {"content": b"", "headers": FORM},
        {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    ],
)  # fmt: skip
def test_dp07_blank_means_the_stored_address_and_nothing_more(dpd, paid, asked, sent):
    dpd.reactivate(paid, **sent)
    assert asked == [(paid["number"], Reactivation())]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"customer_email": "nobody"}}, {"data": {"customer_email": "a@b c"}},
        {"data": {"customer_email": "a@" + "b" * 300}}, {"data": {"customer_email": "a\x00@b"}},
        {"data": {"refulfill": "maybe"}}, {"json": ["x"]}, {"json": {"refulfill": [1]}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b"[" * 2_000, "headers": {"Content-Type": "application/json"}},
        {"files": {"file": ("x.txt", b"x")}},
    ],
)  # fmt: skip
def test_dp07_what_makes_no_sense_is_a_400_and_nothing_happens(dpd, paid, asked, sent):
    assert dpd.reactivate(paid, expect=400, **sent)["code"] == "bad-request"
    assert asked == []


def test_dp07_other_address_leaves_that_of_the_purchase(shop, dpd, paid, asked):
    dpd.reactivate(paid, data={"customer_email": "b@example.org"})
    assert shop.read(paid)["customer"]["email"] == "ada@example.org"
    assert dpd.get(f"/purchases/{paid['number']}")["buyer_email"] == "ada@example.org"


def test_dp07_refunded_and_canceled_ones_stay_as_they_are(shop, dpd, paid, asked):
    canceled = shop.order()
    shop.act(canceled, "cancel", {})
    shop.act(paid, "charge-back", {})
    for order in (paid, canceled):
        assert dpd.reactivate(order, expect=409)["code"] == "conflict"
    assert asked == []


def test_dp07_offline_payment_that_never_cleared_counts_as_paid(shop, dpd, asked):
    unpaid, failed = shop.order(), shop.order()
    shop.act(failed, f"payments/{failed['payments'][0]['id']}/fail", {})
    rule = {"store_id": shop.merchant.store_id, "field": "email", "value": "ada@example.org"}
    held = shop.order()
    rule_id = shop.call("POST", "/block-rules", rule, status=201)["id"]
    shop.act(held, "mark-paid")
    shop.call("DELETE", f"/block-rules/{rule_id}", status=204)
    for order in (unpaid, failed, held):
        dpd.reactivate(order)
        read = shop.read(order)
        assert (read["payment_status"], dpd.get(f"/purchases/{order['number']}")["status"]) == ("paid", "ACT")
    assert shop.read(unpaid)["payments"][0]["marked_by"] == "tests"
    assert len(asked) == 3


def test_dp07_of_a_payment_on_the_chain_only_the_chain_says_that_it_came(shop, dpd, asked, services):
    order = shop.order()
    with services.engine.begin() as connection:
        connection.execute(Payment.__table__.update().values(method="chain"))
    dpd.reactivate(order, expect=409)
    assert shop.read(order)["payment_status"] == "not_paid"
    assert asked == []


def test_dp07_unknown_purchase_is_a_404(dpd, asked):
    for number in ("1", "x", "9" * 25):
        dpd.call("POST", f"/purchases/{number}/reactivate", expect=404)
    assert asked == []
