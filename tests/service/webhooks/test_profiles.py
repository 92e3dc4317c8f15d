"""The forms of other shops, from an event and an order to headers and body."""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

from passmanager.service.webhooks.profiles import Telling
from passmanager.service.webhooks.profiles.dpd_ipn import DPD_IPN, verify
from passmanager.service.webhooks.profiles.noventiq import NOVENTIQ, signature, status
from passmanager.service.webhooks.signing import new_secret

VERIFY_KEY = b"k" * 32
SECRET = new_secret()


def money(amount):
    return {"amount": amount, "currency": "EUR", "decimals": 2}


def line(number, name, total, **more):
    return {
        "id": f"itm_{number}", "number": number, "product_id": f"prd_{number}", "product_name": name,
        "sku": f"SKU-{number}", "quantity": 2, "price": money("5.00"), "discount": money("1.00"), "tax": money("0.50"),
        "total": money(total), **more,
    }  # fmt: skip


ORDER = {
    "id": "ord_1", "number": 5555555, "payment_status": "paid", "currency": "EUR", "created_at": "2021-08-13T09:16:35Z",
    "paid_at": "2021-08-13T09:20:00Z", "external_context": "cart-9",
    "total": money("18.00"), "discount": money("3.00"), "tax": money("1.50"), "shipping": money("0.00"),
    "customer": {"email": "customer@gmail.com", "first_name": "Zoë", "last_name": "O'Hara & Sons"},
    "billing_address": {"country": "DE", "line1": "Hauptstr. 1", "city": "Köln", "postal_code": "50667"},
    "payments": [{"method": "bank"}, {"method": "CreditCard"}],
    "coupons": [{"code": "SUMMER"}],
    "items": [line(1, "Editor", "9.00"), line(2, "Viewer", "6.00", product_keys=["K-1", "K-2"]),
              line(3, "Fonts", "3.00")],
}  # fmt: skip


def telling(kind, order=ORDER, part=1, parts=3, secret=SECRET, **data):
    envelope = {"id": "evt_1", "type": kind, "timestamp": "2021-08-13T09:21:00Z", "data": data}
    return Telling(
        envelope=envelope, order=order, part=part, parts=parts, secrets=(secret,),
        key=Ed25519PrivateKey.from_private_bytes(b"s" * 32), verify_key=VERIFY_KEY, seconds=1_628_846_195,
    )  # fmt: skip


def test_nv14_signature_is_the_one_of_the_public_example():
    found = signature(
        "secret_key", "order.created", "5555555", "2021-08-13T09:16:35+03:00", "CreditCard", "EUR", "customer@gmail.com"
    )
    assert found == (
        "1d0e480e14922b2e330216b2d34b3b9998267067143cf9ef7caaf3637de0307f"
        "207b7c6b1cd94ece313366baa24014c488796eef3dabbe8e60e7d1e72c73918d"
    )


def test_nv14_changed_amount_passes_the_old_signature_and_not_ours(monkeypatch):
    message = NOVENTIQ.make(telling("order.created"))
    content = json.loads(message.body)
    fields = (
        content["event"], content["order_id"], content["create_date"], content["payment"]["payment_method"],
        content["currency"], content["customer"]["email"],
    )  # fmt: skip
    changed = message.body.replace(b'"9.00"', b'"0.01"')
    assert changed != message.body
    assert message.headers["signature"] == hashlib.sha512(";".join((SECRET, *fields)).encode()).hexdigest()
    monkeypatch.setattr(Webhook, "_Webhook__verify_timestamp", lambda _self, text: _utc(text))
    assert Webhook(SECRET).verify(message.body, message.headers) == content
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, message.headers)


def _utc(text):
    return datetime.fromtimestamp(int(text), UTC)


def test_nv12_each_product_of_an_order_is_a_message():
    bodies = [json.loads(NOVENTIQ.make(telling("payment.succeeded", part=part)).body) for part in (1, 2, 3)]
    assert [body["document_part"] for body in bodies] == ["1-of-3", "2-of-3", "3-of-3"]
    assert [body["product"]["name"] for body in bodies] == ["Editor", "Viewer", "Fonts"]
    assert {body["event"] for body in bodies} == {"order.payment.succeeded"}


def test_nv12_event_of_one_line_is_about_that_line():
    body = json.loads(NOVENTIQ.make(telling("product.delivered", parts=1, order_item_id="itm_2")).body)
    assert (body["document_part"], body["product"]["sku"]) == ("1-of-1", "SKU-2")


def test_nv13_body_has_every_field():
    body = json.loads(NOVENTIQ.make(telling("order.created")).body)
    assert set(body) == {
        "event", "event_date", "document_part", "order_id", "order_name", "status", "external_id", "create_date",
        "pay_date", "currency", "locale", "order_detail_url", "customer", "product", "payment",
    }  # fmt: skip
    assert set(body["customer"]) == {
        "country", "type", "email", "first_name", "last_name", "phone", "vat_number", "company_name",
    }  # fmt: skip
    assert body["product"] == {
        "id": "prd_1", "vendor_code": "", "sku": "SKU-1", "business_segment": "", "name": "Editor", "price": "5.00",
        "quantity": 2, "discount_percent": "", "discount_amount": "1.00", "vat_amount": "0.50", "amount": "9.00",
        "margin": "",
    }  # fmt: skip
    assert body["payment"] == {
        "payment_method": "CreditCard", "payment_system_name": "", "is_installment_payment": False,
    }  # fmt: skip
    assert (body["order_id"], body["status"], body["external_id"]) == ("5555555", "paid", "cart-9")


def test_nv13_company_that_is_billed_is_told_with_its_vat_number():
    bill = {**ORDER["billing_address"], "company": "Analytical Engines", "vat_number": "DE123456789"}
    customer = json.loads(NOVENTIQ.make(telling("order.created", {**ORDER, "billing_address": bill})).body)["customer"]
    assert (customer["type"], customer["company_name"], customer["vat_number"]) == (
        "company", "Analytical Engines", "DE123456789",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("not_paid", "not paid"), ("failed", "not paid"), ("paid", "paid"), ("partially_refunded", "paid"),
        ("refunded", "deleted"), ("deleted", "deleted"), ("charged_back", "deleted"), ("terminated", "terminated"),
    ],
)  # fmt: skip
def test_status_is_in_their_words(ours, theirs):
    assert status(ours) == theirs


def test_message_of_an_order_that_is_not_there_is_made_all_the_same():
    assert json.loads(NOVENTIQ.make(telling("subscription.canceled", order=None, parts=1)).body)["order_id"] == ""


def fields_of(message):
    return dict(parse_qsl(message.body.decode(), keep_blank_values=True))


def test_dp11_notification_has_the_fields_of_paypal():
    message = DPD_IPN.make(telling("order.paid"))
    fields = fields_of(message)
    assert message.headers["content-type"] == "application/x-www-form-urlencoded"
    expected = {
        "txn_id": "5555555", "payment_status": "Completed", "mc_gross": "18.00", "mc_currency": "EUR",
        "discount": "3.00", "tax": "1.50", "mc_shipping": "0.00", "coupon_code": "SUMMER",
        "payer_email": "customer@gmail.com", "first_name": "Zoë", "last_name": "O'Hara & Sons",
        "address_street": "Hauptstr. 1", "address_city": "Köln", "address_zip": "50667", "address_country_code": "DE",
        "num_cart_items": "3", "item_name1": "Editor", "item_number2": "2", "quantity3": "2", "mc_gross_2": "6.00",
        "sku3": "SKU-3", "product_key1": "", "product_key2": "K-1,K-2",
    }  # fmt: skip
    assert {name: fields[name] for name in expected} == expected


def test_dp12_what_was_sent_is_verified_and_what_was_changed_is_not():
    fields = fields_of(DPD_IPN.make(telling("order.paid")))
    assert verify(fields, (b"x" * 32, VERIFY_KEY))
    assert not verify(fields, (b"x" * 32,))
    for name in fields:
        assert not verify({**fields, name: fields[name] + "1"}, (VERIFY_KEY,))
        assert not verify({key: value for key, value in fields.items() if key != name}, (VERIFY_KEY,))
    assert not verify({**fields, "more": ""}, (VERIFY_KEY,))
    assert not verify({}, (VERIFY_KEY,))


def test_dp12_text_cannot_move_from_one_field_to_another():
    fields = fields_of(DPD_IPN.make(telling("order.paid")))
    moved = {**fields, "item_name1": "Edi", "item_name2": "torViewer"}
    assert not verify(moved, (VERIFY_KEY,))
