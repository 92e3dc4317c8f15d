"""License files: verified with the published public key and nothing else; and QR codes."""

import base64
import json
import struct
import zlib
from datetime import datetime

import pytest
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from passmanager.service.settings import Settings
from tests.service.buyers.conftest import ANN
from tests.service.conftest import SECRET
from tests.service.mail.conftest import box, smtp_url  # noqa: F401 - fixtures

DAY = 86_400


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_keys(shop, status=200):
    answer = shop.client.get(f"/v1/stores/{shop.merchant.store_id}/license-public-key")
    assert answer.status_code == status, answer.text
    return answer.json()


def verify(file, published):
    """As a program of the merchant does it, which has no part of the service."""
    key = next(key for key in published["keys"] if key["kid"] == file["payload"]["key_id"])
    signed = json.dumps(file["payload"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(decoded(file["signature"]), signed)


class TestVerifying:
    def test_file_verifies_with_the_published_key_alone(self, shop, program):
        published = public_keys(shop)  # before there is any file
        one = program(valid_days=400)
        file = shop.call("POST", f"/license-keys/{one.id}/file", {"fingerprint": "machine ä"})
        verify(file, published)
        payload = file["payload"]
        assert (payload["type"], payload["license_id"]) == ("passmanager.license/1", one.id)
        assert (payload["store_id"], payload["fingerprint"]) == (shop.merchant.store_id, "machine ä")
        assert payload["product_id"] == one.order["items"][0]["product_id"]
        issued, ends, license_ends = (
            datetime.fromisoformat(payload[name]) for name in ("issued_at", "expires_at", "license_expires_at")
        )
        assert ((ends - issued).days, (license_ends - issued).days) == (30, 400)
        assert one.key not in json.dumps(file)

    def test_every_changed_byte_is_refused(self, shop, program):
        file = shop.call("POST", f"/license-keys/{program().id}/file", {})
        published, text = public_keys(shop), json.dumps(file)
        refused = tried = 0
        for place, letter in enumerate(text):
            other = "0" if letter != "0" else "1"
            try:
                changed = json.loads(text[:place] + other + text[place + 1 :])
                if changed == file:
                    continue
                tried += 1
                verify(changed, published)
            except (InvalidSignature, ValueError, KeyError, StopIteration):
                refused += 1
        # the last letter of the signature has bits that stand for nothing
        assert tried - refused <= 1
        assert refused > 300

    def test_revoked_key_is_refused_online_at_once(self, shop, program):
        one = program()
        file = shop.call("POST", f"/license-keys/{one.id}/file", {})
        shop.call("POST", f"/license-keys/{one.id}/revoke")
        assert one.code() == "revoked"
        verify(file, public_keys(shop))  # offline it lasts until it expires
        assert shop.call("POST", f"/license-keys/{one.id}/file", {}, status=403)["code"] == "license-key-not-usable"

    def test_file_never_lasts_longer_than_its_license(self, shop, program):
        payload = shop.call("POST", f"/license-keys/{program(valid_days=10).id}/file", {})["payload"]
        assert payload["expires_at"] == payload["license_expires_at"]

    def test_terms_and_the_request_say_how_long_a_file_lasts(self, shop, program):
        one = program(offline_days=7)
        for body, days in (({}, 7), ({"days": 90}, 90)):
            payload = shop.call("POST", f"/license-keys/{one.id}/file", body)["payload"]
            times = [datetime.fromisoformat(payload[name]) for name in ("issued_at", "expires_at")]
            assert (times[1] - times[0]).days == days

    def test_shared_key_has_no_file(self, shop, program):
        shop.call("POST", f"/license-keys/{program('shared', shared_key='EVERYBODY').id}/file", {}, status=409)


class TestKeysThatSign:
    def test_old_files_verify_after_the_signing_key_was_rotated(self, shop, program):
        one = program()
        old = shop.call("POST", f"/license-keys/{one.id}/file", {})
        first = public_keys(shop)
        made = shop.call("POST", f"/stores/{shop.merchant.store_id}/license-signing-keys", status=201)
        new = shop.call("POST", f"/license-keys/{one.id}/file", {})
        published = public_keys(shop)
        assert (new["payload"]["key_id"], published["active"]) == (made["kid"], made["kid"])
        assert [key["kid"] for key in published["keys"]] == [made["kid"], first["active"]]
        verify(old, published)
        verify(new, published)
        with pytest.raises(StopIteration):
            verify(new, first)

    def test_files_of_a_withdrawn_key_are_refused_and_another_key_signs(self, shop, program):
        one = program()
        old = shop.call("POST", f"/license-keys/{one.id}/file", {})
        path = f"/stores/{shop.merchant.store_id}/license-signing-keys/{old['payload']['key_id']}"
        shop.call("DELETE", path, status=204)
        shop.call("DELETE", path, status=404)
        published = public_keys(shop)
        with pytest.raises(StopIteration):
            verify(old, published)
        verify(shop.call("POST", f"/license-keys/{one.id}/file", {}), published)

    def test_private_key_is_sealed_and_one_for_each_store(self, shop, services):
        other = shop.call("POST", "/stores", {"name": "Other"}, status=201)["id"]
        keys = [
            shop.client.get(f"/v1/stores/{store}/license-public-key").json()["keys"][0]
            for store in (shop.merchant.store_id, other, shop.merchant.store_id)
        ]
        assert keys[0] == keys[2] != keys[1]
        with services.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT sealed, public_key FROM license_signing_keys").all()
        assert len(rows) == 2
        assert all(len(bytes(sealed)) > 32 + len(bytes(public)) // 32 for sealed, public in rows)
        assert set(keys[0]) == {"kid", "kty", "crv", "alg", "use", "x", "created_at"}

    def test_unknown_store_has_no_public_key(self, shop):
        answer = shop.client.get(f"/v1/stores/sto_{'0' * 26}/license-public-key")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    def test_other_merchants_and_strangers_make_and_withdraw_no_keys(self, shop, other):
        kid = public_keys(shop)["active"]
        path = f"/stores/{shop.merchant.store_id}/license-signing-keys"
        for method, end, status in (("POST", "", 404), ("DELETE", f"/{kid}", 404)):
            shop.call(method, f"{path}{end}", status=status, headers=other)
            assert shop.client.request(method, f"/v1{path}{end}").status_code == 401
        assert public_keys(shop)["active"] == kid


class TestByPrograms:
    def test_device_that_is_activated_gets_a_file_and_no_other_does(self, shop, program):
        one = program(activation_limit=1)
        one.ask("activate", fingerprint="a")
        file = one.ask("file", fingerprint="a")
        verify(file, public_keys(shop))
        assert file["payload"]["fingerprint"] == "a"
        assert one.ask("file", 403, fingerprint="b")["code"] == "device-not-activated"

    def test_key_that_stopped_gets_no_file(self, shop, program):
        one = program()
        one.ask("activate", fingerprint="a")
        shop.call("POST", f"/license-keys/{one.id}/rotate", {})
        assert one.ask("file", 403, fingerprint="a")["code"] == "license-key-not-usable"
        one.ask("file", 404, fingerprint="a", key="NEVER-MADE-1")


class TestByHolders:
    def test_holder_of_a_limited_key_gets_one_file_for_each_device(self, shop, mine, told):
        ann = mine(ANN, activation_limit=1)
        one = ann.program()
        assert ann.call("POST", f"/{one.id}/file", {}, status=403)["code"] == "device-not-activated"
        verify(ann.call("POST", f"/{one.id}/file", {"fingerprint": "a"}), public_keys(shop))
        verify(ann.call("POST", f"/{one.id}/file", {"fingerprint": "a"}), public_keys(shop))
        refused = ann.call("POST", f"/{one.id}/file", {"fingerprint": "b"}, status=409)
        assert refused["code"] == "activation-limit-reached"
        assert told(one.id)[-2:] == ["license_key.activated", "license_key.limit_reached"]

    def test_holder_gets_no_file_for_longer_than_the_terms_say(self, shop, mine):
        ann = mine(ANN, offline_days=5)
        payload = ann.call("POST", f"/{ann.program().id}/file", {"days": 3_650})["payload"]
        times = [datetime.fromisoformat(payload[name]) for name in ("issued_at", "expires_at")]
        assert (times[1] - times[0]).days == 5


def read_png(content):
    """Pixels of a picture with one bit or one byte for each, as `zxingcpp` wants them."""
    width, height, depth = struct.unpack(">IIB", content[16:25])
    data, place = b"", 8
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place : place + 8])
        data += content[place + 8 : place + 8 + size] if kind == b"IDAT" else b""
        place += 12 + size
    rows, line = zlib.decompress(data), (width * depth + 7) // 8 + 1
    pixels, before = bytearray(), bytes(line - 1)
    for number in range(height):
        filtered, row = rows[number * line], rows[number * line + 1 : (number + 1) * line]
        assert filtered in {0, 2}, "a filter that this reader does not know"
        before = bytes((byte + above) & 255 for byte, above in zip(row, before, strict=True)) if filtered else row
        bits = "".join(f"{byte:08b}" for byte in before)
        pixels += bytes(255 if bit == "1" else 0 for bit in bits[:width])
    return memoryview(bytes(pixels)).cast("B", (height, width))


def scan(content):
    return [code.text for code in zxingcpp.read_barcodes(read_png(content))]


class TestQrCodes:
    @pytest.mark.parametrize("key", ["https://example.org/activate?code=AB-12", "Schlüssel-ÄÖÜ-2026"])
    def test_nx04_qr_code_has_the_key(self, mine, key):
        ann = mine(ANN, "shared", shared_key=key, deliverable="qr_code")
        one = ann.program()
        drawn = ann.raw("GET", f"/{one.id}/qr?format=png")
        assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
        assert scan(drawn.content) == [key]
        vector = ann.raw("GET", f"/{one.id}/qr")
        assert (vector.headers["content-type"], vector.content[:5]) == ("image/svg+xml", b"<?xml")
        assert vector.headers["cache-control"] == "no-store"
        ann.call("GET", f"/{one.id}/qr?format=gif", status=422)

    def test_key_that_is_a_file_or_too_long_is_no_qr_code(self, shop, mine):
        ann = mine(ANN, "manual", deliverable="qr_code")
        path = f"/orders/{ann.order['id']}/items/{ann.order['items'][0]['id']}/license"
        shop.call("POST", path, {"text": "x" * 5_000}, status=201)
        assert ann.call("GET", f"/{ann.listed()[0]['id']}/qr", status=409)["code"] == "too-long-for-qr"
        bob = mine(ANN, "manual", deliverable="certificate")
        path = f"/orders/{bob.order['id']}/items/{bob.order['items'][0]['id']}/license"
        shop.call("POST", path, {"content": "AAE=", "file_name": "a.pem"}, status=201)
        bob.call("GET", f"/{bob.listed()[0]['id']}/qr", status=409)


class TestQrCodesByMail:
    @pytest.fixture
    def settings(self, database_url, tmp_path, smtp_url):  # noqa: F811
        return Settings(
            database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", smtp_url=smtp_url
        )

    def test_nx04_qr_code_is_attached_to_the_mail_of_the_delivery(self, shop, box):  # noqa: F811
        shop.buy((shop.sold("shared", shared_key="https://example.org/a", deliverable="qr_code"), 1))
        mail = next(mail for mail in box.mails if list(mail.iter_attachments()))
        (attached,) = mail.iter_attachments()
        assert attached.get_filename() == "qr-1.png"
        assert scan(attached.get_payload(decode=True)) == ["https://example.org/a"]
        assert "https://example.org/a" in mail.get_body(("plain",)).get_content()
