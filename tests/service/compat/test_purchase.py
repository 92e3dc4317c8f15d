"""One purchase: all attributes of the seed, with the right types and sums."""

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from passmanager.service.compat.dpd.money import money_text
from passmanager.service.compat.dpd.ports import Downloads, Ports
from passmanager.service.orders.models import Order, OrderItem
from tests.service.compat.seed import COUPON, CUSTOMER, FIELD, LINE, PURCHASE, mistakes

ORDERS, ITEMS = Order.__table__, OrderItem.__table__
MONEY = re.compile(r"-?[0-9]+\.[0-9]{2,}")
ADDRESS = {
    "name": "Ada King Lovelace", "company": "Engines", "line1": "St James's Square 12", "line2": "2nd floor",
    "city": "London", "state": "LND", "postal_code": "SW1Y", "country": "GB", "phone": "+44 1",
}  # fmt: skip


def rich(shop):
    shop.call(
        "POST", "/discounts",
        {"store_id": shop.merchant.store_id, "name": "Spring", "code": "SPRING", "money": "5", "currency": "EUR"},
        status=201,
    )  # fmt: skip
    return shop.order(
        (shop.editor, 3), (shop.book, 2), tax="8.5", shipping="4.9", coupon="SPRING", customer_notes="Ring twice",
        custom_fields={"Size": "XL", "Color": "", "Gift": "yes"}, shipping_address=ADDRESS, billing_address=ADDRESS,
        marketing_optin=True,
    )  # fmt: skip


def test_dp04_all_49_15_7_2_4_attributes_are_there_with_their_types(shop, dpd):
    order = rich(shop)
    shown = dpd.get(f"/purchases/{order['number']}")
    assert (len(PURCHASE), len(LINE), len(CUSTOMER), len(FIELD), len(COUPON)) == (49, 15, 7, 2, 4)
    assert mistakes(shown, PURCHASE) == set()
    assert mistakes(shown["customer"], CUSTOMER) == set()
    for name, attributes in (("line_items", LINE), ("custom_fields", FIELD), ("coupons", COUPON)):
        assert shown[name]
        assert [mistakes(one, attributes) for one in shown[name]] == [set()] * len(shown[name])


def test_dp04_attributes_of_an_almost_empty_purchase_are_there_too(shop, dpd):
    order = shop.order(customer={})
    shown = dpd.get(f"/purchases/{order['number']}")
    assert mistakes(shown, PURCHASE) == set()
    assert (shown["buyer_email"], shown["customer"]["email"], shown["shipping_country"]) == ("", "", "")
    assert (shown["coupons"], shown["custom_fields"]) == ([], [])


def test_dp04_values_are_those_of_the_order(shop, dpd):
    order = rich(shop)
    shown = dpd.get(f"/purchases/{order['number']}")
    expected = {
        "id": order["number"], "status": "PND", "currency": "EUR", "subtotal": "119.97", "discount": "-5.00",
        "tax": "8.50", "shipping": "4.90", "total": "128.37", "processor_fee": "0.00",
        "buyer_email": "ada@example.org", "buyer_firstname": "Ada", "buyer_lastname": "Lovelace",
        "customer_notes": "Ring twice", "shipping_firstname": "Ada King", "shipping_lastname": "Lovelace",
        "shipping_country_code": "GB", "shipping_country": "United Kingdom", "shipping_business_name": "Engines",
        "shipping_zip_code": "SW1Y", "billing_street": "St James's Square 12", "billing_country_code": "GB",
        "marketing_optin": True, "requires_shipping": True, "tangibles_to_ship": 2, "ip_address": "testclient",
        "custom_fields": [{"label": "Size", "response": "XL"}, {"label": "Gift", "response": "yes"}],
        "coupons": [{"name": "Spring", "code": "SPRING", "discount_amount": "5.00", "discount_type": "money"}],
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert re.fullmatch(r"[0-9a-f]{32}", shown["salt"])
    assert dpd.get("/purchases")[0] == shown


def test_dp04_every_purchase_has_another_salt(shop, dpd):
    for _ in range(3):
        shop.order()
    assert len({shown["salt"] for shown in dpd.get("/purchases")}) == 3


def test_dp04_times_are_seconds_and_a_change_moves_the_second_one(shop, dpd, wait):
    order = shop.order()
    before = dpd.get(f"/purchases/{order['number']}")
    wait(50)
    shop.act(order, "mark-paid")
    after = dpd.get(f"/purchases/{order['number']}")
    assert after["created_at"] == before["created_at"] == before["updated_at"]
    assert after["updated_at"] == before["updated_at"] + 50


def test_dp15_shipping_is_null_zero_or_what_is_left(shop, dpd):
    digital, goods = shop.order(), shop.order((shop.book, 3), (shop.editor, 1))

    def left(order):
        shown = dpd.get(f"/purchases/{order['number']}")
        return shown["requires_shipping"], shown["tangibles_to_ship"], shown["shipping_tracking_number"]

    assert (left(digital), left(goods)) == ((False, None, ""), (True, 3, ""))
    item = next(item["id"] for item in goods["items"] if item["product_id"] == shop.book)
    shop.act(goods, "shipments", {"carrier": "UPS", "tracking": "1Z1", "units": {item: 2}}, status=201)
    assert left(goods) == (True, 1, "1Z1")
    assert dpd.ids(ship="true") == [goods["number"]]
    shop.act(goods, "shipments", {"carrier": "FedEx", "tracking": "F2"}, status=201)
    assert left(goods) == (True, 0, "F2")
    assert dpd.get(f"/purchases/{goods['number']}")["shipping_carrier"] == "FedEx"
    assert dpd.ids(ship="1") == []


def test_dp05_lines_show_keys_and_downloads(shop, dpd):
    order = shop.order((shop.editor, 3), (shop.book, 1))
    first = order["items"][0]["id"]
    dpd.client.app.state.dpd = Ports(
        keys=lambda _session, items: {first: ["K-1", "K-2"]} if first in items else {},
        files=lambda _session, items: {first: Downloads(5, 2, 1_800_000_000)},
    )
    line, book = dpd.get(f"/purchases/{order['number']}")["line_items"]
    assert (line["product_keys"], line["download_limit"], line["download_count"]) == (["K-1", "K-2"], 5, 2)
    assert line["expires_at"] == 1_800_000_000
    assert (book["product_keys"], book["download_limit"], book["expires_at"]) == ([], 0, None)
    assert (line["purchase_id"], line["quantity"], line["product_name"]) == (order["number"], 3, "Editor")


def test_dp06_each_status_is_reached(shop, dpd):
    orders = {name: shop.order() for name in ("PND", "ACT", "ERR", "CAN", "RFD", "HLD")}
    shop.act(orders["ACT"], "mark-paid")
    shop.act(orders["ERR"], f"payments/{orders['ERR']['payments'][0]['id']}/fail", {})
    shop.act(orders["CAN"], "cancel", {})
    shop.act(orders["RFD"], "mark-paid")
    shop.act(orders["RFD"], "charge-back", {})
    rule = {"store_id": shop.merchant.store_id, "field": "email", "value": "ada@example.org"}
    shop.call("POST", "/block-rules", rule, status=201)
    shop.act(orders["HLD"], "mark-paid")
    for status, order in orders.items():
        assert dpd.get(f"/purchases/{order['number']}")["status"] == status
        assert dpd.ids(status=status) == [order["number"]]


def test_dp13_what_is_not_confirmed_is_no_purchase(shop, dpd):
    shop.order(status=404, currency="USD")
    assert dpd.get("/purchases") == []


def test_test_order_is_left_out_of_lists(shop, dpd):
    order = shop.order(test=True)
    assert dpd.get("/purchases") == []
    assert dpd.get(f"/purchases/{order['number']}")["id"] == order["number"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "999999999", "9" * 20, "1.0", "%00", "1%0A", "१"])
def test_purchase_that_cannot_be_there_is_a_problem(dpd, number):
    answer = dpd.call("GET", f"/purchases/{number}", expect=404)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (0, 2, "0.00"), (-1, 2, "-0.01"), (1_999, 2, "19.99"), (7, 0, "7.00"), (15 * 10**16, 18, "0.15"),
        (10**18, 18, "1.00"), (1, 18, "0.000000000000000001"), (2**256 - 1, 0, f"{2**256 - 1}.00"),
        (10**30, 36, "0.000001"),
    ],
)  # fmt: skip
def test_money_has_two_decimals_at_least_and_no_exponent(units, decimals, text):
    assert money_text(units, decimals) == text


@given(units=st.integers(-(2**256), 2**256), decimals=st.integers(0, 36))
def test_money_is_exact(units, decimals):
    text = money_text(units, decimals)
    assert MONEY.fullmatch(text)
    whole, part = text.lstrip("-").split(".")
    assert int(whole + part) * 10 ** max(decimals - len(part), 0) == abs(units) * 10 ** max(len(part) - decimals, 0)
    assert len(part) == 2 or part[-1] != "0"


@profile(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.tuples(st.booleans(), st.integers(1, 10_000)), min_size=1, max_size=5),
    tax=st.integers(0, 10**7), shipping=st.integers(0, 10**7), percent=st.integers(1, 10_000),
)  # fmt: skip
def test_dp04_sums_hold_for_any_order(shop, dpd, lines, tax, shipping, percent):
    code = f"C{next(shop.keys)}"
    body = {"store_id": shop.merchant.store_id, "name": code, "code": code, "percent": f"{percent / 100:.2f}"}
    shop.call("POST", "/discounts", body, status=201)
    order = shop.order(
        *[((shop.editor, shop.book)[other], quantity) for other, quantity in lines],
        tax=f"{tax / 100:.2f}", shipping=f"{shipping / 100:.2f}", coupon=code,
    )  # fmt: skip
    require_sums(dpd.get(f"/purchases/{order['number']}"))


def require_sums(shown):
    """What the seed says of the amounts."""

    def money(one, name):
        assert MONEY.fullmatch(one[name])
        return Decimal(one[name])

    parts = ("subtotal", "discount", "tax", "shipping")
    assert money(shown, "total") == sum(money(shown, name) for name in parts)
    assert money(shown, "discount") <= 0
    for line in shown["line_items"]:
        assert money(line, "price") * line["quantity"] == money(line, "subtotal")
        assert money(line, "total") == sum(money(line, name) for name in ("subtotal", "discount", "tax"))
        assert money(line, "discount") <= 0
    for name in ("subtotal", "discount", "tax"):
        assert money(shown, name) == sum(money(line, name) for line in shown["line_items"])


def test_dp04_line_with_a_flat_fee_counts_as_one_piece(shop, dpd, services):
    order = shop.order((shop.editor, 3))
    with services.engine.begin() as connection:  # as the chain's tiers make it: 3 units at 19.99, and a fee of 0.01
        amounts = {"subtotal": 5_998, "total": 5_998}
        connection.execute(ORDERS.update().values(**amounts))
        connection.execute(ITEMS.update().values(**amounts))
    shown = dpd.get(f"/purchases/{order['number']}")
    line = shown["line_items"][0]
    assert (line["price"], line["quantity"], line["subtotal"]) == ("59.98", 1, "59.98")
    require_sums(shown)


def test_dp04_line_of_a_product_that_is_not_in_the_catalog_has_no_number(shop, dpd, services):
    order = shop.order()
    with services.engine.begin() as connection:
        connection.execute(ITEMS.update().values(product_id=None))
    assert dpd.get(f"/purchases/{order['number']}")["line_items"][0]["product_id"] == 0
