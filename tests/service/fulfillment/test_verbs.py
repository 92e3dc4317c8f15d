"""What a subscription does after its first delivery reaches the merchant's web service; and client certificates."""

import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from passmanager.service.db import session_scope
from passmanager.service.news import News
from passmanager.service.orders.models import Purchase
from tests.service.fulfillment.deliveries import serve_vendor


@pytest.fixture
def happens(shop, services):
    """Something happens to the right of access of an order."""

    def tell(order, kind):
        with session_scope(services.sessions) as session:
            right = session.scalar(select(Purchase).where(Purchase.order_item_id == order["items"][0]["id"]))
            services.wire.tell(
                session,
                News(
                    type=kind, merchant_id=shop.merchant.id, store_id=shop.merchant.store_id,
                    aggregate_type="purchase", aggregate_id=right.id, at=services.clock.now(), data={"id": right.id},
                ),
            )  # fmt: skip
        shop.settle()

    return tell


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("subscription.renewed", "renew"), ("subscription.paused", "suspend"), ("subscription.expired", "suspend"),
        ("subscription.resumed", "reactivate"),
    ],
)  # fmt: skip
def test_nx02_vendor_hears_each_verb_with_the_keys_and_the_first_delivery(shop, vendor, happens, kind, verb):
    vendor.answers = [(200, {"key": "KEY-0001-AAAA", "publisherFulfillmentId": "P-1"}), (200, {})]
    order = shop.buy(shop.sold("web_service", urls=vendor.urls(verb)))
    happens(order, kind)
    assert [call["path"] for call in vendor.seen] == ["/licenses/new", f"/licenses/{verb}"]
    product = vendor.bodies()[-1]["product"]
    assert product["licenses"] == [{"activationCode": "KEY-0001-AAAA"}]
    assert product["publisherFulfillmentId"] == "P-1"
    assert product["initialNexwayFulfillmentId"] == vendor.bodies()[0]["product"]["nexwayFulfillmentId"]
    assert product["nexwayFulfillmentId"] != product["initialNexwayFulfillmentId"]


def test_nx02_verb_without_an_address_is_not_called(shop, vendor, happens):
    order = shop.buy(shop.sold("web_service", urls=vendor.urls()))
    happens(order, "subscription.renewed")
    assert len(vendor.seen) == 1


def test_verb_that_fails_is_told_again(shop, vendor, happens, wait):
    vendor.answers = [(200, {"key": "KEY-0001-AAAA"}), (500, b""), (200, {})]
    order = shop.buy(shop.sold("web_service", urls=vendor.urls("renew")))
    happens(order, "subscription.renewed")
    wait(5)
    assert [call["path"] for call in vendor.seen] == ["/licenses/new", "/licenses/renew", "/licenses/renew"]
    assert len({call["headers"]["idempotency-key"] for call in vendor.seen[1:]}) == 1


def test_keys_of_a_paused_subscription_stand_still(shop, happens):
    order = shop.buy(shop.sold("generated"))
    asked = {"store_id": shop.merchant.store_id, "key": shop.clear(order)[0]}
    for kind, code in (("subscription.paused", "suspended"), ("subscription.resumed", "valid")):
        happens(order, kind)
        assert shop.call("POST", "/license-keys/validate", asked)["code"] == code


# --- client certificates


def signed(name, key, issuer_name, issuer_key, *, authority=False):
    now = dt.datetime.now(dt.UTC)
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer_name))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )


def pem(key):
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


@pytest.fixture
def certified(tmp_path):
    """A vendor who lets in nobody without a certificate of his authority; and such a certificate."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("authority", "server", "client")}
    authority = signed("authority", keys["authority"], "authority", keys["authority"], authority=True)
    server, client = (signed(name, keys[name], "authority", keys["authority"]) for name in ("server", "client"))
    (tmp_path / "server.pem").write_text(server + pem(keys["server"]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    context.load_verify_locations(cadata=authority)
    context.verify_mode = ssl.CERT_REQUIRED
    running, thread = serve_vendor(context)
    auth = {"type": "mtls", "certificate": client, "private_key": pem(keys["client"]), "authority": authority}
    yield running.vendor, auth
    running.shutdown()
    running.server_close()
    thread.join()


def test_vendor_who_wants_a_client_certificate_gets_it(shop, certified):
    vendor, auth = certified
    order = shop.buy(shop.sold("web_service", urls=vendor.urls(), auth=auth))
    assert shop.statuses(order)[0] == "delivered"


def test_certificate_that_is_none_is_a_failed_attempt(shop, certified):
    vendor, auth = certified
    order = shop.buy(shop.sold("web_service", urls=vendor.urls(), auth={**auth, "certificate": "nothing"}))
    assert "client certificate" in shop.delivery(order)["problem"]
    assert vendor.seen == []
