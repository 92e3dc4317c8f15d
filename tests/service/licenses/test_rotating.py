"""Keys that get another text: by the merchant and by their holder."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from passmanager.service.accounts.sharing_models import Seat
from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from tests.service.buyers.conftest import ANN, BOB
from tests.service.licenses.keys import Mine
from tests.service.users import open_user

HOUR, DAY = 3_600, 86_400


def rotate(shop, one, status=200, **body):
    return shop.call("POST", f"/license-keys/{one.id}/rotate", body, status=status)


class TestByTheMerchant:
    def test_old_key_stops_at_once_and_the_new_one_works(self, shop, program, told):
        one = program(pattern="XXXX-XXXX-XXXX-XXXX", prefix="ED-")
        one.ask("activate", fingerprint="a")
        shown = rotate(shop, one)
        assert (shown["id"], shown["rotations"], shown["activations"]) == (one.id, 1, 1)
        new = shop.clear(one.order)[0]
        assert new != one.key
        assert (new[:3], len(new)) == ("ED-", 22)
        assert one.ask("validate") == {
            "valid": False, "code": "rotated", "product_id": None, "activation_limit": None, "activations": 0,
            "expires_at": None, "test": False, "stops_at": None,
        }  # fmt: skip
        assert one.ask("activate", 403, fingerprint="b")["code"] == "license-key-not-usable"
        one.ask("deactivate", 403, fingerprint="a")
        assert one.code(key=new, fingerprint="a") == "valid"
        assert told(one.id)[-1] == "license_key.rotated"

    def test_old_key_works_for_its_grace(self, shop, program, wait):
        one = program(rotation_grace=HOUR)
        rotate(shop, one)
        answer = one.ask("validate")
        assert (answer["valid"], answer["stops_at"] is not None) == (True, True)
        assert one.ask("activate", fingerprint="a")["activations"] == 1
        wait(HOUR - 1)
        assert one.code() == "valid"
        wait(1)
        assert one.code() == "rotated"

    def test_grace_of_the_request_wins_over_that_of_the_template(self, shop, program):
        one = program(rotation_grace=HOUR)
        rotate(shop, one, grace_seconds=0)
        assert one.code() == "rotated"

    def test_every_earlier_key_is_known_as_rotated(self, shop, program):
        one = program()
        for _ in range(3):
            rotate(shop, one)
        assert one.code() == "rotated"
        assert shop.call("GET", f"/license-keys/{one.id}")["rotations"] == 3

    def test_event_tells_until_when_and_never_the_key(self, shop, program, services):
        one = program()
        heard = []
        services.wire.subscribe("license_key.rotated", lambda _session, news: heard.append(news))
        rotate(shop, one, grace_seconds=60)
        (news,) = heard
        assert (news.data["made_by"], news.data["old_works_until"][-1]) == ("merchant", "Z")
        assert one.key not in str(news.data)
        assert shop.clear(one.order)[0] not in str(news.data)

    def test_suspended_key_stays_suspended_when_it_is_rotated(self, shop, program):
        one = program()
        shop.call("POST", f"/license-keys/{one.id}/suspend")
        rotate(shop, one)
        assert one.code(key=shop.clear(one.order)[0]) == "suspended"
        shop.call("POST", f"/license-keys/{one.id}/reinstate")
        assert one.code(key=shop.clear(one.order)[0]) == "valid"

    def test_revoked_key_is_not_rotated(self, shop, program):
        one = program()
        shop.call("POST", f"/license-keys/{one.id}/revoke")
        rotate(shop, one, 409)

    def test_shared_key_is_not_rotated(self, shop, program):
        assert "fulfillment template" in rotate(shop, program("shared", shared_key="EVERYBODY-2026"), 409)["detail"]

    def test_key_of_others_is_rotated_to_the_one_that_is_sent(self, shop):
        order = shop.buy(shop.sold("manual"))
        path = f"/orders/{order['id']}/items/{order['items'][0]['id']}/license"
        shop.call("POST", path, {"text": "BY-HAND-0001"}, status=201)
        key = shop.delivery(order)["keys"][0]["id"]
        assert "send the new one" in shop.call("POST", f"/license-keys/{key}/rotate", {}, status=409)["detail"]
        shop.call("POST", f"/license-keys/{key}/rotate", {"key": "BY-HAND-0001"}, status=409)
        shop.call("POST", f"/license-keys/{key}/rotate", {"key": "BY-HAND-0002"})
        assert shop.clear(order) == ["BY-HAND-0002"]

    def test_key_of_a_pool_is_replaced_by_another_one(self, shop, program, told):
        pool = shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")
        one = program("pool", pool_id=pool, activation_limit=2)
        one.ask("activate", fingerprint="a")
        shown = rotate(shop, one)
        assert (shown["replaces"], shown["hint"], shown["activations"]) == (one.id, "BBBB", 1)
        assert (one.code(), one.code(key="KEY-0002-BBBB", fingerprint="a")) == ("revoked", "valid")
        assert shop.call("GET", f"/key-pools/{pool}/stats") == {"free": 0, "issued": 1, "suspended": 0, "revoked": 1}
        assert [key["id"] for key in shop.delivery(one.order)["keys"]] == [shown["id"]]
        assert "key_pool.empty" in told(pool)
        assert shop.call("POST", f"/license-keys/{shown['id']}/rotate", {}, status=409)["code"] == "key-pool-empty"
        assert one.code(key="KEY-0002-BBBB") == "valid"

    @pytest.mark.parametrize("body", [{"key": "NEW-KEY-0001"}, {"grace_seconds": 60}])
    def test_key_of_a_pool_takes_no_text_and_no_grace(self, shop, program, body):
        rotate(shop, program("pool", pool_id=shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")), 422, **body)

    def test_rotation_is_done_once_for_a_repeated_request(self, shop, program):
        one = program()
        for _ in range(2):
            shop.call("POST", f"/license-keys/{one.id}/rotate", {}, key="same")
        assert shop.call("GET", f"/license-keys/{one.id}")["rotations"] == 1

    def test_other_merchants_and_keys_without_the_scope_do_nothing(self, shop, program, other):
        one = program()
        one.ask("activate", fingerprint="a")
        device = shop.call("GET", f"/license-keys/{one.id}/devices")["data"][0]["id"]
        calls = (
            ("POST", "/rotate", {}), ("POST", "/file", {}), ("GET", "/devices", None),
            ("DELETE", f"/devices/{device}", None),
        )  # fmt: skip
        for method, path, body in calls:
            shop.call(method, f"/license-keys/{one.id}{path}", body, status=404, headers=other)
            bare = shop.client.request(method, f"/v1/license-keys/{one.id}{path}", json=body)
            assert bare.status_code == 401
        assert one.code(fingerprint="a") == "valid"


class TestDevices:
    def test_devices_are_listed_by_pages_and_removed(self, shop, program):
        one = program(activation_limit=3)
        for name in "abc":
            one.ask("activate", fingerprint=name, name=f"Laptop {name}")
        first = shop.call("GET", f"/license-keys/{one.id}/devices?limit=2")
        assert [row["fingerprint"] for row in first["data"]] == ["c", "b"]
        rest = shop.call("GET", f"/license-keys/{one.id}/devices?limit=2&cursor={first['next_cursor']}")
        assert ([row["fingerprint"] for row in rest["data"]], rest["has_more"]) == (["a"], False)
        shop.call("DELETE", f"/license-keys/{one.id}/devices/{first['data'][0]['id']}", status=204)
        assert one.code(fingerprint="c") == "not-activated"
        assert one.ask("activate", fingerprint="d")["activations"] == 3
        shop.call("DELETE", f"/license-keys/{one.id}/devices/{first['data'][0]['id']}", status=404)


class TestByTheHolder:
    def test_nx08_holder_reads_and_rotates_a_generated_key(self, mine, told):
        ann = mine(ANN)
        one = ann.program()
        shown = ann.call("POST", f"/{one.id}/rotate")
        assert (one.code(), one.code(key=shown["key"])) == ("rotated", "valid")
        assert ann.listed() == [shown]
        assert told(one.id)[-1] == "license_key.rotated"

    def test_user_of_a_session_does_the_same(self, shop, services):
        order = shop.buy(shop.sold("generated"), customer={"external_id": "u1", "email": "u1@example.org"})
        mine = Mine.of(shop, order, open_user(services, shop.merchant.store_id, "u1").token)
        one = mine.program()
        mine.call("POST", f"/{one.id}/rotate")
        assert one.code() == "rotated"

    @pytest.mark.parametrize(
        ("method", "terms"),
        [("generated", {"holder_may_rotate": False}), ("shared", {"shared_key": "EVERYBODY-2026"})],
    )
    def test_holder_rotates_only_what_the_terms_allow(self, mine, method, terms):
        ann = mine(ANN, method, **terms)
        (key,) = ann.listed()
        assert key["may_rotate"] is False
        assert ann.call("POST", f"/{key['id']}/rotate", status=403)["code"] == "forbidden"

    def test_suspended_key_is_not_rotated_by_its_holder(self, shop, mine):
        ann = mine(ANN)
        one = ann.program()
        shop.call("POST", f"/license-keys/{one.id}/suspend")
        ann.call("POST", f"/{one.id}/rotate", status=403)
        assert ann.listed()[0]["status"] == "suspended"

    def test_holder_rotates_ten_times_a_day_and_not_more(self, mine, wait):
        ann = mine(ANN)
        one = ann.program()
        for _ in range(10):
            ann.call("POST", f"/{one.id}/rotate")
        refused = ann.raw("POST", f"/{one.id}/rotate")
        assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
        assert int(refused.headers["retry-after"]) > 0

    def test_holder_of_a_key_of_a_pool_gets_another_one_if_he_may(self, shop, mine):
        ann = mine(ANN, "pool", pool_id=shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB"), holder_may_rotate=True)
        (key,) = ann.listed()
        assert ann.call("POST", f"/{key['id']}/rotate")["key"] == "KEY-0002-BBBB"
        assert [one["key"] for one in ann.listed()] == ["KEY-0002-BBBB"]

    def test_devices_are_seen_and_removed_by_the_holder(self, mine):
        ann = mine(ANN, activation_limit=1)
        one = ann.program()
        one.ask("activate", fingerprint="a", name="Laptop")
        (device,) = ann.call("GET", f"/{one.id}/devices")["data"]
        assert (device["fingerprint"], device["name"]) == ("a", "Laptop")
        ann.call("DELETE", f"/{one.id}/devices/{device['id']}", status=204)
        ann.call("DELETE", f"/{one.id}/devices/{device['id']}", status=404)
        one.ask("activate", fingerprint="b")

    def test_others_see_and_do_nothing(self, shop, mine, visitor):
        ann = mine(ANN)
        one = ann.program()
        one.ask("activate", fingerprint="a")
        device = ann.call("GET", f"/{one.id}/devices")["data"][0]["id"]
        bob, nobody = ann.by(visitor.sign_in(BOB)["token"]), ann.by("pmb_" + "0" * 64)
        merchant = ann.by(shop.merchant.key)
        calls = (
            ("GET", "", None), ("POST", f"/{one.id}/rotate", None), ("GET", f"/{one.id}/devices", None),
            ("DELETE", f"/{one.id}/devices/{device}", None), ("POST", f"/{one.id}/file", {}),
            ("GET", f"/{one.id}/qr", None),
        )  # fmt: skip
        for method, path, body in calls:
            bob.call(method, path, body, status=404)
            nobody.call(method, path, body, status=401)
            merchant.call(method, path, body, status=401)
        other = ann.call("GET", f"/lic_{'0' * 26}/devices", status=404)
        assert other["code"] == "not-found"
        assert one.code(fingerprint="a") == "valid"

    def test_user_of_a_seat_reads_the_key_and_changes_nothing(self, shop, mine, services):
        ann = mine(ANN)
        one = ann.program()
        one.ask("activate", fingerprint="a")
        user, now = open_user(services, shop.merchant.store_id, "u2"), services.clock.now()
        with session_scope(services.sessions) as session:
            session.add(
                Seat(
                    id=new_id("sea"), store_id=shop.merchant.store_id, purchase_id=ann.purchase,
                    customer_id=user.customer_id, status="claimed", created_at=now, updated_at=now,
                )
            )  # fmt: skip
        seated = ann.by(user.token)
        assert seated.program().key == one.key
        (device,) = seated.call("GET", f"/{one.id}/devices")["data"]
        for method, path in (("POST", "/rotate"), ("DELETE", f"/devices/{device['id']}")):
            assert seated.call(method, f"/{one.id}{path}", status=403)["code"] == "forbidden"
        assert one.code(fingerprint="a") == "valid"

    def test_key_of_another_purchase_of_the_same_holder_is_not_found(self, mine):
        first, second = mine(ANN), mine(ANN)
        first.call("POST", f"/{second.listed()[0]['id']}/rotate", status=404)


@pytest.mark.parametrize(
    ("method", "terms", "field"),
    [
        ("generated", {"keys_on_transfer": "reissue"}, "keys_on_transfer"),
        ("pool", {"keys_on_transfer": "rotate"}, "keys_on_transfer"),
        ("shared", {"keys_on_transfer": "revoke"}, "keys_on_transfer"),
        ("manual", {"keys_on_transfer": "rotate"}, "keys_on_transfer"),
        ("shared", {"holder_may_rotate": True}, "holder_may_rotate"),
        ("pool", {"rotation_grace": 5}, "rotation_grace"),
        ("information", {"activation_rate": {"activations": 1}}, "activation_rate"),
        ("generated", {"activation_rate": {"activations": 0}}, "activation_rate"),
    ],
)
def test_template_refuses_terms_that_its_method_cannot_keep(shop, method, terms, field):
    needed = {"pool": {"pool_id": shop.pool()}, "shared": {"shared_key": "A-SHARED-KEY"}, "information": {"text": "x"}}
    refused = shop.template(method, status=422, **needed.get(method, {}), **terms)
    assert field in refused["errors"][0]["pointer"]


def test_nx09_changed_template_concerns_the_keys_of_later_orders_only(shop):
    template = shop.template("generated", activation_rate={"activations": 5, "per_seconds": 60})
    product = shop.product("P", "10", fulfillment_template_id=template["id"])
    before = shop.buy(product)
    change = {"keys_on_transfer": "keep", "activation_rate": None}
    shop.call("PATCH", f"/fulfillment-templates/{template['id']}", change)
    terms = [shop.delivery(order)["keys"][0]["terms"] for order in (before, shop.buy(product))]
    assert [(one.get("keys_on_transfer"), one.get("activation_rate")) for one in terms] == [
        (None, {"activations": 5, "per_seconds": 60}), ("keep", None),
    ]  # fmt: skip


class TestCrowds:
    def test_twenty_parallel_rotations_leave_one_key_that_works(self, shop, program):
        one = program()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: rotate(shop, one), range(20)))
        shown = shop.call("GET", f"/license-keys/{one.id}")
        assert shown["rotations"] == 20
        assert (one.code(), one.code(key=shown["key"])) == ("rotated", "valid")

    def test_parallel_replacements_take_no_key_of_a_pool_twice(self, shop, services):
        pool = shop.pool(*[f"KEY-{number:04}-ABCD" for number in range(15)])
        order = shop.buy((shop.sold("pool", pool_id=pool), 10))
        ids = [key["id"] for key in shop.delivery(order)["keys"]]

        def replace(key):
            answer = shop.client.post(f"/v1/license-keys/{key}/rotate", json={}, headers=shop.merchant.headers)
            return answer.status_code

        with ThreadPoolExecutor(8) as threads:
            statuses = sorted(threads.map(replace, ids))
        assert statuses == [200] * 5 + [409] * 5
        keys = shop.delivery(order)["keys"]
        assert sorted(key["unit"] for key in keys) == list(range(1, 11))
        assert len({key["id"] for key in keys}) == 10
        assert shop.call("GET", f"/key-pools/{pool}/stats") == {
            "free": 0, "issued": 10, "suspended": 0, "revoked": 5,
        }  # fmt: skip

    def test_first_files_of_a_store_that_are_made_at_once_have_one_signing_key(self, shop, program):
        one = program()

        def sign(_):
            return shop.call("POST", f"/license-keys/{one.id}/file", {})["payload"]["key_id"]

        with ThreadPoolExecutor(8) as threads:
            kids = set(threads.map(sign, range(16)))
        published = shop.client.get(f"/v1/stores/{shop.merchant.store_id}/license-public-key").json()
        assert kids == {key["kid"] for key in published["keys"]} == {published["active"]}
