"""Sessions that a merchant's server opens for its users: SD-9, and the `account` of SD-6 and SD-7."""

import pytest

from passmanager.service.accounts import user_sessions, wallet_sessions
from passmanager.service.clock import HOUR, rfc3339
from passmanager.service.http.auth import BUYERS

HOUR_S = 3_600


def test_sd09_safe_session_has_an_id_a_token_and_an_end(open_session, services):
    made = open_session("u1", data={"plan": "pro"})
    assert made.id.startswith("ses_")
    assert made.token.startswith("pms_")
    assert made.expires_at == rfc3339(services.clock.now() + HOUR)


def test_sd09_expired_session_opens_nothing(open_session, wait):
    made = open_session("u1")
    wait(HOUR_S - 1)
    assert made.call("GET", "/me")["user_id"] == "u1"
    wait(1)
    assert made.call("GET", "/me", status=401)["code"] == "session-expired"


def test_sd09_user_of_a_session_never_changes(open_session, shop):
    made = open_session("u1", account={"id": "acme", "seats": 5})
    refused = shop.call("PATCH", f"/sessions/{made.id}", {"user_id": "u2"}, status=409)
    assert "u1" in refused["detail"]
    assert shop.call("PATCH", f"/sessions/{made.id}", {"user_id": "u1"})["user_id"] == "u1"
    assert made.call("GET", "/me")["user_id"] == "u1"


@pytest.mark.parametrize("account", [{"id": "other"}, {"id": "acme", "seats": 6}])
def test_sd09_account_and_seats_of_an_open_session_never_change(open_session, shop, account):
    made = open_session("u1", account={"id": "acme", "seats": 5})
    shop.call("PATCH", f"/sessions/{made.id}", {"account": account}, status=409)
    shop.call("PATCH", f"/sessions/{made.id}", {"account": {"id": "acme", "seats": 5}})
    assert made.call("GET", "/me")["account"]["seats"] == 5


def test_sd09_session_without_account_gets_none(open_session, shop):
    made = open_session("u1")
    shop.call("PATCH", f"/sessions/{made.id}", {"account": {"id": "acme"}}, status=409)
    assert made.call("GET", "/me")["account"] is None


def test_sd09_what_is_only_kept_can_change_until_the_end(open_session, shop, wait):
    made = open_session("u1", data={"plan": "pro"}, requirements=["kyc", "kyc"], installations=["i1"])
    new = {"data": {"plan": "free"}, "requirements": ["age"], "installations": [{"id": "i2", "data": {"os": "mac"}}]}
    changed = shop.call("PATCH", f"/sessions/{made.id}", new)
    assert {name: changed[name] for name in new} == new
    wait(HOUR_S)
    shop.call("PATCH", f"/sessions/{made.id}", new, status=409)


@pytest.mark.parametrize("seats", [0, -1, 1_001, "5", 1.5])
def test_sd07_numbers_of_seats_that_are_none_are_refused(open_session, seats):
    refused = open_session("u1", 422, account={"id": "acme", "seats": seats})
    assert refused["errors"][0]["pointer"] == "/body/account/seats"


@pytest.mark.parametrize("seats", [1, 1_000])
def test_sd07_seats_of_a_session(open_session, seats):
    assert open_session("u1", account={"id": "acme", "seats": seats}).call("GET", "/me")["account"]["seats"] == seats


def test_sd09_call_from_a_users_program_is_refused(open_session):
    made = open_session("u1")
    assert open_session("u2", 403, headers=made.headers)["code"] == "forbidden"


def test_sd16_token_of_a_buyer_opens_no_route_of_the_merchant(client, open_session):
    made = open_session("u1")
    for method, path in (
        ("GET", "/orders"), ("GET", "/purchases"), ("GET", f"/sessions/{made.id}"), ("DELETE", f"/sessions/{made.id}"),
        ("GET", "/customers"), ("POST", "/products"), ("GET", "/api-keys"),
    ):  # fmt: skip
        answer = client.request(method, f"/v1{path}", headers=made.headers, json={} if method == "POST" else None)
        assert answer.status_code == 403, (method, path, answer.text)


def test_sd16_beginnings_of_buyers_tokens_are_known():
    assert set(BUYERS) == {wallet_sessions.PREFIX, user_sessions.PREFIX}


def test_sd09_nobody_opens_a_session_without_a_key(client, merchant):
    body = {"store_id": merchant.store_id, "user_id": "u1"}
    assert client.post("/v1/sessions", json=body).status_code == 401
    assert client.post("/v1/sessions", json=body, headers={"Authorization": "Bearer pm_test_no"}).status_code == 401


def test_sd09_key_without_the_scope_opens_none(client, merchant, shop, open_session):
    made = shop.call("POST", "/api-keys", {"name": "reader", "scopes": ["sessions:read"]}, status=201)
    open_session("u1", 403, headers={"Authorization": f"Bearer {made['key']}"})


def test_sd09_session_that_the_merchant_ends_opens_nothing(open_session, shop):
    made, second = open_session("u1"), open_session("u1")
    shop.call("DELETE", f"/sessions/{made.id}", status=204)
    shop.call("DELETE", f"/sessions/{made.id}", status=204)
    assert made.call("GET", "/me", status=401)["code"] == "session-expired"
    assert second.call("GET", "/me")["user_id"] == "u1"


def test_sd09_sessions_of_another_merchant_are_not_there(open_session, client, other):
    made = open_session("u1")
    for method, body in (("GET", None), ("PATCH", {"data": {}}), ("DELETE", None)):
        answer = client.request(method, f"/v1/sessions/{made.id}", json=body, headers=other.headers)
        assert answer.status_code == 404, answer.text
    open_session("u1", 404, headers=other.headers)


def test_sd09_session_shows_what_it_was_opened_with(open_session, shop):
    installations = ["i1", {"id": "i2", "data": {"os": "linux"}}]
    made = open_session(
        "u1", data={"plan": "pro"}, requirements=["kyc"], installations=installations, account={"id": "acme"}
    )
    shown = shop.call("GET", f"/sessions/{made.id}")
    assert shown == made.call("GET", "/me")["session"]
    assert (shown["data"], shown["requirements"]) == ({"plan": "pro"}, ["kyc"])
    assert shown["installations"] == [{"id": "i1", "data": {}}, {"id": "i2", "data": {"os": "linux"}}]
    assert (shown["account"]["id"], shown["account"]["seats"], shown["account"]["role"]) == ("acme", None, "owner")
    assert "token" not in shown


@pytest.mark.parametrize("data", ['{"a": "\\u0000"}', '{"a": NaN}', '{"a": "' + "x" * 20_000 + '"}', "[]"])
def test_data_that_a_database_cannot_keep_is_refused(client, merchant, data):
    body = f'{{"store_id": "{merchant.store_id}", "user_id": "u1", "data": {data}}}'
    headers = {**merchant.headers, "Content-Type": "application/json"}
    assert client.post("/v1/sessions", content=body, headers=headers).status_code == 422


def test_same_user_is_one_customer_and_is_known_by_his_first_address(open_session):
    first = open_session("u1", email="ada@example.org").call("GET", "/me")
    again = open_session("u1", email="eve@example.org").call("GET", "/me")
    assert again["customer_id"] == first["customer_id"]
    assert again["email"] == "ada@example.org"
