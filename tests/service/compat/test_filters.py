"""Filters of purchases: each alone against a table, and all together against the same filter in plain Python."""

import unicodedata
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from passmanager.service.clock import rfc3339
from passmanager.service.compat.dpd.dates import parse_date
from tests.service.compat.subscribed import subscribe

OPERATIONS = {
    "": lambda a, b: a == b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
}  # fmt: skip
PEOPLE = [
    ("Marcel", "O'Neil", "marcel@example.org"),
    ("MARTA", "Straße", "m%@example.org"),
    ("Mä", "STRASSE", "mark_us@example.org"),
    ("\u004d\u0061\u0308x", "Zoë", "zoe@example.org"),
    ("", "", ""),
]
HOUR = 3_600


@pytest.fixture
def purchases(shop, dpd, wait):
    """Five, an hour apart, of all sorts."""
    made = []
    for i, (first, last, email) in enumerate(PEOPLE):
        wait(HOUR)
        lines = [(shop.editor, i + 1)] if i % 2 else [(shop.book, 1), (shop.editor, 1)]
        customer = {"first_name": first, "last_name": last} | ({"email": email} if email else {})
        made.append(shop.order(*lines, customer=customer))
    shop.act(made[1], "mark-paid")
    shop.act(made[2], "cancel", {})
    shop.act(made[0], "shipments", {}, status=201)
    shop.act(made[3], f"payments/{made[3]['payments'][0]['id']}/fail", {})
    return [dpd.get(f"/purchases/{order['number']}") for order in made]


@pytest.fixture
def found(dpd, purchases):
    def search(**query):
        ids = dpd.ids(**query)
        assert ids == sorted(ids)
        return [i for i, purchase in enumerate(purchases) if purchase["id"] in ids]

    return search


ALL = [0, 1, 2, 3, 4]
TABLE = [
    ({}, ALL), ({"status": "ACT"}, [1]), ({"status": "CAN"}, [2]), ({"status": "PND"}, [0, 4]),
    ({"status": "ERR"}, [3]), ({"status": "HLD"}, []), ({"status": "RFD"}, []), ({"status": ""}, ALL),
    ({"customer_first_name": "MAR"}, [0, 1]), ({"customer_first_name": "mar"}, [0, 1]),
    ({"customer_first_name": "M\u00c4"}, [2, 3]), ({"customer_first_name": "ma\u0308"}, [2, 3]),
    ({"customer_first_name": "marcel"}, [0]), ({"customer_first_name": "arcel"}, []),
    ({"customer_last_name": "strasse"}, [1, 2]), ({"customer_last_name": "o'"}, [0]),
    ({"customer_last_name": "o' or 1=1 --"}, []), ({"customer_email": "M"}, [0, 1, 2]),
    ({"customer_email": "m%"}, [1]), ({"customer_email": "%"}, []), ({"customer_email": "mark_"}, [2]),
    ({"customer_email": "mar_"}, []), ({"customer_email": "_"}, []), ({"customer_email": ""}, ALL),
    ({"product_id": "1"}, ALL), ({"product_id": "2"}, [0, 2, 4]), ({"product_id": "3"}, []),
    ({"product_id": str(2**63 - 1)}, []), ({"storefront_id": "1"}, ALL), ({"storefront_id": "2"}, []),
    ({"customer_id": "1"}, [0]), ({"customer_id": "77"}, []), ({"subscriber_id": "1"}, []),
    ({"ship": "true"}, [2, 4]), ({"ship": "1"}, [2, 4]), ({"ship": "ON"}, [2, 4]), ({"ship": "yes"}, [2, 4]),
    ({"ship": "false"}, ALL), ({"ship": "0"}, ALL), ({"ship": "no"}, ALL), ({"ship": ""}, ALL),
    ({"total": "39.98"}, [1]), ({"total": "39.980"}, [1]), ({"total": "039.98"}, [1]), ({"total": "39.9"}, []),
    ({"total": "39.98", "total_op": "gt"}, [0, 2, 3, 4]), ({"total": "39.98", "total_op": "ne"}, [0, 2, 3, 4]),
    ({"total": "49.99", "total_op": "lt"}, [1]), ({"total": "49.99", "total_op": "eq"}, [0, 2, 4]),
    ({"total": "49.99", "total_op": ""}, [0, 2, 4]), ({"total": "-1", "total_op": "gt"}, ALL),
    ({"total": "-1", "total_op": "lt"}, []), ({"total": "-1"}, []), ({"total": "-1", "total_op": "ne"}, ALL),
    ({"total": "", "total_op": "gt"}, ALL), ({"total_op": "nonsense"}, ALL), ({"total": "9" * 78}, []),
    ({"total": "50."}, []), ({"total": ".5", "total_op": "gt"}, ALL),
    ({"date_min": "-90 minutes"}, [3, 4]), ({"date_max": "-90 minutes"}, [0, 1, 2]), ({"date_min": "tomorrow"}, []),
    ({"date_min": "2 hours ago", "date_max": "1 hour ago"}, [2, 3]), ({"date_min": "", "date_max": ""}, ALL),
    ({"date_max": "1970-01-01"}, []), ({"date_min": "@0", "date_max": "+1 year"}, ALL),
    ({"date_min": "+99999999999 years"}, []), ({"date_max": "+99999999999 years"}, ALL),
    ({"unknown": "x", "status[]": "y"}, ALL), ({"customer_first_name": "mar", "status": "ACT"}, [1]),
    ({"status": ["ACT", "CAN"]}, [2]), ({"page": "1"}, ALL), ({"page": ""}, ALL),
]  # fmt: skip


def test_dp02_each_filter(found):
    for query, expected in TABLE:
        assert found(**query) == expected, query


BAD = [
    {"status": "act"}, {"status": "X"}, {"product_id": "0"}, {"product_id": "-1"}, {"product_id": "x"},
    {"product_id": "9" * 20}, {"product_id": "1.0"}, {"product_id": "1e3"}, {"product_id": "\u0661"},
    {"storefront_id": "x"}, {"customer_id": "x"}, {"subscriber_id": "x"}, {"customer_email": "a\x00b"},
    {"customer_first_name": "\x00"}, {"customer_last_name": "x" * 1001}, {"date_min": "nonsense"},
    {"date_max": "2026-13-01"}, {"date_min": "9" * 129}, {"date_min": "now\x00"}, {"total": "x"}, {"total": "1e3"},
    {"total": "1,50"}, {"total": "."}, {"total": "-"}, {"total": "0." + "1" * 37}, {"total": "NaN"},
    {"total": "9" * 79}, {"total": "1", "total_op": "ge"}, {"ship": "maybe"}, {"ship": "2"}, {"page": "0"},
    {"page": "-1"}, {"page": "x"}, {"page": "1.5"},
]  # fmt: skip


def test_dp02_value_that_makes_no_sense_is_a_400_that_names_it(dpd):
    for query in BAD:
        answer = dpd.call("GET", "/purchases", expect=400, params=query).json()
        assert answer["code"] == "bad-request", query
        assert list(query)[-1] in answer["detail"], query


def test_dp02_both_ends_of_a_time_count(dpd, purchases, shop):
    at = purchases[2]["created_at"]
    assert dpd.ids(date_min=f"@{at}", date_max=f"@{at}") == [purchases[2]["id"]]
    assert dpd.ids(date_min=rfc3339(1000 * at + 1000)) == [purchases[3]["id"], purchases[4]["id"]]


def test_dp02_subscriber_is_a_subscription_that_somebody_has(dpd, shop, services):

    order, number = subscribe(shop, services)
    shop.order()
    assert dpd.ids(subscriber_id=str(number)) == [order["number"]]


@cache
def key(text):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def passes(purchase, query, now):
    """The same in plain Python, on what is shown."""
    for name, shown in (
        ("customer_email", "buyer_email"), ("customer_first_name", "buyer_firstname"),
        ("customer_last_name", "buyer_lastname"),
    ):  # fmt: skip
        if not key(purchase[shown]).startswith(key(query.get(name, ""))):
            return False
    if query.get("status", purchase["status"]) != purchase["status"]:
        return False
    if "product_id" in query and query["product_id"] not in {str(i["product_id"]) for i in purchase["line_items"]}:
        return False
    if query.get("ship") == "true" and not purchase["tangibles_to_ship"]:
        return False
    first, last = (parse_date(query.get(name, ""), now) for name in ("date_min", "date_max"))
    if not (first or 0) <= purchase["created_at"] <= (10**12 if last is None else last):
        return False
    total = query.get("total")
    return not total or OPERATIONS[query.get("total_op", "")](Decimal(purchase["total"]), Decimal(total))


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["ACT", "PND", "CAN", "ERR"]),
        "customer_email": st.sampled_from(["m", "M%", "zoe@", "x", "mark_us@example.org", ""]),
        "customer_first_name": st.sampled_from(["m", "MA", "m\u00e4", "Ma\u0308", "t", "%"]) | st.text(max_size=2),
        "customer_last_name": st.sampled_from(["s", "STRASS", "straß", "zo", "'"]) | st.text(max_size=2),
        "product_id": st.sampled_from(["1", "2", "9"]),
        "ship": st.sampled_from(["true", "false", ""]),
        "date_min": st.sampled_from(["-3 hours", "2 hours ago", "@0", "yesterday", "tomorrow", ""]),
        "date_max": st.sampled_from(["now", "-1 hour", "-150 minutes", "yesterday", ""]),
        "total": st.decimals(0, 120, places=2).map(str) | st.sampled_from(["49.99", "39.98", "99.95", ""]),
        "total_op": st.sampled_from(list(OPERATIONS)),
    },
).filter(lambda query: all("\x00" not in value for value in query.values()))


@profile(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=QUERIES)
def test_dp02_filters_together_find_what_plain_python_finds(dpd, purchases, services, query):
    now = services.clock.now()
    expected = [purchase["id"] for purchase in purchases if passes(purchase, query, now)]
    assert dpd.ids(**query) == expected
