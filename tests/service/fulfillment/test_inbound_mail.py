"""A merchant answers the mail that asks him for a license."""

from email.message import EmailMessage

import pytest

from passmanager.service.db import session_scope
from passmanager.service.fulfillment.inbound import find_number, reply_address, written
from passmanager.service.http.auth import add_key
from passmanager.service.settings import Settings
from tests.service.conftest import SECRET
from tests.service.mail.conftest import box, smtp_url  # noqa: F401 - fixtures
from tests.service.merchant import make_merchant


@pytest.fixture
def settings(database_url, tmp_path, smtp_url) -> Settings:  # noqa: F811
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", smtp_url=smtp_url,
        mail_inbound="licenses@in.example", outbound_allow=("127.0.0.0/8",),
    )  # fmt: skip


@pytest.fixture
def asked(shop, box):  # noqa: F811
    """An order whose merchant is asked by mail, and that mail."""
    store = shop.merchant.store_id
    shop.call("PATCH", f"/stores/{store}", {"contact_email": "mia@merchant.example"})

    def make(units=1):
        order = shop.buy((shop.sold("manual"), units))
        (mail,) = [mail for mail in box.mails if mail["To"] == "mia@merchant.example"][-1:]
        return order, mail

    return make


def answer(mail, text="", *, file=None, to=None, name="<1@merchant.example>", **headers):
    made = EmailMessage()
    made["From"], made["To"] = "Mia <mia@merchant.example>", to or f"Licenses <{mail['Reply-To']}>"
    made["Subject"] = f"Re: {mail['Subject']}"
    if name:
        made["Message-ID"] = name
    for header, value in headers.items():
        made[header.replace("_", "-")] = value
    made.set_content(text)
    if file is not None:
        made.add_attachment(file, maintype="application", subtype="octet-stream", filename="../license.dat")
    return made.as_bytes()


@pytest.fixture
def receive(client, merchant):
    def send(raw, status=200, headers=merchant.headers):
        sent = client.post("/v1/inbound-mail", content=raw, headers={**headers, "Content-Type": "message/rfc822"})
        assert sent.status_code == status, sent.text
        return sent.json()

    return send


def test_nv10_reply_with_a_text_is_delivered_to_the_buyer(shop, asked, receive, box, told):  # noqa: F811
    order, mail = asked()
    assert mail["Reply-To"].startswith("licenses+")
    text = "KEY-1234-ABCD\n\nOn Monday, 23 November 2026, Acme store\n<shop@localhost> wrote:\n> Order 1 is paid\n"
    shown = receive(answer(mail, text))
    assert shown == {"outcome": "delivered", "order_id": order["id"], "order_item_id": order["items"][0]["id"]}
    assert shop.clear(order) == ["KEY-1234-ABCD"]
    assert shop.statuses(order)[0] == "delivered"
    assert told(order["id"])[-1] == "order.delivered"
    shop.settle()
    (to_buyer,) = [one for one in box.mails if one["To"] == "ada@example.org" and "KEY-1234-ABCD" in one.as_string()]
    assert to_buyer["Reply-To"] is None


def test_nv10_reply_with_a_file_is_stored_and_delivered(shop, asked, receive):
    order, mail = asked()
    receive(answer(mail, "Here it is.", file=b"\x00\x01"))
    assert shop.clear(order) == ["AAE="]
    (key,) = shop.call("GET", f"/license-keys?order_id={order['id']}")["data"]
    assert shop.call("GET", f"/license-keys/{key['id']}")["file_name"] == "license.dat"


def test_nv10_reply_that_comes_again_is_ignored(shop, asked, receive):
    order, mail = asked(units=2)
    assert receive(answer(mail, "FIRST-KEY-1"))["outcome"] == "delivered"
    assert receive(answer(mail, "FIRST-KEY-1"))["outcome"] == "repeated"
    assert shop.clear(order) == ["FIRST-KEY-1"]
    assert receive(answer(mail, "SECOND-KEY-2", name="<2@merchant.example>"))["outcome"] == "delivered"
    assert shop.clear(order) == ["FIRST-KEY-1", "SECOND-KEY-2"]
    assert receive(answer(mail, "THIRD-KEY-3", name="<3@merchant.example>"), 409)["code"] == "conflict"


@pytest.mark.parametrize("change", [lambda to: to.replace("-", "-a", 1)[:-1], lambda to: to.replace("+1", "+2")])
def test_nv10_reply_with_a_wrong_token_is_rejected(shop, asked, receive, change):
    order, mail = asked()
    receive(answer(mail, "KEY", to=change(mail["Reply-To"])), 404)
    receive(answer(mail, "KEY", to="licenses@in.example"), 404)
    assert shop.statuses(order)[0] == "not_delivered"


def test_nv10_reply_in_capitals_and_among_other_addresses_is_found(shop, asked, receive):
    order, mail = asked()
    receive(answer(mail, "KEY-1234-ABCD", to=f"boss@merchant.example, {mail['Reply-To'].upper()}"))
    assert shop.clear(order) == ["KEY-1234-ABCD"]


def test_nv10_reply_of_a_machine_is_no_license(shop, asked, receive):
    order, mail = asked()
    assert receive(answer(mail, "I am on holiday.", Auto_Submitted="auto-replied"))["outcome"] == "ignored"
    assert shop.statuses(order)[0] == "not_delivered"
    assert receive(answer(mail, "KEY-1234-ABCD"))["outcome"] == "delivered"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"Subject: no address\r\n\r\nKEY"])
def test_nv10_reply_that_is_no_mail_is_refused(receive, raw):
    receive(raw, 422)


def test_nv10_reply_without_a_license_is_refused_and_may_be_sent_again(shop, asked, receive):
    order, mail = asked()
    receive(answer(mail, "> only a quotation\n"), 422)
    assert receive(answer(mail, "KEY-1234-ABCD"))["outcome"] == "delivered"
    assert shop.clear(order) == ["KEY-1234-ABCD"]


def test_nv10_reply_that_is_too_large_is_refused(shop, asked, receive):
    order, mail = asked()
    receive(answer(mail, file=bytes(600_000)), 422)
    receive(answer(mail, file=bytes(1_000_000)), 413)
    assert shop.statuses(order)[0] == "not_delivered"


def test_nv10_reply_needs_a_key_of_its_merchant_with_the_scope(services, asked, receive, merchant):
    _, mail = asked()
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        other = make_merchant(session, now, name="Other")
        _, weak = add_key(session, merchant_id=merchant.id, name="w", mode="test", now=now, scopes=["orders:read"])
        _, own = add_key(session, merchant_id=merchant.id, name="o", mode="test", now=now, scopes=["mail:inbound"])
    receive(answer(mail, "KEY"), 401, headers={})
    receive(answer(mail, "KEY"), 403, headers={"Authorization": f"Bearer {weak}"})
    receive(answer(mail, "KEY"), 404, headers=other.headers)
    receive(answer(mail, "KEY-1234-ABCD"), headers={"Authorization": f"Bearer {own}"})


def test_nv10_reply_address_is_known_by_old_keys_too():
    address = reply_address("licenses@in.example", 17, b"k" * 32)
    assert len(address.partition("@")[0]) <= 64
    assert find_number(["a@b.example", address], [b"n" * 32, b"k" * 32]) == 17
    assert find_number([address], [b"n" * 32]) is None


@pytest.mark.parametrize(
    ("text", "license_text"),
    [
        ("KEY", "KEY"), ("KEY\n\n-- \nMia", "KEY"), ("KEY\nLINE2\n\nMia schrieb:\n> hallo", "KEY\nLINE2"),
        ("> hello\nKEY", "KEY"), ("KEY\n-----Original Message-----\nFrom: shop", "KEY"), ("Key:\nABC", "Key:\nABC"),
        ("> hello", ""), ("", ""),
    ],
)  # fmt: skip
def test_nv10_reply_is_what_is_new_in_it(text, license_text):
    assert written(text) == license_text
