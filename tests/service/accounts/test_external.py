"""Purchases that the merchant manages elsewhere, given along with a session: SD-8."""

import pytest

from tests.service.accounts.conftest import had

DAY = 86_400


@pytest.fixture
def bought(shop):
    def made(external_id="e1", **more):
        return {"external_id": external_id, "product_id": shop.editor, **more}

    return made


def seen(session):
    return [(one["external_id"], one["source"], one["active"]) for one in session.call("GET", "/me/purchases")["data"]]


def test_sd08_purchases_of_a_session_are_the_users(open_session, bought, told, shop):
    u1 = open_session("u1", purchases=[bought(), bought("e2", active=False)])
    assert seen(u1) == [("e2", "external", False), ("e1", "external", True)]
    assert seen(open_session("u2")) == []
    assert told() == ["purchase.created", "purchase.created"]
    (active,) = shop.call("GET", "/purchases?user_id=u1&active=true")["data"]
    assert (active["external_id"], active["order_id"]) == ("e1", None)
    assert shop.call("GET", "/orders")["data"] == []


def test_sd08_the_same_id_again_changes_it_and_an_absent_one_stays(open_session, bought, told):
    open_session("u1", purchases=[bought(), bought("e2")])
    again = open_session("u1", purchases=[bought(quantity=3)])
    assert seen(again) == [("e2", "external", True), ("e1", "external", True)]
    assert told()[2:] == ["purchase.state_changed"]
    open_session("u1", purchases=[bought(quantity=3)])
    assert len(told()) == 3


def test_sd08_it_stays_until_active_until(open_session, bought, wait, services, shop):
    until = "2999-01-01T00:00:00Z"
    u1 = open_session("u1", purchases=[bought(active_until=until)])
    assert u1.call("GET", "/me/purchases")["data"][0]["active_until"] == "2999-01-01T00:00:00.000Z"
    past = "2020-01-01T00:00:00Z"
    assert seen(open_session("u1", purchases=[bought(active_until=past)])) == [("e1", "external", False)]
    assert shop.call("GET", "/purchases?user_id=u1&active=true")["data"] == []


def test_sd08_it_ends_by_active_false(open_session, bought):
    open_session("u1", purchases=[bought()])
    assert seen(open_session("u1", purchases=[bought(active=False)])) == [("e1", "external", False)]


def test_sd08_what_was_used_up_stays_so(open_session, bought, shop):
    u1 = open_session("u1", purchases=[bought()])
    (found,) = u1.call("GET", "/me/purchases")["data"]
    shop.call("POST", f"/purchases/{found['id']}/consume")
    assert seen(open_session("u1", purchases=[bought(quantity=2)])) == [("e1", "external", False)]


def test_sd08_purchase_for_the_account_is_shared(open_session, bought, shop):
    account = {"id": "acme"}
    open_session("u1", account=account, purchases=[bought(for_account=True)])
    assert had(open_session("u2", account=account)) == [shop.editor]
    refused = open_session("u1", 422, purchases=[bought(for_account=True)])
    assert refused["errors"][0]["pointer"] == "/body/purchases/0/for_account"


def test_sd08_session_and_purchases_api_mean_the_same_purchase(open_session, bought, shop, merchant):
    body = {"store_id": merchant.store_id, "user_id": "u1", **bought()}
    made = shop.call("POST", "/purchases", body, status=201)
    (found,) = open_session("u1", purchases=[bought()]).call("GET", "/me/purchases")["data"]
    assert found["id"] == made["id"]
    shop.call("POST", "/purchases", body, status=200)


def test_sd08_product_of_another_store_is_refused(open_session, shop, merchant):
    store = shop.call("POST", "/stores", {"name": "Second"}, status=201)["id"]
    product = shop.call("POST", "/products", {"store_id": store, "name": "Far"}, status=201)["id"]
    purchases = [{"external_id": "e1", "product_id": product}]
    assert open_session("u1", 422, purchases=purchases)["errors"][0]["pointer"] == "/body/purchases/0/product_id"
    assert had(open_session("u1")) == []


def test_sd08_product_of_another_merchant_is_not_there(client, bought, other):
    body = {"store_id": other.store_id, "user_id": "u1", "purchases": [bought()]}
    assert client.post("/v1/sessions", json=body, headers=other.headers).status_code == 404
