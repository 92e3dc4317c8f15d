"""What merchants say about actions is checked where they say it."""

import pytest

from tests.service.actions.test_rows import BACK, LINK


@pytest.mark.parametrize(
    "config",
    [
        {"type": "link", "url": "javascript:alert(1)"},
        {"type": "link", "url": "https://a.example/{password}"},
        {"type": "link", "url": "https://{user_id}/"},
        {"type": "callback", "name": "x", "payload": {"a": "b\u0000"}},
        {"type": "callback", "name": "x", "payload": {"a": "b" * 16_000}},
        {"type": "callback", "name": ""},
        {"type": "key", "pattern": "XXXX-XXXX"},
        {"type": "key", "activation_limit": 0},
        {"type": "email"},
        {"type": "email", "to": "nobody"},
        {"type": "download", "file_id": "fil_" + "0" * 26},
        {"type": "webhook"},
        {"type": "sms"},
        {},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(shop, config):
    shop.action(config, status=422)


def test_a_mail_goes_to_the_stores_contact_by_default(shop, box):
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"contact_email": "shop@example.org"})
    shop.action({"type": "email"}, "mail")
    shop.bought()
    (mail,) = [mail for mail in box.mails if mail["to"] == "shop@example.org"]
    assert mail["subject"] == "The mail: Editor"


def test_an_action_is_bound_once_and_its_key_is_taken_once(shop):
    kind = shop.type()
    shop.action(BACK, "open", product_type_id=kind, product_id=shop.editor, status=422)
    shop.call("POST", "/actions", {"key": "open", "name": "Open", "config": BACK}, status=422)
    shop.action(BACK, "open")
    assert "has an action 'open' already" in shop.action(BACK, "open", status=409)["detail"]
    shop.action(BACK, "open", product_type_id=kind)


def test_changes_are_of_what_is_sent_and_the_type_stays(shop):
    made = shop.action(LINK, "open", max_executions=3)
    path = f"/actions/{made['id']}"
    changed = shop.call("PATCH", path, {"name": "Other"})
    assert (changed["name"], changed["max_executions"], changed["config"]) == ("Other", 3, LINK)
    assert shop.call("PATCH", path, {"config": BACK}, status=422)["errors"][0]["pointer"] == "/body/config/type"
    assert shop.call("PATCH", path, {"max_executions": None, "rearm": "any"})["max_executions"] is None
    shop.call("DELETE", path, status=204)
    assert shop.call("PATCH", path, {"name": "Late"}, status=409)["code"] == "conflict"


def test_lists_are_filtered_and_come_in_pages(shop):
    kind = shop.type()
    made = [shop.action(BACK, f"a{number}") for number in range(3)]
    shop.action(LINK, "typed", product_type_id=kind)
    first = shop.call("GET", f"/actions?product_id={shop.editor}&limit=2")
    second = shop.call("GET", f"/actions?product_id={shop.editor}&limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["data"] + second["data"]] == [one["id"] for one in reversed(made)]
    assert [one["key"] for one in shop.call("GET", f"/actions?product_type_id={kind}")["data"]] == ["typed"]
    assert [one["key"] for one in shop.call("GET", "/actions?type=link")["data"]] == ["typed"]
    shop.call("DELETE", f"/actions/{made[0]['id']}", status=204)
    assert len(shop.call("GET", "/actions")["data"]) == 3
    assert len(shop.call("GET", "/actions?archived=true")["data"]) == 4


def test_executions_are_filtered(shop, ann):
    one, two = shop.action(BACK, "one"), shop.action({"type": "key"}, "two")
    purchase, other = shop.bought(), shop.bought()
    ann.execute(purchase, "one")
    listed = shop.call("GET", f"/action-executions?action_id={one['id']}")["data"]
    assert [(row["person"], row["trigger"], row["number"]) for row in listed] == [(ann.customer_id, "call", 1)]
    by_itself = shop.call("GET", f"/action-executions?trigger=activation&purchase_id={other['id']}")["data"]
    assert [row["action_id"] for row in by_itself] == [two["id"]]
    assert by_itself[0]["license_key_id"]
    assert "key" not in by_itself[0]["result"]
    assert len(shop.call("GET", f"/action-executions?store_id={shop.merchant.store_id}")["data"]) == 3


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"'])
def test_a_value_that_json_cannot_carry_is_refused(shop, value):
    body = f'{{"key": "x", "name": "X", "product_id": "{shop.editor}", "config": {{"type": "callback", "name": "x", '
    body += f'"payload": {{"a": {value}}}}}}}'
    headers = {**shop.merchant.headers, "Content-Type": "application/json"}
    assert shop.client.post("/v1/actions", content=body, headers=headers).status_code == 422


def test_half_a_character_is_no_answer(shop, ann):
    shop.action({"type": "form", "fields": [{"name": "it"}]}, "ask")
    url = f"/v1/me/purchases/{shop.bought()['id']}/actions/ask"
    headers = {**ann.headers, "Content-Type": "application/json"}
    answer = shop.client.post(url, content='{"answers": {"it": "\\ud800"}}', headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "type")
