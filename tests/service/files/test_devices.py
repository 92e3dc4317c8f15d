"""Devices: a link that was copied elsewhere opens nothing before somebody proves that he is the holder."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from passmanager.service.db import session_scope
from passmanager.service.files.devices import COOKIE
from passmanager.service.mail import letters
from passmanager.service.orders.models import Purchase
from tests.service.buyers.conftest import ANN, BOB
from tests.service.files.conftest import CONTENT, path_of


class Browser:
    """One with cookies of its own, at the same service."""

    def __init__(self, client, name):
        self.client = TestClient(client.app, raise_server_exceptions=False, headers={"User-Agent": name})

    def get(self, link):
        return self.client.get(path_of(link))

    def send_code(self, link):
        return self.client.post(path_of(link) + "/code")

    def confirm(self, link, code):
        return self.client.post(path_of(link) + "/device", json={"code": code})


@pytest.fixture
def browser(client):
    return lambda name="Laptop": Browser(client, name)


@pytest.fixture
def sold(desk):
    file = desk.upload(desk.shop.editor)["id"]
    desk.policy(desk.shop.editor, limit=1, devices={"limit": 2})
    return desk.buy(desk.shop.editor), file


@pytest.fixture
def codes(monkeypatch):
    """Codes as they were mailed."""
    sent, write = [], letters.write

    def watch(session, letter, now):
        if "code" in letter.passing:
            sent.append((letter.recipient, letter.passing["code"]))
        return write(session, letter, now)

    monkeypatch.setattr(letters, "write", watch)
    return sent


def register(browser, link, codes):
    assert browser.send_code(link).status_code == 200
    answer = browser.confirm(link, codes[-1][1])
    assert answer.status_code == 201, answer.text
    return answer


def test_dp09_new_device_is_asked_for_a_code_and_then_let_in(sold, browser, codes, told):
    bought, file = sold
    laptop, link = browser(), bought.link(file)
    refused = laptop.get(link)
    assert (refused.status_code, refused.json()["code"]) == (403, "device-unknown")
    assert laptop.send_code(link).json() == {"sent_to": "a***@e***.org"}
    assert codes[0][0] == "ann@example.org"
    answer = laptop.confirm(link, codes[0][1])
    assert (answer.status_code, answer.json()["name"]) == (201, "Laptop")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert laptop.get(link).content == CONTENT
    assert "device.registered" in told(bought.id)


def test_dp09_known_device_downloads_without_limit(sold, browser, codes):
    bought, file = sold
    laptop = browser()
    register(laptop, bought.link(file), codes)
    assert bought.files()["data"][0]["downloads_left"] is None
    assert [laptop.get(bought.link(file)).status_code for _ in range(4)] == [200] * 4


def test_dp09_link_that_was_copied_elsewhere_is_challenged(sold, browser, codes):
    bought, file = sold
    link = bought.link(file)
    laptop, thief = browser(), browser("Thief")
    register(laptop, link, codes)
    assert laptop.get(link).status_code == 200
    assert thief.get(link).json()["code"] == "device-unknown"
    assert thief.confirm(link, "000000" if codes[-1][1] != "000000" else "000001").json()["code"] == "code-invalid"
    assert thief.confirm(link, codes[-1][1]).json()["code"] == "code-invalid"
    assert thief.get(link).json()["code"] == "device-unknown"


@pytest.mark.parametrize("change", [lambda c: c[:-1] + ("0" if c[-1] != "0" else "1"), lambda c: "x" + c[1:]])
def test_dp09_cookie_that_was_changed_is_a_new_device(sold, browser, codes, change):
    bought, file = sold
    laptop, other = browser(), browser()
    register(laptop, bought.link(file), codes)
    other.client.cookies.set(COOKIE, change(laptop.client.cookies[COOKIE]))
    assert other.get(bought.link(file)).json()["code"] == "device-unknown"
    other.client.cookies.set(COOKIE, laptop.client.cookies[COOKIE])
    assert other.get(bought.link(file)).status_code == 200


def test_dp09_as_many_devices_as_the_rule_says_until_the_merchant_resets_them(desk, sold, browser, codes):
    bought, file = sold
    devices = [browser(f"Device {number}") for number in range(3)]
    for one in devices[:2]:
        register(one, bought.link(file), codes)
    register(devices[0], bought.link(file), codes)  # it is known already
    assert devices[2].send_code(bought.link(file)).status_code == 200
    refused = devices[2].confirm(bought.link(file), codes[-1][1])
    assert (refused.status_code, refused.json()["code"]) == (409, "device-limit-reached")
    shown = desk.shop.call("GET", f"/purchases/{bought.id}/devices")["data"]
    assert [one["name"] for one in shown] == ["Device 0", "Device 1"]
    desk.shop.call("DELETE", f"/purchases/{bought.id}/devices", status=204)
    assert desk.shop.call("GET", f"/purchases/{bought.id}/devices")["data"] == []
    assert devices[0].get(bought.link(file)).json()["code"] == "device-unknown"
    assert devices[2].send_code(bought.link(file)).status_code == 200
    assert devices[2].confirm(bought.link(file), codes[-1][1]).status_code == 201


def test_dp09_wallet_that_signed_in_needs_no_code(desk, visitor, browser):
    file = desk.upload(desk.shop.editor)["id"]
    desk.policy(desk.shop.editor, devices={"limit": 1, "challenge": "wallet"})
    order = desk.shop.order((desk.shop.editor, 1), customer={"wallet": ANN.address})
    desk.shop.act(order, "mark-paid")
    ann, bob = visitor.sign_in(ANN)["token"], visitor.sign_in(BOB)["token"]
    (right,) = visitor.purchases(ann)
    laptop = browser()
    headers = {"Authorization": f"Bearer {ann}"}
    me = f"/v1/me/purchases/{right['id']}"
    link = desk.client.post(f"{me}/files/{file}/link", headers=headers).json()
    assert laptop.get(link).json()["code"] == "device-unknown"
    assert laptop.send_code(link).json()["code"] == "conflict"
    assert laptop.client.post(f"{me}/devices", headers={"Authorization": f"Bearer {bob}"}).status_code == 404
    assert laptop.client.post(f"{me}/devices", headers=headers).status_code == 201
    assert laptop.get(link).content == CONTENT


def test_dp09_user_of_a_session_needs_the_code_however_he_asks(desk, sold, browser):
    bought, _ = sold
    answer = browser().client.post(f"/v1/me/purchases/{bought.id}/devices", headers=desk.user().headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_dp09_devices_of_who_gave_the_purchase_away_open_nothing(sold, browser, codes, services, desk):
    bought, file = sold
    laptop, link = browser(), bought.link(file)
    register(laptop, link, codes)
    bob = desk.user("bob", "bob@example.org")
    with session_scope(services.sessions) as session:
        session.execute(update(Purchase).where(Purchase.id == bought.id).values(customer_id=bob.customer_id))
    assert laptop.get(link).status_code == 404
    assert laptop.get(bought.link(file, bob.headers)).json()["code"] == "device-unknown"


def test_dp09_time_limit_holds_for_known_devices(desk, browser, codes, wait):
    file = desk.upload(desk.shop.editor)["id"]
    desk.policy(desk.shop.editor, seconds=1_000, devices={"limit": 1})
    bought = desk.buy(desk.shop.editor)
    laptop, link = browser(), bought.link(file)
    register(laptop, link, codes)
    assert laptop.get(link).status_code == 200
    wait(1_000)
    assert laptop.get(link).json()["code"] == "download-time-over"


def test_mail_with_the_code_has_it_and_the_list_of_mails_has_not(desk, sold, browser, codes):
    bought, file = sold
    browser().send_code(bought.link(file))
    (mail,) = [one for one in desk.shop.call("GET", "/mails")["data"] if one["template"] == "one_time_code"]
    assert re.fullmatch(r"[0-9]{6}", codes[0][1])
    assert codes[0][1] not in str(mail)
