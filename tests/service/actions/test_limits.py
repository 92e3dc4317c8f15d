"""How often an action may be used, by whom, and who can change that."""

from concurrent.futures import ThreadPoolExecutor

from tests.service.actions.conftest import Mine
from tests.service.actions.test_rows import BACK


def together(calls, count=50):
    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(lambda _: calls(), range(count)))


def test_sd04_fifty_parallel_calls_on_a_limit_of_two_succeed_twice(shop, ann):
    shop.action(BACK, "open", max_executions=2)
    purchase = shop.bought()
    url = f"/v1/me/purchases/{purchase['id']}/actions/open"
    statuses = together(lambda: shop.client.post(url, headers=ann.headers).status_code)
    assert statuses == [201] * 2 + [409] * 48
    assert [one["number"] for one in ann.executions(purchase)] == [2, 1]
    assert len(shop.events("action.executed")) == 2
    assert len(shop.events("action.limit_reached")) == 1


def test_sd04_fifty_parallel_calls_with_one_idempotency_key_are_one_use(shop, ann):
    shop.action({"type": "key"}, "key")
    purchase = shop.bought()
    url = f"/v1/me/purchases/{purchase['id']}/actions/key"
    headers = {**ann.headers, "Idempotency-Key": "once"}
    keys = together(lambda: shop.client.post(url, headers=headers).json()["result"]["key"], 20)
    assert len(set(keys)) == 1
    assert [one["trigger"] for one in ann.executions(purchase)] == ["call", "activation"]


def test_sd04_a_limit_per_user_counts_each_person(shop, visitor):
    from tests.service.buyers.conftest import ANN  # noqa: PLC0415

    shop.action(BACK, "open", max_executions=1)
    purchase = shop.bought(customer={"external_id": "ann", "wallet": ANN.address})
    ann = shop.user("ann", "")
    ann.execute(purchase, "open")
    ann.execute(purchase, "open", status=409)
    ann.headers = {"Authorization": f"Bearer {visitor.sign_in(ANN)['token']}"}
    ann.execute(purchase, "open", status=409)  # the same person with a wallet
    (shown,) = shop.call("GET", f"/purchases/{purchase['id']}/actions")["data"]
    assert shown["uses"] == [{"person": ann.customer_id, "count": 1, "rearms": 0}]


def test_sd04_a_limit_per_purchase_counts_all_together(shop, ann):
    shop.action(BACK, "open", max_executions=2, limit_per="purchase")
    purchase = shop.bought()
    ann.execute(purchase, "open")
    ann.execute(purchase, "open")
    ann.execute(purchase, "open", status=409)
    (shown,) = shop.call("GET", f"/purchases/{purchase['id']}/actions")["data"]
    assert shown["uses"] == [{"person": None, "count": 2, "rearms": 0}]
    refused = shop.call(
        "POST", f"/purchases/{purchase['id']}/actions/open/reset", {"person": ann.customer_id}, status=409
    )
    assert "without a person" in refused["detail"]


def test_sd04_a_reset_is_for_one_person_or_for_all(shop, ann):
    shop.action(BACK, "open", max_executions=1)
    purchase = shop.bought()
    url = f"/purchases/{purchase['id']}/actions/open/reset"
    ann.execute(purchase, "open")
    shop.call("POST", url, {"person": "cus_" + "0" * 26})
    ann.execute(purchase, "open", status=409)
    assert shop.call("POST", url, {"person": ann.customer_id})["uses"][0]["count"] == 0
    ann.execute(purchase, "open")
    shop.call("POST", url, {})
    assert ann.execute(purchase, "open")["number"] == 3


def test_sd04_one_purchase_has_a_limit_of_its_own_until_it_is_taken_away(shop, ann):
    shop.action(BACK, "open", max_executions=1)
    mine, other = shop.bought(), shop.bought()
    url = f"/purchases/{mine['id']}/actions/open"
    shown = shop.call("PATCH", url, {"max_executions": 2})
    assert (shown["max_executions"], shown["own_limit"]) == (2, 2)
    for purchase, uses in ((mine, 2), (other, 1)):
        for _ in range(uses):
            ann.execute(purchase, "open")
        ann.execute(purchase, "open", status=409)
    shown = shop.call("PATCH", url, {"max_executions": None})
    assert (shown["max_executions"], shown["own_limit"]) == (1, None)


def test_sd04_a_purchase_keeps_the_limit_of_its_day_when_a_lower_one_comes(shop, ann):
    made = shop.action(BACK, "open", max_executions=2)
    old = shop.bought()
    shop.settle(60)
    shop.call("PATCH", f"/actions/{made['id']}", {"max_executions": 1})
    shop.settle(60)
    new = shop.bought()
    assert [ann.actions(one)["open"]["max_executions"] for one in (old, new)] == [2, 1]
    shop.call("PATCH", f"/actions/{made['id']}", {"max_executions": None})
    assert [ann.actions(one)["open"]["max_executions"] for one in (old, new)] == [None, None]
    shop.call("PATCH", f"/actions/{made['id']}", {"max_executions": 1})
    assert [ann.actions(one)["open"]["max_executions"] for one in (old, new)] == [2, 1]


def test_sd04_what_happens_by_itself_is_not_counted(shop, ann):
    shop.action({"type": "key"}, "key", max_executions=1)
    purchase = shop.bought()
    assert ann.actions(purchase)["key"]["remaining"] == 1
    ann.execute(purchase, "key")
    ann.execute(purchase, "key", status=409)
    assert ann.actions(purchase)["key"]["executions"] == 2


def test_an_idempotency_key_answers_what_was_done_and_refuses_other_answers(shop, ann):
    fields = [{"name": "company"}]
    shop.action({"type": "form", "fields": fields}, "ask", max_executions=1)
    purchase = shop.bought()
    first = ann.execute(purchase, "ask", {"company": "Acme"}, key="k1")
    assert ann.execute(purchase, "ask", {"company": "Acme"}, key="k1", status=200) == first
    refused = ann.execute(purchase, "ask", {"company": "Other"}, key="k1", status=422)
    assert refused["code"] == "idempotency-mismatch"
    assert ann.execute(purchase, "ask", {"company": "Acme"}, key="k2", status=409)["code"] == "action-limit-reached"


def test_a_refused_call_uses_nothing_up(shop, ann):
    shop.action({"type": "form", "fields": [{"name": "company"}]}, "ask", max_executions=1)
    shop.action({"type": "zapier"}, "zap", max_executions=1)
    purchase = shop.bought()
    ann.execute(purchase, "ask", {}, status=422)
    ann.execute(purchase, "ask", status=422)
    assert ann.execute(purchase, "zap", status=409)["code"] == "action-not-connected"
    assert ann.execute(purchase, "zap", {"a": 1}, status=422)["errors"][0]["pointer"] == "/body/answers"
    assert [one["remaining"] for one in ann.actions(purchase).values()] == [1, 1]
    ann.execute(purchase, "ask", {"company": "Acme"})


def test_sd04_a_reactivated_purchase_counts_from_0_by_the_limits_of_today(shop, ann):
    made = shop.action(BACK, "open", max_executions=3)
    purchase = shop.bought()
    for _ in range(3):
        ann.execute(purchase, "open")
    shop.settle(60)
    shop.call("PATCH", f"/actions/{made['id']}", {"max_executions": 1})
    ann.execute(purchase, "open", status=409)
    shop.settle(60)
    shop.call("POST", f"/purchases/{purchase['id']}/reactivate", {"customer_email": "", "refulfill": False})
    (mine,) = ann.actions(purchase).values()
    assert (mine["remaining"], mine["max_executions"]) == (1, 1)
    ann.execute(purchase, "open")
    ann.execute(purchase, "open", status=409)


def test_sd04_members_of_an_account_share_a_limit_or_have_one_each(shop, services, merchant):
    shop.call("PATCH", f"/stores/{merchant.store_id}", {"account_purchases": "always"})
    shop.action(BACK, "each", max_executions=1)
    shop.action(BACK, "shared", max_executions=1, limit_per="purchase")
    one, two = (member(shop, name) for name in ("u1", "u2"))
    order = shop.order(user_session_id=one.session_id)
    shop.act(order, "mark-paid")
    purchase = shop.of(order)
    for user in (one, two):
        user.execute(purchase, "each")
        user.execute(purchase, "each", status=409)
    one.execute(purchase, "shared")
    two.execute(purchase, "shared", status=409)
    assert [len(user.executions(purchase)) for user in (one, two)] == [2, 1]


def member(shop, user_id):
    body = {"store_id": shop.merchant.store_id, "user_id": user_id, "account": {"id": "acme", "seats": 5}}
    found = shop.call("POST", "/sessions", body, status=201)
    mine = Mine(shop, {"Authorization": f"Bearer {found['token']}"}, "")
    mine.session_id = found["session_id"]
    return mine
