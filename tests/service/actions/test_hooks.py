"""Hooks of Zaps: subscribe, hear, unsubscribe; and the webhook of an action beside the merchant's own."""

import pytest

from tests.service.actions.test_rows import BACK


@pytest.fixture
def zap(shop):
    return shop.action({"type": "zapier"}, "zap")


def hooks(shop, zap):
    return shop.call("GET", f"/actions/{zap['id']}/hooks")["data"]


def subscribe(shop, zap, url, status=201):
    return shop.call("POST", f"/actions/{zap['id']}/hooks", {"target_url": url}, status=status)


def test_a_hook_hears_until_it_is_unsubscribed(shop, ann, zap, receiver):
    hook = subscribe(shop, zap, f"{receiver.url}/a")
    assert subscribe(shop, zap, f"{receiver.url}/a")["id"] == hook["id"]
    subscribe(shop, zap, f"{receiver.url}/b")
    purchase = shop.bought()
    shop.call("DELETE", f"/actions/{zap['id']}/hooks/{hook['id']}", status=204)
    ann.execute(purchase, "zap")
    shop.settle()
    assert (len(receiver.of("/a")), len(receiver.of("/b"))) == (1, 2)
    assert [one["target_url"] for one in hooks(shop, zap)] == [f"{receiver.url}/b"]


def test_410_unsubscribes_a_hook(shop, ann, zap, receiver):
    subscribe(shop, zap, f"{receiver.url}/gone")
    receiver.answer = lambda call: 410
    purchase = shop.bought()
    assert [one["status"] for one in hooks(shop, zap)] == ["off"]
    assert ann.execute(purchase, "zap", status=409)["code"] == "action-not-connected"
    shop.settle(100_000)
    assert len(receiver.calls) == 1
    assert shop.events("webhook_endpoint.held") == []
    receiver.answer = lambda call: 200
    ann = shop.user()
    subscribe(shop, zap, f"{receiver.url}/gone")
    ann.execute(purchase, "zap")
    shop.settle()
    assert len(receiver.calls) == 2
    assert len(hooks(shop, zap)) == 1


def test_a_hook_that_fails_is_called_again(shop, zap, receiver):
    subscribe(shop, zap, f"{receiver.url}/a")
    receiver.answer = lambda call: 500 if len(receiver.calls) == 1 else 200
    shop.bought()
    assert len(receiver.calls) == 1
    shop.settle(10)
    assert [call.headers["webhook-id"] for call in receiver.calls] == [receiver.calls[0].headers["webhook-id"]] * 2


def test_a_hook_hears_of_its_action_only_and_other_endpoints_of_all(shop, ann, zap, receiver):
    subscribe(shop, zap, f"{receiver.url}/zap")
    shop.action(BACK, "open")
    shop.call("POST", "/webhook-endpoints", {"url": f"{receiver.url}/all", "types": ["action.executed"]}, status=201)
    purchase = shop.bought()
    ann.execute(purchase, "open")
    shop.settle()
    assert [call.json["action_key"] for call in receiver.of("/zap")] == ["zap"]
    assert [call.json["data"]["action_key"] for call in receiver.of("/all")] == ["zap", "open"]


def test_hooks_have_a_bound_and_only_zapier_actions_take_them(shop, zap):
    for number in range(20):
        subscribe(shop, zap, f"https://hooks.example/{number}")
    assert "20 hooks already" in subscribe(shop, zap, "https://hooks.example/21", 409)["detail"]
    assert "takes no hooks" in subscribe(shop, shop.action(BACK, "open"), "https://hooks.example/1", 409)["detail"]
    assert subscribe(shop, zap, "ftp://hooks.example/1", 409)["status"] == 409


@pytest.mark.parametrize("url", ["ftp://a.example/x", "https://a.example:22/", "nonsense"])
def test_an_address_that_can_never_be_called_is_refused(shop, zap, url):
    assert subscribe(shop, zap, url, 422)["errors"][0]["pointer"] == "/body/target_url"
    refused = shop.action({"type": "webhook", "url": url}, "ping", status=422)
    assert refused["errors"][0]["pointer"] == "/body/config/url"


def test_an_address_inside_is_refused_when_it_is_called(shop, receiver):
    made = shop.action({"type": "webhook", "url": "http://169.254.169.254/latest"}, "ping")
    shop.bought()
    (delivery,) = shop.call("GET", f"/webhook-deliveries?endpoint_id={made['webhook_endpoint_id']}")["data"]
    (call,) = shop.call("GET", f"/webhook-deliveries/{delivery['id']}")["calls"]
    assert "refused-address" in call["problem"]
    assert receiver.calls == []


def test_the_endpoint_of_a_webhook_action_can_be_rotated_moved_and_taken_away(shop, ann, receiver):
    made = shop.action({"type": "webhook", "url": f"{receiver.url}/one"}, "ping")
    path = f"/webhook-endpoints/{made['webhook_endpoint_id']}"
    assert shop.call("GET", path)["action_id"] == made["id"]
    assert shop.call("POST", f"{path}/rotate")["secret"] != made["webhook_secret"]
    changed = shop.call(
        "PATCH", f"/actions/{made['id']}", {"config": {"type": "webhook", "url": f"{receiver.url}/two"}}
    )
    assert changed["config"]["url"] == shop.call("GET", path)["url"] == f"{receiver.url}/two"
    purchase = shop.bought()
    assert len(receiver.of("/two")) == 1
    shop.call("DELETE", path, status=204)
    assert ann.execute(purchase, "ping", status=409)["code"] == "action-not-connected"
