"""Stores, currencies, products and prices over HTTP."""

import pytest

from passmanager.service.db import session_scope
from tests.service.merchant import make_merchant

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.fixture
def call(client, merchant):
    def send(method, path, body=None, headers=merchant.headers):
        return client.request(method, f"/v1{path}", json=body, headers=headers)

    return send


@pytest.fixture
def product(call, merchant):
    answer = call("POST", "/products", {"store_id": merchant.store_id, "name": "Editor", "sku": "ED-1"})
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def euro(call, merchant):
    body = {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2}
    assert call("POST", "/currencies", body).status_code == 201


def test_store_keeps_what_it_is_given_and_patch_changes_only_what_is_sent(call):
    body = {"name": "Shop", "url": "https://shop.example/", "contact_email": "a@shop.example", "hold_above": "1000.5"}
    store = call("POST", "/stores", body).json()
    assert {name: store[name] for name in body} == body
    changed = call("PATCH", f"/stores/{store['id']}", {"unpaid_days": 30}).json()
    assert changed == {**store, "unpaid_days": 30, "updated_at": changed["updated_at"]}
    assert call("PATCH", f"/stores/{store['id']}", {"hold_above": None}).json()["hold_above"] is None


def test_name_cannot_be_taken_away(call, merchant):
    answer = call("PATCH", f"/stores/{merchant.store_id}", {"name": None})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/name")


def test_product_has_its_prices(call, product, euro):
    price = call("POST", f"/products/{product['id']}/prices", {"amount": "19.90", "currency": "EUR"}).json()
    assert price["price"] == {"amount": "19.9", "currency": "EUR", "decimals": 2}
    assert call("GET", f"/products/{product['id']}").json()["prices"] == [price]
    assert call("DELETE", f"/products/{product['id']}/prices/{price['id']}").status_code == 204
    assert call("GET", f"/products/{product['id']}").json()["prices"] == []


@pytest.mark.parametrize("amount", ["1.999", "-1", "1e3", "", "x", "9" * 79])
def test_price_that_is_no_amount_is_refused(call, product, euro, amount):
    answer = call("POST", f"/products/{product['id']}/prices", {"amount": amount, "currency": "EUR"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/amount")


def test_largest_token_amount_is_kept_exactly(call, merchant, product):
    body = {"store_id": merchant.store_id, "symbol": "BIG", "decimals": 0, "chain_id": 31337, "token": TOKEN}
    assert call("POST", "/currencies", body).status_code == 201
    body = {"amount": str(2**256 - 1), "currency": "BIG", "pricing_id": 7}
    price = call("POST", f"/products/{product['id']}/prices", body).json()
    assert (price["price"]["amount"], price["pricing_id"]) == (str(2**256 - 1), 7)


def test_currency_is_there_once(call, merchant, euro):
    answer = call("POST", "/currencies", {"store_id": merchant.store_id, "symbol": "EUR", "decimals": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_archived_product_leaves_the_list_and_stays_readable(call, product):
    assert call("POST", f"/products/{product['id']}/archive").json()["archived"] is True
    assert call("GET", "/products").json()["data"] == []
    assert [found["id"] for found in call("GET", "/products?archived=true").json()["data"]] == [product["id"]]
    assert call("GET", f"/products/{product['id']}").status_code == 200


def test_pages_show_each_product_once_though_new_ones_arrive(call, merchant):
    made = [call("POST", "/products", {"store_id": merchant.store_id, "name": f"P{n}"}).json()["id"] for n in range(5)]
    first = call("GET", "/products?limit=2").json()
    call("POST", "/products", {"store_id": merchant.store_id, "name": "late"})
    second = call("GET", f"/products?limit=2&cursor={first['next_cursor']}").json()
    third = call("GET", f"/products?limit=2&cursor={second['next_cursor']}").json()
    seen = [product["id"] for part in (first, second, third) for product in part["data"]]
    assert seen == made[::-1]
    assert (third["has_more"], third["next_cursor"]) == (False, None)


@pytest.mark.parametrize("cursor", ["x", "AAAAAAAAAAAA", "////////", "%00"])
def test_cursor_of_nobody_is_refused(call, cursor):
    assert call("GET", f"/products?cursor={cursor}").status_code == 422


def test_other_merchants_things_are_not_there(call, services, product):
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other").headers
    assert call("GET", "/products", headers=other).json()["data"] == []
    for method, path, body in [
        ("GET", f"/products/{product['id']}", None),
        ("PATCH", f"/products/{product['id']}", {"name": "mine"}),
        ("POST", f"/products/{product['id']}/archive", None),
        ("POST", f"/products/{product['id']}/prices", {"amount": "1", "currency": "EUR"}),
        ("GET", f"/stores/{product['store_id']}", None),
        ("POST", "/products", {"store_id": product["store_id"], "name": "mine"}),
    ]:
        assert call(method, path, body, headers=other).status_code == 404
    assert call("GET", f"/products/{product['id']}").json() == product


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer pm_test_x"}, {"Authorization": "Basic YTpi"}])
def test_call_without_a_valid_key_is_refused(call, headers):
    answer = call("GET", "/products", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_unknown_name_in_a_body_is_a_mistake(call):
    answer = call("POST", "/stores", {"name": "Shop", "unpaid_day": 3})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/unpaid_day")


def test_template_of_another_store_delivers_nothing_here(call, merchant, product, services):
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other")
    body = {"store_id": other.store_id, "name": "Keys", "method": "generated"}
    template = call("POST", "/fulfillment-templates", body, headers=other.headers).json()["id"]
    chosen = {"store_id": merchant.store_id, "name": "x", "fulfillment_template_id": template}
    kind = call("POST", "/product-types", {"store_id": merchant.store_id, "name": "Programs"}).json()["id"]
    for method, path, sent in (
        ("POST", "/products", chosen), ("POST", "/product-types", chosen),
        ("PATCH", f"/products/{product['id']}", {"fulfillment_template_id": template}),
        ("PATCH", f"/product-types/{kind}", {"fulfillment_template_id": template}),
    ):  # fmt: skip
        answer = call(method, path, sent)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert call("GET", f"/products/{product['id']}").json()["fulfillment_template_id"] is None


def test_currencies_and_types_are_listed(call, merchant, euro):
    where = f"?store_id={merchant.store_id}"
    assert [currency["symbol"] for currency in call("GET", f"/currencies{where}").json()] == ["EUR"]
    for name in ("Programs", "Books"):
        assert call("POST", "/product-types", {"store_id": merchant.store_id, "name": name}).status_code == 201
    assert [kind["name"] for kind in call("GET", f"/product-types{where}").json()] == ["Books", "Programs"]
