"""Forms: every field is judged, answers are kept, listed and exported."""

import csv
import io

import pytest

from tests.service.actions.conftest import FORM
from tests.service.actions.test_rows import BACK


def refusals(answer):
    return {error["pointer"].removeprefix("/body/answers/"): error["code"] for error in answer["errors"]}


def test_each_field_that_does_not_fit_is_named(shop, ann):
    shop.action({"type": "form", "fields": FORM}, "ask")
    purchase = shop.bought()
    answers = {
        "company": "x" * 21, "seats": 51, "mail": "nobody", "plan": "gold", "days": ["mon", "sun"], "agreed": "yes",
        "more": 1,
    }  # fmt: skip
    assert refusals(ann.execute(purchase, "ask", answers, status=422)) == {
        "company": "too-long", "seats": "too-large", "mail": "format", "plan": "not-an-option",
        "days": "not-an-option", "agreed": "type", "more": "unknown",
    }  # fmt: skip
    assert shop.call("GET", f"/purchases/{purchase['id']}/actions")["data"][0]["executions"] == 0


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ({}, None, "missing"),
        ({}, "", "missing"),
        ({}, 5, "type"),
        ({}, "a\x00b", "type"),
        ({"min_length": 3}, "ab", "too-short"),
        ({"format": "date"}, "2026-02-30", "format"),
        ({"format": "date"}, "20260220", "format"),
        ({"format": "uri"}, "javascript:alert(1)", "format"),
        ({"format": "uri"}, "https://[", "format"),
        ({"type": "integer"}, 2.5, "type"),
        ({"type": "integer"}, True, "type"),
        ({"type": "number", "minimum": 0.5}, 0.25, "too-small"),
        ({"type": "number"}, 1e300, "too-large"),
        ({"type": "array", "enum": ["a", "b"]}, ["a", "a"], "twice"),
        ({"type": "array", "enum": ["a", "b"]}, "a", "type"),
        ({"type": "array", "enum": ["a", "b"]}, [["a"]], "type"),
        ({"type": "array", "enum": ["a", "b"]}, [], "missing"),
        ({"type": "boolean", "required": False}, "", "type"),
    ],
)
def test_a_value_is_refused_by_name(shop, ann, field, value, code):
    shop.action({"type": "form", "fields": [{"name": "it", **field}]}, "ask")
    refused = ann.execute(shop.bought(), "ask", {"it": value}, status=422)
    assert refusals(refused) == {"it": code}


def test_values_that_fit_are_kept_as_they_are(shop, ann):
    fields = [
        {"name": "born", "format": "date"}, {"name": "site", "format": "uri"}, {"name": "size", "type": "number"},
        {"name": "ok", "type": "boolean"}, {"name": "many", "type": "array", "enum": ["a", "b"]},
        {"name": "left", "required": False},
    ]  # fmt: skip
    made = shop.action({"type": "form", "fields": fields}, "ask")
    purchase = shop.bought()
    answers = {"born": "2000-02-29", "site": "https://a.example/x", "size": 1.5, "ok": False, "many": ["b"]}
    ann.execute(purchase, "ask", {**answers, "left": None})
    (kept,) = shop.call("GET", f"/actions/{made['id']}/answers")["data"]
    assert kept["answers"] == answers
    assert [field["name"] for field in ann.actions(purchase)["ask"]["fields"]] == [field["name"] for field in fields]


@pytest.mark.parametrize(
    "field",
    [
        {"name": "Bad"}, {"name": "a", "type": "array"}, {"name": "a", "type": "integer", "enum": ["1"]},
        {"name": "a", "type": "boolean", "format": "date"}, {"name": "a", "min_length": 5, "max_length": 4},
        {"name": "a", "type": "number", "minimum": 2, "maximum": 1}, {"name": "a", "enum": []},
    ],
)  # fmt: skip
def test_a_form_that_nobody_could_fill_in_is_refused(shop, field):
    shop.action({"type": "form", "fields": [field]}, "ask", status=422)


def test_two_fields_of_the_same_name_are_refused(shop):
    shop.action({"type": "form", "fields": [{"name": "a"}, {"name": "a"}]}, "ask", status=422)


def test_answers_are_exported_as_csv_without_formulas(shop, ann):
    made = shop.action({"type": "form", "fields": FORM}, "ask")
    purchase = shop.bought()
    ann.execute(purchase, "ask", {"company": '=1+"2",\n', "seats": 3, "days": ["mon", "tue"]})
    ann.execute(purchase, "ask", {"company": "Zweite", "agreed": True})
    shop.call("PATCH", f"/actions/{made['id']}", {"config": {"type": "form", "fields": [{"name": "company"}]}})
    ann.execute(purchase, "ask", {"company": "Dritte"})
    answer = shop.client.get(f"/v1/actions/{made['id']}/answers.csv", headers=shop.merchant.headers)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="ask.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert list(rows[0])[6:] == ["company", "seats", "mail", "plan", "days", "agreed"]
    assert [(row["company"], row["seats"], row["days"], row["agreed"]) for row in rows] == [
        ("'=1+\"2\",\n", "3", "mon; tue", ""), ("Zweite", "", "", "true"), ("Dritte", "", "", ""),
    ]  # fmt: skip
    assert {(row["purchase_id"], row["email"]) for row in rows} == {(purchase["id"], "ann@example.org")}


def test_answers_come_in_pages(shop, ann):
    made = shop.action({"type": "form", "fields": [{"name": "n", "type": "integer"}]}, "ask")
    purchase = shop.bought()
    for n in range(3):
        ann.execute(purchase, "ask", {"n": n})
    first = shop.call("GET", f"/actions/{made['id']}/answers?limit=2")
    second = shop.call("GET", f"/actions/{made['id']}/answers?limit=2&cursor={first['next_cursor']}")
    assert [[one["answers"]["n"] for one in page["data"]] for page in (first, second)] == [[2, 1], [0]]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_only_forms_have_answers(shop):
    made = shop.action(BACK, "open")
    for path in ("answers", "answers.csv"):
        assert shop.call("GET", f"/actions/{made['id']}/{path}", status=409)["code"] == "conflict"
