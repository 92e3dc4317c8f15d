"""Keys that the merchant's own web service makes."""

import base64
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook

HOUR, DAY = 3_600, 86_400


@pytest.fixture
def sold(shop, vendor):
    """A product that the vendor delivers."""

    def make(*verbs, **more):
        return shop.sold("web_service", urls=vendor.urls(*verbs), **more)

    return make


class TestNewLicense:
    def test_nx03_new_license_request_has_the_fields_of_the_buyer_and_the_product(self, shop, vendor, sold):
        product = sold(sku="ED-PRO")
        order = shop.buy((product, 1), external_context=base64.b64encode(b"cart 7").decode())
        one, body = shop.delivery(order), vendor.bodies()[0]
        assert vendor.seen[0]["path"] == "/licenses/new"
        assert body["metadata"]["externalContext"] == base64.b64encode(b"cart 7").decode()
        assert body["metadata"]["order"]["id"] == order["id"]
        assert body["product"] == {
            "nexwayProductId": product, "publisherProductId": "ED-PRO", "nexwayFulfillmentId": one["id"],
            "initialNexwayFulfillmentId": one["id"], "publisherFulfillmentId": "", "quantity": 1,
            "startDate": body["product"]["startDate"], "endDate": None, "licenses": [],
        }  # fmt: skip
        assert body["user"] == {
            "companyName": "",
            "email": "ada@example.org",
            "firstName": "Ada",
            "lastName": "Lovelace",
        }

    def test_nx01_answer_is_stored_and_delivered(self, shop, vendor, sold, told):
        vendor.answers = [(200, {"licenses": [{"activationCode": "ABCD-EFGH-1"}], "publisherFulfillmentId": "P-9"})]
        order = shop.buy(sold())
        assert shop.clear(order) == ["ABCD-EFGH-1"]
        assert shop.statuses(order) == ("delivered", ["delivered"])
        assert shop.delivery(order)["vendor_id"] == "P-9"
        assert told(order["id"])[-3:] == ["fulfillment.succeeded", "product.delivered", "order.delivered"]

    def test_call_is_signed_and_has_a_key_for_each_unit(self, shop, vendor):
        secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
        order = shop.buy((shop.sold("web_service", urls=vendor.urls(), signing_secret=secret), 2))
        item = order["items"][0]["id"]
        assert sorted(call["headers"]["idempotency-key"] for call in vendor.seen) == [f"{item}:1", f"{item}:2"]
        for call in vendor.seen:
            assert Webhook(secret).verify(call["body"].decode(), call["headers"])
        assert len(set(shop.clear(order))) == 2

    def test_nv07_parameters_have_their_names_and_can_be_renamed(self, shop, vendor, sold):
        product = sold(form="parameters", names={"Order": "order_no", "Zone": ""})
        order = shop.buy((product, 1), billing_address={"country": "DE"})
        fields = {
            name: values[0]
            for name, values in parse_qs(vendor.seen[0]["body"].decode(), keep_blank_values=True).items()
        }
        assert fields == {
            "order_no": str(order["number"]), "Item": str(order["items"][0]["number"]), "ID": product, "Quantity": "1",
            "Order_sum": "10", "Currency": "EUR", "Subscription_ID": "", "Subscription_period": "",
            "Key_first_renew": "", "Key_last_renew": "",
        }  # fmt: skip

    def test_fields_of_the_license_request_can_be_renamed(self, shop, vendor, sold):
        shop.buy(sold(sku="A-1", names={"product.publisherProductId": "article", "user.email": "to.mail"}))
        body = vendor.bodies()[0]
        assert (body["article"], body["to"]["mail"]) == ("A-1", "ada@example.org")
        assert "publisherProductId" not in body["product"]

    def test_key_is_found_where_the_template_says(self, shop, vendor, sold):
        vendor.answers = [(200, {"data": {"codes": ["DEEP-KEY-1"]}, "key": "not this"})]
        assert shop.clear(shop.buy(sold(answer="data.codes.0"))) == ["DEEP-KEY-1"]

    def test_one_for_all_is_one_call_for_the_whole_quantity(self, shop, vendor, sold):
        order = shop.buy((sold(one_for_all=True), 7))
        assert [body["product"]["quantity"] for body in vendor.bodies()] == [7]
        assert len(shop.clear(order)) == 1


class TestKinds:
    @pytest.mark.parametrize("kind", ["key", "activation_code", "serial", "link", "qr_code"])
    def test_nx04_text_of_each_kind_is_delivered(self, shop, vendor, sold, kind):
        vendor.answers = [(200, {"link": "https://example.org/a?b=c"})]
        order = shop.buy(sold(deliverable=kind))
        key = shop.delivery(order)["keys"][0]
        assert (shop.clear(order), key["kind"]) == (["https://example.org/a?b=c"], kind)

    @pytest.mark.parametrize(
        "answer",
        [(200, b"%PDF-1", "application/pdf"), (200, {"content": base64.b64encode(b"%PDF-1").decode()})],
    )
    def test_nx04_certificate_is_a_file(self, shop, vendor, sold, answer):
        vendor.answers = [answer]
        order = shop.buy(sold(deliverable="certificate"))
        assert shop.clear(order) == [base64.b64encode(b"%PDF-1").decode()]
        assert shop.delivery(order)["keys"][0]["file_name"].startswith("certificate")

    def test_nx04_bare_acknowledgement_delivers(self, shop, vendor, sold, told):
        vendor.answers = [(204, b"")]
        order = shop.buy((sold(deliverable="acknowledgement"), 2))
        assert shop.statuses(order)[0] == "delivered"
        assert "license_key.issued" not in told()

    def test_plain_text_is_the_key(self, shop, vendor, sold):
        vendor.answers = [(200, b"PLAIN-KEY-1\n", "text/plain")]
        assert shop.clear(shop.buy(sold())) == ["PLAIN-KEY-1"]


class TestAuthorization:
    @pytest.mark.parametrize(
        ("auth", "header", "value"),
        [
            ({"type": "basic", "username": "shop", "password": "s3cret"}, "authorization", "Basic c2hvcDpzM2NyZXQ="),
            ({"type": "bearer", "token": "s3cret"}, "authorization", "Bearer s3cret"),
            ({"type": "header", "name": "X-Api-Key", "value": "s3cret"}, "x-api-key", "s3cret"),
        ],
    )
    def test_vendor_is_shown_who_calls_and_nobody_else_sees_it(self, shop, vendor, auth, header, value):
        template = shop.template("web_service", urls=vendor.urls(), auth=auth)
        shop.buy(shop.product("P", "10", fulfillment_template_id=template["id"]))
        assert vendor.seen[0]["headers"][header] == value
        shown = shop.call("GET", f"/fulfillment-templates/{template['id']}")
        assert "s3cret" not in str(template) + str(shown)
        assert (shown["has_secret"], shown["config"]["auth"]["type"]) == (True, auth["type"])

    def test_token_of_client_credentials_is_asked_for_once(self, shop, vendor):
        auth = {
            "type": "oauth",
            "token_url": f"{vendor.url}/token",
            "client_id": "shop",
            "client_secret": "s",
            "scope": "keys",
        }
        vendor.answers = [
            (200, {"access_token": "T1", "expires_in": 3600}), (200, {"key": "KEY-0001-AAAA"}),
            (200, {"key": "KEY-0002-BBBB"}),
        ]  # fmt: skip
        product = shop.sold("web_service", urls=vendor.urls(), auth=auth)
        shop.buy(product)
        shop.buy(product)
        assert [call["path"] for call in vendor.seen] == ["/token", "/licenses/new", "/licenses/new"]
        assert parse_qs(vendor.seen[0]["body"].decode()) == {"grant_type": ["client_credentials"], "scope": ["keys"]}
        assert {call["headers"]["authorization"] for call in vendor.seen[1:]} == {"Bearer T1"}


class TestFailure:
    def test_nv07_failing_vendor_is_asked_again_and_delivers(self, shop, vendor, sold, told, wait):
        vendor.answers = [(500, {"error": "down"}), (200, {"key": "LATE-KEY-1"})]
        order = shop.buy(sold())
        assert shop.statuses(order)[0] == "not_delivered"
        assert shop.delivery(order)["problem"] == "the web service answered 500"
        wait(4)
        assert len(vendor.seen) == 1
        wait(1)
        assert shop.statuses(order)[0] == "delivered"
        assert shop.clear(order) == ["LATE-KEY-1"]
        one = shop.delivery(order)
        assert [(try_["attempt"], try_["status"], try_["problem"]) for try_ in one["attempts"]] == [
            (1, 500, "the web service answered 500"), (2, 200, ""),
        ]  # fmt: skip
        assert one["problem"] == ""
        assert len({call["headers"]["idempotency-key"] for call in vendor.seen}) == 1

    def test_pauses_grow_to_a_day(self, shop, vendor, sold, wait):
        vendor.answers = [(503, b"")]
        shop.buy(sold())
        counts = []
        for seconds in (5, 30, 120, 600, 1_800, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY, DAY):
            wait(seconds)
            counts.append(len(vendor.seen))
        assert counts == list(range(2, 14))

    def test_nx05_vendor_that_fails_for_ever_costs_the_sale(self, shop, vendor, sold, told, wait):
        vendor.answers = [(500, b"")]
        product = sold(give_up_after=2 * HOUR)
        order = shop.buy(shop.sold("generated"), product)
        assert shop.statuses(order) == ("partially_delivered", ["delivered", "not_delivered"])
        assert "fulfillment.failed" in told(order["id"])
        assert "order.partially_delivered" in told(order["id"])
        wait(3 * HOUR)
        after = shop.read(order)
        assert after["payment_status"] == "partially_refunded"
        assert [item["fulfillment_status"] for item in after["items"]] == ["delivered", "returned"]
        assert shop.delivery(order, 1)["status"] == "failed"
        reasons = [move["reason"] for move in shop.history(order) if move["new"] in {"returned", "partially_refunded"}]
        assert all(reason.startswith("not delivered in time") for reason in reasons)
        assert len(reasons) == 2
        assert told(order["id"]).count("fulfillment.failed") == 2
        calls = len(vendor.seen)
        wait(3 * DAY)
        assert len(vendor.seen) == calls

    def test_nx05_order_with_nothing_delivered_is_refunded_as_a_whole(self, shop, vendor, sold, wait):
        vendor.answers = [(500, b"")]
        order = shop.buy(sold(give_up_after=60))
        wait(60)
        after = shop.read(order)
        assert (after["payment_status"], after["fulfillment_status"]) == ("refunded", "returned")

    @pytest.mark.parametrize(
        "answer", [(200, {}), (200, {"key": ""}), (200, {"key": 7}), (200, b"{", "application/json"), (302, b"")]
    )
    def test_answer_without_a_key_is_a_failure(self, shop, vendor, sold, answer):
        vendor.answers = [answer]
        order = shop.buy(sold())
        assert (shop.statuses(order)[0], shop.clear(order)) == ("not_delivered", [])
        assert shop.delivery(order)["problem"]

    def test_merchant_may_try_again_at_once(self, shop, vendor, sold):
        vendor.answers = [(500, b""), (200, {"key": "KEY-0001-AAAA"})]
        order = shop.buy(sold())
        one = shop.delivery(order)
        shop.call("POST", f"/fulfillments/{one['id']}/retry")
        shop.settle()
        assert shop.clear(order) == ["KEY-0001-AAAA"]
        shop.call("POST", f"/fulfillments/{one['id']}/retry", status=409)

    def test_refused_address_of_a_web_service_is_told_when_the_template_is_made(self, shop):
        refused = shop.template("web_service", status=422, urls={"new": "http://example.org:22/"})
        assert refused["errors"][0]["pointer"] == "/body/urls/new"


class TestRefund:
    def test_nv21_refund_revokes_keys_and_calls_the_vendors_cancel(self, shop, vendor, sold, told):
        order = shop.buy(sold("cancel"))
        key = shop.delivery(order)["keys"][0]
        code = shop.clear(order)[0]
        shop.act(order, "charge-back", {"reason": "stolen card"})
        shop.settle()
        assert vendor.seen[-1]["path"] == "/licenses/cancel"
        assert vendor.bodies()[-1]["product"]["initialNexwayFulfillmentId"] == shop.delivery(order)["id"]
        assert shop.call("GET", f"/license-keys/{key['id']}")["status"] == "revoked"
        asked = {"store_id": shop.merchant.store_id, "key": code}
        assert shop.call("POST", "/license-keys/validate", asked)["code"] == "revoked"
        assert shop.statuses(order) == ("returned", ["returned"])
        assert "license_key.revoked" in told(key["id"])

    def test_nv21_returned_line_is_not_sent_again(self, shop, sold):
        order = shop.buy(sold())
        shop.act(order, "charge-back", {})
        item = order["items"][0]["id"]
        one = shop.delivery(order)
        shop.call("POST", f"/orders/{order['id']}/items/{item}/license", {"text": "A"}, status=409)
        shop.call("POST", f"/fulfillments/{one['id']}/retry", status=409)

    def test_refund_while_the_vendor_fails_ends_the_calls(self, shop, vendor, sold, wait):
        vendor.answers = [(500, b"")]
        order = shop.buy(sold())
        shop.act(order, "charge-back", {})
        wait(DAY)
        assert len(vendor.seen) == 1


class TestReactivation:
    def purchase(self, services, order):
        from sqlalchemy import select  # noqa: PLC0415

        from passmanager.service.db import read_scope  # noqa: PLC0415
        from passmanager.service.orders.models import Purchase  # noqa: PLC0415

        with read_scope(services.sessions) as session:
            return session.scalar(select(Purchase.id).where(Purchase.order_item_id == order["items"][0]["id"]))

    def test_dp07_reactivation_forgets_devices_and_tells(self, shop, services, told):
        order = shop.buy(shop.sold("generated", activation_limit=1))
        asked = {"store_id": shop.merchant.store_id, "key": shop.clear(order)[0]}
        shop.call("POST", "/license-keys/activate", {**asked, "fingerprint": "a"})
        shop.call("POST", "/license-keys/activate", {**asked, "fingerprint": "b"}, status=409)
        purchase = self.purchase(services, order)
        done = shop.call("POST", f"/purchases/{purchase}/reactivate", {"customer_email": "other@example.org"})
        assert done == {"purchase_id": purchase, "order_id": order["id"], "status": "OK"}
        shop.call("POST", "/license-keys/activate", {**asked, "fingerprint": "b"})
        assert told(purchase)[-1] == "purchase.reactivated"
        assert shop.read(order)["customer"]["email"] == "ada@example.org"

    def test_dp07_refulfill_delivers_missing_units_only(self, shop, vendor, sold, services):
        vendor.answers = [(200, {"key": "KEY-0001-AAAA"}), (500, b""), (200, {"key": "KEY-0002-BBBB"})]
        order = shop.buy((sold(), 2))
        assert shop.clear(order) == ["KEY-0001-AAAA"]
        purchase = self.purchase(services, order)
        shop.call("POST", f"/purchases/{purchase}/reactivate", {"refulfill": True})
        shop.settle()
        assert sorted(shop.clear(order)) == ["KEY-0001-AAAA", "KEY-0002-BBBB"]
        assert len(vendor.seen) == 3

    def test_dp07_refunded_order_is_not_reactivated(self, shop, sold, services):
        order = shop.buy(sold())
        purchase = self.purchase(services, order)
        shop.act(order, "charge-back", {})
        shop.call("POST", f"/purchases/{purchase}/reactivate", {}, status=409)


def test_foreign_templates_and_deliveries_are_not_there(shop, services, sold):
    from passmanager.service.db import session_scope  # noqa: PLC0415
    from tests.service.merchant import make_merchant  # noqa: PLC0415

    order = shop.buy(sold())
    one = shop.delivery(order)
    with session_scope(services.sessions) as session:
        other = make_merchant(session, services.clock.now(), "Other").headers
    assert shop.call("GET", "/fulfillments", headers=other)["data"] == []
    assert shop.call("GET", "/fulfillment-templates", headers=other)["data"] == []
    assert shop.call("GET", "/license-keys", headers=other)["data"] == []
    for path in (
        f"/fulfillments/{one['id']}",
        f"/fulfillment-templates/{one['template_id']}",
        f"/license-keys/{one['keys'][0]['id']}",
    ):
        shop.call("GET", path, status=404, headers=other)
    shop.call("POST", f"/fulfillments/{one['id']}/retry", status=404, headers=other)
    path = f"/orders/{order['id']}/items/{order['items'][0]['id']}/license"
    shop.call("POST", path, {"text": "A"}, status=404, headers=other)
