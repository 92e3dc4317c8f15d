"""SD-16 and tenants: who sees how much, and who nothing."""

import pytest

from passmanager.service.db import session_scope
from tests.service.actions.conftest import ActingShop
from tests.service.actions.test_rows import BACK
from tests.service.merchant import make_merchant


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_sd16_three_tokens_see_less_and_less_of_the_same_purchase(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    body = {"name": "team", "scopes": ["actions:read", "purchases:read"], "role": "admin"}
    member = shop.call("POST", "/api-keys", body, status=201)["key"]
    path = f"/v1/purchases/{purchase['id']}/actions"
    seen = [
        set(shop.client.get(path, headers=headers).json()["data"][0])
        for headers in (shop.merchant.headers, bearer(member))
    ]
    mine = ann.call("GET", f"/{purchase['id']}/actions")["data"][0]
    seen.append({name for name in mine if name in seen[0]})
    assert seen[0] - seen[1] == {"config"}
    assert seen[1] - seen[2] == {"id", "limit_per", "own_limit", "uses"}
    assert seen[2] < seen[1] < seen[0]


def test_sd16_the_same_path_refuses_a_buyer(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    for method, path in management(shop, purchase):
        answer = shop.client.request(method, path, json={}, headers=ann.headers)
        assert answer.status_code == 403, (method, path, answer.text)
        assert answer.json()["code"] == "forbidden"


def management(shop, purchase):
    """Every route of the merchant."""
    action = shop.call("GET", "/actions")["data"][0]["id"]
    hook = "whe_" + "0" * 26
    base, mine = f"/v1/actions/{action}", f"/v1/purchases/{purchase['id']}/actions"
    return [
        ("POST", "/v1/actions"), ("GET", "/v1/actions"), ("GET", base), ("PATCH", base), ("DELETE", base),
        ("POST", f"{base}/hooks"), ("GET", f"{base}/hooks"), ("DELETE", f"{base}/hooks/{hook}"),
        ("GET", f"{base}/answers"), ("GET", f"{base}/answers.csv"), ("GET", mine), ("POST", f"{mine}/open/reset"),
        ("PATCH", f"{mine}/open"), ("GET", "/v1/action-executions"),
    ]  # fmt: skip


BODIES = {"hooks": {"target_url": "https://a.example/"}, "open": {"max_executions": 1}}


def test_another_merchant_finds_nothing(shop, ann, services, client):
    shop.action({"type": "form", "fields": [{"name": "a"}]}, "open")
    purchase = shop.bought()
    ann.execute(purchase, "open", {"a": "b"})
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other")
    for method, path in management(shop, purchase):
        answer = client.request(method, path, json=BODIES.get(path.rsplit("/", 1)[-1], {}), headers=other.headers)
        if path in {"/v1/actions", "/v1/action-executions"}:
            assert answer.status_code in {200, 422}, (method, path)
            assert answer.status_code == 422 or answer.json()["data"] == []
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), (method, path, answer.text)
    theirs = ActingShop(client, other)
    for body in ({"product_id": shop.editor}, {"product_type_id": shop.type()}):
        made = theirs.call("POST", "/actions", {"key": "x", "name": "X", "config": BACK, **body}, status=404)
        assert made["code"] == "not-found"


def test_without_a_key_nothing_is_answered(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    mine = f"/v1/me/purchases/{purchase['id']}"
    buyers = [
        ("GET", f"{mine}/actions"), ("POST", f"{mine}/actions/open"), ("GET", f"{mine}/executions"),
        ("POST", f"{mine}/actions/open/rearm"), ("POST", f"{mine}/actions/open/rearm/code"),
        ("POST", f"{mine}/actions/open/rearm/message"), ("POST", f"{mine}/actions/open/rearm/signature"),
    ]  # fmt: skip
    for method, path in [*management(shop, purchase), *buyers]:
        assert shop.client.request(method, path, json={}).status_code == 401, (method, path)
    for method, path in buyers:
        answer = shop.client.request(method, path, json={}, headers=shop.merchant.headers)
        assert answer.status_code in {401, 403}, (method, path)


@pytest.mark.parametrize("method", ["actions", "execute", "executions", "code"])
def test_another_buyer_finds_nothing(shop, method):
    shop.action(BACK, "open", rearm="any", max_executions=1)
    purchase, bob = shop.bought(), shop.user("bob", "bob@example.org")
    how = {
        "actions": ("GET", "actions", None), "execute": ("POST", "actions/open", None),
        "executions": ("GET", "executions", None), "code": ("POST", "actions/open/rearm", {"code": "123456"}),
    }[method]  # fmt: skip
    assert bob.call(how[0], f"/{purchase['id']}/{how[1]}", how[2], status=404)["code"] == "not-found"


def test_a_key_of_one_store_sees_that_store_only(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    other = shop.call("POST", "/stores", {"name": "Second"}, status=201)["id"]
    key = shop.call("POST", "/api-keys", {"name": "second", "store_id": other}, status=201)["key"]
    for path in ("actions", "action-executions"):
        assert shop.client.get(f"/v1/{path}", headers=bearer(key)).json()["data"] == []
    answer = shop.client.get(f"/v1/purchases/{purchase['id']}/actions", headers=bearer(key))
    assert answer.status_code == 404
