"""Webhooks that the service signs, checked by its receiver."""

import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passmanager.commerce import WebhookRejected, verify
from passmanager.service.webhooks.signing import new_secret, sign

KEY = Ed25519PrivateKey.generate()
EVENT = {
    "type": "order.paid", "id": "evt_1", "timestamp": "2026-11-22T00:00:00.000Z", "api_version": "2026-11-22",
    "mode": "test", "store_id": "sto_1", "sequence": 3, "aggregate": {"type": "order", "id": "ord_1"},
    "data": {"id": "ord_1", "ß": 1}, "previous": {},
}  # fmt: skip
BODY = json.dumps(EVENT, ensure_ascii=False).encode()


def signed(*secrets, body=BODY, seconds=None):
    return sign("evt_1", int(time.time()) if seconds is None else seconds, body, secrets, KEY)


def test_a_message_of_the_service_is_an_event():
    secret = new_secret()
    event = verify(signed(secret), BODY, secret)
    assert (event.type, event.aggregate, event.data["ß"]) == ("order.paid", {"type": "order", "id": "ord_1"}, 1)
    assert event.timestamp.isoformat() == "2026-11-22T00:00:00+00:00"
    assert verify({name.title(): text for name, text in signed(secret).items()}, BODY.decode(), secret) == event


def test_the_old_and_the_new_secret_are_good_while_one_is_changed():
    old, new = new_secret(), new_secret()
    for secret in (old, new):
        assert verify(signed(new, old), BODY, secret).id == "evt_1"


def test_anything_else_is_refused():
    secret = new_secret()
    headers = signed(secret)
    now = int(time.time())
    for given, body, key in [
        (headers, BODY + b" ", secret),
        (headers, BODY, new_secret()),
        (headers, BODY, "whsec_?"),
        (headers | {"webhook-id": "evt_2"}, BODY, secret),
        (headers | {"webhook-timestamp": str(now - 100)}, BODY, secret),
        (headers | {"webhook-timestamp": "²"}, BODY, secret),
        (headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")}, BODY, secret),
        (headers | {"webhook-signature": "v1,ä"}, BODY, secret),
        ({name: text for name, text in headers.items() if name != "webhook-signature"}, BODY, secret),
        (signed(secret, seconds=now - 400), BODY, secret),
        (signed(secret, seconds=now + 400), BODY, secret),
        (signed(secret, body=b"{}"), b"{}", secret),
    ]:
        with pytest.raises(WebhookRejected):
            verify(given, body, key)


def test_an_old_message_is_taken_by_who_allows_it():
    secret = new_secret()
    assert verify(signed(secret, seconds=int(time.time()) - 400), BODY, secret, tolerance_s=500).id == "evt_1"
