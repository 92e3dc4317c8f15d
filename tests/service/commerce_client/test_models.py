"""What models send, keep, and refuse."""

import inspect
from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from passmanager.commerce import AsyncCommerce, Commerce, Money, models
from passmanager.commerce.models import BasicAuth, ItemIn, OrderIn, PriceIn, ReplayIn, StorePatch, TemplateIn
from passmanager.commerce.values import Answer, Sent


def classes():
    return [kind for kind in vars(models).values() if inspect.isclass(kind) and issubclass(kind, BaseModel)]


def test_only_what_was_set_is_sent():
    assert StorePatch(name="A", url=None).body() == b'{"name":"A","url":null}'
    assert OrderIn(store_id="s", items=[ItemIn(product_id="p")], currency="EUR").body() == (
        b'{"store_id":"s","items":[{"product_id":"p"}],"currency":"EUR"}'
    )


def test_what_tells_kinds_apart_is_always_sent():
    template = TemplateIn(store_id="s", name="n", method="web_service", auth=BasicAuth(username="u", password="p"))
    assert b'"auth":{"type":"basic","username":"u","password":"p"}' in template.body()
    assert b"deliverable" not in template.body()
    assert "'p'" not in repr(template)


@pytest.mark.parametrize(
    ("amount", "text"), [(Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (7, "7"), ("5", "5")]
)
def test_amounts_are_sent_as_plain_decimals(amount, text):
    assert PriceIn(amount=amount, currency="EUR").body() == f'{{"amount":"{text}","currency":"EUR"}}'.encode()


@pytest.mark.parametrize("amount", [0.1, float("nan"), Decimal("NaN"), "x"])
def test_amounts_that_are_not_exact_are_refused(amount):
    with pytest.raises(ValidationError):
        PriceIn(amount=amount, currency="EUR")


@pytest.mark.parametrize(
    ("amount", "decimals", "units"),
    [("19.99", 2, 1999), ("0", 18, 0), ("1", 18, 10**18), ("-1.5", 1, -15), ("1E+2", 0, 100)],
)
def test_money_knows_its_units(amount, decimals, units):
    assert Money(amount=amount, currency="X", decimals=decimals).units == units


def test_names_that_the_service_does_not_know_are_refused_when_sent_and_left_out_when_answered():
    with pytest.raises(ValidationError):
        PriceIn(amount=1, currency="EUR", curency="EUR")
    known = {"type": "a", "id": "b", "timestamp": "2026-01-01T00:00:00Z", "api_version": "", "mode": "", "store_id": ""}
    more = {"sequence": 1, "aggregate": {}, "data": {}, "previous": {}, "newer": 1}
    assert "newer" not in models.Event.model_validate(known | more).model_dump()


def test_times_have_a_zone_in_answers_and_words_are_checked_in_requests():
    with pytest.raises(ValidationError):
        ReplayIn(since="2026-01-01T00:00:00Z", status="nonsense")


def test_every_model_is_frozen_and_says_what_it_is():
    found = classes()
    assert len(found) > 60
    for kind in found:
        assert kind.model_config["frozen"]
        assert kind.__doc__
        assert issubclass(kind, Sent if kind.__name__.endswith(("In", "Patch")) else (Sent, Answer))


def test_both_clients_have_the_same_rooms_and_calls():
    made = {kind: kind("http://x.example", "k") for kind in (Commerce, AsyncCommerce)}
    rooms = [{name for name in vars(one) if not name.startswith("_")} for one in made.values()]
    assert rooms[0] == rooms[1] >= {"orders", "products", "license_keys", "events"}
    for room in rooms[0]:
        waiting, other = (getattr(one, room) for one in made.values())
        for name, call in inspect.getmembers(type(waiting), inspect.isfunction):
            twin = getattr(type(other), name)
            assert list(inspect.signature(call).parameters) == list(inspect.signature(twin).parameters)
    made[Commerce].close()
