"""The catalogue of events, and that a receiver gets them whatever happens to it: SD-12."""

import ast
import re
from pathlib import Path

import pytest

from passmanager.service.actions.rearming import PURPOSE
from passmanager.service.app import ROUTES
from passmanager.service.worker import make_handlers

ROOT = Path(__file__).resolve().parents[3]
SERVICE = ROOT / "src" / "passmanager" / "service"
PAGE = ROOT / "docs" / "spec" / "events.md"
ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+) \|$", re.MULTILINE)
FAMILIES = (
    "checkout", "order", "payment", "fulfillment", "product", "license_key", "key_pool", "download", "device",
    "purchase", "subscription", "renewal", "action", "form", "account", "seat", "customer", "refund_request", "refund",
    "webhook_endpoint",
)  # fmt: skip
NAME = re.compile(rf"({'|'.join(FAMILIES)})\.[a-z_]*")
OTHER_WORDS = ("webhooks/profiles", "fulfillment/vendor_", "migrations")
"""Where texts of this form are names of other systems."""
HOURS = 3_600


def documented():
    return dict(ROW.findall(PAGE.read_text()))


def texts():
    """Names in the source, whole ones and beginnings that are completed where they are told."""
    for path in sorted(SERVICE.rglob("*.py")):
        if any(part in path.relative_to(SERVICE).as_posix() for part in OTHER_WORDS):
            continue
        tree = ast.parse(path.read_text())
        ends = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values[1:]}
        for node in ast.walk(tree):
            if (
                id(node) not in ends
                and isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and NAME.fullmatch(node.value)
            ):
                yield node.value


def test_sd12_every_event_that_the_service_tells_is_documented(services):
    handlers = make_handlers(services)
    other = {*handlers.database, *handlers.outside, PURPOSE, *ROUTES}
    found = {text for text in texts() if not text.endswith(".")} - other
    assert found - set(documented()) == set()


def test_sd12_every_documented_event_is_in_the_source():
    found = set(texts())
    begun = {text for text in found if text.endswith(".")}
    for name in documented():
        assert name in found or f"{name.partition('.')[0]}." in begun, name


@pytest.mark.parametrize(
    "name",
    [
        "order.paid", "order.payment_failed", "purchase.created", "purchase.blocked", "purchase.revoked",
        "subscription.canceled", "subscription.expired", "subscription.renewed", "refund.succeeded", "seat.revoked",
    ],
)  # fmt: skip
def test_sd12_receiver_that_was_down_for_three_hours_gets_the_event(name, endpoint, happen, wait, receiver, services):
    endpoint()
    up = services.clock.now() + 3 * HOURS * 1_000
    receiver.answer = lambda _got: 204 if services.clock.now() >= up else 503
    happen("one_1", kind=name)
    wait(3 * HOURS)
    wait(2 * HOURS)
    assert len(receiver.calls) > 1
    assert receiver.calls[-1].json["type"] == name


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://0xa9fea9fe/", "http://[::ffff:10.0.0.1]/"])
def test_sd12_address_that_is_not_public_is_refused_when_it_is_sent_to(url, endpoint, happen, do_work, call):
    made = endpoint()
    call("PATCH", f"/v1/webhook-endpoints/{made['id']}", {"url": url}, expect=200)
    happen("ord_1")
    do_work()
    (row,) = call("GET", "/v1/webhook-deliveries")["data"]
    (attempt,) = call("GET", f"/v1/webhook-deliveries/{row['id']}")["calls"]
    assert "refused-address" in attempt["problem"]
