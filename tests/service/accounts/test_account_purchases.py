"""Purchases that belong to an account (SD-6), prices per seat (SD-7) and the purchases API (SD-10)."""

import pytest

from tests.service.accounts.conftest import had

ACME = {"id": "acme", "seats": 5}


@pytest.fixture
def seat_product(shop):
    return shop.product("Team plan", "7.50", per_seat=True)


@pytest.mark.parametrize("setting", ["always", "choice"])
def test_sd06_members_see_what_one_of_them_bought_for_the_account(open_session, buys, sells, shop, setting):
    sells(account_purchases=setting)
    u1, u2, u3 = open_session("u1", account=ACME), open_session("u2", account=ACME), open_session("u3")
    buys(u1, shop.editor, **({"for_account": True} if setting == "choice" else {}))
    assert had(u1) == had(u2) == [shop.editor]
    assert had(u3) == []


def test_sd06_who_joins_later_sees_all(open_session, buys, sells, shop):
    sells(account_purchases="always")
    buys(open_session("u1", account=ACME), shop.editor)
    assert had(open_session("u2", account={"id": "acme"})) == [shop.editor]


def test_sd06_purchase_of_an_account_is_shown_with_it(open_session, buys, sells, shop):
    sells(account_purchases="always")
    u1 = open_session("u1", account=ACME)
    buys(u1, shop.editor)
    (shown,) = u1.call("GET", "/me/purchases")["data"]
    assert shown["account_id"] == u1.call("GET", "/me")["account"]["account_id"]


@pytest.mark.parametrize(("setting", "wish"), [("off", {}), ("choice", {}), ("choice", {"for_account": False})])
def test_sd06_without_the_setting_or_the_choice_the_purchase_is_the_users_own(
    open_session, buys, sells, shop, setting, wish
):
    sells(account_purchases=setting)
    u1, u2 = open_session("u1", account=ACME), open_session("u2", account=ACME)
    buys(u1, shop.editor, **wish)
    assert (had(u1), had(u2)) == ([shop.editor], [])


@pytest.mark.parametrize(
    ("setting", "account", "wish"), [("off", ACME, True), ("choice", None, True), ("always", ACME, False)]
)
def test_sd06_choice_that_the_store_or_the_session_does_not_have_is_refused(
    open_session, buys, sells, shop, setting, account, wish
):
    sells(account_purchases=setting)
    refused = buys(open_session("u1", account=account), shop.editor, 422, for_account=wish)
    assert refused["errors"][0]["pointer"] == "/body/for_account"


def test_sd06_choice_without_a_session_is_refused(shop):
    shop.order((shop.editor, 1), for_account=True, status=422)


def test_sd06_user_of_another_account_or_in_no_account_sees_nothing(open_session, buys, sells, shop):
    sells(account_purchases="always")
    buys(open_session("u1", account=ACME), shop.editor)
    assert had(open_session("u2", account={"id": "globex"})) == []
    assert had(open_session("u1")) == []
    assert had(open_session("u1", account={"id": "globex"})) == []


def test_sd06_unpaid_order_gives_nobody_anything(open_session, sells, shop):
    sells(account_purchases="always")
    u1 = open_session("u1", account=ACME)
    shop.order((shop.editor, 1), user_session_id=u1.id)
    assert had(u1) == []


def test_sd06_wallet_in_the_order_does_not_make_it_the_buyers_own(open_session, buys, sells, shop):
    sells(account_purchases="always")
    u1, wallet = open_session("u1", account=ACME), "0x" + "ab" * 20
    buys(u1, shop.editor, customer={"wallet": wallet, "email": "ada@example.org"})
    assert had(open_session("u1")) == []
    assert had(u1) == [shop.editor]


@pytest.mark.parametrize(("seats", "total"), [(1, "7.50"), (5, "37.50"), (1_000, "7500")])
def test_sd07_price_is_unit_times_seats(open_session, shop, seat_product, seats, total):
    u1 = open_session("u1", account={"id": "acme", "seats": seats})
    body = shop.body(user_session_id=u1.id) | {"items": [{"product_id": seat_product}]}
    order = shop.call("POST", "/orders", body, status=201)
    assert order["items"][0]["quantity"] == seats
    assert float(order["total"]["amount"]) == float(total)


def test_sd07_other_products_keep_their_quantity(open_session, shop, seat_product):
    u1 = open_session("u1", account=ACME)
    body = shop.body(user_session_id=u1.id)
    body["items"] = [{"product_id": seat_product}, {"product_id": shop.editor, "quantity": 2}]
    order = shop.call("POST", "/orders", body, status=201)
    assert [item["quantity"] for item in order["items"]] == [5, 2]


@pytest.mark.parametrize("account", [None, {"id": "acme"}])
def test_sd07_price_per_seat_needs_seats(open_session, buys, seat_product, account):
    refused = buys(open_session("u1", account=account), seat_product, 422)
    assert refused["errors"][0]["pointer"] == "/body/items/0/quantity"


def test_sd07_another_quantity_than_the_seats_is_refused(open_session, shop, seat_product):
    shop.order((seat_product, 4), user_session_id=open_session("u1", account=ACME).id, status=422)


def test_order_for_a_session_is_its_users_whatever_the_address(open_session, shop):
    u1 = open_session("u1", email="u1@example.org")
    order = shop.order(user_session_id=u1.id)
    assert order["customer"]["id"] == u1.call("GET", "/me")["customer_id"]
    shop.order(user_session_id=u1.id, customer={"external_id": "u2"}, status=422)


def test_order_for_a_session_that_is_over_or_not_there_is_refused(open_session, shop, wait, client, other):
    u1 = open_session("u1")
    other_store = {**shop.body(user_session_id=u1.id), "store_id": other.store_id}
    headers = {**other.headers, "Idempotency-Key": "k"}
    assert client.post("/v1/orders", json=other_store, headers=headers).status_code == 404
    wait(3_600)
    assert shop.order(user_session_id=u1.id, status=401)["code"] == "session-expired"


def test_sd10_access_check_counts_accounts(open_session, buys, sells, shop):
    sells(account_purchases="always")
    u1, _, _ = open_session("u1", account=ACME), open_session("u2", account=ACME), open_session("u3")
    buys(u1, shop.editor)

    def check(user, **more):
        asked = "&".join(f"{key}={value}" for key, value in {"user_id": user, **more}.items())
        return shop.call("GET", f"/purchases?product_id={shop.editor}&{asked}")["data"]

    assert [len(check(user, active="true")) for user in ("u1", "u2", "u3", "nobody")] == [1, 1, 0, 0]
    assert len(check("u2", type="one_time", account="acme")) == 1
    assert check("u2", type="subscription") == check("u2", account="globex") == []
    (found,) = check("u2")
    assert len(check("u2", account_id=found["account_id"])) == 1
    shop.call("POST", f"/purchases/{found['id']}/consume")
    assert check("u2", active="true") == []
    assert [one["active"] for one in check("u2", active="false")] == [False]


def test_sd10_access_check_of_another_merchant_finds_nothing(open_session, buys, shop, client, other):
    buys(open_session("u1"), shop.editor)
    found = client.get("/v1/purchases?user_id=u1", headers=other.headers)
    assert found.json()["data"] == []
