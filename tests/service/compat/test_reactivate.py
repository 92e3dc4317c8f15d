"""`POST /purchases/:id/reactivate`: the rules of DPD, and what the chain alone may say."""

import pytest

from passmanager.service.compat.dpd.ports import Ports, Reactivation
from passmanager.service.orders.models import Payment
from passmanager.service.sealing import sealer_of
from passmanager.service.webhooks.profiles import dpd_ipn

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


class TestDelivered:
    """With the deliveries of the service itself."""

    @pytest.fixture
    def pool(self, shop):
        store = shop.merchant.store_id
        pool = shop.call("POST", "/key-pools", {"store_id": store, "name": "Keys"}, status=201)["id"]
        shop.call("POST", f"/key-pools/{pool}/keys", {"keys": ["K-1", "K-2"]})
        template = {"store_id": store, "name": "Pool", "method": "pool", "pool_id": pool}
        template_id = shop.call("POST", "/fulfillment-templates", template, status=201)["id"]
        return pool, shop.product("Tool", "5", fulfillment_template_id=template_id)

    def line(self, dpd, order):
        return dpd.get(f"/purchases/{order['number']}")["line_items"][0]

    def test_dp05_three_units_of_two_keys_are_two_keys_and_not_all(self, shop, dpd, pool, wait):
        order = shop.order((pool[1], 3))
        shop.act(order, "mark-paid")
        wait(1)
        line = self.line(dpd, order)
        assert (sorted(line["product_keys"]), line["has_all_keys"]) == (["K-1", "K-2"], False)
        shop.call("POST", f"/key-pools/{pool[0]}/keys", {"keys": ["K-3"]})
        wait(1)
        line = self.line(dpd, order)
        assert (sorted(line["product_keys"]), line["has_all_keys"]) == (["K-1", "K-2", "K-3"], True)

    def test_dp06_held_purchase_has_no_keys(self, shop, dpd, pool, wait):
        rule = {"store_id": shop.merchant.store_id, "field": "email", "value": "ada@example.org"}
        shop.call("POST", "/block-rules", rule, status=201)
        order = shop.order((pool[1], 1))
        shop.act(order, "mark-paid")
        wait(1)
        assert dpd.get(f"/purchases/{order['number']}")["status"] == "HLD"
        line = self.line(dpd, order)
        assert (line["product_keys"], line["has_all_keys"]) == ([], False)

    def test_dp07_mail_goes_to_the_other_address_only_and_no_key_is_issued_again(self, shop, dpd, pool, wait):
        order = shop.order((pool[1], 1))
        shop.act(order, "mark-paid")
        wait(1)
        before = self.line(dpd, order)["product_keys"]
        dpd.reactivate(order, data={"customer_email": "b@example.org", "refulfill": "1"})
        wait(1)
        mails = [mail for mail in shop.call("GET", "/mails")["data"] if mail["template"] == "reactivated"]
        assert [mail["recipient"] for mail in mails] == ["b@example.org"]
        assert self.line(dpd, order)["product_keys"] == before
        assert dpd.get(f"/purchases/{order['number']}")["buyer_email"] == "ada@example.org"


def test_dp12_notification_that_was_never_sent_is_invalid(dpd):
    answer = dpd.client.post("/compat/dpd/v2/notification/verify", data={"txn_id": "1", "verify_sign": "x"})
    assert (answer.status_code, answer.text) == (200, "INVALID")


def test_dp12_notification_comes_back_verified_until_a_field_is_changed(dpd, services):
    key = sealer_of(services.settings).derive(dpd_ipn.VERIFY_PURPOSE)
    fields = dpd_ipn.form({"number": 7, "currency": "EUR"}, "Completed", "2026-01-01T00:00:00Z")
    fields[dpd_ipn.SIGN] = dpd_ipn._sign(fields, key)

    def verdict(sent):
        return dpd.client.post("/compat/dpd/v2/notification/verify", data=sent).text

    assert verdict(fields) == "VERIFIED"
    for name in fields:
        assert verdict({**fields, name: fields[name] + "1"}) == "INVALID"
