"""What programs ask about keys, without an API key."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from passmanager.service.settings import Settings
from tests.service.conftest import SECRET
from tests.service.licenses.keys import Program
from tests.service.licenses.test_pools import upload

DAY = 86_400


def test_issued_key_is_valid(program):
    one = program()
    answer = one.ask("validate")
    assert (answer["valid"], answer["code"]) == (True, "valid")
    assert answer["product_id"] == one.order["items"][0]["product_id"]


def test_unknown_foreign_and_free_keys_get_the_same_answer(shop, program):
    one = program()
    shop.pool("FREE-0001-AAAA")
    other = shop.call("POST", "/stores", {"name": "Other"}, status=201)["id"]
    answers = [
        one.ask("validate", key="NEVER-MADE-1"), one.ask("validate", store_id=other),
        one.ask("validate", key="FREE-0001-AAAA"), one.ask("validate", product_id=shop.editor),
    ]  # fmt: skip
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["valid"], answers[0]["code"]) == (False, "unknown")
    for what in ("activate", "deactivate"):
        details = {
            one.ask(what, 404, fingerprint="a", **more)["detail"]
            for more in ({"key": "NEVER-MADE-1"}, {"store_id": other}, {"product_id": shop.editor})
        }
        assert details == {"this license key is not known"}


def test_device_is_activated_once_and_given_back(program, told):
    one = program(activation_limit=1)
    assert one.ask("validate", fingerprint="a")["code"] == "not-activated"
    assert one.ask("activate", fingerprint="a", name="Laptop")["activations"] == 1
    assert one.ask("activate", fingerprint="a")["activations"] == 1
    assert one.ask("validate", fingerprint="a")["valid"]
    refused = one.ask("activate", 409, fingerprint="b")
    assert (refused["code"], "1 of 1" in refused["detail"]) == ("activation-limit-reached", True)
    assert one.ask("deactivate", fingerprint="a")["activations"] == 0
    assert one.ask("deactivate", fingerprint="a")["activations"] == 0
    assert one.ask("activate", fingerprint="b")["activations"] == 1
    assert told(one.id)[-4:] == [
        "license_key.activated", "license_key.limit_reached", "license_key.deactivated", "license_key.activated",
    ]  # fmt: skip


def test_fifty_parallel_activations_on_a_limit_of_two_give_exactly_two(program, shop):
    one = program(activation_limit=2)

    def activate(number):
        body = {**one.asked, "fingerprint": f"device {number}"}
        return shop.client.post("/v1/license-keys/activate", json=body).status_code

    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(activate, range(50)))
    assert sorted(statuses) == [200] * 2 + [409] * 48
    shown = shop.call("GET", f"/license-keys/{one.id}")
    assert (shown["activations"], len(shown["devices"])) == (2, 2)


def test_merchant_suspends_reinstates_and_revokes(program, shop, told):
    one = program()
    for what, status, code in (("suspend", 403, "suspended"), ("reinstate", 200, "valid"), ("revoke", 403, "revoked")):
        shop.call("POST", f"/license-keys/{one.id}/{what}")
        assert one.ask("validate")["code"] == code
        one.ask("activate", status, fingerprint="a")
    shop.call("POST", f"/license-keys/{one.id}/reinstate", status=409)
    assert [name for name in told(one.id) if "act" not in name] == [
        "license_key.issued", "license_key.suspended", "license_key.reinstated", "license_key.revoked",
    ]  # fmt: skip


def test_key_expires(program, wait):
    one = program(valid_days=30)
    assert one.ask("validate")["expires_at"] is not None
    wait(30 * DAY)
    assert one.ask("validate")["code"] == "expired"
    assert one.ask("activate", 403, fingerprint="a")["code"] == "license-key-not-usable"


def test_reading_a_key_in_clear_needs_a_scope_of_its_own(program, shop, services):
    from passmanager.service.db import session_scope  # noqa: PLC0415
    from passmanager.service.http.auth import add_key  # noqa: PLC0415

    one = program()
    with session_scope(services.sessions) as session:
        _, key = add_key(
            session, merchant_id=shop.merchant.id, name="other", mode="test", now=services.clock.now(),
            scopes=["licenses:read"],
        )  # fmt: skip
    reader = {"Authorization": f"Bearer {key}"}
    assert one.asked["key"] not in str(shop.call("GET", "/license-keys", headers=reader))
    assert "licenses:reveal" in shop.call("GET", f"/license-keys/{one.id}", status=403, headers=reader)["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"key": ""}, {"key": "a", "store_id": "x"}, {"key": "a\x00b"}, {"key": "a" * 1_001}]
)
def test_question_that_is_none_is_refused(shop, body):
    answer = shop.client.post("/v1/license-keys/validate", json={"store_id": shop.merchant.store_id, **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_other_keys_of_the_operator_still_open_and_find(shop, services, settings):
    from passmanager.service.app import create_app  # noqa: PLC0415

    order = shop.buy(shop.sold("generated"))
    key = shop.clear(order)[0]
    newer = Settings(**{**settings.model_dump(), "secret_key": "a" * 43 + "=", "old_secret_keys": (SECRET,)})
    object.__setattr__(services, "settings", newer)
    assert create_app(services)
    assert shop.clear(order) == [key]
    assert Program(shop, key).ask("validate")["valid"]
    assert shop.upload(shop.pool(), ["NEW-0001-AAAA"])["added"] == 1


class TestRateLimit:
    @pytest.fixture
    def settings(self, database_url, tmp_path):
        return Settings(
            database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rate_per_minute=3
        )

    def test_too_many_questions_are_refused_until_time_has_passed(self, shop, wait):
        one = Program(shop, "NEVER-MADE-1")
        for _ in range(3):
            one.ask("validate")
        refused = shop.client.post("/v1/license-keys/validate", json=one.asked)
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
            429,
            "rate-limited",
            "21",
        )
        wait(21)
        one.ask("validate")

    def test_proxy_that_nobody_named_cannot_pretend(self, shop):
        one = Program(shop, "NEVER-MADE-1")
        for number in range(3):
            one.ask("validate", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        one.ask("validate", 429, headers={"X-Forwarded-For": "198.51.100.9"})


def test_upload_of_a_foreign_pool_is_not_found(shop, services):
    from passmanager.service.db import session_scope  # noqa: PLC0415
    from tests.service.merchant import make_merchant  # noqa: PLC0415

    pool = shop.pool("KEY-0001-AAAA")
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other")
    mine, shop.merchant = shop.merchant, other
    upload(shop, pool, b"KEY-0002-BBBB", "text/plain", 404)
    shop.call("GET", f"/key-pools/{pool}", status=404)
    shop.merchant = mine
    assert shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1
