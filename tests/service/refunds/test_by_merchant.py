"""Refunds on a chain that the merchant's own wallet sends: the service gives the call and waits for its log."""

import pytest

from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from tests.service.chain.conftest import live, selling
from tests.service.refunds.chain_shop import PRICE, settings, shop

__all__ = ["live", "selling", "settings", "shop"]


def test_nv20_approved_request_gives_the_call_and_its_log_fulfills_it(shop, told, mails):
    order = shop.sell()
    before, escrow = shop.has(), shop.escrow()
    made = shop.approve(shop.request(order))
    refund = made["refund"]
    assert (made["status"], made["amount"]["amount"], refund["status"]) == ("approved", "20", "processing")
    assert (refund["signed_by_service"], refund["pass_id"]) == (False, str(shop.right(order).pass_id))
    assert shop.call("GET", f"/refunds/{refund['id']}")["call"] == refund["call"]
    shop.send(refund["call"])
    shop.catch_up()
    after = shop.seen(made)
    assert (after["status"], after["refund"]["status"], after["refund"]["call"]) == ("fulfilled", "succeeded", None)
    assert after["refund"]["recipient"] == shop.world.people["buyer"]
    assert (shop.has() - before, escrow - shop.escrow()) == (PRICE, PRICE)
    assert (shop.read(order)["payment_status"], shop.right(order).active) == ("refunded", False)
    assert [key["status"] for key in shop.call("GET", f"/license-keys?order_id={order['id']}")["data"]] == ["revoked"]
    news = [kind for kind in told(order["id"]) if kind.startswith("refund")]
    assert news == [
        "refund_request.created", "refund_request.approved", "refund.created", "refund.succeeded",
        "refund_request.fulfilled",
    ]  # fmt: skip
    assert mails() == [("ann@example.org", "succeeded")]
    assert len(shop.refunds(order)) == 1


def test_part_of_a_line_goes_back_and_the_right_stays(shop):
    order = shop.sell()
    before = shop.has()
    made = shop.approve(shop.request(order), {"amount": "5.5"})
    assert (made["refund"]["amount"]["amount"], made["refund"]["revoke"]) == ("5.5", False)
    shop.send(made["refund"]["call"])
    shop.catch_up()
    assert shop.has() - before == 5_500_000
    assert shop.seen(made)["status"] == "fulfilled"
    assert (shop.read(order)["payment_status"], shop.right(order).active) == ("partially_refunded", True)
    rest = shop.approve(shop.request(order))
    assert (rest["amount"]["amount"], rest["refund"]["revoke"]) == ("14.5", True)
    shop.send(rest["refund"]["call"])
    shop.catch_up()
    assert (shop.has() - before, shop.read(order)["payment_status"]) == (PRICE, "refunded")


@pytest.mark.parametrize("body", [{"amount": "20.000001"}, {"amount": "0"}, {"amount": "1.0000001"}])
def test_more_than_the_chain_allows_is_refused(shop, body):
    made = shop.request(shop.sell())
    shop.approve(made, body, status=422)
    assert shop.seen(made)["status"] == "requested"


def test_one_refund_of_a_pass_and_product_is_open(shop):
    order = shop.sell()
    made = shop.approve(shop.request(order), {"amount": "1"})
    body = {"order_item_id": order["items"][0]["id"], "amount": "1"}
    assert shop.call("POST", "/refunds", body, status=409)["code"] == "refund-already-open"
    shop.call("POST", f"/refunds/{made['refund']['id']}/cancel")
    assert shop.seen(made)["status"] == "failed"
    other = shop.call("POST", "/refunds", body, status=201)
    assert shop.approve(made, status=409)["code"] == "refund-already-open"
    shop.call("POST", f"/refunds/{other['id']}/cancel")
    assert shop.approve(made)["status"] == "approved"


def test_request_fails_when_the_escrow_is_too_low_and_is_tried_again(shop, told):
    order = shop.sell()
    made = shop.request(order)
    shop.empty_escrow()
    failed = shop.approve(made)
    assert failed["status"] == "failed"
    assert failed["problem"].startswith("the organization has 0 DEMO in its escrow, and 20 DEMO are to be paid back")
    assert told(order["id"])[-1] == "refund_request.failed"
    assert shop.visitor().ask(order, status=409)["code"] == "refund-already-open"
    body = {"order_item_id": order["items"][0]["id"]}
    assert shop.call("POST", "/refunds", body, status=409)["code"] == "escrow-too-low"
    shop.top_up(PRICE)
    again = shop.approve(made)
    shop.send(again["refund"]["call"])
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.seen(made)["problem"]) == ("fulfilled", "")


def test_money_goes_to_the_holder_of_the_pass_when_it_was_given_away_meanwhile(shop):
    order = shop.sell()
    people = shop.world.people
    made = shop.request(order)
    passes = shop.world.clients["buyer"].product_pass
    passes.transfer_from(people["buyer"], people["friend"], token_id=shop.right(order).pass_id)
    shop.catch_up()
    bought, given = shop.has("buyer"), shop.has("friend")
    refund = shop.approve(made)["refund"]
    shop.send(refund["call"])
    shop.catch_up()
    assert (shop.has("buyer") - bought, shop.has("friend") - given) == (0, PRICE)
    assert shop.seen(made)["refund"]["recipient"] == people["friend"]
    assert shop.visitor("buyer").mine()[0]["recipient"] == people["friend"]


def test_request_goes_back_when_the_chain_takes_the_refund_back(shop, told, mails):
    order = shop.sell()
    shop.live.mine(6)
    made = shop.approve(shop.request(order))
    tx_hash = shop.send(made["refund"]["call"])
    raw = shop.live.raw(tx_hash)
    shop.catch_up()
    shop.live.reorg(1)
    shop.live.mine()
    shop.catch_up()
    back = shop.seen(made)
    assert (back["status"], back["refund"]["status"]) == ("approved", "reorged")
    assert (shop.read(order)["payment_status"], shop.right(order).active) == ("paid", True)
    assert "refund_request.reopened" in told(order["id"])
    body = {"order_item_id": order["items"][0]["id"]}
    assert shop.call("POST", "/refunds", body, status=409)["code"] == "refund-already-open"
    shop.world.node.request("eth_sendRawTransaction", raw)
    shop.live.mine()
    shop.catch_up()
    assert (shop.seen(made)["status"], len(shop.refunds(order))) == ("fulfilled", 1)
    assert shop.read(order)["payment_status"] == "refunded"
    assert mails() == [("ann@example.org", "succeeded")]


def test_request_is_undecided_again_when_a_refund_nobody_asked_for_here_is_taken_back(shop):
    order = shop.sell()
    shop.live.mine(6)
    made = shop.request(order)
    shop.world.clients["merchant"].manager.refund_product(
        shop.right(order).pass_id, product_id=shop.live.shop.handbook, amount=PRICE, revoke=True
    )
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.seen(made)["refund"]["actor"]) == ("fulfilled", "chain")
    shop.live.reorg(1)
    shop.live.mine()
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.seen(made)["refund"]) == ("requested", None)


def test_smaller_refund_by_hand_is_another_one(shop):
    order = shop.sell()
    made = shop.approve(shop.request(order))
    shop.world.clients["merchant"].manager.refund_product(
        shop.right(order).pass_id, product_id=shop.live.shop.handbook, amount=10**6, revoke=False
    )
    shop.catch_up()
    assert shop.seen(made)["status"] == "approved"
    assert [one.status for one in shop.refunds(order)] == ["processing", "succeeded"]


def test_rejected_order_of_the_chain_waits_for_a_call_for_each_line(shop):
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"hold_above": "1"})
    order = shop.sell()
    assert order["payment_status"] == "held"
    shop.act(order, "reject", {"reason": "fraud"})
    (listed,) = shop.call("GET", f"/refunds?order_id={order['id']}")["data"]
    assert (listed["status"], listed["call"]) == ("processing", None)
    shop.send(shop.call("GET", f"/refunds/{listed['id']}")["call"])
    shop.catch_up()
    assert shop.read(order)["payment_status"] == "refunded"
    assert [one.status for one in shop.refunds(order)] == ["succeeded"]


def test_older_period_is_not_paid_back_once_a_later_one_was_paid(shop):
    who = shop.live.shop
    order = shop.sell(product=who.plan, pricing=who.monthly)
    right = shop.right(order)
    with session_scope(shop.services.sessions) as session:  # as a renewal leaves it
        row = session.get(type(right), right.number)
        row.details = {**row.details, "last_item": new_id("itm")}
    assert shop.visitor().ask(order, status=409)["code"] == "refund-window-closed"
