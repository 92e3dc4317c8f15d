"""Orders that a merchant's program places."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

DAY = 86_400


def amounts(order):
    return {name: order[name]["amount"] for name in ("subtotal", "discount", "tax", "shipping", "total")}


def test_nv03_order_exists_unpaid_and_undelivered_before_any_payment(shop, told):
    order = shop.order((shop.editor, 2))
    assert (order["payment_status"], order["source"], order["paid_at"]) == ("not_paid", "api", None)
    assert [payment["status"] for payment in order["payments"]] == ["pending"]
    assert told(order["id"]) == ["order.created"]
    assert shop.read(order) == order


def test_lines_and_totals_are_exact(shop):
    order = shop.order((shop.editor, 3), (shop.book, 1), tax="8.55", shipping="4.9")
    assert amounts(order) == {
        "subtotal": "89.97", "discount": "0", "tax": "8.55", "shipping": "4.9", "total": "103.42",
    }  # fmt: skip
    assert [item["subtotal"]["amount"] for item in order["items"]] == ["59.97", "30"]
    assert [item["quantity"] for item in order["items"]] == [3, 1]


def test_nv04_offline_method_shows_its_instructions_and_can_be_changed(shop):
    order = shop.order()
    assert order["payments"][0]["instructions"] == "IBAN DE02 1203 0000 0000 2020 51"
    changed = shop.act(order, "payment-method", {"payment_method": "invoice", "instructions": "14 days"})
    assert [(payment["method"], payment["status"]) for payment in changed["payments"]] == [
        ("bank", "failed"), ("invoice", "pending"),
    ]  # fmt: skip
    assert changed["id"] == order["id"]
    paid = shop.act(order, "mark-paid")
    assert [payment["status"] for payment in paid["payments"]] == ["failed", "confirmed"]


def test_nv16_declined_payment_can_be_tried_again_on_the_same_order(shop, told):
    order = shop.order()
    failed = shop.act(order, f"payments/{order['payments'][0]['id']}/fail", {"reason": "declined"})
    assert (failed["payment_status"], failed["reason"]) == ("failed", "declined")
    assert shop.act(order, "mark-paid")["payment_status"] == "paid"
    assert told(order["id"]) == [
        "order.created", "payment.failed", "order.payment_failed", "payment.succeeded", "order.paid",
    ]  # fmt: skip


def test_nv17_unpaid_order_is_reminded_of_once_and_a_paid_one_never(shop, told, wait):
    shop.call("PATCH", f"/stores/{shop.merchant.store_id}", {"reminder_after": DAY})
    unpaid, paid = shop.order(), shop.order()
    shop.act(paid, "mark-paid")
    wait(DAY - 1)
    assert "order.reminder_due" not in told()
    wait(30 * DAY)
    assert told(unpaid["id"]).count("order.reminder_due") == 1
    assert "order.reminder_due" not in told(paid["id"])


def test_nv18_unpaid_order_is_deleted_after_90_days_and_not_before(shop, told, wait):
    order = shop.order()
    wait(89 * DAY + 23 * 3_600)
    assert shop.read(order)["payment_status"] == "not_paid"
    wait(3_600)
    gone = shop.read(order)
    assert (gone["payment_status"], gone["reason"]) == ("deleted", "unpaid")
    assert [payment["status"] for payment in gone["payments"]] == ["failed"]
    wait(90 * DAY)
    assert told(order["id"]).count("order.deleted") == 1
    assert shop.act(order, "mark-paid", status=409)["code"] == "conflict"


def test_nv18_failed_attempt_does_not_renew_the_90_days(shop, wait):
    order = shop.order()
    wait(80 * DAY)
    shop.act(order, f"payments/{order['payments'][0]['id']}/fail", {})
    wait(10 * DAY)
    assert shop.read(order)["payment_status"] == "deleted"


def test_nv18_paid_order_is_kept(shop, wait):
    order = shop.order()
    shop.act(order, "mark-paid")
    wait(200 * DAY)
    assert shop.read(order)["payment_status"] == "paid"


def test_order_that_costs_nothing_is_paid_at_once_without_a_payment(shop, told):
    gift = shop.product("Gift", "0")
    order = shop.order((gift, 1))
    assert (order["payment_status"], order["payments"]) == ("paid", [])
    assert told(order["id"]) == ["order.created", "order.paid"]
    assert "purchase.created" in told()


def test_nx12_external_context_comes_back_raw_and_decoded(shop):
    order = shop.order(external_context="eyJjYXJ0Ijo3fQ==")
    assert (order["external_context"], order["external_context_decoded"]) == ("eyJjYXJ0Ijo3fQ==", '{"cart":7}')


def test_order_needs_an_idempotency_key(shop):
    answer = shop.client.post("/v1/orders", json=shop.body(), headers=shop.merchant.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


def test_archived_product_cannot_be_ordered(shop):
    shop.call("POST", f"/products/{shop.editor}/archive")
    assert shop.order(status=410)["code"] == "gone"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"items": []}, "/body/items"),
        ({"currency": "USD"}, None),
        ({"tax": "1.999"}, "/body/tax"),
        ({"tax": "-1"}, "/body/tax"),
        ({"customer": {"email": "nobody"}}, "/body/customer/email"),
        ({"customer": {"wallet": "0x12"}}, "/body/customer/wallet"),
        ({"coupon": "NOPE"}, "/body/coupon"),
        ({"payment_method": "chain"}, "/body/payment_method"),
        ({"billing_address": {"country": "Germany"}}, "/body/billing_address/country"),
        ({"customer_notes": "a\x00b"}, "/body/customer_notes"),
    ],
)
def test_bad_input_is_named_and_no_order_is_made(shop, change, pointer):
    status = 404 if pointer is None else 422
    answer = shop.order(status=status, **change)
    if pointer is not None:
        assert answer["errors"][0]["pointer"] == pointer
    assert shop.call("GET", "/orders")["data"] == []


def test_same_buyer_is_one_customer(shop):
    first, second = shop.order(), shop.order(customer={"email": "ADA@example.org"})
    assert first["customer"]["id"] == second["customer"]["id"]
    assert second["customer"]["last_name"] == "Lovelace"


class TestCoupons:
    @pytest.fixture
    def coupon(self, shop):
        def add(**terms):
            body = {"store_id": shop.merchant.store_id, "name": "Spring", "code": "SPRING", **terms}
            return shop.call("POST", "/discounts", body, status=201)

        return add

    def test_percent_is_spread_over_the_lines_to_the_last_cent(self, shop, coupon):
        coupon(percent="33.33")
        order = shop.order((shop.editor, 1), (shop.book, 1), coupon="spring")
        assert order["discount"]["amount"] == "16.66"  # 49.99 * 33.33 %, rounded down
        assert [item["discount"]["amount"] for item in order["items"]] == ["6.66", "10"]
        assert order["coupons"] == [
            {"name": "Spring", "code": "spring", "discount_amount": "33.33", "discount_type": "percent"}
        ]

    def test_money_takes_off_at_most_the_subtotal(self, shop, coupon):
        coupon(money="100", currency="EUR")
        order = shop.order(coupon="SPRING", shipping="5")
        assert amounts(order) == {
            "subtotal": "19.99", "discount": "19.99", "tax": "0", "shipping": "5", "total": "5",
        }  # fmt: skip

    def test_last_use_is_had_once(self, shop, coupon):
        coupon(percent="10", uses=1)
        shop.order(coupon="SPRING")
        assert shop.order(coupon="SPRING", status=422)["errors"][0]["pointer"] == "/body/coupon"

    def test_coupon_of_both_kinds_is_refused(self, shop):
        body = {"store_id": shop.merchant.store_id, "name": "x", "code": "x", "percent": "1", "money": "1"}
        shop.call("POST", "/discounts", body, status=422)

    def test_same_code_is_there_once(self, shop, coupon):
        coupon(percent="10")
        body = {"store_id": shop.merchant.store_id, "name": "x", "code": "spring", "percent": "20"}
        assert shop.call("POST", "/discounts", body, status=409)["detail"].endswith("has a coupon 'spring' already")

    def test_coupon_ends(self, shop, coupon, wait):
        shown = coupon(percent="10", ends_at="1970-01-01T00:00:00Z")
        assert shown["ends_at"] == "1970-01-01T00:00:00.000Z"
        assert shop.order(coupon="SPRING", status=422)["errors"][0]["code"] == "coupon"

    def test_removed_coupon_is_not_in_the_list_and_takes_nothing_off(self, shop, coupon):
        made = coupon(money="1", currency="EUR")
        where = f"/discounts?store_id={shop.merchant.store_id}"
        assert shop.call("GET", where) == [made]
        order = shop.order(coupon="SPRING")
        shop.call("DELETE", f"/discounts/{made['id']}", status=204)
        assert shop.call("GET", where) == []
        shop.order(coupon="SPRING", status=422)
        assert shop.read(order)["discount"]["amount"] == "1"
        shop.call("DELETE", f"/discounts/{made['id']}", status=404)


@profile(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    quantities=st.lists(st.integers(1, 500), min_size=1, max_size=6),
    tax=st.integers(0, 10**6), shipping=st.integers(0, 10**6),
)  # fmt: skip
def test_dp04_total_is_the_sum_of_its_parts_and_of_the_lines(shop, quantities, tax, shipping):
    items = [((shop.editor, shop.book)[i % 2], quantity) for i, quantity in enumerate(quantities)]
    order = shop.order(*items, tax=f"{tax / 100:.2f}", shipping=f"{shipping / 100:.2f}")

    def cents(money):
        return round(float(money["amount"]) * 100)

    lines = sum(cents(item["total"]) for item in order["items"])
    assert lines + shipping == cents(order["total"])
    assert cents(order["total"]) == cents(order["subtotal"]) - cents(order["discount"]) + tax + shipping


def test_merchants_program_may_ask_another_price_off_the_chain(shop):
    items = [{"product_id": shop.editor, "quantity": 2, "amount": "12.50"}]
    order = shop.order(items=items)
    assert (order["total"]["amount"], order["items"][0]["price"]["amount"]) == ("25", "12.5")


class TestPayWhatYouWant:
    @pytest.fixture
    def tip(self, shop):
        body = {"store_id": shop.merchant.store_id, "name": "Album"}
        made = shop.call("POST", "/products", body, status=201)
        price = {"amount": "10", "minimum": "5", "currency": "EUR"}
        shown = shop.call("POST", f"/products/{made['id']}/prices", price, status=201)
        assert (shown["price"]["amount"], shown["minimum"]["amount"]) == ("10", "5")
        return made["id"]

    def test_sd15_buyer_chooses_the_price_from_the_minimum_on(self, shop, tip):
        totals = [
            shop.order(items=[{"product_id": tip, **chosen}])["total"]["amount"]
            for chosen in ({}, {"amount": "5"}, {"amount": "99.99"})
        ]
        assert totals == ["10", "5", "99.99"]

    def test_sd15_amount_below_the_minimum_is_refused(self, shop, tip):
        refused = shop.order(items=[{"product_id": tip, "amount": "4.99"}], status=422)
        assert refused["errors"] == [{
            "pointer": "/body/items/0/amount", "code": "minimum",
            "detail": "4.99 is less than the minimum of 5 EUR",
        }]  # fmt: skip

    def test_sd15_minimum_is_no_more_than_what_is_proposed(self, shop, tip):
        price = {"amount": "10", "minimum": "10.01", "currency": "EUR"}
        shop.call("POST", f"/products/{tip}/prices", price, status=422)

    def test_sd15_nothing_is_a_free_order_when_the_minimum_is_0(self, shop, told):
        made = shop.call("POST", "/products", {"store_id": shop.merchant.store_id, "name": "Song"}, status=201)
        price = {"amount": "1", "minimum": "0", "currency": "EUR"}
        shop.call("POST", f"/products/{made['id']}/prices", price, status=201)
        order = shop.order(items=[{"product_id": made["id"], "amount": "0"}])
        assert (order["payment_status"], order["payments"]) == ("paid", [])
        assert told(order["id"]) == ["order.created", "order.paid"]
