"""What users must bring along to buy: SD-11."""

import csv
import io

import pytest


@pytest.fixture
def gated(shop):
    return shop.product("Wine", "12", requirements=["age", "kyc"])


def attempts(shop, query=""):
    return shop.call("GET", f"/blocked-attempts{query}")["data"]


def test_sd11_missing_requirement_stops_the_purchase_and_says_which(open_session, buys, shop, gated, told):
    u1 = open_session("u1", requirements=["age"])
    refused = buys(u1, gated, 403)
    assert refused["code"] == "requirement-unmet"
    assert [one["requirement"] for one in refused["unmet"]] == ["kyc"]
    assert "kyc" in refused["errors"][0]["detail"]
    assert told() == ["purchase.blocked"]
    (attempt,) = attempts(shop)
    assert (attempt["user_id"], attempt["product_id"], attempt["missing"]) == ("u1", gated, ["kyc"])
    assert shop.call("GET", "/orders")["data"] == []


def test_sd11_met_requirements_let_pass(open_session, buys, shop, gated):
    u1 = open_session("u1", requirements=["kyc", "more", "age"])
    assert buys(u1, gated)["payment_status"] == "paid"
    assert attempts(shop) == []


def test_sd11_requirements_of_the_type_count_too(open_session, buys, shop, merchant):
    kind = {"store_id": merchant.store_id, "name": "Drinks", "requirements": ["age"]}
    type_id = shop.call("POST", "/product-types", kind, status=201)["id"]
    product = shop.product("Beer", "3", type_id=type_id, requirements=["kyc"])
    refused = buys(open_session("u1"), product, 403)
    assert [one["requirement"] for one in refused["unmet"]] == ["kyc", "age"]
    assert shop.call("PATCH", f"/product-types/{type_id}", {"requirements": []})["requirements"] == []
    shop.call("PATCH", f"/products/{product}", {"requirements": []})
    buys(open_session("u1"), product)


def test_sd11_every_product_that_lacks_something_is_one_attempt(open_session, shop, gated):
    second = shop.product("Rum", "20", requirements=["age"])
    body = shop.body((gated, 1), (second, 1), (shop.editor, 1), user_session_id=open_session("u1").id)
    refused = shop.call("POST", "/orders", body, status=403)
    assert {one["requirement"]: one["product_ids"] for one in refused["unmet"]} == {
        "age": [gated, second], "kyc": [gated],
    }  # fmt: skip
    assert {one["product_id"] for one in attempts(shop)} == {gated, second}


def test_sd11_redirect_and_callback_for_the_page_in_front(open_session, buys, shop, gated, merchant):
    age = {"name": "age", "redirect_url": "https://shop.example/age"}
    kyc = {"name": "kyc", "callback": {"name": "open-kyc", "payload": {"level": 2}}}
    for one in (age, kyc):
        shop.call("POST", "/requirements", {"store_id": merchant.store_id, **one}, status=201)
    unmet = {one["requirement"]: one for one in buys(open_session("u1"), gated, 403)["unmet"]}
    assert (unmet["age"]["redirect_url"], unmet["age"]["callback"]) == ("https://shop.example/age", None)
    assert unmet["kyc"]["callback"] == {"type": "callback", "name": "open-kyc", "payload": {"level": 2}}
    assert unmet["kyc"]["redirect_url"] is None


def test_sd11_team_gets_one_mail_of_each_attempt_if_it_wants(open_session, buys, shop, gated, merchant, sells):
    sells(contact_email="team@shop.example")
    u1 = open_session("u1", requirements=["age"])
    buys(u1, gated, 403)
    assert shop.call("GET", "/mails")["data"] == []
    made = shop.call("POST", "/requirements", {"store_id": merchant.store_id, "name": "kyc", "mail": True}, status=201)
    buys(u1, gated, 403)
    (mail,) = shop.call("GET", "/mails")["data"]
    assert (mail["template"], mail["recipient"]) == ("purchase_blocked", "team@shop.example")
    shop.call("PATCH", f"/requirements/{made['id']}", {"mail": False})
    buys(u1, gated, 403)
    assert len(shop.call("GET", "/mails")["data"]) == 1
    assert len(attempts(shop)) == 3


def test_sd11_refused_order_may_come_again_with_the_same_idempotency_key(open_session, shop, gated):
    u1 = open_session("u1")
    body = shop.body((gated, 1), user_session_id=u1.id)
    shop.call("POST", "/orders", body, status=403, key="same")
    shop.call("POST", "/orders", body, status=403, key="same")
    shop.call("PATCH", f"/sessions/{u1.id}", {"requirements": ["age", "kyc"]})
    order = shop.call("POST", "/orders", body, status=201, key="same")
    assert shop.call("POST", "/orders", body, status=201, key="same") == order


def test_sd11_order_of_the_merchants_server_without_a_session_is_not_asked(shop, gated):
    shop.order((gated, 1))


def test_sd11_attempts_come_in_pages_and_as_csv(open_session, buys, shop, gated, client, merchant):
    for user in ("u1", "=1+1", "u3"):
        buys(open_session(user), gated, 403)
    first = shop.call("GET", "/blocked-attempts?limit=2")
    second = shop.call("GET", f"/blocked-attempts?limit=2&cursor={first['next_cursor']}")
    assert [one["user_id"] for one in first["data"] + second["data"]] == ["u3", "=1+1", "u1"]
    assert attempts(shop, f"?store_id={merchant.store_id}") == attempts(shop)
    answer = client.get("/v1/blocked-attempts/export", headers=merchant.headers)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["user_id"], row["missing"]) for row in rows] == [
        ("u1", "age;kyc"), ("'=1+1", "age;kyc"), ("u3", "age;kyc"),
    ]  # fmt: skip


def test_sd11_requirements_are_listed_changed_and_removed(shop, merchant):
    body = {"store_id": merchant.store_id, "name": "age", "redirect_url": "https://shop.example/age"}
    made = shop.call("POST", "/requirements", body, status=201)
    shop.call("POST", "/requirements", body, status=409)
    shop.call("POST", "/requirements", {**body, "name": "x", "redirect_url": "javascript:alert(1)"}, status=422)
    assert shop.call("GET", f"/requirements?store_id={merchant.store_id}") == [made]
    changed = shop.call("PATCH", f"/requirements/{made['id']}", {"redirect_url": None, "mail": True})
    assert (changed["redirect_url"], changed["mail"]) == (None, True)
    shop.call("DELETE", f"/requirements/{made['id']}", status=204)
    assert shop.call("GET", f"/requirements?store_id={merchant.store_id}") == []


def test_sd11_requirements_and_attempts_of_another_merchant_are_not_there(
    open_session, buys, shop, gated, merchant, client, other
):
    made = shop.call("POST", "/requirements", {"store_id": merchant.store_id, "name": "age"}, status=201)
    buys(open_session("u1"), gated, 403)
    for method, path, body in (
        ("PATCH", f"/requirements/{made['id']}", {"mail": True}), ("DELETE", f"/requirements/{made['id']}", None),
        ("GET", f"/requirements?store_id={merchant.store_id}", None),
        ("POST", "/requirements", {"store_id": merchant.store_id, "name": "b"}),
    ):  # fmt: skip
        assert client.request(method, f"/v1{path}", json=body, headers=other.headers).status_code == 404, path
        assert client.request(method, f"/v1{path}", json=body).status_code == 401, path
    assert client.get("/v1/blocked-attempts", headers=other.headers).json()["data"] == []
    assert client.get("/v1/blocked-attempts/export", headers=other.headers).text.count("\n") == 1
    assert client.get("/v1/blocked-attempts").status_code == 401
    assert client.get("/v1/blocked-attempts/export").status_code == 401
