"""Rows SD-1 to SD-4: a purchase is the right, its actions come after it."""

import base64
import hashlib
import hmac
import json

from tests.service.actions.conftest import FORM

LINK = {"type": "link", "url": "https://app.example/open?p={purchase_id}&u={user_id}"}
BACK = {"type": "callback", "name": "opened", "payload": {"level": 3, "flags": ["a", "b"]}}


def to_team(box):
    """Without the buyer's own mails."""
    return [mail for mail in box.mails if mail["to"] == "team@example.org"]


def test_sd01_a_purchase_without_actions_is_active_and_delivers_nothing(shop, ann):
    purchase = shop.bought()
    order = shop.call("GET", f"/orders/{purchase['order_id']}")
    assert (purchase["status"], purchase["active"], order["fulfillment_status"]) == ("active", True, "none")
    assert ann.actions(purchase) == {}


def test_sd01_an_action_that_is_added_later_is_there_for_the_old_purchase(shop, ann):
    purchase = shop.bought()
    shop.settle(600)
    shop.action(BACK, "later")
    assert ann.actions(purchase)["later"]["usable"] is True
    assert ann.execute(purchase, "later")["result"] == BACK
    order = shop.call("GET", f"/orders/{purchase['order_id']}")
    assert order["fulfillment_status"] == "none"


def test_sd02_a_link_leads_to_its_address(shop, ann):
    shop.action(LINK, "open")
    purchase = shop.bought()
    url = f"https://app.example/open?p={purchase['id']}&u=ann"
    assert ann.execute(purchase, "open")["result"] == {"type": "link", "url": url}
    answer = shop.client.post(
        f"/v1/me/purchases/{purchase['id']}/actions/open?redirect=true", headers=ann.headers, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (302, url)


def test_sd02_a_callback_answers_the_page_and_calls_nobody(shop, ann, receiver):
    shop.action(BACK, "tell-page")
    purchase = shop.bought()
    assert ann.execute(purchase, "tell-page")["result"] == {
        "type": "callback", "name": "opened", "payload": {"level": 3, "flags": ["a", "b"]},
    }  # fmt: skip
    shop.settle()
    assert receiver.calls == []


def test_sd02_a_webhook_goes_signed_to_the_merchant_once_by_itself_and_again_on_a_call(shop, ann, receiver):
    made = shop.action({"type": "webhook", "url": f"{receiver.url}/hook"}, "ping")
    purchase = shop.bought()
    (first,) = receiver.of("/hook")
    shown = first.json
    assert (shown["type"], shown["aggregate"]) == ("action.executed", {"type": "purchase", "id": purchase["id"]})
    assert (shown["data"]["action_key"], shown["data"]["trigger"]) == ("ping", "activation")
    assert shown["data"]["user"]["user_id"] == "ann"
    secret = base64.b64decode(made["webhook_secret"].removeprefix("whsec_"))
    signed = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    wanted = "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert wanted in first.headers["webhook-signature"].split()
    ann.execute(purchase, "ping")
    shop.settle()
    assert [(one.json["data"]["trigger"], one.json["data"]["count"]) for one in receiver.of("/hook")] == [
        ("activation", 0), ("call", 1),
    ]  # fmt: skip


def test_sd02_a_mail_goes_to_the_merchant(shop, ann, box):
    shop.action({"type": "email", "to": "team@example.org", "subject": "Call them", "text": "Say hello."}, "mail")
    purchase = shop.bought()
    (mail,) = to_team(box)
    text = mail.get_body(("plain",)).get_content()
    assert (mail["to"], mail["subject"]) == ("team@example.org", "Call them")
    for said in ("Say hello.", "Editor", "Ann Lee", "ann@example.org", purchase["id"]):
        assert said in text
    ann.execute(purchase, "mail")
    shop.settle()
    assert len(to_team(box)) == 2


def test_sd02_a_zap_gets_flat_json(shop, ann, receiver):
    made = shop.action({"type": "zapier"}, "zap")
    shop.call("POST", f"/actions/{made['id']}/hooks", {"target_url": f"{receiver.url}/zap"}, status=201)
    purchase = shop.bought()
    (call,) = receiver.of("/zap")
    body = call.json
    assert not [value for value in body.values() if isinstance(value, dict | list)]
    assert (body["action_key"], body["purchase_id"], body["user_email"]) == ("zap", purchase["id"], "ann@example.org")
    assert (body["product_name"], body["event"]) == ("Editor", "action.executed")
    ann.execute(purchase, "zap")
    shop.settle()
    assert len(receiver.of("/zap")) == 2


def test_sd02_a_form_keeps_its_answers(shop, ann):
    made = shop.action({"type": "form", "fields": FORM}, "ask")
    purchase = shop.bought()
    answers = {"company": "Acme", "seats": 3, "days": ["mon", "wed"]}
    result = ann.execute(purchase, "ask", answers)["result"]
    (kept,) = shop.call("GET", f"/actions/{made['id']}/answers")["data"]
    assert (kept["id"], kept["answers"], kept["customer_id"]) == (result["answers_id"], answers, ann.customer_id)
    (event,) = shop.events("form.submitted")
    assert event["data"]["answers"] == answers


def test_sd02_a_license_key_is_made_by_itself_and_again_on_a_call(shop, ann):
    shop.action({"type": "key", "pattern": "XXXX-XXXX-XXXX-XXXX", "prefix": "ED-", "activation_limit": 2}, "key")
    purchase = shop.bought()
    (first,) = ann.executions(purchase)
    assert first["trigger"] == "activation"
    assert first["result"]["key"].startswith("ED-")
    second = ann.execute(purchase, "key")["result"]
    assert second["key"] != first["result"]["key"]
    for result in (first["result"], second):
        answer = shop.client.post(
            "/v1/license-keys/validate", json={"store_id": shop.merchant.store_id, "key": result["key"]}
        )
        assert (answer.json()["valid"], answer.json()["activation_limit"]) == (True, 2), answer.text


def test_sd02_keys_of_actions_are_counted_apart_from_those_of_the_delivery(shop, ann):
    template = shop.call(
        "POST", "/fulfillment-templates",
        {"store_id": shop.merchant.store_id, "name": "Keys", "method": "generated"}, status=201,
    )  # fmt: skip
    product = shop.product("Both", "5", fulfillment_template_id=template["id"])
    shop.action({"type": "key"}, "key", product_id=product)
    purchase = shop.bought(product)
    ann.execute(purchase, "key")
    keys = shop.call("GET", "/license-keys")["data"]
    assert sorted(key["unit"] is None for key in keys) == [False, True, True]
    order = shop.call("GET", f"/orders/{purchase['order_id']}")
    assert order["fulfillment_status"] == "delivered"
    assert ann.actions(purchase)["key"]["executions"] == 2


def test_sd03_an_action_of_a_type_is_there_for_every_product_of_it(shop, ann):
    kind = shop.type()
    first, second = (shop.product(name, "1", type_id=kind) for name in ("One", "Two"))
    shop.action(BACK, "open", product_type_id=kind)
    for product in (first, second):
        assert ann.execute(shop.bought(product), "open")["result"] == BACK
    assert ann.actions(shop.bought()) == {}


def test_sd03_a_product_replaces_the_action_of_the_same_key_and_keeps_the_others(shop, ann):
    kind = shop.type()
    first, second = (shop.product(name, "1", type_id=kind) for name in ("One", "Two"))
    shop.action(BACK, "open", product_type_id=kind)
    shop.action(BACK, "other", product_type_id=kind)
    own = {"type": "callback", "name": "own", "payload": {}}
    shop.action(own, "open", product_id=second)
    shop.action(own, "more", product_id=second)
    one, two = shop.bought(first), shop.bought(second)
    assert (list(ann.actions(one)), sorted(ann.actions(two))) == (["open", "other"], ["more", "open", "other"])
    assert ann.execute(one, "open")["result"] == BACK
    assert ann.execute(two, "open")["result"] == own


def test_sd04_a_limit_of_two_lets_two_pass_and_a_raise_makes_it_work_again(shop, ann):
    made = shop.action(BACK, "open", max_executions=2)
    purchase = shop.bought()
    assert [ann.execute(purchase, "open")["number"] for _ in range(2)] == [1, 2]
    refused = ann.execute(purchase, "open", status=409)
    assert (refused["code"], refused["detail"]) == (
        "action-limit-reached", "action open was used 2 of 2 times",
    )  # fmt: skip
    mine = ann.actions(purchase)["open"]
    assert (mine["remaining"], mine["usable"], mine["problem"]) == (0, False, "action-limit-reached")
    shop.call("PATCH", f"/actions/{made['id']}", {"max_executions": 3})
    assert ann.execute(purchase, "open")["number"] == 3
    ann.execute(purchase, "open", status=409)


def test_sd04_the_merchant_hears_of_a_limit_once_until_it_is_reset(shop, ann):
    shop.action(BACK, "open", max_executions=1)
    purchase = shop.bought()
    ann.execute(purchase, "open")
    for _ in range(3):
        ann.execute(purchase, "open", status=409)
    (event,) = shop.events("action.limit_reached")
    assert (event["data"]["count"], event["data"]["max_executions"]) == (1, 1)
    assert event["data"]["user"]["customer_id"] == ann.customer_id
    shop.call("POST", f"/purchases/{purchase['id']}/actions/open/reset", {})
    ann.execute(purchase, "open")
    ann.execute(purchase, "open", status=409)
    assert len(shop.events("action.limit_reached")) == 2


def test_sd04_every_use_is_an_event_in_the_sequence_of_its_purchase(shop, ann):
    shop.action(BACK, "open")
    purchase = shop.bought()
    for _ in range(3):
        ann.execute(purchase, "open")
    mine = [one for one in shop.events() if one["aggregate"]["id"] == purchase["id"]]
    assert [one["sequence"] for one in mine] == list(range(1, len(mine) + 1))
    used = [one["data"] for one in mine if one["type"] == "action.executed"]
    assert [(one["number"], one["count"], one["trigger"]) for one in used] == [
        (1, 1, "call"), (2, 2, "call"), (3, 3, "call"),
    ]  # fmt: skip
    assert json.dumps(used)
