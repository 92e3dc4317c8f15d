"""Which news makes a mail, to whom, and once."""

import pytest
from sqlalchemy import select

from passmanager.service.catalog.models import Store
from passmanager.service.db import read_scope, session_scope
from passmanager.service.mail.models import Mail
from passmanager.service.mail.telling import Postman, letter_of
from passmanager.service.news import News


@pytest.fixture
def news(merchant, order_row):
    def make(kind, **data):
        return News(
            type=kind, merchant_id=merchant.id, store_id=merchant.store_id, aggregate_type="order",
            aggregate_id=order_row, at=1_000, data=data,
        )  # fmt: skip

    return make


@pytest.fixture
def hear(services):
    def write(*news, email="ann@example.org"):
        with session_scope(services.sessions) as session:
            Postman(lambda _session, orders: dict.fromkeys(orders, email)).hear(session, news)
        with read_scope(services.sessions) as session:
            rows = session.scalars(select(Mail).order_by(Mail.number))
            return [(row.template, row.recipient, row.status) for row in rows]

    return write


@pytest.mark.parametrize(
    ("kind", "data", "template"),
    [
        ("order.created", {"payments": [{"instructions": "IBAN"}]}, "order_created"),
        ("order.created", {"payments": [{"instructions": ""}]}, None),
        ("order.created", {}, None),
        ("order.reminder_due", {}, "payment_reminder"),
        ("payment.succeeded", {"id": "pay_1"}, "payment_confirmed"),
        ("payment.failed", {"id": "pay_1"}, "payment_failed"),
        ("order.payment_failed", {}, None),
        ("product.delivered", {"order_item_id": "itm_1", "method": "pool"}, "delivery"),
        ("product.delivered", {"order_item_id": "itm_1", "method": "information"}, "information"),
        ("fulfillment.requested", {"order_item_id": "itm_1", "method": "manual"}, "license_request"),
        ("fulfillment.requested", {"order_item_id": "itm_1", "method": "pool"}, None),
        ("refund.succeeded", {"id": "ref_1"}, "refund"),
        ("refund_request.refused", {"id": "rfr_1"}, "refund"),
        ("order.refunded", {}, None),
        ("order.partially_refunded", {}, None),
        ("order.paid", {}, None),
    ],
)
def test_news_makes_its_mail(kind, data, template, news):
    letter = letter_of(news(kind, **data))
    assert (letter and letter.template) == template


def test_mail_goes_to_the_buyer_once(news, hear):
    told = news("payment.succeeded", id="pay_1")
    expected = [("payment_confirmed", "ann@example.org", "pending")]
    assert hear(told, told) == expected
    assert hear(told) == expected


def test_mail_to_a_buyer_known_by_wallet_only_waits(news, hear):
    assert hear(news("payment.succeeded", id="pay_1"), email="") == [("payment_confirmed", "", "awaiting_contact")]


def test_request_for_a_license_goes_to_the_merchant(services, merchant, news, hear):
    with session_scope(services.sessions) as session:
        store = session.scalars(select(Store).where(Store.id == merchant.store_id)).one()
        store.settings = {"contact_email": "shop@example.org"}
    told = news("fulfillment.requested", order_item_id="itm_1", method="manual")
    assert hear(told) == [("license_request", "shop@example.org", "pending")]


def test_reactivated_delivery_is_mailed_again_to_the_address_of_the_wish(news, hear):
    told = news("internal.delivery.resend", order_item_id="itm_1", email="new@example.org")
    assert hear(told) == [("reactivated", "new@example.org", "pending")]
