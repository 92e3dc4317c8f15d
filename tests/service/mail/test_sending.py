"""Mails are sent once per fact, again until a server takes them, and wait for those whose address nobody knows."""

import pytest
from sqlalchemy import select

from passmanager.service.db import read_scope, session_scope
from passmanager.service.mail.letters import Letter, release, write
from passmanager.service.mail.models import Mail
from passmanager.service.mail.smtp import BadSmtpUrl, Server
from tests.service.merchant import make_merchant

ORDER = {
    "number": 7,
    "currency": "EUR",
    "total": {"amount": "12.50"},
    "items": [{"quantity": 2, "product_name": "Editor <Pro>", "total": {"amount": "12.50"}}],
    "payments": [{"method": "bank", "instructions": "IBAN DE00 <b>"}],
}


def rows(services):
    with read_scope(services.sessions) as session:
        return list(session.scalars(select(Mail).order_by(Mail.number)))


def text(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


def test_mail_arrives_with_what_it_is_about(put, do_work, box, facts, services):
    facts["order"] = ORDER
    put("order_created", "ord_1")
    do_work()
    (mail,) = box.mails
    assert (mail["to"], mail["from"]) == ("ann@example.org", "shop@localhost")
    assert mail["subject"] == "Your order 7 at Acme store"
    assert "2 x Editor <Pro>: 12.50 EUR" in text(mail)
    assert "IBAN DE00 <b>" in text(mail)
    assert "Editor &lt;Pro&gt;" in text(mail, "html")
    assert "IBAN DE00 &lt;b&gt;" in text(mail, "html")
    assert box.logins == [(b"shop", b"p@ss")]
    assert [(row.status, row.sent_at) for row in rows(services)] == [("sent", services.clock.now())]


def test_one_fact_is_one_mail(put, do_work, box):
    for _ in range(3):
        put(fact="pay_1")
    put(fact="pay_2")
    do_work()
    assert len(box.mails) == 2


def test_undone_transaction_sends_nothing(services, merchant, do_work, box):
    def undone(session):
        write(session, Letter(store_id=merchant.store_id, template="refund", fact="a", recipient="a@b.example"), 0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), session_scope(services.sessions) as session:
        undone(session)
    do_work()
    assert box.mails == []


def test_server_that_is_busy_gets_the_same_mail_again(put, do_work, box, services):
    box.answers = ["451 busy", "452 full"]
    put()
    do_work()
    (row,) = rows(services)
    assert (row.status, row.problem) == ("pending", "451 busy")
    do_work(60)
    do_work(300)
    (mail,) = box.mails
    assert mail["message-id"] == f"<{row.id}@localhost>"
    assert [one.status for one in rows(services)] == ["sent"]


def test_address_that_does_not_exist_is_not_tried_again(put, do_work, box, services):
    box.answers = ["550 no such user"]
    put()
    do_work()
    do_work(86_400)
    assert box.mails == []
    assert [(row.status, row.problem) for row in rows(services)] == [("failed", "550 no such user")]


def test_mail_is_given_up_after_its_attempts(put, do_work, box, services):
    box.answers = ["451 busy"] * 100
    put()
    do_work(3 * 86_400)
    assert len(box.answers) == 92
    assert [row.status for row in rows(services)] == ["failed"]


@pytest.mark.parametrize("recipient", ["ann@example.org\r\nBcc: eve@example.org", "ann@example.org\nX: y"])
def test_address_cannot_smuggle_headers_in(recipient, put, do_work, box, services):
    put(recipient=recipient)
    do_work()
    assert box.mails == []
    assert [row.status for row in rows(services)] == ["failed"]


def test_subject_stays_one_line(put, do_work, box, facts):
    facts |= {"subject": "Hello\r\nBcc: eve@example.org", "text": "Welcome"}
    put("information", "item_1")
    do_work()
    (mail,) = box.mails
    assert mail["subject"] == "Hello Bcc: eve@example.org"
    assert mail["bcc"] is None
    assert box.recipients == ["ann@example.org"]


def test_mail_without_address_waits_until_one_is_known(put, do_work, box, services, order_row):
    put(fact="pay_1", recipient="", order_id=order_row)
    do_work(86_400)
    assert [row.status for row in rows(services)] == ["awaiting_contact"]
    with session_scope(services.sessions) as session:
        assert release(session, [order_row], "late@example.org", services.clock.now()) == 1
        assert release(session, [order_row], "late@example.org", services.clock.now()) == 0
    do_work()
    assert [mail["to"] for mail in box.mails] == ["late@example.org"]


def test_keys_are_in_the_mail_and_not_in_its_row(put, do_work, box, facts, services):
    facts |= {"keys": ["AAAA-<BBBB>"], "files": [("license.bin", b"\x00\x01")]}
    put("delivery", "item_1", data={"product_name": "Editor"})
    do_work()
    (mail,) = box.mails
    assert "AAAA-<BBBB>" in text(mail)
    assert "AAAA-&lt;BBBB&gt;" in text(mail, "html")
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("license.bin", b"\x00\x01")
    (row,) = rows(services)
    assert "AAAA" not in str(row.data)


@pytest.mark.parametrize(
    "template",
    [
        "order_created", "payment_confirmed", "payment_failed", "payment_reminder", "delivery", "information",
        "license_request", "reactivated", "refund", "one_time_code",
        "purchase_blocked", "seat_invitation", "account_invitation",
    ],
)  # fmt: skip
def test_every_template_has_a_subject_and_both_bodies(template, put, do_work, box, facts):
    facts |= {"order": ORDER, "text": "Body text", "code": "123456", "keys": ["KEY-1"], "subject": "Read this"}
    line = {"product_name": "Editor", "units": 1, "order_item_id": "itm_1"}
    put(template, "fact", data=line, passing={"code": "123456"}, until=2**60)
    do_work()
    (mail,) = box.mails
    assert mail["subject"].strip()
    assert "Acme store" in text(mail)
    assert "Acme store" in text(mail, "html")
    assert "{{" not in text(mail) + text(mail, "html") + mail["subject"]


def test_without_a_server_the_mail_says_what_is_missing_and_can_be_sent_later(put, call, wait, services):
    put()
    wait(0)
    (shown,) = call("GET", "/v1/mails?status=failed")["data"]
    assert shown["problem"].startswith("PASSMANAGER_SMTP_URL is not set")
    again = call("POST", f"/v1/mails/{shown['id']}/send", {"recipient": "bob@example.org"}, expect=202)
    assert (again["status"], again["recipient"]) == ("pending", "bob@example.org")


def test_mail_of_another_merchant_is_not_found(put, call, client, services):
    put()
    with session_scope(services.sessions) as session:
        other = make_merchant(session, 0, "Other")
    (shown,) = call("GET", "/v1/mails")["data"]
    assert client.get("/v1/mails", headers=other.headers).json()["data"] == []
    assert client.get(f"/v1/mails/{shown['id']}", headers=other.headers).status_code == 404


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example.org:25", "smtp://host:port"])
def test_setting_that_is_no_server_is_refused_at_start(url):
    with pytest.raises(BadSmtpUrl, match="smtp://user:password@host:port"):
        Server.of(url)


def test_setting_is_taken_apart():
    assert Server.of("smtps://a%40b:c@mail.example.org") == Server("mail.example.org", 465, True, "a@b", "c")
    assert Server.of("smtp://mail.example.org:2525") == Server("mail.example.org", 2525, False, "", "")
