"""Keys from a pool, by pattern and shared, mails that are the delivery, and delivery by hand."""

import base64
import re

import pytest


class TestStatuses:
    def test_nv06_order_is_delivered_when_all_of_its_items_are(self, shop, told):
        pool = shop.pool("KEY-0001-AAAA")
        ready, empty = shop.sold("pool", pool_id=pool), shop.sold("manual")
        order = shop.order((ready, 1), (empty, 1))
        assert shop.statuses(order) == ("not_delivered", ["not_delivered", "not_delivered"])
        shop.act(order, "mark-paid")
        shop.settle()
        assert shop.statuses(order) == ("partially_delivered", ["delivered", "not_delivered"])
        shop.call("POST", f"/orders/{order['id']}/items/{order['items'][1]['id']}/license", {"text": "B"}, status=201)
        assert shop.statuses(order) == ("delivered", ["delivered", "delivered"])
        names = told(order["id"])
        assert names.count("order.delivered") == 1
        assert names.count("product.delivered") == 2
        assert names.index("order.partially_delivered") < names.index("order.delivered")

    def test_order_without_a_template_delivers_nothing(self, shop, told):
        order = shop.buy(shop.editor)
        assert shop.statuses(order) == ("none", ["none"])
        assert shop.fulfillments(order_id=order["id"]) == []
        assert "fulfillment.requested" not in told()

    def test_nothing_is_delivered_before_it_is_paid(self, shop):
        order = shop.order((shop.sold("generated"), 1))
        shop.settle()
        assert shop.delivery(order)["status"] == "planned"
        assert shop.clear(order) == []

    def test_held_order_is_delivered_when_it_is_released(self, shop):
        rule = {"store_id": shop.merchant.store_id, "field": "email", "value": "ada@example.org"}
        shop.call("POST", "/block-rules", rule, status=201)
        order = shop.buy(shop.sold("generated"))
        assert (order["payment_status"], shop.delivery(order)["status"], shop.clear(order)) == ("held", "planned", [])
        shop.act(order, "release")
        shop.settle()
        assert shop.statuses(order)[0] == "delivered"
        assert len(shop.clear(order)) == 1

    def test_free_order_is_delivered_at_once(self, shop):
        template = shop.template("generated")
        free = shop.product("Free", "0", fulfillment_template_id=template["id"])
        order = shop.buy(free)
        assert shop.statuses(order)[0] == "delivered"

    def test_events_of_a_delivery_come_in_order_and_without_keys_in_clear(self, shop, services):
        heard = []
        services.wire.subscribe("*", lambda _session, news: heard.append(news))
        order = shop.buy(shop.sold("generated"))
        wanted = ("fulfillment.", "license_key.", "product.", "order.d")
        names = [news.type for news in heard if news.type.startswith(wanted)]
        assert names == [
            "fulfillment.requested", "license_key.issued", "fulfillment.succeeded", "product.delivered",
            "order.delivered",
        ]  # fmt: skip
        key = shop.clear(order)[0]
        assert all(key not in str(news.data) for news in heard)
        shown = next(news.data for news in heard if news.type == "product.delivered")
        assert shown["order_item_id"] == order["items"][0]["id"]
        assert [one["hint"] for one in shown["deliverables"]] == [key[-4:]]


class TestPools:
    def test_nv08_keys_of_a_list_are_issued_one_for_each_order(self, shop):
        product = shop.sold("pool", pool_id=shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB"))
        first, second = shop.buy(product), shop.buy(product)
        assert (shop.clear(first), shop.clear(second)) == (["KEY-0001-AAAA"], ["KEY-0002-BBBB"])

    def test_nv08_last_buyer_waits_for_stock_and_is_served_by_a_restock(self, shop, told):
        pool = shop.pool("KEY-0001-AAAA")
        product = shop.sold("pool", pool_id=pool)
        shop.buy(product)
        late = shop.buy(product)
        one = shop.delivery(late)
        assert (one["status"], one["waits_for"], one["problem"]) == ("waiting", "stock", "the key pool is empty")
        assert shop.read(late)["payment_status"] == "paid"
        assert [found["id"] for found in shop.fulfillments(waits_for="stock")] == [one["id"]]
        shop.upload(pool, ["KEY-0002-BBBB"])
        shop.settle()
        assert shop.clear(late) == ["KEY-0002-BBBB"]
        assert shop.statuses(late)[0] == "delivered"
        assert told(late["id"]).count("order.delivered") == 1

    def test_dp05_three_units_from_a_pool_of_two_are_delivered_in_part(self, shop):
        pool = shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")
        order = shop.buy((shop.sold("pool", pool_id=pool), 3))
        assert shop.clear(order) == ["KEY-0001-AAAA", "KEY-0002-BBBB"]
        one = shop.delivery(order)
        assert (one["units"], one["delivered"], one["waits_for"]) == (3, 2, "stock")
        assert shop.statuses(order) == ("partially_delivered", ["partially_delivered"])
        shop.upload(pool, ["KEY-0003-CCCC"])
        shop.settle()
        assert len(set(shop.clear(order))) == 3
        assert shop.statuses(order)[0] == "delivered"

    def test_restock_serves_the_oldest_order_first(self, shop):
        pool = shop.pool()
        product = shop.sold("pool", pool_id=pool)
        orders = [shop.buy(product) for _ in range(3)]
        shop.upload(pool, ["KEY-0001-AAAA", "KEY-0002-BBBB"])
        shop.settle()
        assert [shop.clear(order) for order in orders] == [["KEY-0001-AAAA"], ["KEY-0002-BBBB"], []]

    def test_nv08_merchant_hears_once_that_a_pool_is_low_and_once_that_it_is_empty(self, shop, told):
        pool = shop.pool(*[f"KEY-{i:04}-AAAA" for i in range(4)], low_at=2)
        product = shop.sold("pool", pool_id=pool)
        for _ in range(5):
            shop.buy(product)
        assert told(pool) == ["key_pool.low", "key_pool.empty"]
        shop.upload(pool, ["KEY-0005-AAAA", "KEY-0006-AAAA"])
        shop.settle()
        assert told(pool) == ["key_pool.low", "key_pool.empty", "key_pool.low"]


class TestGenerated:
    def test_dp10_generated_key_has_the_form_of_its_pattern(self, shop):
        order = shop.buy((shop.sold("generated", pattern="XXXX-XXXX-XXXX-XXXX", prefix="ACME-"), 2))
        keys = shop.clear(order)
        assert len(set(keys)) == 2
        assert all(re.fullmatch(r"ACME(-[2-9A-HJ-NP-Z]{4}){4}", key) for key in keys)

    def test_pattern_that_can_be_guessed_is_refused(self, shop):
        refused = shop.template("generated", status=422, pattern="XXXX")
        assert refused["errors"][0]["pointer"] == "/body/pattern"

    def test_quantity_of_a_product_that_is_one_for_all_gives_one_key(self, shop):
        order = shop.buy((shop.sold("generated", one_for_all=True), 5))
        assert (order["items"][0]["units_owed"], len(shop.clear(order))) == (1, 1)


class TestShared:
    def test_dp10_shared_key_goes_to_every_buyer(self, shop):
        product = shop.sold("shared", shared_key="EVERYBODY-2026")
        assert [shop.clear(shop.buy(product)) for _ in range(2)] == [["EVERYBODY-2026"]] * 2

    def test_nx09_changed_template_concerns_later_orders_only(self, shop):
        template = shop.template("shared", shared_key="FIRST-KEY")
        product = shop.product("P", "10", fulfillment_template_id=template["id"])
        before = shop.order((product, 1))
        shop.call("PATCH", f"/fulfillment-templates/{template['id']}", {"shared_key": "SECOND-KEY"})
        shop.act(before, "mark-paid")
        shop.settle()
        assert shop.clear(before) == ["FIRST-KEY"]
        assert shop.clear(shop.buy(product)) == ["SECOND-KEY"]

    def test_shared_key_is_never_shown(self, shop):
        template = shop.template("shared", shared_key="EVERYBODY-2026")
        read = shop.call("GET", f"/fulfillment-templates/{template['id']}")
        assert "EVERYBODY" not in str(template) + str(read)
        assert (read["has_secret"], read["config"]["key_hint"]) == (True, "2026")


class TestBinding:
    def test_nx09_template_of_the_product_wins_over_that_of_its_type(self, shop):
        of_type, own = shop.template("shared", shared_key="OF-THE-TYPE"), shop.template("shared", shared_key="ITS-OWN")
        kind = {"store_id": shop.merchant.store_id, "name": "Tools", "fulfillment_template_id": of_type["id"]}
        type_id = shop.call("POST", "/product-types", kind, status=201)["id"]
        plain = shop.product("A", "1", type_id=type_id)
        special = shop.product("B", "1", type_id=type_id, fulfillment_template_id=own["id"])
        order = shop.buy(plain, special)
        assert sorted(shop.clear(order)) == ["ITS-OWN", "OF-THE-TYPE"]

    def test_nx01_product_that_changes_its_mode_shows_the_mode_of_each_order(self, shop):
        product = shop.sold("generated")
        first = shop.buy(product)
        second = shop.template("shared", shared_key="SECOND-KEY")
        shop.call("PATCH", f"/products/{product}", {"fulfillment_template_id": second["id"]})
        later = shop.buy(product)
        assert [shop.read(one)["items"][0]["fulfillment_method"] for one in (first, later)] == ["generated", "shared"]

    def test_archived_template_delivers_no_later_order(self, shop):
        template = shop.template("generated")
        product = shop.product("P", "10", fulfillment_template_id=template["id"])
        before = shop.order((product, 1))
        shop.call("DELETE", f"/fulfillment-templates/{template['id']}", status=204)
        shop.act(before, "mark-paid")
        shop.settle()
        assert shop.statuses(before)[0] == "delivered"
        assert shop.statuses(shop.buy(product))[0] == "none"


def test_nv09_information_is_delivered_by_its_mail_alone(shop, told):
    order = shop.buy(shop.sold("information", subject="Your seat", text="Come at eight."))
    assert shop.statuses(order) == ("delivered", ["delivered"])
    assert shop.clear(order) == []
    assert "license_key.issued" not in told()
    assert told(order["id"]).count("product.delivered") == 1


class TestManual:
    def test_nv10_merchant_is_asked_and_the_line_waits_for_him(self, shop, told):
        order = shop.buy(shop.sold("manual"))
        assert shop.delivery(order)["waits_for"] == "merchant"
        assert "fulfillment.requested" in told(order["id"])
        assert shop.statuses(order)[0] == "not_delivered"

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            ({"text": "BY-HAND-1"}, "BY-HAND-1"),
            ({"file_name": "license.dat", "content": base64.b64encode(b"\x00\x01").decode()}, "AAE="),
        ],
    )
    def test_nv10_text_or_file_sent_by_the_merchant_delivers(self, shop, told, body, key):
        order = shop.buy(shop.sold("manual"))
        item = order["items"][0]["id"]
        shown = shop.call("POST", f"/orders/{order['id']}/items/{item}/license", body, status=201)
        assert (shown["status"], shop.clear(order)) == ("delivered", [key])
        assert shop.statuses(order)[0] == "delivered"
        assert told(order["id"])[-1] == "order.delivered"
        shop.call("POST", f"/orders/{order['id']}/items/{item}/license", body, status=409)

    def test_each_unit_is_sent_by_itself_and_once_for_a_repeated_request(self, shop):
        order = shop.buy((shop.sold("manual"), 2))
        path = f"/orders/{order['id']}/items/{order['items'][0]['id']}/license"
        for _ in range(2):
            shop.call("POST", path, {"text": "ONE"}, status=201, key="same")
        assert shop.clear(order) == ["ONE"]
        assert shop.statuses(order)[0] == "partially_delivered"
        shop.call("POST", path, {"text": "TWO"}, status=201)
        assert shop.clear(order) == ["ONE", "TWO"]

    def test_license_without_an_idempotency_key_is_refused(self, shop):
        order = shop.buy(shop.sold("manual"))
        path = f"/v1/orders/{order['id']}/items/{order['items'][0]['id']}/license"
        refused = shop.client.post(path, json={"text": "A"}, headers=shop.merchant.headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-missing")

    @pytest.mark.parametrize(
        "body", [{}, {"text": "a", "content": "AAE="}, {"content": "AAE="}, {"file_name": "a", "content": "%"}]
    )
    def test_half_a_license_is_refused(self, shop, body):
        order = shop.buy(shop.sold("manual"))
        shop.call("POST", f"/orders/{order['id']}/items/{order['items'][0]['id']}/license", body, status=422)
        assert shop.clear(order) == []

    def test_nv10_store_that_wants_it_is_asked_for_what_no_template_delivers(self, shop):
        shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"deliver_by_hand": True})
        order = shop.buy(shop.editor)
        assert (order["items"][0]["fulfillment_method"], shop.delivery(order)["waits_for"]) == ("manual", "merchant")

    def test_dp10_merchant_sends_by_hand_when_the_pool_is_empty(self, shop):
        order = shop.buy(shop.sold("pool", pool_id=shop.pool()))
        shop.call(
            "POST", f"/orders/{order['id']}/items/{order['items'][0]['id']}/license", {"text": "BY-HAND"}, status=201
        )
        assert (shop.statuses(order)[0], shop.clear(order)) == ("delivered", ["BY-HAND"])

    def test_unpaid_order_gets_nothing_by_hand(self, shop):
        order = shop.order((shop.sold("manual"), 1))
        shop.call("POST", f"/orders/{order['id']}/items/{order['items'][0]['id']}/license", {"text": "A"}, status=409)


def test_wallet_only_buyer_gets_his_key(shop):
    wallet = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    order = shop.buy(shop.sold("generated"), customer={"wallet": wallet})
    assert (shop.statuses(order)[0], len(shop.clear(order))) == ("delivered", 1)
